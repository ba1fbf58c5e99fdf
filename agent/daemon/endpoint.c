#include "daemon/endpoint.h"

#include <errno.h>

#include "daemon/stories.h"
#include "loop/clock.h"
#include "report/http_server.h"
#include "report/page.h"
#include "report/status.h"

#define INCIDENTS_PATH "/api/v1/incidents/"
#define LIST_LENGTH    100
#define MAX_ID_BYTES   64
#define PAGE_FOR_MS    1000
#define MAX_RULES_BYTES ((size_t)4 * 1024 * 1024)

struct endpoint {
	struct endpoint_parts parts;
	struct http_server *server;
	struct stories *stories;
	struct buffer page; /* as it was made last */
	int64_t page_until_ms; /* steady: so long it is given again */
	char page_policy[PAGE_POLICY_BYTES];
};

static void answer_json(struct http_response *response, const struct json *document)
{
	response->content_type = "application/json; charset=utf-8";
	if (json_print(document, &response->body) < 0) {
		buffer_clear(&response->body);
		response->status = 500;
	}
}

static int make_model(struct endpoint *endpoint, struct report_model *ret_model)
{
	*ret_model = (struct report_model){0};
	endpoint->parts.fill_model(endpoint->parts.context, ret_model);
	return publisher_model(endpoint->parts.publisher, ret_model);
}

/* -- the routes -- */

static int make_page_model(struct endpoint *endpoint, struct report_model *ret_model)
{
	const struct report_incident *const *incidents;
	int error = make_model(endpoint, ret_model);

	if (error < 0)
		return error;
	incidents = stories_of(endpoint->stories, ret_model);
	if (incidents == NULL)
		return -ENOMEM;
	publisher_put_incidents(endpoint->parts.publisher, incidents);
	return 0;
}

static void answer_page(struct endpoint *endpoint, struct http_response *response)
{
	response->content_type = "text/html; charset=utf-8";
	response->policy = endpoint->page_policy;
}

/* However many ask, it is made once a second. */
static void on_page(void *context, unused_parameter const struct http_request *request,
    struct http_response *response)
{
	struct endpoint *endpoint = context;
	struct report_model model;

	if (clock_boot_ms() >= endpoint->page_until_ms) {
		buffer_clear(&endpoint->page);
		if (make_page_model(endpoint, &model) < 0) {
			response->status = 500;
			return;
		}
		page_print(&model, &endpoint->page);
		endpoint->page_until_ms = clock_boot_ms() + PAGE_FOR_MS;
	}
	answer_page(endpoint, response);
	buffer_append(&response->body, buffer_view(&endpoint->page));
	if (buffer_error(&endpoint->page) < 0)
		response->body.error = buffer_error(&endpoint->page);
}

static void on_site_page(
    void *context, const struct http_request *request, struct http_response *response)
{
	struct endpoint *endpoint = context;
	struct report_model model;
	uint64_t number = 0;

	if (make_page_model(endpoint, &model) < 0) {
		response->status = 500;
	} else if (view_to_uint64(request->rest, &number) < 0 || number == 0 ||
	    number > model.site_count) {
		response->status = 404;
		buffer_append_text(&response->body, "there is no such site\n");
	} else {
		answer_page(endpoint, response);
		page_print_site(&model, number - 1, &response->body);
	}
}

static void refresh_endpoint(struct endpoint *endpoint)
{
	const struct http_certificate *certificate = endpoint->parts.rulebook->certificate;
	const struct http_server_totals totals = http_server_totals(endpoint->server);

	publisher_refresh_endpoint(
	    endpoint->parts.publisher, &totals, certificate != NULL ? certificate->not_after_s : 0);
}

static void on_metrics(
    void *context, const struct http_request *request, struct http_response *response)
{
	struct endpoint *endpoint = context;
	enum metrics_format format = metrics_negotiate(request->accept);
	struct report_model model = {0};

	endpoint->parts.fill_model(endpoint->parts.context, &model);
	publisher_refresh_daemon(endpoint->parts.publisher, &model);
	refresh_endpoint(endpoint);
	response->content_type = metrics_content_type(format);
	if (metrics_print(publisher_metrics(endpoint->parts.publisher), format, &response->body) <
	    0)
		response->status = 500;
}

