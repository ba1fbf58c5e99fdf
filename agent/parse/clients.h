/* The addresses of the clients that came last: most lines are of a client that came a moment ago,
 * and comparing sixteen bytes is several times cheaper than reading four numbers. A cache only:
 * what it forgets is read anew. */
#ifndef AUTHMEDIC_PARSE_CLIENTS_H
#define AUTHMEDIC_PARSE_CLIENTS_H

#include "base/address.h"

#define CLIENTS_ENTRIES   1024 /* a power of two */
#define CLIENTS_MIN_BYTES 8 /* shorter and longer texts are always read; nearly all IPv4 … */
#define CLIENTS_MAX_BYTES 15 /* … addresses are between */

struct clients {
	struct client {
		uint64_t head, tail; /* the first and the last eight bytes, which may overlap */
		uint8_t length; /* 0: free */
		uint8_t bytes[4];
	} entries[CLIENTS_ENTRIES];
};

/* address_parse(), with family 0 where that fails. */
void clients_address(struct clients *clients, struct view text, struct address *ret_address);

#endif
