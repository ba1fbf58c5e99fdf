#include "report/page.h"

#include "base/text.h"

/* Its hash stands in PAGE_POLICY; the unit test tells the new one after a change. */
static const char style[] =
    ":root{color-scheme:light dark;--ink:#1a1c1e;--quiet:#55595e;--paper:#fff;--card:#f4f5f6;"
    "--line:#d4d7da;--well:#17663a;--trouble:#a4161a;--notice:#7a4b00}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e8eaed;--quiet:#a9afb6;--paper:#15181b;"
    "--card:#1e2226;--line:#3a4046;--well:#6fd08c;--trouble:#ff8a80;--notice:#f2b84b}}"
    "*{box-sizing:border-box}"
    "body{margin:0 auto;max-width:64rem;padding:1rem;background:var(--paper);color:var(--ink);"
    "font:1rem/1.5 system-ui,sans-serif}"
    "h1,h2{line-height:1.2;margin:0}"
    "h3{margin:1rem 0 .25rem;font-size:1rem}"
    "header p,footer,small,caption{color:var(--quiet)}"
    "section{background:var(--card);border:1px solid var(--line);border-left:.4rem solid;"
    "border-radius:.25rem;padding:1rem;margin:1rem 0}"
    ".well{border-left-color:var(--well)}"
    ".trouble{border-left-color:var(--trouble)}"
    ".notice{border-left-color:var(--notice)}"
    ".sentence{font-size:1.15rem;margin:.5rem 0}"
    ".scroll{overflow-x:auto}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;"
    "border-bottom:1px solid var(--line);overflow-wrap:anywhere}"
    "td.number,th.number{text-align:right;font-variant-numeric:tabular-nums}"
    "a{color:inherit}"
    "code{font-family:ui-monospace,monospace}";

static void put_text(struct buffer *page, const char *text)
{
	text_append_html(page, view_of_text(text));
}

/* `markup` is ours and stands as it is. */
static void put(struct buffer *page, const char *markup)
{
	buffer_append_text(page, markup);
}

static void put_time(struct buffer *page, const struct report_model *model, int64_t time_ms)
{
	char text[TEXT_TIME_BYTES];

	if (time_ms < 0) {
		put(page, "never");
		return;
	}
	buffer_append_format(page, "<time datetime=\"%s\">", text_of_time(time_ms, text));
	if (time_ms <= model->now_ms)
		buffer_append_format(
		    page, "%s ago", text_of_duration(model->now_ms - time_ms, text));
	else
		put(page, text);
	put(page, "</time>");
}

static void put_number(struct buffer *page, uint64_t number)
{
	buffer_append_format(page, "<td class=\"number\">%llu</td>", (unsigned long long)number);
}

static bool is_deaf(const struct report_site *site)
{
	for (size_t i = 0; i < site->log_count; i++)
		if (site->logs[i].deaf_count > 0)
			return true;
	return false;
}

static bool needs_attention(const struct report_site *site)
{
	return site->incident_id != NULL || is_deaf(site);
}

/* -- one site -- */

static void open_row(struct buffer *page, const char *name)
{
	buffer_append_format(page, "<tr><th scope=\"row\">%s</th><td>", name);
}

static void close_row(struct buffer *page)
{
	put(page, "</td></tr>\n");
}

static void put_incident(struct buffer *page, const struct report_site *site)
{
	open_row(page, "Open incident");
	if (site->incident_id == NULL) {
		put(page, "none");
	} else {
		put(page, "<a href=\"/api/v1/incidents/");
		put_text(page, site->incident_id);
		put(page, "\">");
		put_text(page, site->incident_id);
		put(page, "</a>, ");
		put_text(page, site->diagnosis[0] != '\0' ? site->diagnosis : "not diagnosed yet");
	}
	close_row(page);
}

static void put_window(
    struct buffer *page, const struct report_model *model, const struct report_site *site)
{
	const struct detector_window *window = &site->window;

	open_row(page, "Known-good voters");
	buffer_append_format(page, "%zu known, %zu active, %zu of them rejected (%.0f&nbsp;%%)",
	    window->known_good, window->active, window->rejected, window->rejected_ratio * 100);
	if (window->spike) {
		put(page, "; <strong>spike</strong> since ");
		put_time(page, model, window->spike_since_ms);
	}
	close_row(page);
	open_row(page, "Rejections of strangers");
	buffer_append_format(page, "%llu", (unsigned long long)window->rejected_strangers);
	close_row(page);
}

