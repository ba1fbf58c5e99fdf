#include "report/grouping.h"

#include <errno.h>

#include "base/hash.h"
#include "report/wire_parts.h"

#define MAX_NAMES     12 /* in the sentence; the members have all */
#define MAX_TEXT_BYTES ((size_t)4096)

struct grouping {
	char kind[32];
	int64_t numbers[GROUPING_MAX_MEMBERS];
	struct json *members[GROUPING_MAX_MEMBERS];
	size_t count;
	size_t bytes;
	uint64_t digest; /* of the members' ids */
	uint64_t closed[GROUPING_MAX_LOOKED]; /* of what nothing more may go into the group */
	size_t closed_count;
	size_t looked;
	int error;
};

/* What a group of each kind says, with the number and the names behind it. */
static const struct {
	const char *kind;
	const char *words;
} sentences[] = {
    {"opened", "sign-in fails, or soon will"},
    {"acting", "a remedy is being applied"},
    {"needs-person", "a person is needed"},
    {"resolved", "sign-in works again"},
    {"deaf", "logs tell us nothing"},
    {"deaf-ended", "logs can be read again"},
    {"overdue", "a fallback stands beyond its time"},
    {"overdue-ended", "no fallback stands beyond its time any more"},
    {"unwatched", "nobody watches what was told of any more"},
};

int grouping_new(struct grouping **ret_grouping)
{
	struct grouping *grouping = calloc(1, sizeof(*grouping));

	if (grouping == NULL)
		return -ENOMEM;
	*ret_grouping = grouping;
	return 0;
}

void grouping_free(struct grouping **grouping)
{
	if (*grouping == NULL)
		return;
	for (size_t i = 0; i < (*grouping)->count; i++)
		json_free(&(*grouping)->members[i]);
	free(*grouping);
	*grouping = NULL;
}

static const char *words_of(const char *kind)
{
	for (size_t i = 0; i < count_of(sentences); i++)
		if (strcmp(sentences[i].kind, kind) == 0)
			return sentences[i].words;
	return NULL;
}

/* The site's incidents come one after the other: their order is kept by the site's name. */
static uint64_t subject_of(const struct wire_story *story)
{
	uint64_t digest = hash_chain(0, view_of_text(story->site));

	return story->of_log ? hash_chain(digest, view_of_text(story->log)) : digest;
}

static bool is_closed(const struct grouping *grouping, uint64_t subject)
{
	for (size_t i = 0; i < grouping->closed_count; i++)
		if (grouping->closed[i] == subject)
			return true;
	return false;
}

/* The first decides what the others must be. */
static bool is_of_the_group(const struct grouping *grouping, const struct wire_story *story)
{
	if (grouping->count == 0)
		return true;
	return strcmp(grouping->kind, story->kind) == 0 &&
	    !is_closed(grouping, subject_of(story));
}

static struct json *member_of(const struct grouping_message *message, struct json *document)
{
	json_remove(json_child(document, "data"), "evidence");
	json_put_text(document, "id", message->id);
	return document;
}

/* False where there is no room for it. */
static bool add(struct grouping *grouping, const struct grouping_message *message,
    const struct wire_story *story, struct json **document)
{
	if (grouping->count == GROUPING_MAX_MEMBERS ||
	    (grouping->count > 0 &&
		grouping->bytes + message->document.length > GROUPING_MAX_BYTES))
		return false;
	if (grouping->count == 0)
		snprintf(grouping->kind, sizeof(grouping->kind), "%s", story->kind);
	grouping->numbers[grouping->count] = message->number;
	grouping->members[grouping->count] = member_of(message, *document);
	grouping->count++;
	grouping->bytes += message->document.length;
	grouping->digest = hash_chain(grouping->digest, view_of_text(message->id));
	*document = NULL;
	return true;
}

/* One that cannot be read is dealt with when it is the first. */
static bool give_up(struct grouping *grouping, const struct grouping_message *message, int error)
{
	if (grouping->count == 0 && grouping->error == 0) {
		grouping->error = error;
		grouping->numbers[0] = message->number;
	}
	return false;
}

bool grouping_offer(struct grouping *grouping, const struct grouping_message *message)
{
	struct json auto_json *document = NULL;
	struct wire_story story;
	int error = json_parse(message->document, &document);

	if (error == 0)
		error = wire_read(document, &story);
	if (error != 0)
		return give_up(grouping, message, error);
	if (++grouping->looked >= GROUPING_MAX_LOOKED)
		return false;
	if (grouping->count > 0 && story.is_group)
		return false;
	if (is_of_the_group(grouping, &story) &&
	    (!add(grouping, message, &story, &document) || story.is_group ||
		words_of(story.kind) == NULL))
		return false;
	/* One of each is enough, and whoever was passed over stays ahead of its own later ones. */
	grouping->closed[grouping->closed_count++] = subject_of(&story);
	return true;
}

int grouping_error(const struct grouping *grouping)
{
	return grouping->error;
}

size_t grouping_count(const struct grouping *grouping)
{
	return grouping->count;
}

const int64_t *grouping_numbers(const struct grouping *grouping)
{
	return grouping->numbers;
}

void grouping_id(const struct grouping *grouping, char ret_id[GROUPING_ID_BYTES])
{
	snprintf(ret_id, GROUPING_ID_BYTES, "group-%zu-%016llx", grouping->count,
	    (unsigned long long)grouping->digest);
}

static const char *site_of(const struct json *member)
{
	const char *site = json_get_text(json_get(member, "data"), "site");

	return site != NULL ? site : "";
}

static bool is_named_before(const struct grouping *grouping, size_t number)
{
	for (size_t i = 0; i < number; i++)
		if (strcmp(site_of(grouping->members[i]), site_of(grouping->members[number])) == 0)
			return true;
	return false;
}

static void put_sites(const struct grouping *grouping, struct json *data)
{
	struct json *sites = json_put_array(data, "sites");
	struct buffer auto_buffer names, auto_buffer text;
	size_t count = 0;

	buffer_init(&names, MAX_TEXT_BYTES);
	buffer_init(&text, MAX_TEXT_BYTES);
	for (size_t i = 0; i < grouping->count; i++) {
		const char *site = site_of(grouping->members[i]);

		if (is_named_before(grouping, i))
			continue;
		json_add_text(sites, site);
		if (count < MAX_NAMES)
			buffer_append_format(&names, "%s%s", count > 0 ? ", " : "", site);
		count++;
	}
	if (count > MAX_NAMES)
		buffer_append_format(&names, " and %zu more", count - MAX_NAMES);
	buffer_append_format(&text, "%zu site%s: %s: %s", count, count == 1 ? "" : "s",
	    words_of(grouping->kind), buffer_text(&names));
	json_put_text(data, "text", buffer_text(&text));
}

int grouping_print(struct grouping *grouping, struct buffer *document)
{
	struct json auto_json *group = json_object_new();
	const struct json *last = grouping->members[grouping->count - 1];
	struct json *data, *members;
	char type[64];

	snprintf(type, sizeof(type), "authmedic.group.%s", grouping->kind);
	json_put_text(group, "type", type);
	json_put_text(group, "timestamp", json_get_text(last, "timestamp"));
	data = json_put_object(group, "data");
	json_put_int(data, "count", (int64_t)grouping->count);
	put_sites(grouping, data);
	members = json_put_array(data, "members");
	for (size_t i = 0; i < grouping->count; i++)
		json_add_tree(members, take_pointer(grouping->members[i]));
	return json_print(group, document);
}
