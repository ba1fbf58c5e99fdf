/* What each kind of receiver is sent: the same news, in the form that it understands. */
#ifndef AUTHMEDIC_REPORT_WIRE_H
#define AUTHMEDIC_REPORT_WIRE_H

#include "base/json.h"

/* Borrowed; lives during the call. */
struct wire_news {
	const struct json *document; /* as notification.h prints it */
	const char *id;              /* the same at each attempt */
	const char *host;            /* which authmedic says so */
	int64_t now_ms;              /* of this attempt */
	const char *key;             /* of the receiver, where its body carries one; else NULL */
};

struct wire {
	const char *type; /* notify[].type */
	const char *content_type;
	bool signs;       /* the secret signs the message (Standard Webhooks) */
	bool groups;      /* it can be told of several troubles by one message */
	bool needs_key;   /* the secret is the receiver's key, which the body carries */
	const char *path; /* where under the URL, unless it names that already; "": as it is */
	int64_t again_ms; /* what goes on is sent again after so long; 0: once is enough */
	/* Appends the body; -EINVAL for a document that is none of ours. */
	int (*print)(const struct wire_news *news, struct buffer *body);
};

/* NULL where there is none of that type. */
const struct wire *wire_of(const char *type);
/* The URL with the receiver's path. */
void wire_append_url(const struct wire *wire, const char *url, struct buffer *ret_url);

#endif
