#include <errno.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/helper.h"
#include "trust/packet_socket.h"
#include "trust/peer.h"

static void close_client(struct client *client)
{
	close(client->socket);
	client->socket = -1;
}

/* The daemon finds its places at the end, and people the others first. */
static int add(struct helper *helper, int socket, const struct peer *peer, bool is_operator)
{
	size_t places = is_operator ? HELPER_MAX_CLIENTS : HELPER_MAX_DAEMONS;

	for (size_t i = 0; i < places; i++) {
		struct client *client =
		    &helper->clients[is_operator ? i : HELPER_MAX_CLIENTS - 1 - i];

		if (client->socket < 0) {
			*client = (struct client){.socket = socket,
			    .id = ++helper->last_client, .is_operator = is_operator};
			snprintf(client->name, sizeof(client->name), "%s", peer->name);
			return 0;
		}
	}
	return -ENOSPC;
}

int clients_take(struct helper *helper, int socket, bool listens)
{
	struct peer peer;
	int error = packet_socket_check(socket, listens);

	if (error == 0 && listens)
		helper->listening = socket;
	else if (error == 0)
		error = peer_read(socket, &peer);
	return error < 0 || listens ? error : add(helper, socket, &peer, true);
}

void clients_poll(const struct helper *helper, struct pollfd polls[HELPER_MAX_CLIENTS + 1])
{
	for (size_t i = 0; i < HELPER_MAX_CLIENTS; i++)
		polls[i] = (struct pollfd){helper->clients[i].socket, POLLIN, 0};
	polls[HELPER_MAX_CLIENTS] = (struct pollfd){helper->listening, POLLIN, 0};
}

/* Root, whoever the command line names, and the daemon, which may ask for less. */
static void accept_one(struct helper *helper)
{
	int file = accept4(helper->listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	const struct passwd *daemon;
	struct peer peer;
	bool is_operator;

	if (file < 0)
		return;
	if (peer_read(file, &peer) == 0) {
		is_operator = peer.user == 0 || peer.user == helper->allowed_uid;
		daemon = getpwnam(HELPER_DAEMON_USER);
		if ((is_operator || (daemon != NULL && daemon->pw_uid == peer.user)) &&
		    add(helper, file, &peer, is_operator) == 0)
			return;
		log_warning("turned away uid %u", (unsigned)peer.user);
	}
	close(file);
}

/* An empty packet looks like the end, and is as little use. One longer than a request is told by
 * its length, which is that of what was sent. Who is gone would not look after an action, and who
 * came after him may have been told already that it was never begun. */
static void receive(struct helper *helper, struct client *client)
{
	struct protocol_request packet = {0};
	ssize_t got = recv(client->socket, &packet, sizeof(packet), MSG_DONTWAIT | MSG_TRUNC);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0 || (packet.verb == PROTOCOL_APPLY && packet_socket_ended(client->socket)) ||
	    serve(helper, client, view_of((char *)&packet, (size_t)got)) < 0)
		close_client(client);
}

void clients_step(struct helper *helper)
{
	for (size_t i = 0; i < HELPER_MAX_CLIENTS; i++)
		if (helper->clients[i].socket >= 0)
			receive(helper, &helper->clients[i]);
	if (helper->listening >= 0)
		accept_one(helper);
	else if (helper->clients[0].socket < 0)
		helper->stopping = true; /* whoever started us is gone */
}

void clients_send(struct helper *helper, uint64_t client, const struct protocol_reply *reply)
{
	for (size_t i = 0; i < HELPER_MAX_CLIENTS; i++) {
		struct client *to = &helper->clients[i];

		/* Whoever does not take his replies asks for no more. */
		if (to->socket >= 0 && to->id == client &&
		    send(to->socket, reply, protocol_reply_bytes(reply), MSG_DONTWAIT) < 0)
			close_client(to);
	}
}
