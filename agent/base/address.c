#include "base/address.h"

#include <errno.h>

#define MAX_PORT_DIGITS 5

/* 0 to 255 at *offset, which is moved behind it; -1 where there is no such number. Leading zeros
 * are refused: octal forms mean another address elsewhere. */
static int take_octet(struct view text, size_t *offset)
{
	size_t begin = *offset;
	size_t at = begin;
	int value = 0;

	while (at < text.length && at - begin < 3) {
		unsigned digit = (unsigned char)text.data[at] - (unsigned)'0';

		if (digit > 9)
			break;
		value = value * 10 + (int)digit;
		at++;
	}
	if (at == begin || value > 255 || (text.data[begin] == '0' && at - begin > 1))
		return -1;
	*offset = at;
	return value;
}

/* Exactly four decimal parts. Each line of a log has some, so this looks at every byte once. */
static int parse_ipv4(struct view text, uint8_t ret_bytes[4])
{
	size_t at = 0;

	for (int i = 0; i < 4; i++) {
		int value = take_octet(text, &at);

		if (value < 0)
			return -EINVAL;
		if (i < 3 && (at == text.length || text.data[at++] != '.'))
			return -EINVAL;
		ret_bytes[i] = (uint8_t)value;
	}
	return at == text.length ? 0 : -EINVAL;
}

static int parse_hex_group(struct view group, uint8_t ret_bytes[2])
{
	unsigned value = 0;

	if (group.length == 0 || group.length > 4)
		return -EINVAL;
	for (size_t i = 0; i < group.length; i++) {
		char c = group.data[i];
		unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0')
		    : c >= 'a' && c <= 'f'            ? (unsigned)(c - 'a' + 10)
		    : c >= 'A' && c <= 'F'            ? (unsigned)(c - 'A' + 10)
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

/* An IPv4-mapped IPv6 address becomes IPv4. */
static void unmap(struct address *address)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (memcmp(address->bytes, mapped, sizeof(mapped)) != 0)
		return;
	memcpy(address->bytes, address->bytes + 12, 4);
	memset(address->bytes + 4, 0, 12);
	address->family = 4;
}

int address_parse(struct view text, struct address *ret_address)
{
	struct address address = {.family = 4};
	struct view without_zone;
	int error;

	if (text.length > 2 && text.data[0] == '[' && text.data[text.length - 1] == ']')
		text = view_of(text.data + 1, text.length - 2);
	if (parse_ipv4(text, address.bytes) < 0) {
		address.family = 6;
		view_cut(&text, '%', &without_zone);
		error = parse_ipv6(without_zone, address.bytes);
		if (error < 0)
			return error;
		unmap(&address);
	}
	*ret_address = address;
	return 0;
}

int address_parse_host(struct view text, struct address *ret_address)
{
	size_t digits = 0;

	if (address_parse(text, ret_address) == 0)
		return 0;
	while (digits < text.length && text.data[text.length - 1 - digits] >= '0' &&
	       text.data[text.length - 1 - digits] <= '9')
		digits++;
	if (digits == 0 || digits > MAX_PORT_DIGITS || digits + 1 >= text.length ||
	    text.data[text.length - 1 - digits] != ':')
		return -EINVAL;
	text.length -= digits + 1;
	if (view_contains(text, VIEW(":")) && text.data[0] != '[')
		return -EINVAL;
	return address_parse(text, ret_address);
}

struct address address_of_host(struct view text)
{
	struct address address;

	return address_parse_host(text, &address) == 0 ? address : (struct address){0};
}

bool address_is_target(struct view text)
{
	size_t colon = text.length;
	uint64_t port;

	while (colon > 0 && text.data[colon - 1] != ':')
		colon--;
	if (colon < 2 || view_to_uint64(view_skip(text, colon), &port) < 0 || port == 0 ||
	    port > UINT16_MAX)
		return false;
	for (size_t i = 0; i < text.length; i++)
		if (text.data[i] <= ' ' || text.data[i] > '~')
			return false;
	/* Without brackets the last group of an IPv6 address would be taken for the port. */
	return view_contains(view_first(text, colon - 1), VIEW(":")) == (text.data[0] == '[');
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

int address_range_parse(struct view text, struct address_range *ret_range)
{
	struct address_range range;
	struct address masked;
	struct view host;
	uint64_t bits;
	bool has_bits = view_cut(&text, '/', &host);
	int error = address_parse(host, &range.first);

	if (error < 0)
		return error;
	range.bits = range.first.family == 4 ? 32 : 128;
	if (has_bits && (view_to_uint64(text, &bits) < 0 || bits > range.bits))
		return -EINVAL;
	if (has_bits)
		range.bits = (unsigned)bits;
	masked = address_prefix(range.first, range.bits, range.bits);
	if (memcmp(masked.bytes, range.first.bytes, sizeof(masked.bytes)) != 0)
		return -EINVAL;
	*ret_range = range;
	return 0;
}

bool address_range_holds(const struct address_range *range, const struct address *address)
{
	struct address masked = address_prefix(*address, range->bits, range->bits);

	return address->family == range->first.family &&
	    memcmp(masked.bytes, range->first.bytes, sizeof(masked.bytes)) == 0;
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
