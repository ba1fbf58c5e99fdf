/* Those whom the endpoint waits for: to send a request, to take the answer. Each gets the same
 * time; when there are too many, of one client or in all, the one that has waited the longest goes,
 * of the client with the most. Decides only: the caller cuts. */
#ifndef AUTHMEDIC_REPORT_HTTP_CROWD_H
#define AUTHMEDIC_REPORT_HTTP_CROWD_H

#include <stddef.h>

#include "report/http_client.h"

#define HTTP_CROWD_MEMBERS   48 /* beyond it one is cut */
#define HTTP_CROWD_OF_CLIENT 32 /* of them, so that one client never has all */

enum http_cut { HTTP_CUT_SLOW, HTTP_CUT_CLIENT_FULL, HTTP_CUT_ALL_FULL, HTTP_CUT_COUNT };

struct http_crowd_member {
	struct http_client client;
	int64_t deadline_ms;
};

struct http_crowd {
	/* By deadline: the last to come is the last in time. One more for a moment, until it or
	 * another was taken out. */
	struct http_crowd_member *waiting[HTTP_CROWD_MEMBERS + 1];
	size_t count;
	uint64_t cut[HTTP_CUT_COUNT];
};

/* The member, whose client is set, waits from now on. Answers whom to cut for that, or NULL: one
 * that waits no more, and was counted. */
struct http_crowd_member *http_crowd_join(
    struct http_crowd *crowd, struct http_crowd_member *member, int64_t deadline_ms);
/* Whether it was waiting, and not cut. */
bool http_crowd_leave(struct http_crowd *crowd, const struct http_crowd_member *member);
/* One whose time is over, who waits no more and was counted; NULL where there is none. */
struct http_crowd_member *http_crowd_expire(struct http_crowd *crowd, int64_t now_ms);
/* When the next one's time is over; INT64_MAX: nobody waits. */
int64_t http_crowd_next_ms(const struct http_crowd *crowd);

#endif
