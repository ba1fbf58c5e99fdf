/* The sockets of the endpoint. Each system has its own implementation of this header. */
#ifndef AUTHMEDIC_REPORT_HTTP_SOCKET_H
#define AUTHMEDIC_REPORT_HTTP_SOCKET_H

#include "base/view.h"

#define HTTP_SOCKET_BACKLOG 128

/* `address` is ADDRESS:PORT, an IPv6 address in brackets; port 0 lets the system choose, and
 * *ret_port tells which. -EINVAL where it is anything else, -EADDRINUSE where the port is taken.
 * The socket does not block; the caller closes it. */
must_check int http_socket_listen(struct view address, int *ret_socket, uint16_t *ret_port);

/* Ends the connection in both directions, whatever is still on its way; the socket stays open, and
 * its owner sees the end. */
void http_socket_cut(int socket);

void http_socket_close(int socket);

#endif
