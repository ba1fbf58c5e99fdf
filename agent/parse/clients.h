/* The addresses of the clients that came last: most lines are of a client that came a moment ago,
 * and comparing sixteen bytes is several times cheaper than reading four numbers. A cache only:
 * what it forgets is read anew. */
#ifndef AUTHMEDIC_PARSE_CLIENTS_H
#define AUTHMEDIC_PARSE_CLIENTS_H

#include "base/address.h"

#define CLIENTS_ENTRIES   512 /* a power of two; more would leave the nearest cache */
#define CLIENTS_MIN_BYTES 8 /* shorter and longer texts are always read */
#define CLIENTS_MAX_BYTES 40 /* no plain address is longer */

struct clients {
	struct client {
		uint64_t head, tail; /* the first and the last eight bytes, which may overlap */
		struct address address;
		uint8_t length; /* 0: free */
	} entries[CLIENTS_ENTRIES];
	/* What is between the two, by the number of the entry; beside them, as few texts are so
	 * long. */
	char middles[CLIENTS_ENTRIES][CLIENTS_MAX_BYTES - 16];
};

/* address_of_host(). */
void clients_address(struct clients *clients, struct view text, struct address *ret_address);

#endif
