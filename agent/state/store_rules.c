#include "state/store_private.h"

#include <errno.h>

/* Among the values that belong to no site. */
#define NO_SITE ""
#define PREFIX  "rules-"

struct rules_name {
	char text[64];
};

static struct rules_name name_of(const char *digest)
{
	struct rules_name name;

	snprintf(name.text, sizeof(name.text), PREFIX "%s", digest);
	return name;
}

int store_put_rules(struct store *store, const char *digest, struct view text)
{
	const struct rules_name name = name_of(digest);
	struct query query;
	int error = store_put_value(store, NO_SITE, name.text, text);

	if (error < 0)
		return error;
	/* What no incident was judged by any more goes. */
	query_start(&query, store->database,
	    "DELETE FROM value WHERE site = ?1 AND name LIKE '" PREFIX "%' AND name <> ?2"
	    " AND NOT EXISTS (SELECT 1 FROM incident"
	    " WHERE instr(CAST(evidence AS TEXT), substr(value.name, 7)) > 0)"
	    " AND NOT EXISTS (SELECT 1 FROM event"
	    " WHERE instr(CAST(data AS TEXT), substr(value.name, 7)) > 0)");
	query_bind_text(&query, NO_SITE);
	query_bind_text(&query, name.text);
	return query_run(&query, NULL);
}

int store_get_rules(struct store *store, const char *digest, struct buffer *ret_text)
{
	const struct rules_name name = name_of(digest);

	return store_get_value(store, NO_SITE, name.text, ret_text);
}
