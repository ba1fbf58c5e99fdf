/* How many wrong passwords a client may still send: a few at once, then one now and then. Pure. */
#ifndef AUTHMEDIC_REPORT_HTTP_FAILURES_H
#define AUTHMEDIC_REPORT_HTTP_FAILURES_H

#include <stddef.h>

#include "report/http_client.h"

#define HTTP_FAILURES_AT_ONCE  10
#define HTTP_FAILURES_EVERY_MS 6000 /* so often one is forgotten */
#define HTTP_FAILURES_CLIENTS  256 /* known at once */

struct http_failing {
	struct http_client client;
	unsigned count;
	int64_t since_ms; /* when the last one was forgotten, or the first came */
};

struct http_failures {
	struct http_failing clients[HTTP_FAILURES_CLIENTS];
	size_t count;
	uint64_t forgotten; /* clients that made room for others too early */
};

bool http_failures_is_limited(
    struct http_failures *failures, const struct http_client *client, int64_t now_ms);
/* One more; also for what may yet turn out well. */
void http_failures_add(
    struct http_failures *failures, const struct http_client *client, int64_t now_ms);
/* It turned out well. */
void http_failures_take_back(struct http_failures *failures, const struct http_client *client);

#endif
