/* The socket between daemon and helper: a unix socket for packets. */
#ifndef AUTHMEDIC_TRUST_PACKET_SOCKET_H
#define AUTHMEDIC_TRUST_PACKET_SOCKET_H

#include <stdbool.h>

#include "base/cleanup.h"

/* -ENOTSOCK where the descriptor is none, or does not listen as it should; it is made not to block
 * and not to be inherited. */
must_check int packet_socket_check(int socket, bool listens);
/* A listening one at the path, in the place of an earlier one, for anybody to connect to; the
 * descriptor or -errno. */
must_check int packet_socket_listen(const char *path, int backlog);
/* Whether nobody is at the other end any more; what he sent before may still be there. */
bool packet_socket_ended(int socket);
/* The one that systemd handed to us; -ENOTSOCK where it did not hand over just one. */
must_check int packet_socket_of_systemd(void);
/* Closes on whoever waits there, on 64 of them at most; nothing where there is none. For a service
 * that cannot serve: systemd would start it again at once for them, and in the end give the socket
 * up. */
void packet_socket_turn_away(void);

#endif