static void on_healthy(void *context unused_parameter,
    const struct http_request *request unused_parameter, struct http_response *response)
{
	buffer_append_text(&response->body, "healthy\n");
}

static void on_ready(void *context, const struct http_request *request unused_parameter,
    struct http_response *response)
{
	struct endpoint *endpoint = context;
	struct report_model model = {0};

	endpoint->parts.fill_model(endpoint->parts.context, &model);
	response->status = model.ready ? 200 : 503;
	buffer_append_text(&response->body, model.ready ? "ready" : model.not_ready);
	buffer_append_byte(&response->body, '\n');
	if (model.state_set_aside != NULL)
		buffer_append_text(&response->body,
		    "but the state of an earlier run was set aside: " REPORT_SET_ASIDE_MEANS "\n");
}

static void on_status(void *context, const struct http_request *request unused_parameter,
    struct http_response *response)
{
	struct report_model model;
	struct json auto_json *document = NULL;

	if (make_model(context, &model) == 0)
		document = status_document(&model);
	answer_json(response, document);
}

static struct status_incident incident_of(const struct store_incident *stored)
{
	return (struct status_incident){.id = stored->id,
	    .site = stored->site,
	    .diagnosis = stored->diagnosis,
	    .state = stored->state,
	    .opened_ms = stored->opened_ms,
	    .changed_ms = stored->changed_ms,
	    .closed_ms = stored->closed_ms,
	    .evidence = stored->evidence};
}

static int on_listed(void *context, const struct store_incident *stored)
{
	const struct status_incident incident = incident_of(stored);

	json_add_tree(context, status_incident_summary(&incident));
	return 0;
}

static void on_incidents(void *context, const struct http_request *request unused_parameter,
    struct http_response *response)
{
	struct endpoint *endpoint = context;
	const struct store_selection selection = {.limit = LIST_LENGTH};
	struct json auto_json *document = json_object_new();
	struct json *list = json_put_array(document, "incidents");

	if (store_each_incident(endpoint->parts.store, selection, on_listed, list) < 0)
		response->status = 500;
	else
		answer_json(response, document);
}

static int on_found(void *context, const struct store_incident *stored)
{
	const struct status_incident incident = incident_of(stored);

	*(struct json **)context = status_incident_document(&incident);
	return 0;
}

static int on_event(void *context, const struct store_event *stored)
{
	const struct status_event event = {.time_ms = stored->time_ms,
	    .kind = stored->kind,
	    .text = stored->text,
	    .data = stored->data};

	status_add_event(context, &event);
	return 0;
}

static void put_rule_set(struct endpoint *endpoint, struct json *sets, const char *digest)
{
	struct buffer auto_buffer text;
	struct json *set = NULL;

	buffer_init(&text, MAX_RULES_BYTES);
	if (digest == NULL || json_get(sets, digest) != NULL)
		return;
	if (store_get_rules(endpoint->parts.store, digest, &text) == 0 &&
	    json_parse(buffer_view(&text), &set) == 0)
		json_put_tree(sets, digest, set);
}

/* Those by which the incident's diagnoses were made, so that the document is all that is needed to
 * make them again. */
static void put_rule_sets(struct endpoint *endpoint, struct json *incident)
{
	const struct json *timeline = json_get(incident, "timeline");
	struct json *sets = json_put_object(incident, "rule_sets");

	put_rule_set(endpoint, sets, json_get_text(json_get(incident, "evidence"), "rules"));
	for (const struct json *event = json_next(timeline, NULL); event != NULL;
	     event = json_next(timeline, event))
		put_rule_set(endpoint, sets,
		    json_get_text(json_get(json_get(event, "data"), "evidence"), "rules"));
}

