/* The HTTP endpoint's routes: which document each path gives. */
#ifndef AUTHMEDIC_DAEMON_ENDPOINT_H
#define AUTHMEDIC_DAEMON_ENDPOINT_H

#include "daemon/publisher.h"
#include "daemon/rulebook.h"
#include "loop/loop.h"
#include "state/store.h"

struct endpoint;

struct endpoint_parts {
	uv_loop_t *loop;
	const struct rulebook *rulebook;
	struct store *store;
	struct publisher *publisher;
	/* The rest of the model, as of now. */
	void (*fill_model)(void *context, struct report_model *model);
	void *context;
};

must_check int endpoint_new(
    struct endpoint **ret_endpoint, const struct endpoint_parts *parts, struct buffer *errors);
void endpoint_close(struct endpoint **endpoint);

#endif
