#include "detect/forwarded.h"

static bool is_trusted(const struct trusted_proxies *proxies, const struct address *address)
{
	for (size_t i = 0; i < proxies->count; i++)
		if (address_range_holds(&proxies->ranges[i], address))
			return true;
	return false;
}

/* Takes what stands behind the last comma. IIS writes a blank as "+". */
static struct view take_last(struct view *list)
{
	size_t begin = list->length;
	struct view last;

	while (begin > 0 && list->data[begin - 1] != ',')
		begin--;
	last = view_trim(view_skip(*list, begin));
	while (last.length > 0 && last.data[0] == '+')
		last = view_skip(last, 1);
	*list = view_first(*list, begin > 0 ? begin - 1 : 0);
	return last;
}

struct address forwarded_client(const struct trusted_proxies *proxies, const struct record *record)
{
	struct address client = record->address;
	struct view rest = record->forwarded;

	for (unsigned i = 0; i < FORWARDED_MAX_HOPS && !view_is_empty(rest); i++) {
		struct address hop;

		if (!is_trusted(proxies, &client) || address_parse_host(take_last(&rest), &hop) < 0)
			break;
		client = hop;
	}
	return client;
}
