#include "report/http_host.h"

#define MAX_PORT_DIGITS 5

static bool is_port(struct view text)
{
	if (text.length > MAX_PORT_DIGITS)
		return false;
	for (size_t i = 0; i < text.length; i++)
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
	return true;
}

/* Cuts the port off; false where what is left is no host. */
static bool cut_port(struct view text, struct view *ret_host)
{
	struct view rest = text;
	struct view host;
	bool is_bracketed = text.length > 0 && text.data[0] == '[';

	if (is_bracketed && !view_cut(&rest, ']', &host))
		return false;
	if (is_bracketed) {
		host = view_first(text, host.length + 1);
		if (!view_is_empty(rest) && (rest.data[0] != ':' || !is_port(view_skip(rest, 1))))
			return false;
	} else if (view_cut(&rest, ':', &host) && !is_port(rest)) {
		return false;
	}
	*ret_host = host;
	return true;
}

static bool is_loopback(const struct address *address)
{
	static const struct address ipv6 = {.family = 6, .bytes = {[15] = 1}};

	return address->family == 4 ? address->bytes[0] == 127
				    : memcmp(address->bytes, ipv6.bytes, sizeof(ipv6.bytes)) == 0;
}

static bool is_same(const struct address *a, const struct address *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

static bool is_our_address(const struct address *address, const struct http_host_names *names,
    const struct address *connected_to)
{
	struct address name;

	if (is_loopback(address) || is_same(address, connected_to))
		return true;
	for (size_t i = 0; i < names->count; i++)
		if (address_parse(view_of_text(names->items[i]), &name) == 0 &&
		    is_same(address, &name))
			return true;
	return false;
}

static struct view without_root(struct view name)
{
	if (name.length > 1 && view_ends_with(name, VIEW(".")))
		name.length--;
	return name;
}

static bool is_our_name(struct view host, const struct http_host_names *names)
{
	host = without_root(host);
	if (view_equal_ignoring_case(host, VIEW("localhost")))
		return true;
	for (size_t i = 0; i < names->count; i++)
		if (view_equal_ignoring_case(host, without_root(view_of_text(names->items[i]))))
			return true;
	return false;
}

bool http_host_is_ours(
    struct view text, const struct http_host_names *names, const struct address *connected_to)
{
	struct address address;
	struct view host;

	if (!cut_port(text, &host) || view_is_empty(host) || view_contains(host, VIEW("%")))
		return false;
	if (address_parse(host, &address) == 0)
		return is_our_address(&address, names, connected_to);
	return is_our_name(host, names);
}
