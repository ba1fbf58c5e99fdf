/* `authmedic plugin check`: whether a plugin keeps contract 1, before a helper relies on it. It is
 * asked only for what changes nothing. */
#include <errno.h>

#include "cli/plugin_trial.h"
#include "cli/verbs.h"
#include "config/document.h"
#include "diagnose/facts.h"

#define LIMIT_MS      5000
#define KILL_AT_MS    100
#define MAX_WHY_BYTES 8192
#define NO_SUCH_VERB  "no-such-verb"

struct conformance {
	struct trial_plugin plugin;
	struct trial_outcome outcome; /* of the latest run */
	struct document *manifest; /* once it is read */
	bool is_inspector, needs_keys;
	struct json *checks; /* NULL: for people */
	bool failed;
};

/* Why not is appended to `why`; nothing where the check is passed. */
typedef void conformance_check(struct conformance *conformance, struct buffer *why);

/* --------------------------------------------------------------------------------------- running
 */

/* What no run may do, whatever the verb. */
static void judge_run(
    const struct conformance *conformance, const struct trial_order *order, struct buffer *why)
{
	const struct trial_outcome *outcome = &conformance->outcome;

	if (outcome->was_late)
		buffer_append_format(why, "%s did not end within %d s, and was killed; ",
		    order->verb, (int)(order->limit_ms / 1000));
	if (outcome->said_too_much)
		buffer_append_format(
		    why, "%s prints more than the 64 KiB that are kept; ", order->verb);
	if (outcome->left_some)
		buffer_append_format(why, "%s leaves a process behind; ", order->verb);
}

static bool run(
    struct conformance *conformance, const struct trial_order *order, struct buffer *why)
{
	int error;

	trial_outcome_done(&conformance->outcome);
	error = trial_run(&conformance->outcome, &conformance->plugin, order);
	if (error < 0)
		buffer_append_format(why, "cannot be run: %s; ", strerror(-error));
	else
		judge_run(conformance, order, why);
	return why->length == 0;
}

static bool run_verb(struct conformance *conformance, const char *verb, struct buffer *why)
{
	return run(
	    conformance, &(const struct trial_order){.verb = verb, .limit_ms = LIMIT_MS}, why);
}

/* -------------------------------------------------------------------------------------- manifest
 */

/* "" where there is none. */
static const char *text_under(const struct node *mapping, const char *key)
{
	const struct node *value = node_get(mapping, key);

	return value != NULL ? node_text(value) : "";
}

static void need_text(const struct node *mapping, const char *key, struct buffer *why)
{
	if (text_under(mapping, key)[0] == '\0')
		buffer_append_format(why, "the manifest lacks %s; ", key);
}

static bool is_truth(const struct node *node)
{
	static const char *const words[] = {"true", "false", "yes", "no"};

	for (size_t i = 0; i < count_of(words); i++)
		if (strcmp(node_text(node), words[i]) == 0)
			return true;
	return false;
}

static bool is_yes(const struct node *node)
{
	return strcmp(node_text(node), "true") == 0 || strcmp(node_text(node), "yes") == 0;
}

static void judge_keys(struct conformance *conformance, const struct node *with, struct buffer *why)
{
	if (with == NULL || node_kind(with) != NODE_MAPPING) {
		buffer_append_text(why, "the manifest lacks with, the mapping of keys; ");
		return;
	}
	for (size_t i = 0; i < node_count(with); i++) {
		const struct node *key = node_item(with, i);
		const struct node *required = node_get(key, "required");

		if (required == NULL || !is_truth(required) || node_get(key, "type") == NULL ||
		    node_get(key, "title") == NULL)
			buffer_append_text(why, "a key under with lacks type, required or title; ");
		conformance->needs_keys |= required != NULL && is_yes(required);
	}
}

static void judge_manifest(struct conformance *conformance, struct buffer *why)
{
	const struct node *root = document_root(conformance->manifest);
	const char *kind = text_under(root, "kind");

	if (strcmp(text_under(root, "api"), "1") != 0)
		buffer_append_text(why, "the manifest does not say api: 1; ");
	if (strcmp(text_under(root, "name"), conformance->plugin.name) != 0)
		buffer_append_format(
		    why, "the manifest's name is not %s; ", conformance->plugin.name);
	need_text(root, "title", why);
	judge_keys(conformance, node_get(root, "with"), why);
	conformance->is_inspector = strcmp(kind, "inspector") == 0;
	if (!conformance->is_inspector && strcmp(kind, "remedy") != 0)
		buffer_append_text(why, "the manifest's kind is neither inspector nor remedy; ");
	if (conformance->is_inspector)
		return;
	need_text(root, "disruption", why);
	if (node_get(root, "reversible") == NULL || !is_truth(node_get(root, "reversible")))
		buffer_append_text(why, "the manifest does not say whether it is reversible; ");
}

static void check_describe(struct conformance *conformance, struct buffer *why)
{
	struct buffer auto_buffer errors;

	buffer_init(&errors, MAX_WHY_BYTES);
	if (!run_verb(conformance, "describe", why))
		return;
	if (conformance->outcome.status != 0) {
		buffer_append_format(why, "describe ends with %d; ", conformance->outcome.status);
		return;
	}
	if (document_parse(&conformance->manifest, "describe",
		buffer_view(&conformance->outcome.said), &errors) < 0)
		buffer_append(why, buffer_view(&errors));
	else
		judge_manifest(conformance, why);
}

/* ---------------------------------------------------------------------------------- other verbs */

