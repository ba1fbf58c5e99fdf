/* status: all sites on one screen. A site is one line, and says more only where it has to. */
#include "cli/status.h"

#include "base/text.h"
#include "cli/api.h"
#include "cli/document.h"
#include "cli/screen.h"

#define MAX_LINE_BYTES ((size_t)16 * 1024)
#define MARK_COLUMNS   2
#define NAME_COLUMNS   17
#define STATE_COLUMNS  12
#define COUNT_COLUMNS  17 /* "12/345 rejected" */
#define LEAST_CELLS    15
#define MOST_CELLS     60 /* a minute each */
#define INDENT         4
#define FEW_SITES      6 /* of so few all is told, of more only what is not well */

struct status {
	struct screen screen;
	const struct json *document;
	int64_t now_ms;
	size_t site_count;
};

static const char *span(int64_t duration_ms, char ret_text[TEXT_TIME_BYTES])
{
	return text_of_duration(duration_ms > 0 ? duration_ms : 0, ret_text);
}

/* ---- how well it is */

static bool has_deaf_log(const struct json *site)
{
	const struct json *logs = json_get(site, "logs");

	for (const struct json *log = json_next(logs, NULL); log != NULL;
	     log = json_next(logs, log))
		if (json_next(json_get(log, "deaf_reasons"), NULL) != NULL)
			return true;
	return false;
}

static enum output_colour health_of(const struct json *site)
{
	if (json_get_text(site, "incident") != NULL)
		return OUTPUT_BAD;
	if (has_deaf_log(site) || strcmp(document_text(site, "state"), "watching") != 0)
		return OUTPUT_DOUBTFUL;
	return OUTPUT_GOOD;
}

static const char *mark_of(enum output_colour health)
{
	static const char *const marks[] = {
	    [OUTPUT_GOOD] = " ", [OUTPUT_DOUBTFUL] = "?", [OUTPUT_BAD] = "!"};

	return marks[health];
}

/* ---- a site */

static unsigned curve_cells(const struct screen *screen)
{
	const unsigned others = MARK_COLUMNS + NAME_COLUMNS + STATE_COLUMNS + COUNT_COLUMNS + 1;
	unsigned room = screen->columns > others ? screen->columns - others : 0;

	if (room < LEAST_CELLS)
		return 0;
	/* A divisor of the hour, so that all cells are as long. */
	for (unsigned minutes = 1; minutes <= MOST_CELLS / LEAST_CELLS; minutes++)
		if (MOST_CELLS % minutes == 0 && MOST_CELLS / minutes <= room)
			return MOST_CELLS / minutes;
	return 0;
}

static void print_curve(const struct status *status, const struct json *site)
{
	const struct json *shares = json_get(json_get(site, "last_hour"), "rejected_voters_ratio");
	unsigned cells = curve_cells(&status->screen);
	struct buffer auto_buffer curve;

	buffer_init(&curve, MAX_LINE_BYTES);
	if (cells == 0)
		return;
	screen_append_curve(&status->screen, shares, cells, &curve);
	fwrite(buffer_text(&curve), 1, curve.length, stdout);
	putchar(' ');
}

static void print_row(const struct status *status, const struct json *site)
{
	const struct json *window = json_get(site, "window");
	enum output_colour health = health_of(site);
	const char *state = document_text(site, "state");

	print_coloured(health, mark_of(health));
	putchar(' ');
	screen_print_cell(view_of_text(document_text(site, "name")), NAME_COLUMNS - 1);
	putchar(' ');
	print_coloured(health, state);
	screen_print_cell(VIEW(""),
	    (unsigned)(strlen(state) < STATE_COLUMNS - 1 ? STATE_COLUMNS - strlen(state) : 1));
	print_curve(status, site);
	printf("%lld/%lld rejected\n", (long long)json_get_int(window, "rejected", 0),
	    (long long)json_get_int(window, "active", 0));
}

