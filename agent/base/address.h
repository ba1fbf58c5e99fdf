/* Network addresses as bytes, and the voter that an address counts for. */
#ifndef AUTHMEDIC_BASE_ADDRESS_H
#define AUTHMEDIC_BASE_ADDRESS_H

#include "base/buffer.h"

struct address {
	uint8_t bytes[16]; /* IPv4 uses the first four; the rest is zero */
	uint8_t family;    /* 4 or 6; 0: none */
};

/* Dotted IPv4 or any IPv6 text, also in brackets and with a %zone, which is dropped. An IPv4-mapped
 * IPv6 address becomes IPv4. -EINVAL on all else (names, ports). */
must_check int address_parse(struct view text, struct address *ret_address);

/* The same, or one with a port behind it, as some proxies log it; an IPv6 address with a port
 * stands in brackets. The port is left out, or one client would be many. */
must_check int address_parse_host(struct view text, struct address *ret_address);
/* The same, with family 0 where it is neither. */
struct address address_of_host(struct view text);

/* HOST:PORT, the host a name, an IPv4 address or an IPv6 address in brackets, the port above 0. */
bool address_is_target(struct view text);

/* The address with all bits behind the prefix cleared. */
struct address address_prefix(struct address address, unsigned ipv4_bits, unsigned ipv6_bits);

/* All addresses that share their first bits. */
struct address_range {
	struct address first;
	unsigned bits;
};

/* "192.0.2.0/24" or "2001:db8::/32", or one address. -EINVAL on all else, also where bits behind
 * the prefix are set. */
must_check int address_range_parse(struct view text, struct address_range *ret_range);
bool address_range_holds(const struct address_range *range, const struct address *address);

/* Appends the usual text form (RFC 5952), "-" for none. */
void address_append(struct buffer *buffer, const struct address *address);

#endif
