#include "config/types.h"

#include "config/config.h"

#define HOST_BYTES "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._"

static bool is_address_and_port(struct view text)
{
	struct view host = text;
	struct address address;
	uint64_t port;

	while (host.length > 0 && host.data[host.length - 1] != ':')
		host.length--;
	if (host.length == 0 || view_to_uint64(view_skip(text, host.length), &port) < 0 ||
	    port > UINT16_MAX)
		return false;
	host.length--;
	if (address_parse(host, &address) < 0 || view_contains(host, VIEW("%")))
		return false;
	/* Without brackets the last group of an IPv6 address would be taken for the port. */
	return view_contains(host, VIEW(":")) == (host.data[0] == '[');
}

static bool is_socket_path(struct view text)
{
	struct view path = view_skip(text, strlen(CONFIG_LISTEN_UNIX));

	if (!view_starts_with(text, view_of_text(CONFIG_LISTEN_UNIX)) || path.length < 2 ||
	    path.length > CONFIG_MAX_SOCKET_PATH_BYTES || path.data[0] != '/')
		return false;
	for (size_t i = 0; i < path.length; i++)
		if ((unsigned char)path.data[i] < 0x20)
			return false;
	return true;
}

static int parse_listen(const struct option *option, const char *text, void *field)
{
	if (!is_address_and_port(view_of_text(text)) && !is_socket_path(view_of_text(text)) &&
	    strcmp(text, CONFIG_LISTEN_SYSTEMD) != 0)
		return -EINVAL;
	return config_words_push(
	    field, text, option->maximum > 0 ? (size_t)option->maximum : 1);
}

static int read_listen(struct reading *reading, const struct option *option,
    const struct node *node, void *field)
{
	int error = 0;

	if (node_kind(node) != NODE_SEQUENCE)
		return option_read_scalar(reading, option, node, field);
	if (node_count(node) == 0 || node_count(node) > (size_t)option->maximum) {
		schema_complain(reading, node, "%s has %zu addresses; 1 to %lld are possible",
		    option_key(option), node_count(node), (long long)option->maximum);
		return 0;
	}
	for (size_t i = 0; i < node_count(node) && error == 0; i++)
		error = option_read_scalar(reading, option, node_item(node, i), field);
	return error;
}

const struct option_type option_listen = {
    .name = "address",
    .title = "ADDRESS:PORT, such as 127.0.0.1:19401 or [::1]:19401, unix:/PATH, or systemd",
    .parse = parse_listen,
    .read = read_listen,
    .done = words_field_done,
};

static bool is_host(const char *text)
{
	struct address address;

	if (address_parse(view_of_text(text), &address) == 0)
		return strpbrk(text, "[]%") == NULL;
	return text[0] != '\0' && text[0] != '.' && strlen(text) <= CONFIG_MAX_HOST_BYTES &&
	       strspn(text, HOST_BYTES) == strlen(text);
}

static int read_hosts(struct reading *reading, const struct option *option,
    const struct node *node, void *field)
{
	const struct config_words *words = field;
	size_t known = words->count;
	int error = read_words(reading, option, node, field);

	for (size_t i = 0; error == 0 && words->count > known && i < node_count(node); i++) {
		const struct node *item = node_item(node, i);

		if (is_word_item(item) && !is_host(node_text(item)))
			schema_complain(reading, item, "%s must be %s, not '%.60s'",
			    option_key(option), option->type->title, node_text(item));
	}
	return error;
}

const struct option_type option_hosts = {
    .name = "list of hosts",
    .title = "a list of host names or addresses, without a port",
    .read = read_hosts,
    .done = words_field_done,
};

static int parse_file_mode(
    unused_parameter const struct option *option, const char *text, void *field)
{
	int *mode = field;
	int bits = 0;

	if (strlen(text) != 4 || text[0] != '0')
		return -EINVAL;
	for (const char *digit = text + 1; *digit != '\0'; digit++) {
		if (*digit < '0' || *digit > '7')
			return -EINVAL;
		bits = bits * 8 + (*digit - '0');
	}
	*mode = bits;
	return 0;
}

const struct option_type option_file_mode = {
    .name = "mode",
    .title = "permissions in four octal digits, such as 0660",
    .parse = parse_file_mode,
};

static int parse_group(const struct option *option, const char *text, void *field)
{
	for (const char *byte = text; *byte != '\0'; byte++)
		if (strchr(":/,\"'\\", *byte) != NULL)
			return -EINVAL;
	return strlen(text) <= TYPES_MAX_NAME_BYTES ? option_word.parse(option, text, field)
	                                            : -EINVAL;
}

static void group_done(const struct option *option, void *field)
{
	option_word.done(option, field);
}

const struct option_type option_group = {
    .name = "group",
    .title = "a group's name or number",
    .parse = parse_group,
    .done = group_done,
};
