#include "cli/verbs.h"

#include <errno.h>

#include "base/text.h"
#include "diagnose/facts.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "remedy/helper_client.h"

/* Both inspectors within their deadline, and a little for the way there and back. */
#define GRACE_MS 5000

struct inspection {
	const struct invocation *invocation;
	const struct config_site *site;
	struct helper_client *helper;
	struct timer *deadline;
	bool ended;
	int exit_code;
};

/* The client must not be closed from within its own callback, so the deadline comes now. */
static void end(struct inspection *inspection, int exit_code)
{
	inspection->ended = true;
	inspection->exit_code = exit_code;
	timer_start(inspection->deadline, 0, 0);
}

static int print(const struct inspection *inspection, const struct protocol_reply *reply)
{
	const struct fact origin = {.source = (char *)"inspectors", .time_ms = -1};
	struct facts *facts = NULL;
	size_t skipped = 0;
	int error = facts_new(&facts);

	if (error == 0)
		error = facts_read_lines(facts, view_of_text(reply->facts), &origin, &skipped);
	if (error == 0 && inspection->invocation->json) {
		struct json auto_json *document = facts_to_json(facts);

		print_json(document);
	}
	for (size_t i = 0; error == 0 && !inspection->invocation->json && i < facts_count(facts);
	     i++)
		printf("%-24s %s\n", facts_at(facts, i)->name, facts_at(facts, i)->value);
	facts_free(&facts);
	return error == 0 && reply->result == PROTOCOL_DONE ? EXIT_DONE : EXIT_FAILED;
}

static void on_reply(void *context, const struct protocol_reply *reply)
{
	struct inspection *inspection = context;

	if (reply == NULL)
		end(inspection, complain(EXIT_UNAVAILABLE, "the helper went away"));
	else if (reply->result == PROTOCOL_REFUSED)
		end(inspection,
		    complain(EXIT_FAILED, "the helper refused: %s",
			protocol_refusal_name(reply->refusal)));
	else
		end(inspection, print(inspection, reply));
}

static void on_connection(void *context, bool connected)
{
	struct inspection *inspection = context;
	const struct helper_client_request request = {.verb = PROTOCOL_INSPECT,
	    .site = inspection->site->name,
	    .on_reply = on_reply,
	    .context = inspection};

	if (connected && !inspection->ended &&
	    helper_client_ask(inspection->helper, &request) < 0)
		end(inspection, complain(EXIT_UNAVAILABLE, "the helper cannot be asked"));
}

static void on_deadline(void *context)
{
	struct inspection *inspection = context;

	if (!inspection->ended)
		inspection->exit_code =
		    complain(EXIT_UNAVAILABLE, "the helper cannot be reached");
	helper_client_close(&inspection->helper);
	timer_close(&inspection->deadline);
}

static int inspect(struct inspection *inspection, const struct config *config)
{
	struct helper_client_options options = {.config = config,
	    .config_file = inspection->invocation->config_file,
	    .on_connection = on_connection,
	    .context = inspection};
	uv_loop_t *loop = NULL;
	int error = loop_new(&loop);

	options.loop = loop;
	if (error == 0)
		error = timer_new(&inspection->deadline, loop, on_deadline, inspection);
	if (error == 0)
		error = helper_client_new(&inspection->helper, &options);
	if (error == 0) {
		timer_start(
		    inspection->deadline, GRACE_MS + 2 * config->safety.plugin_timeout_ms, 0);
		loop_run(loop);
	}
	loop_free(&loop);
	return error == 0 ? inspection->exit_code
			  : complain(EXIT_UNAVAILABLE, "%s", strerror(-error));
}

int verb_inspect(const struct invocation *invocation)
{
	struct inspection inspection = {.invocation = invocation};
	struct config *config = NULL;
	struct buffer auto_buffer errors;
	int exit_code;

	buffer_init(&errors, CLI_MAX_ERROR_BYTES);
	if (invocation->argument_count != 1)
		return complain(EXIT_USAGE, "inspect takes the name of one site");
	if (config_load(&config, invocation->config_file, &errors) < 0) {
		print_errors(&errors);
		return EXIT_CONFIG;
	}
	inspection.site = config_site_named(config, invocation->arguments[0]);
	exit_code = inspection.site != NULL
	    ? inspect(&inspection, config)
	    : complain(EXIT_USAGE, "no such site: %s", invocation->arguments[0]);
	config_free(&config);
	return exit_code;
}
