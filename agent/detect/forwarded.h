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

/* From record.address on each trusted proxy's word is taken for the hop before it, from the end of
 * record.forwarded: the first that is no trusted proxy, or the last that is told as an address. */
struct address forwarded_client(const struct trusted_proxies *proxies, const struct record *record);

#endif
