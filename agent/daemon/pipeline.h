/* The pipeline: what joins the stages. */
#ifndef AUTHMEDIC_DAEMON_PIPELINE_H
#define AUTHMEDIC_DAEMON_PIPELINE_H

#include "daemon/estate.h"
#include "loop/loop.h"

struct pipeline;

struct pipeline_options {
	uv_loop_t *loop;
	struct estate *estate; /* with an open store; the pipeline's where it succeeds */
	const char *config_file; /* what a spawned helper reads */
	int64_t started_ms; /* wall: when the daemon did */
	const char *confinement; /* in words; what it says may change, while it stays there */
};

/* Goes on where the last run stood, and starts following, probing and serving.
 * Errors are appended as lines. */
must_check int pipeline_new(
    struct pipeline **ret_pipeline, const struct pipeline_options *options, struct buffer *errors);
/* Commits, closes every handle; the loop must run on until they are gone. The estate is the
 * caller's again, or done with where `ret_estate` is NULL. */
void pipeline_close(struct pipeline **pipeline, struct estate *ret_estate);
/* Opens the store of an estate that shall take over from this pipeline, which goes on, by
 * estate_open_beside(). */
must_check int pipeline_prepare(
    const struct pipeline *pipeline, struct estate *next, struct buffer *errors);
/* Whether the logs were looked at to the end of a step in the last seconds. */
bool pipeline_is_going_on(const struct pipeline *pipeline);
/* Appends what is seen, in a line. */
void pipeline_describe(const struct pipeline *pipeline, struct buffer *line);

#endif
