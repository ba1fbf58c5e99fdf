#include "report/page_site.h"

#include "base/text.h"
#include "report/page_condition.h"
#include "report/page_incident.h"
#include "report/page_plot.h"

/* -- figures -- */

static void open_figure(const struct page *page, const char *name)
{
	put_format(page, "<div><dt>%s</dt><dd>", name);
}

static void close_figure(const struct page *page)
{
	put(page, "</dd></div>\n");
}

static void put_voters(const struct page *page, const struct report_site *site)
{
	const struct detector_window *window = &site->window;

	open_figure(page, "Known-good voters");
	put_format(page, "%zu of %zu turned away (%.0f&nbsp;%%)", window->rejected, window->active,
	    window->rejected_ratio * 100);
	put_format(page, "<small>%zu known in all; strangers turned away: %llu</small>",
	    window->known_good, (unsigned long long)window->rejected_strangers);
	close_figure(page);
}

static void put_probe(const struct page *page, const struct report_site *site)
{
	const char *result = facts_get(site->facts, "probe.result");

	open_figure(page, "Our own sign-in");
	if (site->last_probe_ms < 0) {
		put(page, "none yet");
	} else {
		put_text(page, result != NULL ? result : "no result");
		put(page, ", ");
		put_ago(page, site->last_probe_ms);
		put(page, "<small>last accepted ");
		put_ago(page, site->last_accepted_ms);
		put(page, "</small>");
	}
	close_figure(page);
}

/* How much of its time the handle has had. */
static void put_bar(const struct page *page, int64_t age_ms, int64_t limit_ms)
{
	int64_t percent = limit_ms > 0 ? age_ms * 100 / limit_ms : 0;

	percent = percent < 0 ? 0 : percent > 100 ? 100 : percent;
	put_format(page,
	    "<svg class=\"bar\" aria-hidden=\"true\"><rect class=\"track\" width=\"100%%\""
	    " height=\"100%%\"/><rect class=\"fill\" width=\"%lld%%\" height=\"100%%\"/></svg>",
	    (long long)percent);
}

static void put_handle(const struct page *page, const struct report_site *site)
{
	char text[TEXT_TIME_BYTES];
	double start_s;

	open_figure(page, "Age of the worker's handle");
	if (facts_number(site->facts, "worker.start", &start_s) < 0) {
		put(page, "not known");
	} else {
		int64_t age_ms = page->model->now_ms - (int64_t)(start_s * 1000);

		put_format(page, "%s", text_of_duration(age_ms, text));
		put_format(page, " of %s", text_of_duration(site->handle_limit_ms, text));
		put_bar(page, age_ms, site->handle_limit_ms);
	}
	put(page, "<small>");
	if (site->expected_failure_ms < 0) {
		put(page, "no failure expected");
	} else {
		put(page, "failure expected ");
		put_ago(page, site->expected_failure_ms);
		if (site->lifetimes > 0)
			put_format(page, ", as %zu %s before", site->lifetimes,
			    site->lifetimes == 1 ? "time" : "times");
		else
			put(page, ", as configured");
	}
	put(page, "</small>");
	close_figure(page);
}

static void put_budget(const struct page *page, const struct report_site *site)
{
	open_figure(page, "Actions left");
	if (site->budget_hour < 0)
		put(page, "not known yet");
	else
		put_format(page, "%lld this hour, %lld today", (long long)site->budget_hour,
		    (long long)site->budget_day);
	put(page, "<small>mode ");
	put_text(page, site->mode);
	put(page, ", by ");
	put_text(page, site->evidence);
	put(page, "</small>");
	close_figure(page);
}

static void put_figures(const struct page *page, const struct report_site *site)
{
	put(page, "<dl class=\"figures\">\n");
	put_voters(page, site);
	put_probe(page, site);
	put_handle(page, site);
	put_budget(page, site);
	put(page, "</dl>\n");
}

/* -- more -- */

static void put_handshakes(const struct page *page, const struct detector_totals *totals)
{
	put_format(page,
	    "<details id=\"handshakes-%zu\"><summary>Handshakes in all</summary>\n<table><thead>"
	    "<tr><th scope=\"col\">Scheme</th>",
	    page->site);
	for (enum outcome outcome = 0; outcome < OUTCOME_COUNT; outcome++)
		put_format(page, "<th scope=\"col\">%s</th>", outcome_name(outcome));
	put(page, "</tr></thead><tbody>\n");
	for (enum scheme scheme = 0; scheme < SCHEME_COUNT; scheme++) {
		put_format(page, "<tr><th scope=\"row\">%s</th>", scheme_name(scheme));
		for (enum outcome outcome = 0; outcome < OUTCOME_COUNT; outcome++)
			put_format(page, "<td>%llu</td>",
			    (unsigned long long)totals->handshakes[scheme][outcome]);
		put(page, "</tr>\n");
	}
	put(page, "</tbody></table></details>\n");
}

static void put_condition_of_log(const struct page *page, const struct report_log *log)
{
	for (size_t i = 0; i < log->deaf_count; i++) {
		put(page, "<br><strong class=\"notice\">");
		put_icon(page, ICON_NOTICE);
		put(page, " deaf</strong>: ");
		put_text(page, log->deaf[i].text);
		put(page, ", since ");
		put_clock(page, log->deaf[i].since_ms);
	}
}

static void put_log(const struct page *page, const struct report_log *log)
{
	put(page, "<li><code>");
	put_text(page, log->path);
	put(page, "</code> ");
	put_text(page, log->format);
	put(page, "<br><span class=\"quiet\">last line ");
	put_ago(page, log->last_line_ms);
	put_format(page, "; %llu lines, %llu not understood; %llu bytes behind, %llu lost</span>",
	    (unsigned long long)log->totals->lines, (unsigned long long)log->unparsed_lines,
	    (unsigned long long)log->lag_bytes, (unsigned long long)log->totals->lost_bytes);
	put_condition_of_log(page, log);
	put(page, "</li>\n");
}

static void put_logs(const struct page *page, const struct report_site *site)
{
	if (site->log_count == 0)
		return;
	put_format(page,
	    "<details id=\"logs-%zu\"%s><summary>Logs</summary>\n<ul class=\"logs\">\n", page->site,
	    condition_of(site) == CONDITION_DEAF ? " open" : "");
	for (size_t i = 0; i < site->log_count; i++)
		put_log(page, &site->logs[i]);
	put(page, "</ul></details>\n");
}

void put_site(const struct page *page, const struct report_site *site)
{
	put_format(page,
	    "<section class=\"site\" id=\"site-%zu\" aria-labelledby=\"name-%zu\">\n"
	    "<div class=\"head\"><h2 id=\"name-%zu\">",
	    page->site, page->site, page->site);
	put_text(page, site->name);
	put(page, "</h2>");
	put_condition(page, site);
	put(page, "</div>\n<p class=\"quiet\">");
	put_text(page, site->server);
	put(page, " ");
	put_text(page, site->service);
	put(page, "</p>\n");
	put_sentence(page, site);
	put_todo(page, site);
	put_plot(page, site);
	put_figures(page, site);
	put_incident(page, site);
	put_day_table(page, site);
	put_handshakes(page, site->totals);
	put_logs(page, site);
	put_evidence(page, site);
	put(page, "</section>\n");
}
