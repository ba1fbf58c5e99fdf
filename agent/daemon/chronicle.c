#include "daemon/chronicle.h"

#include "daemon/hearing.h"
#include "daemon/rulebook.h"
#include "loop/clock.h"

/* Facts that are the time of something, which shows as a mark. */
static const struct {
	const char *fact;
	enum course_mark_kind kind;
} times[] = {
    {"worker.start", COURSE_WORKER_STARTED},
    {"keytab.modified", COURSE_KEY_CHANGED},
};

static struct course_totals totals_of(const struct site *site)
{
	const struct detector_totals *totals = detector_totals(site->detector);
	struct course_totals sums = {0};

	for (int scheme = 0; scheme < SCHEME_COUNT; scheme++) {
		sums.established += totals->handshakes[scheme][OUTCOME_ESTABLISHED];
		sums.rejected += totals->handshakes[scheme][OUTCOME_REJECTED];
	}
	return sums;
}

static bool is_deaf(const struct site *site)
{
	for (size_t i = 0; i < site->log_count; i++)
		for (enum deaf_reason reason = 0; reason < DEAF_REASON_COUNT; reason++)
			if (hearing_since_ms(&site->logs[i], reason) >= 0)
				return true;
	return false;
}

static struct course_view view_of_site(const struct site *site)
{
	struct detector_window window;

	detector_window(site->detector, &window);
	return (struct course_view){.active_voters = window.active,
	    .rejected_voters = window.rejected,
	    .deaf = is_deaf(site)};
}

void chronicle_begin(struct site *site, uint64_t configuration)
{
	course_saw_configuration(site->course, clock_now_ms(), configuration);
	course_begin(site->course, totals_of(site));
}

void chronicle_on_line(struct site *site)
{
	int64_t log_ms = detector_totals(site->detector)->last_ms;

	if (course_count(site->course, log_ms, totals_of(site))) {
		const struct course_view view = view_of_site(site);

		course_stand(site->course, log_ms, &view);
	}
}

void chronicle_look(struct site *site, bool catching_up)
{
	int64_t now_ms = clock_now_ms();
	struct course_view view;

	course_tick(site->course, now_ms);
	if (catching_up)
		return;
	/* What ended for want of more lines was no line. */
	course_count(site->course, detector_totals(site->detector)->last_ms, totals_of(site));
	view = view_of_site(site);
	course_look(site->course, now_ms, &view);
}

void chronicle_on_probe(struct site *site, enum probe_result result)
{
	course_probed(site->course, clock_now_ms(), result);
}

void chronicle_on_inspected(struct site *site)
{
	for (size_t i = 0; i < count_of(times); i++) {
		struct course_mark mark = {.kind = times[i].kind};
		double time_s;

		if (facts_number(site->facts, times[i].fact, &time_s) < 0)
			continue;
		mark.time_ms = (int64_t)(time_s * 1000);
		course_mark(site->course, &mark, clock_now_ms());
	}
}

/* The text that goes with the mark, or none. */
static void describe(const struct controller_event *event, struct course_mark *mark)
{
	if (event->kind == EVENT_ACTING)
		snprintf(mark->text, sizeof(mark->text), "%s", event->remedy);
	if (event->kind == EVENT_PASSED)
		snprintf(mark->text, sizeof(mark->text), "it passed by itself");
}

void chronicle_on_event(struct site *site, const struct controller_event *event)
{
	struct course_mark mark = {.time_ms = event->now.wall_ms};

	switch (event->kind) {
	case EVENT_OPENED:
		mark.kind = COURSE_OPENED;
		break;
	case EVENT_ACTING:
		mark.kind = COURSE_ACTION;
		break;
	case EVENT_RESOLVED:
	case EVENT_PASSED:
		mark.kind = COURSE_RESOLVED;
		break;
	default:
		return;
	}
	describe(event, &mark);
	course_mark(site->course, &mark, event->now.wall_ms);
}

void chronicle_on_pause(struct site *site, bool paused)
{
	course_saw_pause(site->course, clock_now_ms(), paused);
}