static void append_probe(const struct status *status, const struct json *site, struct buffer *line)
{
	const struct json *probe = json_get(site, "probe");
	const char *result = document_text(probe, "result");
	int64_t accepted_ms = document_time_ms(probe, "last_accepted");
	int64_t time_ms = document_time_ms(probe, "time");
	char ago[TEXT_TIME_BYTES];

	if (result[0] == '\0')
		return;
	buffer_append_format(line, "probe %s", result);
	if (time_ms >= 0)
		buffer_append_format(line, " %s ago", span(status->now_ms - time_ms, ago));
	if (strcmp(result, "accepted") != 0)
		buffer_append_format(line, ", last accepted %s%s",
		    accepted_ms >= 0 ? span(status->now_ms - accepted_ms, ago) : "never",
		    accepted_ms >= 0 ? " ago" : "");
	buffer_append_text(line, "; ");
}

static void append_handle(const struct status *status, const struct json *site, struct buffer *line)
{
	const struct json *handle = json_get(site, "handle");
	int64_t failure_ms = document_time_ms(handle, "expected_failure");
	long long failures = (long long)json_get_int(handle, "learned_from", 0);
	bool past = failure_ms <= status->now_ms;
	char left[TEXT_TIME_BYTES];

	if (failure_ms < 0)
		return;
	buffer_append_format(line, "handle %s %s, ", past ? "past its time by" : "good for",
	    span(past ? status->now_ms - failure_ms : failure_ms - status->now_ms, left));
	if (failures == 0)
		buffer_append_text(line, "the age that is configured; ");
	else
		buffer_append_format(
		    line, "learned from %lld failure%s; ", failures, failures == 1 ? "" : "s");
}

static void append_budget(const struct json *site, struct buffer *line)
{
	const struct json *budget = json_get(site, "budget");
	int64_t hour = json_get_int(budget, "hour", -1);

	buffer_append_format(line, "mode %s", document_text(site, "mode"));
	if (hour >= 0 && strcmp(document_text(site, "mode"), "act") == 0)
		buffer_append_format(line, ", %lld actions left this hour, %lld today",
		    (long long)hour, (long long)json_get_int(budget, "day", 0));
}

static void print_incident(const struct status *status, const struct json *site)
{
	struct buffer auto_buffer line;
	const char *diagnosis = document_text(site, "diagnosis");

	buffer_init(&line, MAX_LINE_BYTES);
	if (json_get_text(site, "incident") == NULL)
		return;
	buffer_append_format(&line, "%s: authmedic history %s",
	    diagnosis[0] != '\0' ? diagnosis : "not diagnosed yet",
	    document_text(site, "incident"));
	screen_print_text(&status->screen, INDENT, buffer_text(&line));
}

static void print_deaf(const struct status *status, const struct json *log)
{
	const struct json *reasons = json_get(log, "deaf_reasons");

	for (const struct json *reason = json_next(reasons, NULL); reason != NULL;
	     reason = json_next(reasons, reason)) {
		struct buffer auto_buffer line;
		char since[TEXT_TIME_BYTES];

		buffer_init(&line, MAX_LINE_BYTES);
		buffer_append_format(&line, "DEAF for %s: %s: %s",
		    span(status->now_ms - document_time_ms(reason, "since"), since),
		    document_text(log, "path"), document_text(reason, "text"));
		screen_print_text(&status->screen, INDENT, buffer_text(&line));
	}
}

/* Of a log that is heard only what may be wrong with it. */
static void print_log(const struct status *status, const struct json *log)
{
	long long behind = (long long)json_get_int(log, "lag_bytes", 0);
	long long unparsed = (long long)json_get_int(log, "unparsed_lines", 0);
	long long lost = (long long)json_get_int(log, "lost_bytes", 0);
	struct buffer auto_buffer line;

	buffer_init(&line, MAX_LINE_BYTES);
	print_deaf(status, log);
	if (behind == 0 && unparsed == 0 && lost == 0)
		return;
	buffer_append_format(&line, "%s: of %lld lines %lld unparsed; %lld bytes behind, %lld lost",
	    document_text(log, "path"), (long long)json_get_int(log, "lines_committed", 0),
	    unparsed, behind, lost);
	screen_print_text(&status->screen, INDENT, buffer_text(&line));
}

