#include "report/http_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define IPV6_CLIENT_BYTES 8 /* a /64 */

union endpoint {
	struct sockaddr any;
	struct sockaddr_in ipv4;
	struct sockaddr_in6 ipv6;
	struct sockaddr_un local;
};

/* -- addresses -- */

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

static struct address address_of(const union endpoint *endpoint)
{
	struct address address = {0};

	if (endpoint->any.sa_family == AF_INET) {
		address.family = 4;
		memcpy(address.bytes, &endpoint->ipv4.sin_addr, 4);
	} else if (endpoint->any.sa_family == AF_INET6 &&
		   IN6_IS_ADDR_V4MAPPED(&endpoint->ipv6.sin6_addr)) {
		address.family = 4;
		memcpy(address.bytes, &endpoint->ipv6.sin6_addr.s6_addr[12], 4);
	} else if (endpoint->any.sa_family == AF_INET6) {
		address.family = 6;
		memcpy(address.bytes, &endpoint->ipv6.sin6_addr, 16);
	}
	return address;
}

/* What the system knows of a socket that listens. */
static int describe(struct http_socket *socket)
{
	union endpoint endpoint = {0};
	socklen_t length = sizeof(endpoint);
	struct address address;

	if (getsockname(socket->file, &endpoint.any, &length) < 0)
		return -errno;
	socket->is_local = endpoint.any.sa_family == AF_UNIX;
	if (socket->is_local) {
		socket->is_loopback = true;
		return 0;
	}
	address = address_of(&endpoint);
	if (address.family == 0)
		return -EINVAL;
	socket->port = ntohs(
	    endpoint.any.sa_family == AF_INET ? endpoint.ipv4.sin_port : endpoint.ipv6.sin6_port);
	socket->is_loopback = address.family == 4
				  ? address.bytes[0] == 127
				  : IN6_IS_ADDR_LOOPBACK(&endpoint.ipv6.sin6_addr) != 0;
	return 0;
}

/* -- TCP -- */

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

