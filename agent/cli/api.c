#include "cli/api.h"

#include <errno.h>

#include "config/config.h"
#include "probe/http_get.h"

#define TIMEOUT_MS 5000

static int get(const char *url, struct json **ret_document)
{
	const struct http_request request = {
	    .url = url, .user_agent = "authmedic/" AUTHMEDIC_VERSION, .timeout_ms = TIMEOUT_MS};
	struct http_reply reply;
	int exit_code = EXIT_DONE;
	int error;

	http_reply_init(&reply, CLI_MAX_DOCUMENT_BYTES);
	error = http_get(&request, &reply);
	if (error < 0)
		exit_code = complain(EXIT_UNAVAILABLE, "%s: %s", url,
		    reply.message.length > 0 ? buffer_text(&reply.message) : strerror(-error));
	else if (reply.status == 404)
		exit_code = complain(EXIT_FAILED, "there is none of that name");
	else if (reply.status != 200)
		exit_code = complain(EXIT_UNAVAILABLE, "%s: status %d", url, reply.status);
	else if (json_parse(buffer_view(&reply.body), ret_document) < 0)
		exit_code = complain(EXIT_UNAVAILABLE, "%s: the answer is no JSON", url);
	http_reply_done(&reply);
	return exit_code;
}

int api_get(const struct invocation *invocation, const char *path, struct json **ret_document)
{
	struct config *config = NULL;
	char url[4096];
	int exit_code = load_config(invocation, &config);

	if (exit_code != EXIT_DONE)
		return exit_code;
	snprintf(url, sizeof(url), "http://%s%s", config->http_listen, path);
	config_free(&config);
	return get(url, ret_document);
}
