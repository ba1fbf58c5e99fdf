#include "base/text.h"
#include "cli/ask_helper.h"
#include "daemon/reports.h"

static void print_for_people(const struct facts *facts)
{
	for (size_t i = 0; i < facts_count(facts); i++)
		printf("%-28s %s\n", facts_at(facts, i)->name, facts_at(facts, i)->value);
}

static int print(const struct invocation *invocation, const struct protocol_reply *reply)
{
	const struct report report = {view_of_text(reply->facts), -1};
	struct facts *facts = NULL;
	size_t skipped = 0;
	int error = facts_new(&facts);

	if (error == 0)
		error = reports_take_inspection(facts, &report, &skipped);
	if (error == 0 && (skipped > 0 || reply->facts_truncated))
		complain(EXIT_FAILED, "%zu lines were no facts%s", skipped,
		    reply->facts_truncated ? ", and some had no room" : "");
	if (error == 0 && invocation->json) {
		struct json auto_json *document = facts_to_json(facts);

		print_json(document);
	}
	if (error == 0 && !invocation->json)
		print_for_people(facts);
	facts_free(&facts);
	return error == 0 ? ask_helper_tell(reply)
			  : complain(EXIT_FAILED, "the facts cannot be told: %s", strerror(-error));
}

static int inspect(
    const struct invocation *invocation, const struct config *config, const char *site)
{
	const struct helper_client_request request = {.verb = PROTOCOL_INSPECT, .site = site};
	struct protocol_reply reply;
	int exit_code;

	if (config_site_named(config, site) == NULL)
		return complain(EXIT_USAGE, "no such site: %s", site);
	exit_code = ask_helper(invocation, config, &request, &reply);
	return exit_code == EXIT_DONE ? print(invocation, &reply) : exit_code;
}

int verb_inspect(const struct invocation *invocation)
{
	struct config *config = NULL;
	int exit_code;

	if (invocation->argument_count != 1)
		return complain(EXIT_USAGE, "inspect takes the name of one site");
	exit_code = load_config(invocation, &config);
	if (exit_code == EXIT_DONE)
		exit_code = inspect(invocation, config, invocation->arguments[0]);
	config_free(&config);
	return exit_code;
}
