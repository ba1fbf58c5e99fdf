/* Who is at the other end of a socket, as the kernel tells it. */
#ifndef AUTHMEDIC_TRUST_PEER_H
#define AUTHMEDIC_TRUST_PEER_H

#include <sys/types.h>

#include "base/view.h"

#define PEER_NAME_BYTES 64

struct peer {
	uid_t user;
	char name[PEER_NAME_BYTES]; /* one word: USER, or USER/LOGIN where root was once another */
};

must_check int peer_read(int socket, struct peer *ret_peer);

#endif