static void print_site(const struct status *status, const struct json *site)
{
	const struct json *logs = json_get(site, "logs");
	bool well = health_of(site) == OUTPUT_GOOD;
	struct buffer auto_buffer line;

	buffer_init(&line, MAX_LINE_BYTES);
	print_row(status, site);
	if (well && status->site_count > FEW_SITES)
		return;
	if (strcmp(document_text(site, "state"), "watching") != 0)
		screen_print_text(&status->screen, INDENT, document_text(site, "sentence"));
	print_incident(status, site);
	append_probe(status, site, &line);
	append_handle(status, site, &line);
	append_budget(site, &line);
	screen_print_text(&status->screen, INDENT, buffer_text(&line));
	for (const struct json *log = json_next(logs, NULL); log != NULL;
	     log = json_next(logs, log))
		print_log(status, log);
}

/* ---- the head */

/* Of receivers only where something is amiss. */
static void print_target(const struct status *status, const struct json *target)
{
	int64_t waiting = json_get_int(target, "waiting", 0);
	int64_t dead = json_get_int(target, "dead", 0);
	struct buffer auto_buffer line;

	buffer_init(&line, MAX_LINE_BYTES);
	if (waiting == 0 && dead == 0)
		return;
	buffer_append_format(&line, "notifications to %s: ", document_text(target, "name"));
	if (dead > 0)
		buffer_append_format(&line, "%lld given up (authmedic notify list)%s",
		    (long long)dead, waiting > 0 ? ", " : "");
	if (waiting > 0)
		buffer_append_format(&line, "%lld waiting", (long long)waiting);
	screen_print_text(&status->screen, 0, buffer_text(&line));
}

static void print_daemon(const struct status *status)
{
	const struct json *document = status->document;
	char up[TEXT_TIME_BYTES];

	printf("authmedicd ");
	print_escaped(view_of_text(document_text(document, "version")));
	printf(", mode ");
	print_escaped(view_of_text(document_text(document, "mode")));
	printf(", helper ");
	print_escaped(view_of_text(document_text(document, "helper")));
	printf(", up %s, ", span(status->now_ms - document_time_ms(document, "started"), up));
	if (json_get_bool(document, "ready")) {
		print_coloured(OUTPUT_GOOD, "ready");
	} else {
		print_coloured(OUTPUT_BAD, "NOT READY");
		printf(": ");
		print_escaped(view_of_text(document_text(document, "not_ready")));
	}
	putchar('\n');
	screen_print_text(&status->screen, 0, document_text(document, "confinement"));
}

static void print_set_aside(const struct status *status)
{
	const struct json *set_aside = json_get(status->document, "state_set_aside");
	struct buffer auto_buffer line;

	buffer_init(&line, MAX_LINE_BYTES);
	if (json_get_text(set_aside, "file") == NULL)
		return;
	buffer_append_format(&line, "as %s: %s", document_text(set_aside, "file"),
	    document_text(set_aside, "means"));
	print_coloured(OUTPUT_BAD, "STATE SET ASIDE");
	putchar(' ');
	screen_print_text(&status->screen, 0, buffer_text(&line));
}

static void print_fallback(const struct status *status, const struct json *fallback)
{
	int64_t left_ms = document_time_ms(fallback, "until") - status->now_ms;
	bool overdue = json_get_bool(fallback, "overdue");
	struct buffer auto_buffer line;
	char left[TEXT_TIME_BYTES];

	buffer_init(&line, MAX_LINE_BYTES);
	buffer_append_format(&line, "of %s, until %s (%s%s)%s", document_text(fallback, "site"),
	    document_text(fallback, "until"), span(left_ms < 0 ? -left_ms : left_ms, left),
	    left_ms < 0 ? " ago" : " left",
	    json_get_bool(fallback, "configured")
		? ""
		: "; its rung is in the configuration no more, only a person can take it back");
	print_coloured(overdue ? OUTPUT_BAD : OUTPUT_DOUBTFUL, overdue ? "OVERDUE" : "APPLIED");
	printf(" ");
	print_escaped(view_of_text(document_text(fallback, "remedy")));
	printf(" ");
	screen_print_text(&status->screen, 0, buffer_text(&line));
}

