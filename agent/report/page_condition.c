#include "report/page_condition.h"

static const struct {
	const char *word, *class;
	enum page_icon icon;
	bool needs_attention;
} conditions[CONDITIONS] = {
    [CONDITION_FAILING] = {"Sign-in fails", "trouble", ICON_TROUBLE, true},
    [CONDITION_BEING_CURED] = {"Being cured", "trouble", ICON_TROUBLE, true},
    [CONDITION_DEAF] = {"Deaf", "notice", ICON_NOTICE, true},
    [CONDITION_DOUBTFUL] = {"Looking closer", "notice", ICON_NOTICE, true},
    [CONDITION_WARNING] = {"Will fail", "notice", ICON_NOTICE, true},
    [CONDITION_PAUSED] = {"Paused", "still", ICON_STILL, false},
    [CONDITION_WELL] = {"Well", "well", ICON_WELL, false},
};

/* The remedy stage's words for what it does about an open incident. */
static const struct {
	const char *state;
	enum condition condition;
} states[] = {
    {"acting", CONDITION_BEING_CURED},
    {"holding-off", CONDITION_BEING_CURED},
    {"verifying", CONDITION_BEING_CURED},
    {"warning", CONDITION_WARNING},
    {"suspected", CONDITION_DOUBTFUL},
};

static const struct report_log *deaf_log(const struct report_site *site)
{
	for (size_t i = 0; i < site->log_count; i++)
		if (site->logs[i].deaf_count > 0)
			return &site->logs[i];
	return NULL;
}

enum condition condition_of(const struct report_site *site)
{
	if (site->incident_id != NULL) {
		for (size_t i = 0; i < count_of(states); i++)
			if (strcmp(site->state, states[i].state) == 0)
				return states[i].condition;
		return CONDITION_FAILING;
	}
	if (deaf_log(site) != NULL)
		return CONDITION_DEAF;
	return site->paused ? CONDITION_PAUSED : CONDITION_WELL;
}

const char *condition_word(enum condition condition)
{
	return conditions[condition].word;
}

enum page_icon condition_icon(enum condition condition)
{
	return conditions[condition].icon;
}

const char *condition_class(enum condition condition)
{
	return conditions[condition].class;
}

bool condition_needs_attention(enum condition condition)
{
	return conditions[condition].needs_attention;
}

void put_condition(const struct page *page, const struct report_site *site)
{
	enum condition condition = condition_of(site);

	put_format(page, "<span class=\"state %s\">", condition_class(condition));
	put_icon(page, condition_icon(condition));
	put_format(page, " %s</span>", condition_word(condition));
}

/* -- the sentence: who is hit, why, what is done -- */

static void put_victims(const struct page *page, const struct report_site *site)
{
	const struct detector_window *window = &site->window;

	if (window->active == 0) {
		put(page, "No known-good voter was seen in the last minutes. ");
		return;
	}
	put_format(page, "<strong>%zu of %zu</strong> known-good voters %s turned away",
	    window->rejected, window->active, window->rejected == 1 ? "is" : "are");
	if (window->spike) {
		put(page, ", since ");
		put_clock(page, window->spike_since_ms);
		put(page, " (");
		put_ago(page, window->spike_since_ms);
		put(page, ")");
	}
	put(page, ". ");
}

static void put_own_sign_in(const struct page *page, const struct report_site *site)
{
	const char *result = facts_get(site->facts, "probe.result");

	if (site->last_probe_ms < 0)
		return;
	put(page, "Our own sign-in: <strong>");
	put_text(page, result != NULL ? result : "no result");
	put(page, "</strong>, ");
	put_ago(page, site->last_probe_ms);
	put(page, ". ");
}

static void put_cause(const struct page *page, const struct report_site *site)
{
	const struct report_incident *incident = site->incident;

	if (site->incident_id == NULL)
		return;
	if (site->diagnosis[0] == '\0') {
		put(page, "The cause is not known yet. ");
		return;
	}
	put(page, "Cause: <strong>");
	if (incident != NULL && incident->title != NULL)
		put_text_in_sentence(page, incident->title);
	else
		put_text(page, site->diagnosis);
	put(page, "</strong>. ");
}

static void put_deafness(const struct page *page, const struct report_site *site)
{
	const struct report_log *log = deaf_log(site);

	if (log == NULL)
		return;
	put(page, "We do not see all of it: <code>");
	put_text(page, log->path);
	put(page, "</code> tells us nothing: ");
	put_text(page, log->deaf[0].text);
	put(page, ", since ");
	put_clock(page, log->deaf[0].since_ms);
	put(page, " (");
	put_ago(page, log->deaf[0].since_ms);
	put(page, "). ");
}

void put_sentence(const struct page *page, const struct report_site *site)
{
	enum condition condition = condition_of(site);

	put(page, "<p class=\"sentence\">");
	if (condition != CONDITION_DEAF) {
		put_text(page, site->sentence);
		put(page, " ");
	}
	put_cause(page, site);
	put_deafness(page, site);
	put_victims(page, site);
	put_own_sign_in(page, site);
	put(page, "</p>\n");
}