static void put_probe(
    struct buffer *page, const struct report_model *model, const struct report_site *site)
{
	const char *result = facts_get(site->facts, "probe.result");

	open_row(page, "Probe");
	if (site->last_probe_ms < 0) {
		put(page, "none yet");
	} else {
		put_text(page, result != NULL ? result : "no result");
		put(page, ", ");
		put_time(page, model, site->last_probe_ms);
		put(page, "; last accepted ");
		put_time(page, model, site->last_accepted_ms);
	}
	close_row(page);
}

static void put_handle(
    struct buffer *page, const struct report_model *model, const struct report_site *site)
{
	open_row(page, "Failure expected");
	if (site->expected_failure_ms < 0) {
		put(page, "none");
	} else {
		put_time(page, model, site->expected_failure_ms);
		if (site->lifetimes > 1)
			buffer_append_format(page,
			    ": the age at which its worker failed before (%zu times)",
			    site->lifetimes);
		else
			put(page, site->lifetimes == 1
				? ": the age at which its worker failed before (once)"
				: ": the age that is configured");
	}
	close_row(page);
}

static void put_budget(struct buffer *page, const struct report_site *site)
{
	open_row(page, "Actions left");
	if (site->budget_hour < 0)
		put(page, "not known yet");
	else
		buffer_append_format(page, "%lld this hour, %lld today",
		    (long long)site->budget_hour, (long long)site->budget_day);
	close_row(page);
}

static void put_summary(
    struct buffer *page, const struct report_model *model, const struct report_site *site)
{
	put(page, "<div class=\"scroll\" tabindex=\"0\"><table><tbody>\n");
	open_row(page, "State");
	put_text(page, site->state);
	put(page, ", mode ");
	put_text(page, site->mode);
	put(page, ", by ");
	put_text(page, site->evidence);
	close_row(page);
	put_incident(page, site);
	put_window(page, model, site);
	put_probe(page, model, site);
	put_handle(page, model, site);
	put_budget(page, site);
	put(page, "</tbody></table></div>\n");
}

static void put_handshakes(struct buffer *page, const struct detector_totals *totals)
{
	put(page,
	    "<h3>Handshakes since the start</h3>\n<div class=\"scroll\" tabindex=\"0\"><table>"
	    "<thead><tr><th scope=\"col\">Outcome</th>");
	for (enum scheme scheme = 0; scheme < SCHEME_COUNT; scheme++)
		buffer_append_format(
		    page, "<th scope=\"col\" class=\"number\">%s</th>", scheme_name(scheme));
	put(page, "</tr></thead><tbody>\n");
	for (enum outcome outcome = 0; outcome < OUTCOME_COUNT; outcome++) {
		buffer_append_format(page, "<tr><th scope=\"row\">%s</th>", outcome_name(outcome));
		for (enum scheme scheme = 0; scheme < SCHEME_COUNT; scheme++)
			put_number(page, totals->handshakes[scheme][outcome]);
		put(page, "</tr>\n");
	}
	put(page, "</tbody></table></div>\n");
}

static void put_log(
    struct buffer *page, const struct report_model *model, const struct report_log *log)
{
	put(page, "<tr><th scope=\"row\"><code>");
	put_text(page, log->path);
	put(page, "</code><br><small>");
	put_text(page, log->format);
	put(page, "</small></th>");
	put_number(page, log->totals->lines);
	put_number(page, log->unparsed_lines);
	put_number(page, log->lag_bytes);
	put_number(page, log->totals->lost_bytes);
	put(page, "<td>");
	put_time(page, model, log->last_line_ms);
	put(page, "</td><td>");
	for (size_t i = 0; i < log->deaf_count; i++) {
		put(page, i > 0 ? "<br><strong>deaf</strong>: " : "<strong>deaf</strong>: ");
		put_text(page, log->deaf[i].text);
		put(page, " (since ");
		put_time(page, model, log->deaf[i].since_ms);
		put(page, ")");
	}
	if (log->deaf_count == 0)
		put(page, "heard");
	put(page, "</td></tr>\n");
}

