#include "cli/api.h"

#include <errno.h>

#include "config/config.h"
#include "probe/http_get.h"

#define TIMEOUT_MS       5000
#define MAX_URL_BYTES    4096
#define PACKAGED_SOCKET  "/run/authmedic/http.sock" /* of authmedicd.socket */

/* Where the daemon answers. */
struct place {
	char authority[512]; /* of the URL */
	const char *scheme;
	const char *socket_path; /* these three or NULL */
	const char *connect_to;
	const char *ca_file;
};

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

/* A socket in the file system first, which wants no password. A certificate is known by the first
 * of our names, and the file that it stands in is reason enough to believe it. */
static struct place find_place(const struct config_http *http)
{
	struct place place = {.scheme = "http", .socket_path = find_socket(http)};
	const char *address = find_address(http);

	if (place.socket_path == NULL && address == NULL)
		place.socket_path = PACKAGED_SOCKET;
	if (place.socket_path != NULL) {
		snprintf(place.authority, sizeof(place.authority), "localhost");
		return place;
	}
	if (http->certificate_file == NULL) {
		snprintf(place.authority, sizeof(place.authority), "%s", address);
		return place;
	}
	place.scheme = "https";
	place.ca_file = http->certificate_file;
	place.connect_to = address;
	snprintf(place.authority, sizeof(place.authority), "%s%s",
	    http->names.count > 0 ? http->names.items[0] : "localhost", strrchr(address, ':'));
	return place;
}

static int complain_status(const char *url, int status)
{
	if (status == 404)
		return complain(EXIT_FAILED, "there is none of that name");
	if (status == 401)
		return complain(EXIT_UNAVAILABLE,
		    "%s wants a password: add a unix: address to http.listen, which wants none",
		    url);
	return complain(EXIT_UNAVAILABLE, "%s: status %d", url, status);
}

static int get(const struct place *place, const char *path, struct json **ret_document)
{
	char url[MAX_URL_BYTES];
	const struct http_request request = {.url = url,
	    .user_agent = "authmedic/" AUTHMEDIC_VERSION,
	    .ca_file = place->ca_file,
	    .connect_to = place->connect_to,
	    .socket_path = place->socket_path,
	    .timeout_ms = TIMEOUT_MS};
	struct http_reply reply;
	int exit_code = EXIT_DONE;
	int error;

	snprintf(url, sizeof(url), "%s://%s%s", place->scheme, place->authority, path);
	http_reply_init(&reply, CLI_MAX_DOCUMENT_BYTES);
	error = http_get(&request, &reply);
	if (error < 0)
		exit_code = complain(EXIT_UNAVAILABLE, "%s: %s",
		    place->socket_path != NULL ? place->socket_path : url,
		    reply.message.length > 0 ? buffer_text(&reply.message) : strerror(-error));
	else if (reply.status != 200)
		exit_code = complain_status(url, reply.status);
	else if (json_parse(buffer_view(&reply.body), ret_document) < 0)
		exit_code = complain(EXIT_UNAVAILABLE, "%s: the answer is no JSON", url);
	http_reply_done(&reply);
	return exit_code;
}

int api_get(const struct invocation *invocation, const char *path, struct json **ret_document)
{
	struct config *config = NULL;
	struct place place;
	int exit_code = load_config(invocation, &config);

	if (exit_code != EXIT_DONE)
		return exit_code;
	place = find_place(&config->http);
	exit_code = get(&place, path, ret_document);
	config_free(&config);
	return exit_code;
}
