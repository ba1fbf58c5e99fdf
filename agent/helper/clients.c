#include "helper/clients.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"

void clients_init(struct clients *clients)
{
	*clients = (struct clients){.listening = -1, .next_id = 1};
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		clients->clients[i].socket = -1;
}

static void close_client(struct client *client)
{
	close(client->socket);
	client->socket = -1;
}

void clients_done(struct clients *clients)
{
	if (clients->listening >= 0)
		close(clients->listening);
	clients->listening = -1;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (clients->clients[i].socket >= 0)
			close_client(&clients->clients[i]);
}

static int add(struct clients *clients, int socket, bool may_resume)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &clients->clients[i];

		if (client->socket >= 0)
			continue;
		client->socket = socket;
		client->who = (struct requester){clients->next_id++, may_resume};
		return 0;
	}
	return -ENOSPC;
}

static int check_option(int socket, int option, int expected)
{
	int value = -1;
	socklen_t value_bytes = sizeof(value);

	if (getsockopt(socket, SOL_SOCKET, option, &value, &value_bytes) < 0)
		return -errno;
	return value == expected ? 0 : -EINVAL;
}

/* A unix socket for packets, which nobody else inherits. */
static int take_socket(int socket, bool listens)
{
	int error = check_option(socket, SO_TYPE, SOCK_SEQPACKET);

	if (error == 0)
		error = check_option(socket, SO_DOMAIN, AF_UNIX);
	if (error == 0)
		error = check_option(socket, SO_ACCEPTCONN, listens);
	if (error == 0 &&
	    (fcntl(socket, F_SETFD, FD_CLOEXEC) < 0 || fcntl(socket, F_SETFL, O_NONBLOCK) < 0))
		error = -errno;
	return error;
}

int clients_add_parent(struct clients *clients, int socket)
{
	int error = take_socket(socket, false);

	return error < 0 ? error : add(clients, socket, true);
}

int clients_listen_on(struct clients *clients, int socket)
{
	int error = take_socket(socket, true);

	if (error == 0)
		clients->listening = socket;
	return error;
}

static void remove_old_socket(const char *path)
{
	struct stat status;

	if (lstat(path, &status) == 0 && S_ISSOCK(status.st_mode))
		unlink(path);
}

int clients_listen_at(struct clients *clients, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int file, error = 0;
	mode_t old;

	if ((size_t)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path) >=
	    sizeof(address.sun_path))
		return -ENAMETOOLONG;
	file = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (file < 0)
		return -errno;
	remove_old_socket(path);
	old = umask(0111); /* anybody may knock; who gets in, the kernel tells us */
	if (bind(file, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(file, CLIENTS_MAX) < 0)
		error = -errno;
	umask(old);
	if (error == 0)
		clients->listening = file;
	else
		close(file);
	return error;
}

bool clients_gone(const struct clients *clients)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (clients->clients[i].socket >= 0)
			return false;
	return clients->listening < 0;
}

size_t clients_poll(const struct clients *clients, struct pollfd polls[CLIENTS_MAX_POLLS])
{
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		polls[i] = (struct pollfd){.fd = clients->clients[i].socket, .events = POLLIN};
	polls[CLIENTS_MAX] = (struct pollfd){.fd = clients->listening, .events = POLLIN};
	return CLIENTS_MAX_POLLS;
}

/* Whether whoever connected may ask at all, and whether he may do what root may. */
static bool may_ask(const struct clients *clients, int socket, bool *ret_may_resume)
{
	struct ucred peer = {.uid = (uid_t)-1};
	socklen_t peer_bytes = sizeof(peer);
	const struct passwd *daemon = getpwnam(CLIENTS_DAEMON);

	if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &peer_bytes) < 0)
		return false;
	*ret_may_resume =
	    peer.uid == 0 || (clients->allows_uid && peer.uid == clients->allowed_uid);
	if (*ret_may_resume || (daemon != NULL && peer.uid == daemon->pw_uid))
		return true;
	log_warning("turned uid %u away", (unsigned)peer.uid);
	return false;
}

static void accept_one(struct clients *clients)
{
	int socket = accept4(clients->listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	bool may_resume = false;

	if (socket >= 0 &&
	    (!may_ask(clients, socket, &may_resume) || add(clients, socket, may_resume) < 0))
		close(socket);
}

/* A packet longer than a request is told by its length, which is that of what was sent. */
static void receive(struct client *client, struct service *service, const struct moment *now)
{
	struct protocol_request packet;
	ssize_t got = recv(client->socket, &packet, sizeof(packet), MSG_DONTWAIT | MSG_TRUNC);
	struct view bytes = view_of((const char *)&packet, got > 0 ? (size_t)got : 0);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	/* An empty packet looks the same as the end, and is as little use. */
	if ((got <= 0 || service_take(service, &client->who, bytes, now) < 0) &&
	    client->socket >= 0)
		close_client(client);
}

void clients_step(struct clients *clients, struct service *service, const struct moment *now)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (clients->clients[i].socket >= 0)
			receive(&clients->clients[i], service, now);
	if (clients->listening >= 0)
		accept_one(clients);
}

void clients_send(struct clients *clients, uint64_t id, const struct protocol_reply *reply)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &clients->clients[i];

		if (client->socket < 0 || client->who.id != id)
			continue;
		if (send(client->socket, reply, sizeof(*reply), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
			close_client(client);
	}
}