static void on_incident(
    void *context, const struct http_request *request, struct http_response *response)
{
	struct endpoint *endpoint = context;
	struct json auto_json *document = NULL;
	char id[MAX_ID_BYTES] = "";
	int error = -ENOENT;

	if (request->rest.length > 0 && request->rest.length < sizeof(id)) {
		memcpy(id, request->rest.data, request->rest.length);
		error = store_get_incident(endpoint->parts.store, id, on_found, &document);
	}
	if (error == 0)
		error = store_each_event(endpoint->parts.store, id, on_event, document);
	if (error == 0) {
		put_rule_sets(endpoint, document);
		answer_json(response, document);
		return;
	}
	response->status = error == -ENOENT ? 404 : 500;
	buffer_append_text(&response->body, "there is no such incident\n");
}

static int on_dead_letter(void *context, const struct store_dead_letter *stored)
{
	const struct status_dead_letter letter = {.target = stored->message.target,
	    .id = stored->message.message_id,
	    .reason = stored->reason,
	    .document = stored->message.body,
	    .created_ms = stored->message.created_ms,
	    .given_up_ms = stored->given_up_ms,
	    .attempts = stored->message.attempts,
	    .status = stored->status};

	json_add_tree(context, status_dead_letter(&letter));
	return 0;
}

static void on_notifications(void *context, const struct http_request *request unused_parameter,
    struct http_response *response)
{
	struct endpoint *endpoint = context;
	struct json auto_json *document = json_object_new();
	struct report_model model = {0};
	struct json *list;

	endpoint->parts.fill_model(endpoint->parts.context, &model);
	status_put_targets(document, &model);
	list = json_put_array(document, "dead_letters");

	if (store_each_dead_letter(endpoint->parts.store, on_dead_letter, list) < 0)
		response->status = 500;
	else
		answer_json(response, document);
}

static const struct http_route routes[] = {
    {"/", false, on_page},
    {PAGE_SITES_PATH, true, on_site_page},
    {"/metrics", false, on_metrics},
    {"/-/healthy", false, on_healthy},
    {"/-/ready", false, on_ready},
    {"/api/v1/status", false, on_status},
    {"/api/v1/notifications", false, on_notifications},
    {"/api/v1/incidents", false, on_incidents},
    {INCIDENTS_PATH, true, on_incident},
};

int endpoint_new(
    struct endpoint **ret_endpoint, const struct endpoint_parts *parts, struct buffer *errors)
{
	const struct config_http *http = &parts->rulebook->config->http;
	struct endpoint *endpoint = calloc(1, sizeof(*endpoint));
	struct http_server_options options = {.listen = (const char *const *)http->listen.items,
	    .listen_count = http->listen.count,
	    .socket_mode = http->socket_mode,
	    .socket_group = http->socket_group,
	    .names = {(const char *const *)http->names.items, http->names.count},
	    .certificate = parts->rulebook->certificate,
	    .users = parts->rulebook->users,
	    .allow_plain_passwords = http->allow_plain_passwords,
	    .routes = routes,
	    .route_count = count_of(routes),
	    .context = endpoint};
	int error;

	if (endpoint == NULL)
		return -ENOMEM;
	endpoint->parts = *parts;
	buffer_init(&endpoint->page, HTTP_MAX_BODY_BYTES);
	error = page_policy(endpoint->page_policy);
	if (error == 0)
		error = stories_new(&endpoint->stories, parts->store, parts->rulebook->rules);
	if (error < 0)
		goto fail;
	error = http_server_new(&endpoint->server, parts->loop, &options, errors);
	if (error < 0)
		goto fail;
	*ret_endpoint = endpoint;
	return 0;
fail:
	endpoint_close(&endpoint);
	return error;
}

void endpoint_close(struct endpoint **endpoint)
{
	if (*endpoint == NULL)
		return;
	http_server_close(&(*endpoint)->server);
	stories_free(&(*endpoint)->stories);
	buffer_done(&(*endpoint)->page);
	free(*endpoint);
	*endpoint = NULL;
}
