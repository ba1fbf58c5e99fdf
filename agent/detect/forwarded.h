/* Whom a line is of where proxies stand in front: any client can write a forwarded address, so only
 * the word of a trusted proxy counts, and of its word only what it added itself. */
#ifndef AUTHMEDIC_DETECT_FORWARDED_H
#define AUTHMEDIC_DETECT_FORWARDED_H

#include "parse/record.h"

/* So many addresses of one header are looked at, from its end. */
#define FORWARDED_MAX_HOPS 16

struct trusted_proxies {
	const struct address_range *ranges;
	size_t count;
};

/* The last address of record.forwarded that is no trusted proxy; the client's own where that is
 * none, where nothing was forwarded, or where what stands there is no address. */
struct address forwarded_client(const struct trusted_proxies *proxies, const struct record *record);

#endif
