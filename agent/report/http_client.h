/* Who is at the other end of a connection, as far as it can be told: whom limits count. */
#ifndef AUTHMEDIC_REPORT_HTTP_CLIENT_H
#define AUTHMEDIC_REPORT_HTTP_CLIENT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum http_client_kind {
	HTTP_CLIENT_UNKNOWN,
	HTTP_CLIENT_IPV4,
	HTTP_CLIENT_IPV6, /* its /64: who has one address has them all */
	HTTP_CLIENT_USER, /* of this machine, over a unix: socket */
};

struct http_client {
	enum http_client_kind kind;
	uint8_t bytes[16]; /* the address or the user's number; the rest is zero */
};

static inline bool http_client_equal(const struct http_client *a, const struct http_client *b)
{
	return a->kind == b->kind && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

#endif
