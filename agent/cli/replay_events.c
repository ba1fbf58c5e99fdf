#include "cli/replay_events.h"

#include <inttypes.h>

#include "base/text.h"
#include "daemon/evidence.h"
#include "report/status.h"

const struct replay_totals replay_totals_none = {.detector = {.first_ms = -1, .last_ms = -1}};

/* -- adding up -- */

void replay_add(struct replay_totals *sum, const struct replay_source *source)
{
	const struct reading_totals *reading = &replay_source_reading(source)->totals;
	const struct intake_totals *intake = replay_source_totals(source);

	sum->misdated += replay_source_misdated(source);
	sum->bytes += intake->bytes;
	sum->reading.lines += reading->lines;
	sum->reading.records += reading->records;
	sum->reading.signals += reading->signals;
	sum->reading.unparsed += reading->unparsed + intake->overlong_lines;
	sum->reading.lines += intake->overlong_lines;
}

void replay_add_site(struct replay_totals *sum, const struct detector_totals *detector)
{
	struct detector_totals *into = &sum->detector;

	for (int scheme = 0; scheme < SCHEME_COUNT; scheme++)
		for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
			into->handshakes[scheme][outcome] += detector->handshakes[scheme][outcome];
	into->authenticated += detector->authenticated;
	into->voters += detector->voters;
	if (detector->first_ms >= 0 && (into->first_ms < 0 || detector->first_ms < into->first_ms))
		into->first_ms = detector->first_ms;
	if (detector->last_ms > into->last_ms)
		into->last_ms = detector->last_ms;
}

/* -- events -- */

static struct json *event_new(const char *event, int64_t time_ms, const char *site)
{
	struct json *object = json_object_new();

	json_put_text(object, "event", event);
	json_put_time(object, "time", time_ms);
	json_put_text(object, "site", site);
	return object;
}

static void print_window(const struct replay_spike *spike, const struct detector_window *window)
{
	const char *name = window->spike ? "spike-opened" : "spike-closed";
	struct json auto_json *event = event_new(name, window->now_ms, spike->site->name);

	json_put_int(event, "active", (int64_t)window->active);
	json_put_int(event, "rejected", (int64_t)window->rejected);
	json_put_number(event, "rejected_ratio", window->rejected_ratio);
	print_json(event);
}

static void print_would_probe(
    const struct replay_spike *spike, const struct detector_window *window)
{
	struct json auto_json *event = event_new("would-probe", window->now_ms, spike->site->name);

	if (spike->site->probe.configured)
		print_json(event);
}

/* Logs alone tell no probe's result and no fact of the machine, so most often this is `unknown`. */
static const struct diagnosis *diagnose(
    const struct replay_spike *spike, const struct detector_window *window, struct facts *facts)
{
	const struct evidence_sources sources = {.site = spike->site,
	    .detector = spike->detector,
	    .signatures = spike->rulebook->signatures,
	    .handle_limit_ms = spike->site->worker.max_age_ms,
	    .now_ms = window->now_ms};

	evidence_gather(facts, &sources);
	return rules_diagnose(spike->rulebook->rules, facts, NULL);
}

static void print_diagnosis(const struct replay_spike *spike, const struct detector_window *window,
    const struct diagnosis *diagnosis, const struct facts *facts)
{
	struct json auto_json *event = event_new("diagnosis", window->now_ms, spike->site->name);

	json_put_text(event, "diagnosis", diagnosis->id);
	json_put_text(event, "title", diagnosis->title);
	json_put_tree(event, "facts", facts_to_json(facts));
	print_json(event);
}

/* What the first rung would have been, and what the probe and the machine would have had to say. */
static void print_would_apply(
    const struct replay_spike *spike, const struct detector_window *window)
{
	const struct config_site *site = spike->site;
	struct json auto_json *event = event_new("would-apply", window->now_ms, site->name);
	struct json *conditions = json_put_array(event, "provided");

	if (site->ladder.count == 0)
		return;
	json_put_text(event, "remedy", site->ladder.items[0].remedy);
	json_put_text(event, "mode", site->mode == CONFIG_MODE_ACT ? "act" : "observe");
	if (site->evidence == CONFIG_EVIDENCE_PROBE)
		json_add_text(conditions, "the probe was rejected with a fresh ticket");
	json_add_text(conditions, "the key on disk was newer than the worker");
	print_json(event);
}

