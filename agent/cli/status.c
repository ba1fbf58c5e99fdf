#include "cli/status.h"

#include "cli/api.h"

/* Text of the document, escaped: parts of it came from logs. */
static void print_text(const struct json *object, const char *name)
{
	const char *text = json_get_text(object, name);

	print_escaped(view_of_text(text != NULL && text[0] != '\0' ? text : "-"));
}

static void print_field(const char *label, const struct json *object, const char *name)
{
	printf("    %-12s ", label);
	print_text(object, name);
	putchar('\n');
}

static void print_log(const struct json *log)
{
	const struct json *reasons = json_get(log, "deaf_reasons");

	printf("    log          ");
	print_text(log, "path");
	printf(" (");
	print_text(log, "format");
	printf("): %lld lines, %lld unparsed, %lld bytes behind",
	    (long long)json_get_int(log, "lines_committed", 0),
	    (long long)json_get_int(log, "unparsed_lines", 0),
	    (long long)json_get_int(log, "lag_bytes", 0));
	for (const struct json *reason = json_next(reasons, NULL); reason != NULL;
	     reason = json_next(reasons, reason)) {
		printf("; ");
		print_coloured(OUTPUT_BAD, "DEAF");
		printf(": ");
		print_text(reason, "text");
		printf(" (since ");
		print_text(reason, "since");
		printf(")");
	}
	putchar('\n');
}

static enum output_colour colour_of(const struct json *site)
{
	const char *state = json_get_text(site, "state");

	if (json_get_text(site, "incident") != NULL)
		return OUTPUT_BAD;
	return state != NULL && strcmp(state, "watching") == 0 ? OUTPUT_GOOD : OUTPUT_DOUBTFUL;
}

/* Of the time at which the handle is expected to fail. */
static void print_reason(int64_t failures)
{
	if (failures == 0)
		printf(", the age that is configured");
	else
		printf(", learned from %lld failure%s", (long long)failures,
		    failures == 1 ? "" : "s");
}

static void print_site(const struct json *site)
{
	const struct json *window = json_get(site, "window");
	const struct json *probe = json_get(site, "probe");
	const struct json *budget = json_get(site, "budget");
	const struct json *handle = json_get(site, "handle");
	const struct json *logs = json_get(site, "logs");
	const char *state = json_get_text(site, "state");

	printf("\n");
	print_text(site, "name");
	printf(": ");
	print_coloured(colour_of(site), state != NULL ? state : "-");
	printf("\n    ");
	print_text(site, "sentence");
	printf("\n");
	print_field("mode", site, "mode");
	if (json_get_text(site, "incident") != NULL) {
		print_field("incident", site, "incident");
		print_field("diagnosis", site, "diagnosis");
	}
	printf("    window       %lld of %lld active known-good voters rejected, %lld known\n",
	    (long long)json_get_int(window, "rejected", 0),
	    (long long)json_get_int(window, "active", 0),
	    (long long)json_get_int(window, "known_good", 0));
	printf("    probe        ");
	print_text(probe, "result");
	printf(", last accepted ");
	print_text(probe, "last_accepted");
	printf("\n    handle       ");
	if (json_get_text(handle, "expected_failure") == NULL) {
		printf("no failure expected");
	} else {
		printf("expected to fail at ");
		print_text(handle, "expected_failure");
		print_reason(json_get_int(handle, "learned_from", 0));
	}
	printf("\n    budget       %lld this hour, %lld today\n",
	    (long long)json_get_int(budget, "hour", -1),
	    (long long)json_get_int(budget, "day", -1));
	for (const struct json *log = json_next(logs, NULL); log != NULL;
	     log = json_next(logs, log))
		print_log(log);
}

static enum output_colour colour_of_fleet(const char *state)
{
	if (strcmp(state, "joined") == 0)
		return OUTPUT_GOOD;
	return strcmp(state, "joining") == 0 ? OUTPUT_DOUBTFUL : OUTPUT_BAD;
}