static void put_logs(
    struct buffer *page, const struct report_model *model, const struct report_site *site)
{
	put(page,
	    "<h3>Logs</h3>\n<div class=\"scroll\" tabindex=\"0\"><table><thead><tr>"
	    "<th scope=\"col\">Log</th>"
	    "<th scope=\"col\" class=\"number\">Lines</th>"
	    "<th scope=\"col\" class=\"number\">Not understood</th>"
	    "<th scope=\"col\" class=\"number\">Bytes behind</th>"
	    "<th scope=\"col\" class=\"number\">Bytes lost</th>"
	    "<th scope=\"col\">Last line</th>"
	    "<th scope=\"col\">Condition</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < site->log_count; i++)
		put_log(page, model, &site->logs[i]);
	put(page, "</tbody></table></div>\n");
}

static void put_facts(
    struct buffer *page, const struct report_model *model, const struct facts *facts)
{
	if (facts_count(facts) == 0)
		return;
	put(page,
	    "<details><summary>Facts</summary>\n<div class=\"scroll\" tabindex=\"0\"><table>"
	    "<thead><tr><th scope=\"col\">Fact</th><th scope=\"col\">Value</th>"
	    "<th scope=\"col\">Source</th><th scope=\"col\">Read</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < facts_count(facts); i++) {
		const struct fact *fact = facts_at(facts, i);

		put(page, "<tr><th scope=\"row\"><code>");
		put_text(page, fact->name);
		put(page, "</code></th><td>");
		put_text(page, fact->value);
		put(page, "</td><td>");
		put_text(page, fact->source);
		put(page, "</td><td>");
		put_time(page, model, fact->time_ms);
		put(page, "</td></tr>\n");
	}
	put(page, "</tbody></table></div></details>\n");
}

static void put_site(
    struct buffer *page, const struct report_model *model, const struct report_site *site)
{
	buffer_append_format(page, "<section class=\"%s\">\n<h2>",
	    site->incident_id != NULL ? "trouble"
		: is_deaf(site)       ? "notice"
				      : "well");
	put_text(page, site->name);
	put(page, "</h2>\n<small>");
	put_text(page, site->server);
	put(page, " ");
	put_text(page, site->service);
	put(page, "</small>\n<p class=\"sentence\">");
	put_text(page, site->sentence);
	put(page, "</p>\n");
	put_summary(page, model, site);
	put_handshakes(page, site->totals);
	put_logs(page, model, site);
	put_facts(page, model, site->facts);
	put(page, "</section>\n");
}

/* -- the document -- */

static void put_title(struct buffer *page, const struct report_model *model)
{
	size_t count = 0;

	for (size_t i = 0; i < model->site_count; i++)
		count += needs_attention(&model->sites[i]);
	if (count == 0)
		put(page, "all is well");
	else
		buffer_append_format(
		    page, "%zu of %zu sites need attention", count, model->site_count);
}

static void put_set_aside(struct buffer *page, const struct report_model *model)
{
	put(page, "<p><strong>The state could not be used</strong> and was set aside as <code>");
	put_text(page, model->state_set_aside);
	put(page, "</code>: " REPORT_SET_ASIDE_MEANS ".</p>\n");
}

static void put_header(struct buffer *page, const struct report_model *model)
{
	put(page, "<header>\n<h1>authmedic: ");
	put_title(page, model);
	put(page, "</h1>\n<p>Version ");
	put_text(page, model->version);
	put(page, ", mode ");
	put_text(page, model->mode);
	put(page, ", helper ");
	put_text(page, model->helper);
	put(page, ", started ");
	put_time(page, model, model->started_ms);
	put(page, ".</p>\n");
	if (!model->ready) {
		put(page, "<p><strong>Not ready:</strong> ");
		put_text(page, model->not_ready);
		put(page, "</p>\n");
	}
	if (model->state_set_aside)
		put_set_aside(page, model);
	put(page, "</header>\n");
}

static void put_footer(struct buffer *page, const struct report_model *model)
{
	char text[TEXT_TIME_BYTES];

	buffer_append_format(page,
	    "<footer><p>As of <time>%s</time>. "
	    "<a href=\"/metrics\">Metrics</a>, <a href=\"/api/v1/status\">status</a> and "
	    "<a href=\"/api/v1/incidents\">incidents</a> for machines.</p></footer>\n",
	    text_of_time(model->now_ms, text));
}

void page_print(const struct report_model *model, struct buffer *page)
{
	put(page,
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	    "<title>authmedic: ");
	put_title(page, model);
	put(page, "</title>\n<style>");
	put(page, style);
	put(page, "</style>\n</head>\n<body>\n");
	put_header(page, model);
	put(page, "<main>\n");
	for (size_t i = 0; i < model->site_count; i++)
		put_site(page, model, &model->sites[i]);
	put(page, "</main>\n");
	put_footer(page, model);
	put(page, "</body>\n</html>\n");
}
