#include "report/page.h"

#include <errno.h>

#include "base/text.h"
#include "report/digest.h"
#include "report/page_assets.h"
#include "report/page_condition.h"
#include "report/page_fleet.h"
#include "report/page_site.h"

#define ALL_SITES SIZE_MAX

int page_policy(char ret_policy[PAGE_POLICY_BYTES])
{
	struct buffer auto_buffer policy;
	int error;

	buffer_init(&policy, PAGE_POLICY_BYTES - 1);
	buffer_append_text(&policy, "default-src 'none'; style-src 'sha256-");
	error = digest_append(&policy, page_style());
	buffer_append_text(&policy, "'; script-src 'sha256-");
	if (error == 0)
		error = digest_append(&policy, page_script());
	buffer_append_text(&policy,
	    "'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
	if (error == 0)
		error = buffer_error(&policy);
	if (error == 0)
		memcpy(ret_policy, buffer_text(&policy), policy.length + 1);
	return error;
}

/* -- what stands above the sites -- */

static bool has_overdue(const struct report_model *model)
{
	for (size_t i = 0; i < model->fallback_count; i++)
		if (model->fallbacks[i].is_overdue)
			return true;
	return false;
}

/* The worst of all sites; our own where we cannot do our work. */
static enum condition worst_of(const struct report_model *model)
{
	bool is_well = model->ready && !has_overdue(model);
	enum condition worst = is_well ? CONDITION_WELL : CONDITION_DOUBTFUL;

	for (size_t i = 0; i < model->site_count; i++)
		if (condition_of(&model->sites[i]) < worst)
			worst = condition_of(&model->sites[i]);
	return worst;
}

static void put_title(const struct page *page)
{
	size_t site_count = page->model->site_count;
	size_t count = 0;

	for (size_t i = 0; i < site_count; i++)
		count += condition_needs_attention(condition_of(&page->model->sites[i]));
	if (count == 0 && !page->model->ready)
		put(page, "not ready");
	else if (count == 0 && has_overdue(page->model))
		put(page, "a fallback is overdue");
	else if (count == 0)
		put(page,
		    worst_of(page->model) == CONDITION_PAUSED ? "all is well, actions are paused"
							      : "all is well");
	else
		put_format(page, "%zu of %zu %s", count, site_count,
		    count == 1 ? "sites needs attention" : "sites need attention");
}

static void put_set_aside(const struct page *page)
{
	if (page->model->state_set_aside == NULL)
		return;
	put(page,
	    "<p class=\"banner\"><strong>The state could not be used</strong> and was set "
	    "aside as <code>");
	put_text(page, page->model->state_set_aside);
	put(page, "</code>: " REPORT_SET_ASIDE_MEANS ".</p>\n");
}

static void put_overdue(const struct page *page, const struct report_fallback *fallback)
{
	put(page, "<div class=\"banner\"><p><strong>A fallback is overdue:</strong> ");
	put_text(page, fallback->remedy);
	put(page, " of ");
	put_text(page, fallback->site);
	put(page, " was to be taken back at ");
	put_clock(page, fallback->until_ms);
	put(page, " (");
	put_ago(page, fallback->until_ms);
	put(page,
	    fallback->is_gone
		? ") and still stands. Its rung is in the configuration no more: make the server "
		  "by hand what it was before, then say</p>\n"
		: ") and still stands. It is tried again; the helper's log says why it failed. "
		  "Once that is mended, it is taken back at once by</p>\n");
	put(page, "<pre><code>sudo authmedic revert ");
	put_argument(page, fallback->site);
	put(page, " ");
	put_argument(page, fallback->remedy);
	put(page, fallback->is_gone ? " --done</code></pre></div>\n" : "</code></pre></div>\n");
}

static void put_fallbacks(const struct page *page)
{
	for (size_t i = 0; i < page->model->fallback_count; i++)
		if (page->model->fallbacks[i].is_overdue)
			put_overdue(page, &page->model->fallbacks[i]);
}

static void put_paused(const struct page *page)
{
	for (size_t i = 0; i < page->model->site_count; i++) {
		if (!page->model->sites[i].paused)
			continue;
		put(page,
		    "<div class=\"banner\"><p><strong>Actions are paused</strong> on all sites. "
		    "To let them be possible again:</p>\n"
		    "<pre><code>sudo authmedic resume</code></pre></div>\n");
		return;
	}
}

static void put_under(const struct page *page)
{
	const struct report_model *model = page->model;
	char text[TEXT_TIME_BYTES];

	put(page, "<p class=\"quiet\">As of <span id=\"as-of\">");
	put_clock(page, model->now_ms);
	put(page, "</span>, all times in UTC. authmedic ");
	put_text(page, model->version);
	put_format(page, " has run for %s, mode ",
	    text_of_duration(model->now_ms - model->started_ms, text));
	put_text(page, model->mode);
	put(page, ", helper ");
	put_text(page, model->helper);
	if (model->confinement != NULL) {
		put(page, " (");
		put_text(page, model->confinement);
		put(page, ")");
	}
	put(page, ".</p>\n");
}

static void put_header(const struct page *page)
{
	const struct report_model *model = page->model;
	enum condition worst = worst_of(model);

	put_format(page, "<header>\n<h1><span class=\"%s\">", condition_class(worst));
	put_icon(page, condition_icon(worst));
	put(page, "</span> <span>authmedic: ");
	put_title(page);
	put(page, "</span></h1>\n");
	put_under(page);
	put(page,
	    "<p id=\"live\" role=\"status\" class=\"quiet\" hidden></p>\n"
	    "<noscript><p class=\"quiet\">Load the page again for news.</p></noscript>\n");
	if (!model->ready) {
		put(page, "<p class=\"banner\"><strong>Not ready:</strong> ");
		put_text(page, model->not_ready);
		put(page, "</p>\n");
	}
	put_set_aside(page);
	put_fallbacks(page);
	put_paused(page);
	put(page, "</header>\n");
}

/* -- the sites -- */

/* Fills in the numbers of the sites, the worst first, in the order of the configuration else. */
static size_t *sort_sites(const struct report_model *model)
{
	size_t *numbers = calloc(model->site_count + 1, sizeof(*numbers));
	size_t count = 0;

	for (int condition = 0; numbers != NULL && condition < CONDITIONS; condition++)
		for (size_t i = 0; i < model->site_count; i++)
			if ((int)condition_of(&model->sites[i]) == condition)
				numbers[count++] = i;
	return numbers;
}

static void put_link(const struct page *page, size_t number)
{
	const struct report_site *site = &page->model->sites[number];
	enum condition condition = condition_of(site);

	put_format(page, "<li><a href=\"#site-%zu\"><span class=\"%s\">", number,
	    condition_class(condition));
	put_icon(page, condition_icon(condition));
	put(page, "</span> ");
	put_text(page, site->name);
	put_format(page, " <span class=\"quiet\">%s</span></a></li>\n", condition_word(condition));
}

static void put_row(const struct page *page, size_t number)
{
	const struct report_site *site = &page->model->sites[number];

	put_format(page,
	    "<tr id=\"site-%zu\"><th scope=\"row\"><a href=\"" PAGE_SITES_PATH "%zu\">", number,
	    number + 1);
	put_text(page, site->name);
	put(page, "</a></th><td class=\"words\">");
	put_condition(page, site);
	put_format(
	    page, "</td><td>%zu of %zu</td></tr>\n", site->window.rejected, site->window.active);
}

static void put_rows(const struct page *page, const size_t *numbers)
{
	if (page->model->site_count <= PAGE_FULL_SITES)
		return;
	put(page,
	    "<section class=\"site\" aria-labelledby=\"others\"><h2 id=\"others\">The other "
	    "sites</h2>\n<table><thead><tr><th scope=\"col\">Site</th>"
	    "<th scope=\"col\">State</th><th scope=\"col\">Voters turned away</th></tr>"
	    "</thead><tbody>\n");
	for (size_t i = PAGE_FULL_SITES; i < page->model->site_count; i++)
		put_row(page, numbers[i]);
	put(page, "</tbody></table></section>\n");
}

static void put_sites(const struct page *page, const size_t *numbers)
{
	size_t site_count = page->model->site_count;

	if (site_count > 1 && site_count <= PAGE_FULL_SITES) {
		put(page, "<nav aria-label=\"Sites\"><ul class=\"sites\">\n");
		for (size_t i = 0; i < site_count; i++)
			put_link(page, numbers[i]);
		put(page, "</ul></nav>\n");
	}
	put(page, "<main>\n");
	for (size_t i = 0; i < site_count && i < PAGE_FULL_SITES; i++) {
		const struct page of_site = {page->out, page->model, numbers[i]};

		put_site(&of_site, &page->model->sites[numbers[i]]);
	}
	put_rows(page, numbers);
	put_fleet(page);
	put(page, "</main>\n");
}

static void put_one_site(const struct page *page, size_t number)
{
	const struct page of_site = {page->out, page->model, number};

	put(page, "<nav><a href=\"/\">All sites</a></nav>\n<main>\n");
	put_site(&of_site, &page->model->sites[number]);
	put(page, "</main>\n");
}

/* -- the document -- */

static void put_asset(const struct page *page, struct view bytes)
{
	buffer_append(page->out, bytes);
}

static void put_head(const struct page *page)
{
	put(page,
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	    "<meta name=\"version\" content=\"");
	put_text(page, page->model->version);
	put(page, "\">\n<title>authmedic: ");
	put_title(page);
	put(page, "</title>\n<style>");
	put_asset(page, page_style());
	put(page, "</style>\n</head>\n<body>\n");
}

static void put_foot(const struct page *page)
{
	put(page,
	    "<footer><p>For machines: <a href=\"/metrics\">metrics</a>, "
	    "<a href=\"/api/v1/status\">status</a>, "
	    "<a href=\"/api/v1/incidents\">incidents</a>.</p></footer>\n<script>");
	put_asset(page, page_script());
	put(page, "</script>\n</body>\n</html>\n");
}

static void print(const struct report_model *model, size_t site, struct buffer *buffer)
{
	const struct page page = {buffer, model, 0};
	size_t *auto_free numbers = sort_sites(model);

	if (numbers == NULL) {
		buffer->error = -ENOMEM;
		return;
	}
	put_head(&page);
	put_header(&page);
	if (site == ALL_SITES)
		put_sites(&page, numbers);
	else
		put_one_site(&page, site);
	put_foot(&page);
}

void page_print(const struct report_model *model, struct buffer *buffer)
{
	print(model, ALL_SITES, buffer);
}

void page_print_site(const struct report_model *model, size_t site, struct buffer *buffer)
{
	print(model, site, buffer);
}