static enum output_colour colour_of_fleet(const char *state)
{
	if (strcmp(state, "joined") == 0)
		return OUTPUT_GOOD;
	return strcmp(state, "joining") == 0 ? OUTPUT_DOUBTFUL : OUTPUT_BAD;
}

static void print_slots(const struct status *status, const struct json *slots)
{
	for (const struct json *slot = json_next(slots, NULL); slot != NULL;
	     slot = json_next(slots, slot)) {
		struct buffer auto_buffer line;

		buffer_init(&line, MAX_LINE_BYTES);
		buffer_append_format(&line, "acting: %s, for %s, fence %lld",
		    document_text(slot, "host"), document_text(slot, "site"),
		    (long long)json_get_int(slot, "fence", -1));
		screen_print_text(&status->screen, INDENT, buffer_text(&line));
	}
}

static void print_fleet_trouble(const struct status *status, const struct json *fleet)
{
	int64_t shared = json_get_int(fleet, "shared_hosts", 0);
	struct buffer auto_buffer line;

	buffer_init(&line, MAX_LINE_BYTES);
	if (document_text(fleet, "trouble")[0] != '\0')
		buffer_append_format(&line, "ETCD: %s; last answer %s\n",
		    document_text(fleet, "trouble"), document_text(fleet, "answered"));
	if (shared > 0)
		buffer_append_format(&line,
		    "SHARED: the failure is shared with other hosts (%lld): nobody acts\n",
		    (long long)shared);
	screen_print_text(&status->screen, INDENT, buffer_text(&line));
}

static void print_fleet(const struct status *status)
{
	const struct json *fleet = json_get(status->document, "fleet");
	const char *state = json_get_text(fleet, "state");
	const struct json *hosts = json_get(fleet, "hosts");
	size_t count = 0;

	if (state == NULL)
		return;
	for (const struct json *host = json_next(hosts, NULL); host != NULL;
	     host = json_next(hosts, host))
		count++;
	printf("fleet ");
	print_escaped(view_of_text(document_text(fleet, "group")));
	printf(": ");
	print_coloured(colour_of_fleet(state), state);
	printf(" as ");
	print_escaped(view_of_text(document_text(fleet, "host")));
	printf(", %zu hosts, at most %lld acting%s\n", count,
	    (long long)json_get_int(fleet, "at_most", 0),
	    json_get_bool(fleet, "required") ? "" : ", on its own without etcd");
	print_fleet_trouble(status, fleet);
	print_slots(status, json_get(fleet, "slots"));
}

static void print_heading(const struct status *status)
{
	unsigned cells = curve_cells(&status->screen);

	printf("\n%*s", MARK_COLUMNS, "");
	screen_print_cell(VIEW("SITE"), NAME_COLUMNS);
	screen_print_cell(VIEW("STATE"), STATE_COLUMNS);
	if (cells > 0)
		screen_print_cell(VIEW("LAST HOUR"), cells + 1);
	puts("KNOWN-GOOD NOW");
}

void status_print(const struct json *document)
{
	const struct json *fallbacks = json_get(document, "fallbacks");
	const struct json *targets = json_get(document, "notify");
	const struct json *sites = json_get(document, "sites");
	struct status status = {.screen = screen_look(),
	    .document = document,
	    .now_ms = document_time_ms(document, "now")};

	for (const struct json *site = json_next(sites, NULL); site != NULL;
	     site = json_next(sites, site))
		status.site_count++;
	print_daemon(&status);
	print_set_aside(&status);
	for (const struct json *fallback = json_next(fallbacks, NULL); fallback != NULL;
	     fallback = json_next(fallbacks, fallback))
		print_fallback(&status, fallback);
	for (const struct json *target = json_next(targets, NULL); target != NULL;
	     target = json_next(targets, target))
		print_target(&status, target);
	print_fleet(&status);
	if (status.site_count > 0)
		print_heading(&status);
	for (const struct json *site = json_next(sites, NULL); site != NULL;
	     site = json_next(sites, site))
		print_site(&status, site);
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
