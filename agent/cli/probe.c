#include "cli/verbs.h"

#include <errno.h>

#include "base/text.h"
#include "daemon/prober.h"
#include "daemon/reports.h"
#include "loop/child.h"
#include "loop/loop.h"

#define GRACE_MS 2000

struct run {
	const struct invocation *invocation;
	struct facts *facts;
	struct child *child;
	enum probe_result result;
};

/* A program of somebody's may repeat what the server sent. */
static void print_complaints(struct view lines)
{
	while (!view_is_empty(lines)) {
		struct buffer auto_buffer text;
		struct view line;

		buffer_init(&text, 4 * (size_t)CHILD_MAX_OUTPUT_BYTES);
		view_cut(&lines, '\n', &line);
		text_append_escaped(&text, line);
		fprintf(stderr, "%s\n", buffer_text(&text));
	}
}

static void on_probe_exit(void *context, const struct child_result *result)
{
	const struct report report = {result->out, -1};
	struct run *run = context;
	size_t skipped = 0;

	if (reports_take_probe(run->facts, &report, &skipped) < 0 || skipped > 0)
		complain(EXIT_FAILED, "%zu lines of the probe were no facts", skipped);
	print_complaints(result->err);
	run->result = prober_result(run->facts, result);
	child_close(&run->child);
}

static void print(const struct run *run)
{
	if (run->invocation->json) {
		struct json auto_json *facts = facts_to_json(run->facts);

		print_json(facts);
		return;
	}
	printf("%s\n", probe_result_name(run->result));
	for (size_t i = 0; i < facts_count(run->facts); i++)
		printf(
		    "  %-22s %s\n", facts_at(run->facts, i)->name, facts_at(run->facts, i)->value);
}

static int probe(struct run *run, const struct config *config, const struct config_site *site)
{
	static const char *const environment[] = {
	    "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", NULL};
	struct prober_command command;
	struct child_options options = {.argv = command.argv,
	    .environment = environment,
	    .deadline_ms = site->probe.timeout_ms + GRACE_MS,
	    .on_exit = on_probe_exit,
	    .context = run};
	uv_loop_t *loop = NULL;
	int error;

	prober_command(config, site, &command);
	error = loop_new(&loop);
	if (error == 0)
		error = child_new(&run->child, loop, &options);
	if (error == 0)
		loop_run(loop);
	loop_free(&loop);
	if (error < 0)
		return complain(EXIT_UNAVAILABLE, "%s cannot be started: %s", command.argv[0],
		    strerror(-error));
	print(run);
	return run->result == PROBE_ACCEPTED ? EXIT_DONE : EXIT_FAILED;
}

int verb_probe(const struct invocation *invocation)
{
	struct run run = {.invocation = invocation};
	struct config *config = NULL;
	const struct config_site *site;
	int exit_code;

	if (invocation->argument_count != 1)
		return complain(EXIT_USAGE, "probe takes the name of one site");
	exit_code = load_config(invocation, &config);
	if (exit_code != EXIT_DONE)
		return exit_code;
	site = config_site_named(config, invocation->arguments[0]);
	if (site == NULL)
		exit_code = complain(EXIT_USAGE, "no such site: %s", invocation->arguments[0]);
	else if (!site->probe.configured)
		exit_code = complain(EXIT_CONFIG, "the site %s has no probe", site->name);
	else if (facts_new(&run.facts) < 0)
		exit_code = complain(EXIT_UNAVAILABLE, "no memory");
	else
		exit_code = probe(&run, config, site);
	facts_free(&run.facts);
	config_free(&config);
	return exit_code;
}
