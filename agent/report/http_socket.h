/* The sockets of the endpoint. Each system has its own implementation of this header. */
#ifndef AUTHMEDIC_REPORT_HTTP_SOCKET_H
#define AUTHMEDIC_REPORT_HTTP_SOCKET_H

#include "base/address.h"
#include "report/http_client.h"

#define HTTP_SOCKET_BACKLOG 128

struct http_socket {
	int file;         /* -1: somebody else's by now */
	uint16_t port;    /* 0: a socket of this machine */
	bool is_local;    /* a socket in the file system: its permissions say who may connect */
	bool is_loopback; /* nothing comes from another machine */
	char *path;       /* of the one that we made, and remove; else NULL */
	uint64_t device, inode;
};

struct http_socket_access { /* of a socket in the file system */
	int mode;          /* permission bits */
	const char *group; /* a name or number; NULL: our own */
};

/* `address` is ADDRESS:PORT, an IPv6 address in brackets, port 0 lets the system choose; or
 * unix:/PATH, where a socket that nobody listens on any more is replaced. -EINVAL where it is
 * anything else or the group is unknown, -EADDRINUSE where somebody listens there, -EEXIST where
 * the path is no socket. The socket does not block. */
must_check int http_socket_listen(
    struct view address, const struct http_socket_access *access, struct http_socket *ret_socket);
/* A copy of a socket that the service manager listens on. -EINVAL where it is none. */
must_check int http_socket_inherit(int file, struct http_socket *ret_socket);
/* Closes the file and removes the path, where they are still ours. */
void http_socket_done(struct http_socket *socket);

/* Of a connection: who is there; and the address that was connected to, family 0 for none. */
void http_socket_client(int file, struct http_client *ret_client);
void http_socket_connected_to(int file, struct address *ret_address);

/* Ends the connection in both directions, whatever is still on its way; the socket stays open, and
 * its owner sees the end. */
void http_socket_cut(int file);

#endif
