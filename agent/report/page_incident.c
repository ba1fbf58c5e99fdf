#include "report/page_incident.h"

#include "base/text.h"
#include "report/page_condition.h"

/* -- what is left to a person -- */

enum rung_wanted { RUNG_NONE, RUNG_NEXT, RUNG_LOCKED, RUNG_APPLIED };

/* By why we do not act: what that means for a person, and what he may type. */
static const struct todo {
	const char *reason;
	const char *means;
	const char *verb; /* of authmedic, with the site behind it; NULL: none */
	enum rung_wanted rung;
} todos[] = {
    {"observe", "This site is only observed, so it is for you to do.", NULL, RUNG_NONE},
    {"approval", "A remedy is left that waits for your word:", "approve", RUNG_NEXT},
    {"locked", "The remedy did not help before and is locked. To let it run again all the same:",
	"unlock", RUNG_LOCKED},
    {"not-verified", "The remedy did not help and is locked. To let it run again all the same:",
	"unlock", RUNG_LOCKED},
    {"no-recent-success",
	"Our own sign-in has not worked lately, so it may be at fault itself. If you know that "
	"people are hit:",
	"approve", RUNG_NEXT},
    {"fallback", "People get in by a fallback. Once the cause is mended, take it back:", "revert",
	RUNG_APPLIED},
    {"paused", "All actions are paused; see above.", NULL, RUNG_NONE},
    {"maintenance",
	"Nobody has failed yet. The worker is recycled in the site's maintenance window.", NULL,
	RUNG_NONE},
    {"denied", "A person said that nothing is to be done by us for this incident.", NULL,
	RUNG_NONE},
    {"budget", "We have done as much as we may for now; it is for you to do.", NULL, RUNG_NONE},
    {"helper-away", "The helper, which does what must be done, is away: start it.", NULL,
	RUNG_NONE},
    {"helper-lost",
	"The helper, which does what must be done, is away or does not answer: start it anew.",
	NULL, RUNG_NONE},
    {"try-later", "The remedy has changed nothing, for what it told; it is tried again later.",
	NULL, RUNG_NONE},
    {"bad-config", "The remedy cannot run as it is configured or installed: mend that.", NULL,
	RUNG_NONE},
    {"unsaved",
	"Our state cannot be saved, and we do nothing that is not on record: give it room, or see "
	"the log.",
	NULL, RUNG_NONE},
    {"no-maintenance",
	"Nobody has failed yet. Recycle the worker when it suits, or give the site a maintenance "
	"window.",
	NULL, RUNG_NONE},
    {"shared",
	"Other hosts fail in the same way, so no server of ours is likely its cause. If you know "
	"better:",
	"approve", RUNG_NEXT},
    {"no-help",
	"The remedy did not help another host with the same diagnosis. To let it run here all the "
	"same:",
	"approve", RUNG_NEXT},
    {"fleet-name", "Another authmedicd has this host's name in the fleet; see fleet.host.", NULL,
	RUNG_NONE},
    {"fleet-away",
	"The fleet's etcd does not answer or takes no writes, and this host acts only with it.",
	NULL, RUNG_NONE},
    {"fleet-overdue",
	"It waits for its turn in the fleet in vain; see there who has it.", NULL,
	RUNG_NONE},
    {"no-cure", "No remedy of ours cures this.", NULL, RUNG_NONE},
    {"no-rung", "The site's ladder has no remedy for this.", NULL, RUNG_NONE},
};

/* Why we did not act when that was decided last; NULL where we did, or are about to. */
static const char *refusal_of(const struct report_incident *incident)
{
	for (size_t i = incident->event_count; i > 0; i--) {
		const struct report_event *event = &incident->events[i - 1];

		if (strcmp(event->kind, "refused") == 0 || strcmp(event->kind, "not-verified") == 0)
			return event->reason;
		if (strcmp(event->kind, "acting") == 0)
			return NULL;
	}
	return NULL;
}

static const struct todo *todo_of(const struct report_incident *incident)
{
	const char *reason = refusal_of(incident);

	for (size_t i = 0; reason != NULL && i < count_of(todos); i++)
		if (strcmp(todos[i].reason, reason) == 0)
			return &todos[i];
	return NULL;
}

/* Counted from 1; 0 where there is none. */
static size_t rung_of(const struct report_site *site, enum rung_wanted wanted)
{
	if (wanted == RUNG_NEXT)
		return site->next_rung <= site->rung_count ? site->next_rung : 0;
	for (size_t i = 0; i < site->rung_count; i++)
		if ((wanted == RUNG_LOCKED && site->ladder[i].locked) ||
		    (wanted == RUNG_APPLIED && site->ladder[i].applied))
			return i + 1;
	return 0;
}

static void put_command(
    const struct page *page, const struct report_site *site, const char *verb, size_t rung)
{
	put_format(page, "<pre><code>sudo authmedic %s ", verb);
	put_argument(page, site->name);
	if (rung > 0)
		put_format(page, " %zu", rung);
	put(page, "</code></pre>\n");
}

static void put_paragraph(const struct page *page, const char *label, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	put_format(page, "<p>%s", label);
	put_text(page, text);
	put(page, "</p>\n");
}

