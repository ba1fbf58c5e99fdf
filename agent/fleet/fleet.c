#include "fleet/fleet.h"

#include <errno.h>

#include "config/types.h"
#include "loop/clock.h"
#include "loop/host.h"
#include "loop/http_client.h"

#define MAX_URL_BYTES	 ((size_t)8192)
#define MAX_HEADER_BYTES (ETCD_MAX_TOKEN_BYTES + 64)
#define TROUBLE_BYTES	 128

struct fleet {
	struct fleet_options options;
	struct member *member;
	struct http_client *client;
	struct http_client_exchange *exchange; /* the question under way, or NULL */
	enum etcd_verb verb; /* of it */
	size_t endpoint; /* whom it is put to */
	char *token; /* NULL: not signed in */
	char trouble[TROUBLE_BYTES];
	uint64_t sign_in_errors;
};

static void pump(struct fleet *fleet);

/* ---- what was answered */

static const char *reason_of(int error)
{
	switch (error) {
	case -EACCES:
		return "etcd does not let us";
	case -ENOENT:
		return "etcd does not know our lease";
	case -ENOSPC:
		return "etcd has no room: an alarm NOSPACE?";
	case -EAGAIN:
		return "etcd refused it";
	case -EBADMSG:
		return "that is no answer of etcd's, or the group has keys that are not ours";
	default:
		return strerror(-error);
	}
}

static void forget_token(struct fleet *fleet)
{
	free(fleet->token);
	fleet->token = NULL;
}

static void note_trouble(struct fleet *fleet, const char *reason)
{
	snprintf(fleet->trouble, sizeof(fleet->trouble), "%s", reason);
	/* The next one may be well; and who we are may have to be said anew. */
	fleet->endpoint = (fleet->endpoint + 1) % fleet->options.config->endpoints.count;
	forget_token(fleet);
}

static int take_token(struct fleet *fleet, int error, struct etcd_answer *answer)
{
	if (error < 0) {
		fleet->sign_in_errors++;
		return error;
	}
	fleet->token = answer->token;
	answer->token = NULL;
	return 0;
}

static int take(struct fleet *fleet, int error, struct etcd_answer *answer)
{
	if (fleet->verb == ETCD_AUTHENTICATE)
		return take_token(fleet, error, answer);
	return member_answer(fleet->member, clock_boot_ms(), error, error == 0 ? answer : NULL);
}

static void on_answer(void *context, const struct http_client_answer *got)
{
	struct fleet *fleet = context;
	struct etcd_answer auto_call(etcd_answer_done) answer = {0};
	int error = -EIO;

	fleet->exchange = NULL;
	if (got->status != 0)
		error = got->is_cut ? -EBADMSG
				    : etcd_answer_parse(&answer, fleet->verb, got->body);
	error = take(fleet, error, &answer);
	if (error < 0)
		note_trouble(fleet, got->status != 0 ? reason_of(error) : got->reason);
	else if (fleet->verb == ETCD_TRANSACT && !member_owes_write(fleet->member))
		fleet->trouble[0] = '\0'; /* the others alone do not tell how the group stands */
	fleet->options.on_answer(fleet->options.context);
	if (error == 0)
		pump(fleet);
}

/* ---- what is asked */

