/* systemd's journal in its own language: a datagram with a field a line. */
#ifndef AUTHMEDIC_BASE_JOURNAL_SOCKET_H
#define AUTHMEDIC_BASE_JOURNAL_SOCKET_H

#include "base/view.h"

#define JOURNAL_SOCKET_PATH "/run/systemd/journal/socket"

/* Whether standard error is what JOURNAL_STREAM names: then nobody has put something else there. */
bool journal_socket_is_standard_error(void);
/* Connects, and keeps the socket for good. */
must_check int journal_socket_open(const char *path, int *ret_socket);
/* Never waits; -EAGAIN where the journal does not read. */
must_check int journal_socket_send(int socket, struct view datagram);

#endif
