#include "report/http_socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/address.h"

union endpoint {
	struct sockaddr any;
	struct sockaddr_in ipv4;
	struct sockaddr_in6 ipv6;
};

/* Cuts ADDRESS:PORT at its last colon. */
static int parse(struct view text, struct address *ret_address, uint16_t *ret_port)
{
	size_t colon = text.length;
	uint64_t port = 0;
	int error;

	while (colon > 0 && text.data[colon - 1] != ':')
		colon--;
	if (colon == 0 || view_to_uint64(view_skip(text, colon), &port) < 0 || port > UINT16_MAX)
		return -EINVAL;
	text.length = colon - 1;
	error = address_parse(text, ret_address);
	if (error < 0)
		return error;
	/* Without brackets it would not be clear where an IPv6 address ends. */
	if (view_contains(text, VIEW(":")) && text.data[0] != '[')
		return -EINVAL;
	*ret_port = (uint16_t)port;
	return 0;
}

static socklen_t make_endpoint(
    const struct address *address, uint16_t port, union endpoint *ret_endpoint)
{
	*ret_endpoint = (union endpoint){0};
	if (address->family == 4) {
		ret_endpoint->ipv4.sin_family = AF_INET;
		ret_endpoint->ipv4.sin_port = htons(port);
		memcpy(&ret_endpoint->ipv4.sin_addr, address->bytes, 4);
		return sizeof(ret_endpoint->ipv4);
	}
	ret_endpoint->ipv6.sin6_family = AF_INET6;
	ret_endpoint->ipv6.sin6_port = htons(port);
	memcpy(&ret_endpoint->ipv6.sin6_addr, address->bytes, 16);
	return sizeof(ret_endpoint->ipv6);
}

static int start_listening(int file, const union endpoint *endpoint, socklen_t length)
{
	int on = 1;

	/* A restart must not wait for the last run's connections to be forgotten. */
	if (setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
		return -errno;
	if (endpoint->any.sa_family == AF_INET6 &&
	    setsockopt(file, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0)
		return -errno;
	if (bind(file, &endpoint->any, length) < 0 || listen(file, HTTP_SOCKET_BACKLOG) < 0)
		return -errno;
	return 0;
}

static int read_port(int file, uint16_t *ret_port)
{
	union endpoint endpoint = {0};
	socklen_t length = sizeof(endpoint);

	if (getsockname(file, &endpoint.any, &length) < 0)
		return -errno;
	*ret_port = ntohs(
	    endpoint.any.sa_family == AF_INET ? endpoint.ipv4.sin_port : endpoint.ipv6.sin6_port);
	return 0;
}

int http_socket_listen(struct view address_text, int *ret_socket, uint16_t *ret_port)
{
	struct address address;
	union endpoint endpoint = {0};
	socklen_t length;
	uint16_t port;
	int file;
	int error = parse(address_text, &address, &port);

	if (error < 0)
		return error;
	length = make_endpoint(&address, port, &endpoint);
	file = socket(endpoint.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (file < 0)
		return -errno;
	error = start_listening(file, &endpoint, length);
	if (error == 0)
		error = read_port(file, ret_port);
	if (error < 0) {
		close(file);
		return error;
	}
	*ret_socket = file;
	return 0;
}

void http_socket_cut(int socket)
{
	/* What the client has not taken yet is dropped with the socket, not kept for it. */
	struct linger linger = {.l_onoff = 1, .l_linger = 0};

	/* Both fail only where the client was faster. */
	setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	shutdown(socket, SHUT_RDWR);
}

void http_socket_close(int socket)
{
	close(socket);
}