static void print_slots(const struct json *slots)
{
	for (const struct json *slot = json_next(slots, NULL); slot != NULL;
	     slot = json_next(slots, slot)) {
		printf("    acting       ");
		print_text(slot, "host");
		printf(", for ");
		print_text(slot, "site");
		printf(", fence %lld\n", (long long)json_get_int(slot, "fence", -1));
	}
}

static void print_fleet(const struct json *fleet)
{
	const char *state = json_get_text(fleet, "state");
	const struct json *hosts = json_get(fleet, "hosts");
	int64_t shared = json_get_int(fleet, "shared_hosts", 0);
	size_t count = 0;

	if (state == NULL)
		return;
	for (const struct json *host = json_next(hosts, NULL); host != NULL;
	     host = json_next(hosts, host))
		count++;
	printf("fleet ");
	print_text(fleet, "group");
	printf(": ");
	print_coloured(colour_of_fleet(state), state);
	printf(" as ");
	print_text(fleet, "host");
	printf(", %zu hosts, at most %lld acting%s\n", count,
	    (long long)json_get_int(fleet, "at_most", 0),
	    json_get_bool(fleet, "required") ? "" : ", on its own without etcd");
	if (json_get_text(fleet, "trouble") != NULL &&
	    json_get_text(fleet, "trouble")[0] != '\0') {
		printf("    ");
		print_coloured(OUTPUT_BAD, "ETCD");
		printf("         ");
		print_text(fleet, "trouble");
		printf("; last answer ");
		print_text(fleet, "answered");
		putchar('\n');
	}
	if (shared > 0) {
		printf("    ");
		print_coloured(OUTPUT_BAD, "SHARED");
		printf("       the failure is shared with other hosts (%lld): nobody acts\n",
		    (long long)shared);
	}
	print_slots(json_get(fleet, "slots"));
}

/* Of receivers only where something is amiss. */
static void print_target(const struct json *target)
{
	int64_t waiting = json_get_int(target, "waiting", 0);
	int64_t dead = json_get_int(target, "dead", 0);

	if (waiting == 0 && dead == 0)
		return;
	printf("notifications to ");
	print_text(target, "name");
	printf(": ");
	if (dead > 0)
		printf("%lld given up (authmedic notify list)%s", (long long)dead,
		    waiting > 0 ? ", " : "");
	if (waiting > 0)
		printf("%lld waiting", (long long)waiting);
	putchar('\n');
}

void status_print(const struct json *status)
{
	const struct json *sites = json_get(status, "sites");
	const struct json *targets = json_get(status, "notify");
	const struct json *set_aside = json_get(status, "state_set_aside");

	printf("authmedicd ");
	print_text(status, "version");
	printf(", mode ");
	print_text(status, "mode");
	printf(", helper ");
	print_text(status, "helper");
	printf(", ");
	if (json_get_bool(status, "ready")) {
		print_coloured(OUTPUT_GOOD, "ready");
	} else {
		print_coloured(OUTPUT_BAD, "NOT READY");
		printf(": ");
		print_text(status, "not_ready");
	}
	printf("\n");
	if (json_get_text(status, "confinement") != NULL) {
		print_text(status, "confinement");
		printf("\n");
	}
	if (json_get_text(set_aside, "file") != NULL) {
		print_coloured(OUTPUT_BAD, "STATE SET ASIDE");
		printf(" as ");
		print_text(set_aside, "file");
		printf(": ");
		print_text(set_aside, "means");
		printf("\n");
	}
	print_fleet(json_get(status, "fleet"));
	for (const struct json *target = json_next(targets, NULL); target != NULL;
	     target = json_next(targets, target))
		print_target(target);
	for (const struct json *site = json_next(sites, NULL); site != NULL;
	     site = json_next(sites, site))
		print_site(site);
}

int verb_status(const struct invocation *invocation)
{
	struct json auto_json *status = NULL;
	int exit_code;

	if (invocation->argument_count > 0)
		return complain(EXIT_USAGE, "status takes no arguments");
	exit_code = api_get(invocation, "/api/v1/status", &status);
	if (exit_code != EXIT_DONE)
		return exit_code;
	if (invocation->json)
		return print_json(status);
	status_print(status);
	return EXIT_DONE;
}
