/* Delivers messages to webhooks, one at a time for each target, as loop/http_client.h speaks. */
#ifndef AUTHMEDIC_REPORT_WEBHOOK_SENDER_H
#define AUTHMEDIC_REPORT_WEBHOOK_SENDER_H

#include "loop/loop.h"
#include "report/signature.h"

#define WEBHOOK_MAX_TARGETS	   16
#define WEBHOOK_MAX_RESPONSE_BYTES 65536 /* read of an answer's body */
#define WEBHOOK_KEPT_RESPONSE_BYTES 512 /* of its beginning, for a person */
#define WEBHOOK_TIMEOUT_MS	   10000 /* for the whole delivery */

enum webhook_result {
	WEBHOOK_DELIVERED, /* a 2xx status, whatever became of the body */
	WEBHOOK_RETRY,	   /* no answer, or one that may change: all but those below */
	WEBHOOK_DEAD	   /* a 4xx other than 408 and 429: the same message would fail again */
};

const char *webhook_result_name(enum webhook_result result); /* "delivered", "retry", "dead" */

struct webhook_outcome {
	enum webhook_result result;
	int status;		/* 0: no answer */
	int64_t retry_after_ms; /* -1: the receiver did not say */
	const char *reason;	/* for a person; never the URL, which may be a secret itself */
	struct view answer;	/* the body's beginning, hostile; lives during the callback */
};

/* A callback may send the target's next message, or close the sender. */
typedef void webhook_on_outcome(
    void *context, size_t target, const struct webhook_outcome *outcome);

struct webhook_options {
	webhook_on_outcome *on_outcome;
	void *context;
	const char *user_agent;
	int64_t timeout_ms; /* 0: WEBHOOK_TIMEOUT_MS */
};

/* Copied by the sender. */
struct webhook_target {
	const char *url;
	const char *content_type;
	const struct signature_secret *secret; /* NULL: unsigned */
	const char *ca_file;                   /* PEM; NULL: what the system trusts */
};

struct webhook_message {
	struct view id; /* printable ASCII without spaces; the same at each attempt */
	struct view body;
	int64_t now_ms;
};

struct webhook_sender;

must_check int webhook_sender_new(struct webhook_sender **ret_sender, uv_loop_t *loop,
    const struct webhook_options *options);
/* Drops what is under way without an outcome. */
void webhook_sender_close(struct webhook_sender **sender);

/* Targets are numbered from 0 in the order they are added; -ENOSPC at the maximum. */
must_check int webhook_sender_add(
    struct webhook_sender *sender, const struct webhook_target *target);

/* Starts a delivery; its outcome comes later by the callback. -EBUSY while the target has one under
 * way, -EINVAL where there is no such target or the id is none. */
must_check int webhook_sender_send(
    struct webhook_sender *sender, size_t target, const struct webhook_message *message);
bool webhook_sender_is_busy(const struct webhook_sender *sender, size_t target);

#endif
