#include "report/page_fleet.h"

static void put_state(const struct page *page, const struct report_fleet *fleet)
{
	bool joined = strcmp(fleet->state, "joined") == 0;

	put(page, "<div class=\"head\"><h2 id=\"fleet-name\">Fleet ");
	put_text(page, fleet->group_name);
	put_format(page, "</h2><span class=\"state %s\">", joined ? "well" : "notice");
	put_icon(page, joined ? ICON_WELL : ICON_NOTICE);
	put(page, " ");
	put_text(page, fleet->state);
	put(page, "</span></div>\n<p class=\"sentence\">This host is <code>");
	put_text(page, fleet->host);
	put_format(page, "</code>; at most %lld of the hosts may act at a time%s. ",
	    (long long)fleet->at_most, fleet->required ? ", and none without etcd" : "");
	if (fleet->shared_hosts > 0)
		put_format(page,
		    "<strong>%lld hosts share the failure</strong>, so none of them acts. ",
		    (long long)fleet->shared_hosts);
	if (fleet->fence >= 0)
		put(page, "It is this host's turn. ");
	put(page, "etcd answered last: ");
	put_ago(page, fleet->answered_ms);
	if (fleet->trouble[0] != '\0') {
		put(page, "; since then <strong>");
		put_text(page, fleet->trouble);
		put(page, "</strong>");
	}
	put(page, ".</p>\n");
}

static void put_more(const struct page *page, size_t count)
{
	if (count > PAGE_FLEET_ROWS)
		put_format(page, "<li>%zu more</li>\n", count - PAGE_FLEET_ROWS);
	put(page, "</ul>\n");
}

static void put_incidents(const struct page *page, const struct group *group)
{
	put(page,
	    group->incidents.count > 0 ? "<h3>Incidents in the fleet</h3>\n<ul>\n"
				       : "<h3>Incidents in the fleet</h3>\n<ul><li>none</li>\n");
	for (size_t i = 0; i < group->incidents.count && i < PAGE_FLEET_ROWS; i++) {
		const struct group_incident *incident = &group->incidents.items[i];

		put(page, "<li>");
		put_text(page, incident->host);
		put(page, ", site ");
		put_text(page, incident->site);
		put(page, ": <strong>");
		put_text(page, incident->diagnosis);
		put(page, "</strong> since ");
		put_clock(page, incident->since_ms);
		put(page, incident->not_helped ? ", the remedy did not help</li>\n" : "</li>\n");
	}
	put_more(page, group->incidents.count);
}

static void put_slots(const struct page *page, const struct group *group)
{
	if (group->slots.count == 0)
		return;
	put(page, "<h3>Whose turn it is</h3>\n<ul>\n");
	for (size_t i = 0; i < group->slots.count && i < PAGE_FLEET_ROWS; i++) {
		const struct group_slot *slot = &group->slots.items[i];

		put(page, "<li>");
		put_text(page, slot->host);
		put(page, ", site ");
		put_text(page, slot->site);
		put(page, ", incident ");
		put_text(page, slot->incident);
		put(page, "</li>\n");
	}
	put_more(page, group->slots.count);
}

static void put_hosts(const struct page *page, const struct group *group)
{
	put_format(page, "<details id=\"fleet-hosts\"><summary>Hosts (%zu)</summary>\n<ul>\n",
	    group->hosts.count);
	for (size_t i = 0; i < group->hosts.count && i < PAGE_FLEET_ROWS; i++) {
		put(page, "<li>");
		put_text(page, group->hosts.items[i].host);
		put(page, "</li>\n");
	}
	put_more(page, group->hosts.count);
	put(page, "</details>\n");
}

void put_fleet(const struct page *page)
{
	const struct report_fleet *fleet = page->model->fleet;

	if (fleet == NULL)
		return;
	put(page, "<section class=\"site\" id=\"fleet\" aria-labelledby=\"fleet-name\">\n");
	put_state(page, fleet);
	if (fleet->group != NULL) {
		put_slots(page, fleet->group);
		put_incidents(page, fleet->group);
		put_hosts(page, fleet->group);
	}
	put(page, "</section>\n");
}
