/* The fleet, as this host takes part in it: the member's questions go to etcd, one after the other,
 * and its answers come back. */
#ifndef AUTHMEDIC_FLEET_FLEET_H
#define AUTHMEDIC_FLEET_FLEET_H

#include "fleet/member.h"
#include "loop/loop.h"

#define FLEET_TIMEOUT_MS 3000 /* for an answer */

struct fleet;

struct fleet_options {
	uv_loop_t *loop;
	const struct config_fleet *config; /* borrowed, as the texts below */
	const char *host;
	const char *run;
	const char *previous_run;
	const char *password; /* NULL: nobody signs in */
	void (*on_answer)(void *context); /* something may have changed; not to be closed from it */
	void *context;
};

/* This host's name as it stands in etcd: the given one or, for NULL, the machine's; in small
 * letters. -EINVAL where that is no name. */
must_check int fleet_name_host(const char *given, char ret_host[GROUP_NAME_BYTES]);

must_check int fleet_new(struct fleet **ret_fleet, const struct fleet_options *options);
/* What was said to etcd holds until the lease is over. */
void fleet_close(struct fleet **fleet);

/* Asks what is due; at least each second. */
void fleet_work(struct fleet *fleet);
struct member *fleet_member(struct fleet *fleet);
/* Why the last question had no answer of use, for a person; "" where it had, and all that was to be
 * written as well. */
const char *fleet_trouble(const struct fleet *fleet);
/* Of the questions to sign in; beside the member's. */
uint64_t fleet_errors_total(const struct fleet *fleet);

#endif