static void tell_for_people(const struct replay_spike *spike, const struct detector_window *window)
{
	char time[TEXT_TIME_BYTES];

	printf("%s  %s: %s: %zu of %zu known-good rejected\n",
	    text_of_time(window->now_ms, time), spike->site->name,
	    window->spike ? "sign-in fails" : "sign-in works again", window->rejected,
	    window->active);
}

static void print_spike(const struct replay_spike *spike, const struct detector_window *window,
    const struct diagnosis *diagnosis, const struct facts *facts)
{
	if (!spike->json) {
		tell_for_people(spike, window);
		return;
	}
	print_window(spike, window);
	if (diagnosis == NULL)
		return;
	print_would_probe(spike, window);
	print_diagnosis(spike, window, diagnosis, facts);
	print_would_apply(spike, window);
}

void replay_tell_spike(const struct replay_spike *spike, struct replay_account *account)
{
	struct facts auto_call(facts_free) *facts = NULL;
	const struct diagnosis *diagnosis = NULL;
	struct detector_window window;

	detector_window(spike->detector, &window);
	if (window.spike && facts_new(&facts) == 0)
		diagnosis = diagnose(spike, &window, facts);
	replay_account_spike(account, &window, diagnosis);
	print_spike(spike, &window, diagnosis, facts);
}

void replay_tell_deaf(const struct deaf_change *change, const struct replay_log *log, bool json)
{
	const char *name = change->opened ? "deaf" : "deaf-ended";
	struct json auto_json *event = NULL;
	char time[TEXT_TIME_BYTES];

	if (!json) {
		printf("%s  %s: ",
		    change->now_ms >= 0 ? text_of_time(change->now_ms, time) : "-",
		    log->site->name);
		print_escaped(view_of_text(log->log.path));
		printf(change->opened ? " is deaf: %s\n" : " is heard again (%s)\n",
		    deaf_reason_text(change->reason));
		return;
	}
	event = event_new(name, change->now_ms, log->site->name);
	json_put_text(event, "log", log->log.path);
	json_put_text(event, "reason", deaf_reason_name(change->reason));
	json_put_text(event, "text", deaf_reason_text(change->reason));
	print_json(event);
}

/* -- the summary -- */

int replay_print_summary(const struct replay_totals *sum, struct json *sites)
{
	struct json auto_json *summary = json_object_new();

	json_put_text(summary, "event", "summary");
	json_put_int(summary, "lines", (int64_t)sum->reading.lines);
	json_put_int(summary, "bytes", (int64_t)sum->bytes);
	json_put_int(summary, "unparsed", (int64_t)sum->reading.unparsed);
	json_put_int(summary, "misdated", (int64_t)sum->misdated);
	json_put_int(summary, "records", (int64_t)sum->reading.records);
	json_put_int(summary, "signals", (int64_t)sum->reading.signals);
	status_put_handshakes(summary, &sum->detector);
	json_put_int(summary, "voters", (int64_t)sum->detector.voters);
	json_put_time(summary, "first", sum->detector.first_ms);
	json_put_time(summary, "last", sum->detector.last_ms);
	json_put_tree(summary, "sites", sites);
	return print_json(summary);
}

int replay_tell_summary(const struct replay_totals *sum)
{
	char first[TEXT_TIME_BYTES];
	char last[TEXT_TIME_BYTES];
	uint64_t outcomes[OUTCOME_COUNT] = {0};

	for (int scheme = 0; scheme < SCHEME_COUNT; scheme++)
		for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
			outcomes[outcome] += sum->detector.handshakes[scheme][outcome];
	printf("%" PRIu64 " lines, %" PRIu64 " unparsed, %" PRIu64 " voters,\nfrom %s to %s\n",
	    sum->reading.lines, sum->reading.unparsed, sum->detector.voters,
	    sum->detector.first_ms < 0 ? "-" : text_of_time(sum->detector.first_ms, first),
	    sum->detector.last_ms < 0 ? "-" : text_of_time(sum->detector.last_ms, last));
	for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
		printf("  %-14s %" PRIu64 "\n", outcome_name((enum outcome)outcome),
		    outcomes[outcome]);
	if (sum->misdated > 0)
		printf("  %-14s %" PRIu64 " lines\n", "misdated", sum->misdated);
	printf("  %-14s %" PRIu64 "\n", "authenticated", sum->detector.authenticated);
	return EXIT_DONE;
}
