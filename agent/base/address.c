#include "base/address.h"

#include <errno.h>

/* Exactly four decimal parts without leading zeros: octal forms mean another address elsewhere. */
static int parse_ipv4(struct view text, uint8_t ret_bytes[4])
{
	for (int i = 0; i < 4; i++) {
		struct view part;
		uint64_t value;
		bool more = view_cut(&text, '.', &part);

		if (more != (i < 3) || part.length > 3 || view_to_uint64(part, &value) < 0 ||
		    value > 255 || (part.length > 1 && part.data[0] == '0'))
			return -EINVAL;
		ret_bytes[i] = (uint8_t)value;
	}
	return 0;
}

static int parse_hex_group(struct view group, uint8_t ret_bytes[2])
{
	unsigned value = 0;

	if (group.length == 0 || group.length > 4)
		return -EINVAL;
	for (size_t i = 0; i < group.length; i++) {
		char c = group.data[i];
		unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
		                 : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
		                 : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
		                                        : 16;

		if (digit == 16)
			return -EINVAL;
		value = value * 16 + digit;
	}
	ret_bytes[0] = (uint8_t)(value >> 8);
	ret_bytes[1] = (uint8_t)value;
	return 0;
}

/* Groups between colons, the last of which may be dotted IPv4 where the address ends with it; how
 * many bytes they are. */
static int parse_groups(struct view text, bool ends_address, uint8_t *bytes, size_t max_bytes)
{
	size_t length = 0;
	bool more = text.length > 0;

	while (more) {
		struct view group;
		bool dotted;
		int error;

		more = view_cut(&text, ':', &group);
		dotted = ends_address && !more && view_contains(group, VIEW("."));
		if (length + (dotted ? 4 : 2) > max_bytes)
			return -EINVAL;
		error = dotted ? parse_ipv4(group, bytes + length)
		               : parse_hex_group(group, bytes + length);
		if (error < 0)
			return error;
		length += dotted ? 4 : 2;
	}
	return (int)length;
}

static int parse_ipv6(struct view text, uint8_t ret_bytes[16])
{
	uint8_t tail[16];
	size_t head_length = text.length;
	bool gap = view_find(text, VIEW("::"), &head_length);
	/* A gap stands for one group at least. */
	int head = parse_groups(view_first(text, head_length), !gap, ret_bytes, gap ? 14 : 16);
	int rest;

	if (head < 0 || !gap)
		return head == 16 ? 0 : -EINVAL;
	rest = parse_groups(view_skip(text, head_length + 2), true, tail, (size_t)(14 - head));
	if (rest < 0)
		return rest;
	memset(ret_bytes + head, 0, (size_t)(16 - head));
	memcpy(ret_bytes + 16 - rest, tail, (size_t)rest);
	return 0;
}

int address_parse(struct view text, struct address *ret_address)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	struct address address = {.family = 6};
	struct view without_zone;
	int error;

	if (text.length > 2 && text.data[0] == '[' && text.data[text.length - 1] == ']')
		text = view_of(text.data + 1, text.length - 2);
	if (!view_contains(text, VIEW(":"))) {
		address.family = 4;
		error = parse_ipv4(text, address.bytes);
	} else {
		view_cut(&text, '%', &without_zone);
		error = parse_ipv6(without_zone, address.bytes);
	}
	if (error < 0)
		return error;
	if (address.family == 6 && memcmp(address.bytes, mapped, sizeof(mapped)) == 0) {
		memcpy(address.bytes, address.bytes + 12, 4);
		memset(address.bytes + 4, 0, 12);
		address.family = 4;
	}
	*ret_address = address;
	return 0;
}

struct address address_prefix(struct address address, unsigned ipv4_bits, unsigned ipv6_bits)
{
	unsigned bits = address.family == 4 ? ipv4_bits : ipv6_bits;

	for (unsigned i = 0; i < 16; i++) {
		if (bits >= 8 * (i + 1))
			continue;
		if (bits <= 8 * i)
			address.bytes[i] = 0;
		else
			address.bytes[i] &= (uint8_t)(0xff << (8 * (i + 1) - bits));
	}
	return address;
}

static unsigned group_at(const uint8_t bytes[16], unsigned group)
{
	return (unsigned)bytes[2 * group] << 8 | bytes[2 * group + 1];
}

/* The first of the longest runs of zero groups, which "::" stands for; one alone does not count. */
static unsigned longest_gap(const uint8_t bytes[16], unsigned *ret_first)
{
	unsigned longest = 1;
	unsigned run = 0;

	for (unsigned group = 0; group < 8; group++) {
		run = group_at(bytes, group) == 0 ? run + 1 : 0;
		if (run > longest) {
			longest = run;
			*ret_first = group + 1 - run;
		}
	}
	return longest > 1 ? longest : 0;
}

static void append_ipv6(struct buffer *buffer, const uint8_t bytes[16])
{
	unsigned first = 8;
	unsigned gap = longest_gap(bytes, &first);

	for (unsigned group = 0; group < 8; group++) {
		if (group == first) {
			buffer_append_text(buffer, "::");
			group += gap - 1;
			continue;
		}
		if (group > 0 && group != first + gap)
			buffer_append_byte(buffer, ':');
		buffer_append_format(buffer, "%x", group_at(bytes, group));
	}
}

void address_append(struct buffer *buffer, const struct address *address)
{
	const uint8_t *bytes = address->bytes;

	if (address->family == 4)
		buffer_append_format(buffer, "%u.%u.%u.%u", bytes[0], bytes[1], bytes[2], bytes[3]);
	else if (address->family == 6)
		append_ipv6(buffer, bytes);
	else
		buffer_append_byte(buffer, '-');
}
