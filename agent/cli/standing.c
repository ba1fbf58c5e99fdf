#include "cli/standing.h"

const struct protocol_standing *standing_at(
    const struct protocol_reply *reply, const char *site, size_t number)
{
	for (uint32_t i = 0; i < reply->standing_count; i++)
		if (strcmp(reply->standing[i].site, site) == 0 && number-- == 0)
			return &reply->standing[i];
	return NULL;
}

const struct protocol_standing *standing_find(
    const struct protocol_reply *reply, const char *site, const char *word)
{
	const struct protocol_standing *found = NULL, *standing;
	int64_t number;

	if (word != NULL && view_to_int64(view_of_text(word), &number) == 0)
		return number >= 1 ? standing_at(reply, site, (size_t)number - 1) : NULL;
	for (size_t i = 0; (standing = standing_at(reply, site, i)) != NULL; i++) {
		if (word != NULL && strcmp(standing->remedy, word) != 0)
			continue;
		if (found != NULL)
			return NULL;
		found = standing;
	}
	return found;
}
