/* The Host header against DNS rebinding: a page of somebody else's, under a name that leads to us,
 * must not be able to read what we tell. Pure. */
#ifndef AUTHMEDIC_REPORT_HTTP_HOST_H
#define AUTHMEDIC_REPORT_HTTP_HOST_H

#include "base/address.h"

struct http_host_names {
	const char *const *items; /* names and addresses, without a port */
	size_t count;
};

/* Whether `host`, with or without a port, is localhost or a loopback address, the address that the
 * client connected to (family 0: none), or one of the names. */
bool http_host_is_ours(
    struct view host, const struct http_host_names *names, const struct address *connected_to);

#endif