/* What `observe` would have done, or what would be next. */
static void put_next(const struct page *page, const struct report_site *site, const char *would)
{
	if (site->next_rung == 0 || site->next_rung > site->rung_count)
		return;
	put_format(page, "<p>%s rung %zu, <strong>", would, site->next_rung);
	put_text(page, site->ladder[site->next_rung - 1].remedy);
	put(page, "</strong>.</p>\n");
}

static void put_reason(
    const struct page *page, const struct report_site *site, const struct todo *todo)
{
	size_t rung = rung_of(site, todo->rung);

	put_format(page, "<p>%s</p>\n", todo->means);
	if (strcmp(todo->reason, "observe") == 0)
		put_next(page, site, "In mode act it would have been");
	if (todo->verb != NULL && (todo->rung == RUNG_NONE || rung > 0))
		put_command(page, site, todo->verb, rung);
}

static void put_reasons(const struct page *page, const struct report_site *site)
{
	const struct report_incident *incident = site->incident;
	const struct todo *todo = todo_of(incident);

	if (condition_of(site) == CONDITION_BEING_CURED) {
		put(page, "<p>Nothing for now: a remedy was begun.</p>\n");
		return;
	}
	if (todo != NULL)
		put_reason(page, site, todo);
	else
		put_next(page, site, "By itself it will try");
	put_paragraph(page, "", incident->advice);
	put_paragraph(page, "<strong>Do not:</strong> ", incident->caution);
}

void put_todo(const struct page *page, const struct report_site *site)
{
	if (site->incident_id == NULL || site->incident == NULL)
		return;
	put(page, "<div class=\"todo\"><h3>What is left to you</h3>\n");
	put_reasons(page, site);
	put(page, "<p>The whole story:</p>\n<pre><code>authmedic history ");
	put_argument(page, site->incident->id);
	put(page, "</code></pre></div>\n");
}

/* -- what happened -- */

static void put_event(const struct page *page, const struct report_event *event)
{
	put(page, "<li>");
	put_clock(page, event->time_ms);
	put(page, "<strong>");
	put_text(page, event->kind);
	put(page, "</strong>");
	if (event->remedy[0] != '\0') {
		put(page, " (");
		put_text(page, event->remedy);
		put(page, ")");
	}
	put(page, event->text[0] != '\0' ? ": " : "");
	put_text(page, event->text);
	if (event->reason[0] != '\0') {
		put(page, " <span class=\"quiet\">[");
		put_text(page, event->reason);
		put(page, "]</span>");
	}
	put(page, "</li>\n");
}

static void put_events(const struct page *page, const struct report_incident *incident)
{
	put(page, "<ol class=\"timeline\">\n");
	for (size_t i = 0; i < incident->event_count; i++) {
		if (i == REPORT_FIRST_EVENTS && incident->left_out > 0)
			put_format(page, "<li class=\"quiet\">%zu more</li>\n", incident->left_out);
		put_event(page, &incident->events[i]);
	}
	put(page, "</ol>\n");
}

static void put_heading(const struct page *page, const struct report_incident *incident)
{
	put(page, incident->closed_ms < 0 ? "<h3>Incident " : "<h3>Last incident ");
	put(page, "<a href=\"/api/v1/incidents/");
	put_text(page, incident->id);
	put(page, "\">");
	put_text(page, incident->id);
	put(page, "</a></h3>\n<p class=\"quiet\">");
	put(page, "Opened ");
	put_clock(page, incident->opened_ms);
	if (incident->closed_ms >= 0) {
		char text[TEXT_TIME_BYTES];

		put(page, ", over at ");
		put_clock(page, incident->closed_ms);
		put_format(page, " after %s",
		    text_of_duration(incident->closed_ms - incident->opened_ms, text));
	}
	put(page, ". Diagnosis: ");
	put_text(page, incident->diagnosis[0] != '\0' ? incident->diagnosis : "none");
	put(page, ".</p>\n");
}

void put_incident(const struct page *page, const struct report_site *site)
{
	const struct report_incident *incident = site->incident;

	if (incident == NULL)
		return;
	put_heading(page, incident);
	put_paragraph(page, "", incident->why);
	put_events(page, incident);
}

/* -- by what -- */

void put_evidence(const struct page *page, const struct report_site *site)
{
	const struct facts *facts = site->facts;
	const char *summary = "Facts, as read last";

	if (site->incident != NULL && site->incident->evidence != NULL) {
		facts = site->incident->evidence;
		summary = "Evidence of the diagnosis";
	}
	if (facts_count(facts) == 0)
		return;
	put_format(page, "<details id=\"facts-%zu\"><summary>%s</summary>\n<dl class=\"facts\">\n",
	    page->site, summary);
	for (size_t i = 0; i < facts_count(facts); i++) {
		const struct fact *fact = facts_at(facts, i);

		put(page, "<div><dt><code>");
		put_text(page, fact->name);
		put(page, "</code></dt><dd>");
		put_text(page, fact->value);
		put(page, " <span class=\"quiet\">");
		put_text(page, fact->source);
		if (fact->time_ms >= 0) {
			put(page, ", ");
			put_clock(page, fact->time_ms);
		}
		put(page, "</span></dd></div>\n");
	}
	put(page, "</dl></details>\n");
}
