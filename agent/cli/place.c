#include "cli/place.h"

#define PACKAGED_SOCKET "/run/authmedic/http.sock" /* of authmedicd.socket */

static const char *find_socket(const struct config_http *http)
{
	const struct view local = VIEW(CONFIG_LISTEN_UNIX);

	for (size_t i = 0; i < http->listen.count; i++)
		if (view_starts_with(view_of_text(http->listen.items[i]), local))
			return http->listen.items[i] + local.length;
	return NULL;
}

static const char *find_address(const struct config_http *http)
{
	for (size_t i = 0; i < http->listen.count; i++)
		if (strcmp(http->listen.items[i], CONFIG_LISTEN_SYSTEMD) != 0)
			return http->listen.items[i];
	return NULL;
}

/* Of every address of the machine the one that leads nowhere else; the daemon would not know
 * itself by a name that is no address. */
static struct view host_of(struct view host)
{
	static const struct address none;
	struct address address;

	if (address_parse(host, &address) < 0 ||
	    memcmp(address.bytes, none.bytes, sizeof(none.bytes)) != 0)
		return host;
	return address.family == 4 ? VIEW("127.0.0.1") : VIEW("[::1]");
}

static void set_plain(struct place *place, const char *address)
{
	const char *port = strrchr(address, ':');
	struct view host = host_of(view_of(address, (size_t)(port - address)));

	snprintf(place->authority, sizeof(place->authority), "%.*s%s", VIEW_ARGUMENTS(host), port);
}

/* A certificate is known by the first of our names, and the file that it stands in is reason enough
 * to believe it. */
static void set_tls(struct place *place, const struct config_http *http, const char *address)
{
	const char *name = http->names.count > 0 ? http->names.items[0] : "localhost";
	bool is_ipv6 = strchr(name, ':') != NULL;

	place->scheme = "https";
	place->ca_file = http->certificate_file;
	place->connect_to = address;
	snprintf(place->authority, sizeof(place->authority), "%s%s%s%s", is_ipv6 ? "[" : "", name,
	    is_ipv6 ? "]" : "", strrchr(address, ':'));
}

/* A socket in the file system first, which wants no password. */
struct place place_find(const struct config_http *http)
{
	struct place place = {.scheme = "http", .socket_path = find_socket(http)};
	const char *address = find_address(http);

	if (place.socket_path == NULL && address == NULL)
		place.socket_path = PACKAGED_SOCKET;
	if (place.socket_path != NULL)
		snprintf(place.authority, sizeof(place.authority), "localhost");
	else if (http->certificate_file == NULL)
		set_plain(&place, address);
	else
		set_tls(&place, http, address);
	return place;
}