static int post(struct fleet *fleet, const struct etcd_request *request)
{
	const struct config_fleet *config = fleet->options.config;
	struct buffer auto_buffer url;
	struct buffer auto_buffer body;
	struct buffer auto_buffer token;
	struct http_client_request sent = {
	    .headers = {"Content-Type: application/json", "Expect:"},
	    .max_answer_bytes = ETCD_MAX_ANSWER_BYTES,
	    .timeout_ms = FLEET_TIMEOUT_MS,
	    .ca_file = config->ca_file,
	    .certificate_file = config->certificate_file,
	    .key_file = config->key_file,
	    .on_answer = on_answer,
	    .context = fleet};
	struct view base = view_of_text(config->endpoints.items[fleet->endpoint]);
	int error;

	buffer_init(&url, MAX_URL_BYTES);
	buffer_init(&body, ETCD_MAX_REQUEST_BYTES);
	buffer_init(&token, MAX_HEADER_BYTES);
	while (view_ends_with(base, VIEW("/")))
		base.length--;
	buffer_append(&url, base);
	buffer_append_text(&url, etcd_path(request->verb));
	if (fleet->token != NULL) {
		buffer_append_format(&token, "Authorization: %s", fleet->token);
		sent.headers[2] = buffer_text(&token);
	}
	error = etcd_request_print(request, &body);
	if (error == 0)
		error = buffer_error(&url);
	if (error < 0)
		return error;
	sent.url = buffer_text(&url);
	sent.body = buffer_view(&body);
	fleet->verb = request->verb;
	return http_client_send(fleet->client, &sent, &fleet->exchange);
}

static void pump(struct fleet *fleet)
{
	const struct etcd_request sign_in = {.verb = ETCD_AUTHENTICATE,
	    .user = fleet->options.config->user,
	    .password = fleet->options.password};
	bool must_sign_in = sign_in.password != NULL && fleet->token == NULL;
	const struct etcd_request *request = &sign_in;
	struct etcd_answer none = {0};
	int error;

	if (fleet->exchange != NULL)
		return;
	if (!must_sign_in)
		request = member_ask(fleet->member, clock_boot_ms());
	if (request == NULL)
		return;
	error = post(fleet, request);
	if (error == 0)
		return;
	fleet->verb = request->verb;
	note_trouble(fleet, reason_of(take(fleet, error, &none)));
}

void fleet_work(struct fleet *fleet)
{
	pump(fleet);
}

/* ---- life */

int fleet_name_host(const char *given, char ret_host[GROUP_NAME_BYTES])
{
	char name[HOST_NAME_BYTES];

	host_name(name);
	if (given != NULL)
		snprintf(name, sizeof(name), "%s", given);
	for (char *byte = name; *byte != '\0'; byte++)
		if (*byte >= 'A' && *byte <= 'Z')
			*byte = (char)(*byte - 'A' + 'a');
	if (!is_name(name))
		return -EINVAL;
	memcpy(ret_host, name, strlen(name) + 1);
	return 0;
}

int fleet_new(struct fleet **ret_fleet, const struct fleet_options *options)
{
	const struct config_fleet *config = options->config;
	const struct member_options member = {.group = config->group,
	    .host = options->host,
	    .run = options->run,
	    .previous_run = options->previous_run,
	    .at_most = config->at_most,
	    .lease_ms = config->lease_ms,
	    .look_every_ms = config->look_every_ms,
	    .action_ms = config->action_ms,
	    .shared_hosts = config->shared_hosts,
	    .shared_diagnoses = &config->shared_diagnoses};
	struct fleet *fleet = calloc(1, sizeof(*fleet));
	int error;

	if (fleet == NULL)
		return -ENOMEM;
	fleet->options = *options;
	error = member_new(&fleet->member, &member, clock_boot_ms());
	if (error == 0)
		error = http_client_new(
		    &fleet->client, options->loop, "authmedic/" AUTHMEDIC_VERSION);
	if (error < 0)
		fleet_close(&fleet);
	else
		*ret_fleet = fleet;
	return error;
}

void fleet_close(struct fleet **fleet)
{
	if (*fleet == NULL)
		return;
	http_client_close(&(*fleet)->client);
	member_free(&(*fleet)->member);
	forget_token(*fleet);
	free(*fleet);
	*fleet = NULL;
}

struct member *fleet_member(struct fleet *fleet)
{
	return fleet->member;
}

const char *fleet_trouble(const struct fleet *fleet)
{
	return fleet->trouble;
}

uint64_t fleet_errors_total(const struct fleet *fleet)
{
	return fleet->sign_in_errors + member_totals(fleet->member)->errors;
}
