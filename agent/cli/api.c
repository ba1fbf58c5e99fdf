#include "cli/api.h"

#include <errno.h>

#include "cli/place.h"
#include "probe/http_get.h"

#define TIMEOUT_MS    5000
#define MAX_URL_BYTES 4096

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
	place = place_find(&config->http);
	exit_code = get(&place, path, ret_document);
	config_free(&config);
	return exit_code;
}
