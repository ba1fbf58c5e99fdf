/* The kinds of servers and whether they hold keys: rules/servers/NAME.yml. */
#ifndef AUTHMEDIC_CONFIG_SERVERS_H
#define AUTHMEDIC_CONFIG_SERVERS_H

#include "config/config.h"
#include "config/schema.h"

#define SERVERS_MAX 64

struct server_kind {
	struct config_server server;
	char *title;
	char *note; /* how that is known */
	struct config_words references;
};

struct servers {
	struct server_kind *items;
	size_t count;
	size_t capacity;
	uint64_t digest; /* of the files' bytes */
};

/* Reads all of RULES_DIR/servers; `servers` is zeroed before and done after, in any case. */
must_check int servers_load(
    struct servers *servers, const char *rules_dir, struct buffer *errors);
void servers_done(struct servers *servers);
/* NULL where there is none of that name. */
const struct server_kind *servers_named(const struct servers *servers, const char *name);

#endif