static int listen_on_port(struct view address_text, struct http_socket *made)
{
	struct address address;
	union endpoint endpoint = {0};
	socklen_t length;
	uint16_t port;
	int error = parse(address_text, &address, &port);

	if (error < 0)
		return error;
	length = make_endpoint(&address, port, &endpoint);
	made->file = socket(endpoint.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (made->file < 0)
		return -errno;
	return start_listening(made->file, &endpoint, length);
}

/* -- a socket in the file system -- */

static int make_path_endpoint(struct view path, union endpoint *ret_endpoint)
{
	*ret_endpoint = (union endpoint){.local = {.sun_family = AF_UNIX}};
	if (path.length < 2 || path.data[0] != '/' ||
	    path.length >= sizeof(ret_endpoint->local.sun_path))
		return -EINVAL;
	memcpy(ret_endpoint->local.sun_path, path.data, path.length);
	return 0;
}

/* Removes what an earlier run left behind. */
static int clear_way(const union endpoint *endpoint)
{
	struct stat status;
	int probe;
	int error = 0;

	if (lstat(endpoint->local.sun_path, &status) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(status.st_mode))
		return -EEXIST;
	probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (probe < 0)
		return -errno;
	if (connect(probe, &endpoint->any, sizeof(endpoint->local)) == 0 || errno == EAGAIN)
		error = -EADDRINUSE;
	else if (errno != ECONNREFUSED)
		error = -errno;
	close(probe);
	if (error == 0 && unlink(endpoint->local.sun_path) < 0)
		error = -errno;
	return error;
}

static int find_group(const char *name, gid_t *ret_group)
{
	const struct group *group;
	uint64_t number = 0;

	if (view_to_uint64(view_of_text(name), &number) == 0 && number < UINT32_MAX) {
		*ret_group = (gid_t)number;
		return 0;
	}
	group = getgrnam(name);
	if (group == NULL)
		return -EINVAL;
	*ret_group = group->gr_gid;
	return 0;
}

static int open_way(const char *path, const struct http_socket_access *access)
{
	gid_t group = (gid_t)-1;
	int error = access->group != NULL ? find_group(access->group, &group) : 0;

	if (error == 0 && access->group != NULL && lchown(path, (uid_t)-1, group) < 0)
		error = -errno;
	if (error == 0 && chmod(path, (mode_t)access->mode) < 0)
		error = -errno;
	return error;
}

static int remember_path(struct http_socket *made, const char *path)
{
	struct stat status;

	if (lstat(path, &status) < 0)
		return -errno;
	made->path = view_to_text(view_of_text(path));
	made->device = status.st_dev;
	made->inode = status.st_ino;
	return made->path != NULL ? 0 : -ENOMEM;
}

static int listen_on_path(
    struct view path, const struct http_socket_access *access, struct http_socket *made)
{
	union endpoint endpoint;
	mode_t mask;
	int error = make_path_endpoint(path, &endpoint);

	if (error == 0)
		error = clear_way(&endpoint);
	if (error < 0)
		return error;
	made->file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (made->file < 0)
		return -errno;
	/* Nobody else gets in before the permissions are those that were asked for. */
	mask = umask(0177);
	error = bind(made->file, &endpoint.any, sizeof(endpoint.local)) < 0 ? -errno : 0;
	umask(mask);
	if (error == 0)
		error = remember_path(made, endpoint.local.sun_path);
	if (error == 0)
		error = open_way(endpoint.local.sun_path, access);
	if (error == 0 && listen(made->file, HTTP_SOCKET_BACKLOG) < 0)
		error = -errno;
	return error;
}

/* -- the whole -- */

int http_socket_listen(
    struct view address, const struct http_socket_access *access, struct http_socket *ret_socket)
{
	const struct view local = VIEW("unix:");
	struct http_socket made = {.file = -1};
	int error = view_starts_with(address, local)
			? listen_on_path(view_skip(address, local.length), access, &made)
			: listen_on_port(address, &made);

	if (error == 0)
		error = describe(&made);
	if (error < 0) {
		http_socket_done(&made);
		return error;
	}
	*ret_socket = made;
	return 0;
}

static bool is_listening_stream(int file)
{
	int type = 0;
	int listens = 0;
	socklen_t length = sizeof(type);

	return getsockopt(file, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_STREAM &&
	       getsockopt(file, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) == 0 && listens;
}

int http_socket_inherit(int file, struct http_socket *ret_socket)
{
	struct http_socket made = {.file = -1};
	int flags;
	int error;

	if (!is_listening_stream(file))
		return -EINVAL;
	made.file = fcntl(file, F_DUPFD_CLOEXEC, 0);
	if (made.file < 0)
		return -errno;
	flags = fcntl(made.file, F_GETFL);
	error = flags < 0 || fcntl(made.file, F_SETFL, flags | O_NONBLOCK) < 0 ? -errno
									       : describe(&made);
	if (error < 0) {
		http_socket_done(&made);
		return error;
	}
	*ret_socket = made;
	return 0;
}

static bool is_still_ours(const struct http_socket *made)
{
	struct stat status;

	return lstat(made->path, &status) == 0 && S_ISSOCK(status.st_mode) &&
	       (uint64_t)status.st_dev == made->device && (uint64_t)status.st_ino == made->inode;
}

void http_socket_done(struct http_socket *made)
{
	if (made->path != NULL && is_still_ours(made))
		unlink(made->path);
	free(made->path);
	if (made->file >= 0)
		close(made->file);
	*made = (struct http_socket){.file = -1};
}

/* -- connections -- */

void http_socket_client(int file, struct http_client *ret_client)
{
	union endpoint endpoint = {0};
	socklen_t length = sizeof(endpoint);
	struct ucred user;
	socklen_t user_length = sizeof(user);
	struct address address;

	*ret_client = (struct http_client){.kind = HTTP_CLIENT_UNKNOWN};
	if (getpeername(file, &endpoint.any, &length) < 0)
		return;
	address = address_of(&endpoint);
	if (address.family != 0) {
		ret_client->kind = address.family == 4 ? HTTP_CLIENT_IPV4 : HTTP_CLIENT_IPV6;
		memcpy(ret_client->bytes, address.bytes,
		    address.family == 4 ? 4 : IPV6_CLIENT_BYTES);
	} else if (getsockopt(file, SOL_SOCKET, SO_PEERCRED, &user, &user_length) == 0) {
		ret_client->kind = HTTP_CLIENT_USER;
		memcpy(ret_client->bytes, &user.uid, sizeof(user.uid));
	}
}

void http_socket_connected_to(int file, struct address *ret_address)
{
	union endpoint endpoint = {0};
	socklen_t length = sizeof(endpoint);

	*ret_address = (struct address){0};
	if (getsockname(file, &endpoint.any, &length) == 0)
		*ret_address = address_of(&endpoint);
}

void http_socket_cut(int file)
{
	/* What the client has not taken yet is dropped with the socket, not kept for it. */
	struct linger linger = {.l_onoff = 1, .l_linger = 0};

	/* Both fail only where the client was faster. */
	setsockopt(file, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	shutdown(file, SHUT_RDWR);
}