static void check_unknown_verb(struct conformance *conformance, struct buffer *why)
{
	if (run_verb(conformance, NO_SUCH_VERB, why) && conformance->outcome.status != 2)
		buffer_append_format(why, "a verb that it does not know ends with %d, not 2; ",
		    conformance->outcome.status);
}

static void check_missing_keys(struct conformance *conformance, struct buffer *why)
{
	if (!run_verb(conformance, "check", why))
		return;
	if (conformance->needs_keys && conformance->outcome.status != 2)
		buffer_append_format(why, "check without the required keys ends with %d, not 2; ",
		    conformance->outcome.status);
}

static void check_facts(struct conformance *conformance, struct buffer *why)
{
	const struct fact origin = {.source = "conformance", .time_ms = 0};
	struct facts *facts = NULL;
	size_t skipped = 0;

	if (!conformance->is_inspector || !run_verb(conformance, "inspect", why))
		return;
	if (conformance->outcome.status != 0)
		buffer_append_format(why, "inspect without a configuration ends with %d, not 0; ",
		    conformance->outcome.status);
	if (facts_new(&facts) < 0 ||
	    facts_read_lines(facts, buffer_view(&conformance->outcome.said), &origin, &skipped) < 0)
		buffer_append_text(why, "its facts cannot be read; ");
	if (skipped > 0)
		buffer_append_format(why, "%zu lines of inspect are no facts; ", skipped);
	facts_free(&facts);
}

/* At so short a limit all of it is killed, wherever it stands. */
static void check_timeout(struct conformance *conformance, struct buffer *why)
{
	const struct trial_order order = {.verb = "check", .limit_ms = KILL_AT_MS};
	int error;

	trial_outcome_done(&conformance->outcome);
	error = trial_run(&conformance->outcome, &conformance->plugin, &order);
	if (error < 0)
		buffer_append_format(why, "cannot be run: %s; ", strerror(-error));
	if (conformance->outcome.left_some)
		buffer_append_text(why, "killed, it leaves a process behind; ");
}

static void check_closed_output(struct conformance *conformance, struct buffer *why)
{
	const struct trial_order order = {
	    .verb = "describe", .limit_ms = LIMIT_MS, .has_no_room = true};

	if (run(conformance, &order, why) && conformance->outcome.status < 0)
		buffer_append_text(why, "a signal ends it where its output takes nothing; ");
}

static void check_signal(struct conformance *conformance, struct buffer *why)
{
	run(conformance,
	    &(const struct trial_order){.verb = "check", .limit_ms = LIMIT_MS, .terminate = true},
	    why);
}

/* In this order: what comes later relies on the manifest. */
static const struct {
	const char *name;
	conformance_check *check;
} checks[] = {
    {"describe", check_describe},
    {"unknown-verb", check_unknown_verb},
    {"missing-keys", check_missing_keys},
    {"facts", check_facts},
    {"timeout", check_timeout},
    {"closed-output", check_closed_output},
    {"signal", check_signal},
};

/* --------------------------------------------------------------------------------------- telling
 */

static void tell(struct conformance *conformance, const char *name, const struct buffer *why)
{
	struct view reason = buffer_view(why);
	struct json *one = json_add_object(conformance->checks);

	while (view_ends_with(reason, VIEW(" ")) || view_ends_with(reason, VIEW(";")) ||
	    view_ends_with(reason, VIEW("\n")))
		reason.length--;
	conformance->failed |= reason.length > 0;
	json_put_text(one, "name", name);
	json_put_bool(one, "passed", reason.length == 0);
	if (reason.length > 0)
		json_put_view(one, "why", reason);
	if (conformance->checks != NULL)
		return;
	printf("%-14s ", name);
	if (reason.length == 0)
		fputs("ok", stdout);
	else
		print_escaped(reason);
	putchar('\n');
}

static void check_all(struct conformance *conformance)
{
	for (size_t i = 0; i < count_of(checks); i++) {
		struct buffer auto_buffer why;

		buffer_init(&why, MAX_WHY_BYTES);
		checks[i].check(conformance, &why);
		tell(conformance, checks[i].name, &why);
		/* What it is decides how it is run. */
		conformance->plugin.only_reads = conformance->is_inspector;
		if (i == 0 && conformance->failed)
			break;
	}
}

static int check(const struct invocation *invocation, const char *path)
{
	struct json auto_json *document = invocation->json ? json_object_new() : NULL;
	struct conformance conformance = {.checks = json_put_array(document, "checks")};
	struct buffer auto_buffer why;
	int error;

	buffer_init(&why, MAX_WHY_BYTES);
	buffer_init(&conformance.outcome.said, 1);
	error = trial_open(&conformance.plugin, path, &why);
	tell(&conformance, "path", &why);
	if (error == 0)
		check_all(&conformance);
	json_put_text(document, "plugin", conformance.plugin.name);
	json_put_bool(document, "passed", !conformance.failed);
	trial_close(&conformance.plugin);
	trial_outcome_done(&conformance.outcome);
	document_free(&conformance.manifest);
	if (invocation->json)
		print_json(document);
	return conformance.failed ? EXIT_FAILED : EXIT_DONE;
}

int verb_plugin(const struct invocation *invocation)
{
	if (invocation->argument_count != 2 || strcmp(invocation->arguments[0], "check") != 0)
		return complain(
		    EXIT_USAGE, "the only thing to do with a plugin is: plugin check PATH");
	return check(invocation, invocation->arguments[1]);
}
