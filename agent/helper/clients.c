#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "helper/helper.h"

static void close_client(struct client *client)
{
	if (client->socket >= 0)
		close(client->socket);
	client->socket = -1;
}

static int add(struct helper *helper, int socket, bool may_resume)
{
	for (size_t i = 0; i < HELPER_MAX_CLIENTS; i++) {
		struct client *client = &helper->clients[i];

		if (client->socket < 0) {
			*client = (struct client){socket, ++helper->last_client, may_resume};
			return 0;
		}
	}
	return -ENOSPC;
}

static bool has_option(int socket, int option, int expected)
{
	int value = -1;
	socklen_t value_bytes = sizeof(value);

	return getsockopt(socket, SOL_SOCKET, option, &value, &value_bytes) == 0 &&
	       value == expected;
}

/* A unix socket for packets, which nobody else shall inherit. */
static int check_socket(int socket, bool listens)
{
	if (!has_option(socket, SO_DOMAIN, AF_UNIX) ||
	    !has_option(socket, SO_TYPE, SOCK_SEQPACKET) ||
	    !has_option(socket, SO_ACCEPTCONN, listens))
		return -ENOTSOCK;
	if (fcntl(socket, F_SETFD, FD_CLOEXEC) < 0 || fcntl(socket, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	return 0;
}

int clients_take_parent(struct helper *helper, int socket)
{
	int error = check_socket(socket, false);

	return error < 0 ? error : add(helper, socket, true);
}

int clients_take_listening(struct helper *helper, int socket)
{
	int error = check_socket(socket, true);

	if (error == 0)
		helper->listening = socket;
	return error;
}

int clients_listen(struct helper *helper, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct stat status;
	int file, error = 0;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path));
	file = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (file < 0)
		return -errno;
	if (lstat(path, &status) == 0 && S_ISSOCK(status.st_mode))
		unlink(path); /* an earlier helper's */
	/* Anybody may knock: the kernel tells us who it is. */
	if (bind(file, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    chmod(path, 0666) < 0 || listen(file, HELPER_MAX_CLIENTS) < 0) {
		error = -errno;
		close(file);
		return error;
	}
	helper->listening = file;
	return 0;
}

void clients_poll(const struct helper *helper, struct pollfd polls[HELPER_MAX_CLIENTS + 1])
{
	for (size_t i = 0; i < HELPER_MAX_CLIENTS; i++)
		polls[i] = (struct pollfd){helper->clients[i].socket, POLLIN, 0};
	polls[HELPER_MAX_CLIENTS] = (struct pollfd){helper->listening, POLLIN, 0};
}

static bool is_daemon(uid_t user)
{
	const struct passwd *daemon = getpwnam(HELPER_DAEMON_USER);

	return daemon != NULL && daemon->pw_uid == user;
}

static void accept_one(struct helper *helper)
{
	int file = accept4(helper->listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct ucred peer;
	socklen_t peer_bytes = sizeof(peer);
	bool is_trusted;

	if (file < 0)
		return;
	if (getsockopt(file, SOL_SOCKET, SO_PEERCRED, &peer, &peer_bytes) == 0) {
		is_trusted = peer.uid == 0 || peer.uid == helper->allowed_uid;
		if ((is_trusted || is_daemon(peer.uid)) && add(helper, file, is_trusted) == 0)
			return;
		log_warning("turned away uid %u", (unsigned)peer.uid);
	}
	close(file);
}

/* An empty packet looks like the end, and is as little use. One longer than a request is told by
 * its length, which is that of what was sent. */
static void receive(struct helper *helper, struct client *client)
{
	struct protocol_request packet;
	ssize_t got = recv(client->socket, &packet, sizeof(packet), MSG_DONTWAIT | MSG_TRUNC);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0 || serve(helper, client, view_of((char *)&packet, (size_t)got)) < 0)
		close_client(client);
}

void clients_step(struct helper *helper)
{
	bool any = helper->listening >= 0;

	for (size_t i = 0; i < HELPER_MAX_CLIENTS; i++) {
		if (helper->clients[i].socket >= 0)
			receive(helper, &helper->clients[i]);
		any = any || helper->clients[i].socket >= 0;
	}
	if (helper->listening >= 0)
		accept_one(helper);
	else if (!any)
		helper->stopping = true; /* whoever started us is gone */
}

void clients_send(struct helper *helper, uint64_t client, const struct protocol_reply *reply)
{
	for (size_t i = 0; i < HELPER_MAX_CLIENTS; i++) {
		struct client *to = &helper->clients[i];

		if (to->socket < 0 || to->id != client)
			continue;
		/* Whoever does not take his replies asks for no more. */
		if (send(to->socket, reply, sizeof(*reply), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
			close_client(to);
	}
}

void clients_close(struct helper *helper)
{
	for (size_t i = 0; i < HELPER_MAX_CLIENTS; i++)
		close_client(&helper->clients[i]);
	if (helper->listening >= 0)
		close(helper->listening);
}
