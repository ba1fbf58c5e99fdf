/* The daemon's end of the line to authmedic-helper: spawns it or connects to it, keeps doing so
 * with growing pauses, and matches replies to requests. Replies are checked; a malformed one breaks
 * the line. */
#ifndef AUTHMEDIC_REMEDY_HELPER_CLIENT_H
#define AUTHMEDIC_REMEDY_HELPER_CLIENT_H

#include "config/config.h"
#include "loop/loop.h"
#include "remedy/protocol.h"

#define HELPER_CLIENT_MAX_REQUESTS 256 /* waiting for their replies */

struct helper_client;

/* `reply` is NULL where the line broke before there was one. */
typedef void helper_client_on_reply(void *context, const struct protocol_reply *reply);

struct helper_client_options {
	uv_loop_t *loop;
	const struct config *config; /* borrowed */
	const char *config_file; /* what a spawned helper reads */
	void (*on_connection)(void *context, bool connected);
	void *context;
};

struct helper_client_request {
	enum protocol_verb verb;
	const char *site;
	const char *incident; /* "" where the verb needs none */
	const char *reason;
	uint32_t rung;
	uint64_t key; /* of what was taken back by hand; else 0 */
	int64_t for_ms; /* of an approval; 0: as configured */
	int64_t begin_by_ms; /* of an apply: boot time until which it may be begun; 0: ever */
	helper_client_on_reply *on_reply;
	void *context;
};

/* Connects at once, then on its own. */
must_check int helper_client_new(
    struct helper_client **ret_client, const struct helper_client_options *options);
/* Not from within a callback of its own; none comes any more. A spawned helper sees the end of the
 * line, finishes the action it is in and leaves by itself. */
void helper_client_close(struct helper_client **client);

bool helper_client_is_connected(const struct helper_client *client);
/* -ENOTCONN, -ENOSPC with too many waiting, -EINVAL on a name that does not fit. */
must_check int helper_client_ask(
    struct helper_client *client, const struct helper_client_request *request);
/* Within an on_reply: when what it answers was asked, by the boot clock. The machine may have slept
 * since then. */
int64_t helper_client_asked_ms(const struct helper_client *client);

#endif
