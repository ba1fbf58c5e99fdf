/* The sockets on which packets come and go, and who may send them. */
#ifndef AUTHMEDIC_HELPER_CLIENTS_H
#define AUTHMEDIC_HELPER_CLIENTS_H

#include "helper/service.h"

#define CLIENTS_MAX	  8
#define CLIENTS_MAX_POLLS (CLIENTS_MAX + 1)
#define CLIENTS_DAEMON	  "authmedic" /* the user that the daemon runs as */

struct client {
	int socket; /* -1: none */
	struct requester who;
};

struct clients {
	int listening; /* -1: none, or no longer */
	struct client clients[CLIENTS_MAX];
	uint64_t next_id;
	bool allows_uid; /* one user more, besides root and the daemon's, who may do all that root
			    may */
	uid_t allowed_uid;
};

void clients_init(struct clients *clients);
void clients_done(struct clients *clients);

/* Our own daemon at the other end of a socketpair. -EINVAL where it is no such socket. */
must_check int clients_add_parent(struct clients *clients, int socket);
/* A bound and listening socket that systemd handed over. */
must_check int clients_listen_on(struct clients *clients, int socket);
/* Binds a socket of our own; one that a helper left behind is replaced. */
must_check int clients_listen_at(struct clients *clients, const char *path);

/* Nobody can ask anything any more. */
bool clients_gone(const struct clients *clients);

size_t clients_poll(const struct clients *clients, struct pollfd polls[CLIENTS_MAX_POLLS]);
/* Takes whoever connects and one packet of each client. */
void clients_step(struct clients *clients, struct service *service, const struct moment *now);
/* Drops the client that does not take its replies. */
void clients_send(struct clients *clients, uint64_t id, const struct protocol_reply *reply);

#endif
