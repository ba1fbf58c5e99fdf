#include "model_fixture.h"

#include <errno.h>

#include "report/digest.h"
#include "report/page.h"
#include "report/page_fleet.h"

static struct buffer page;

static int make_page(void **state)
{
	buffer_init(&page, 1024 * 1024);
	return make_model(state);
}

static int free_page(void **state)
{
	buffer_done(&page);
	return free_model(state);
}

static const char *print(void)
{
	buffer_clear(&page);
	page_print(&model, &page);
	assert_int_equal(buffer_error(&page), 0);
	return buffer_text(&page);
}

static void assert_has(const char *text)
{
	if (strstr(print(), text) == NULL)
		fail_msg("the page lacks %s", text);
}

static void assert_lacks(const char *text)
{
	if (strstr(print(), text) != NULL)
		fail_msg("the page has %s", text);
}

/* -- the document -- */

static void test_trouble(unused_parameter void **state)
{
	/* The page says in words which site is in trouble, since when, and what is known of it. */
	assert_has("<title>authmedic: 1 of 2 sites needs attention</title>");
	assert_has("Clients that used to get in are turned away. Cause: ");
	assert_has("<strong>9 of 12</strong> known-good voters are turned away, since "
		   "<time datetime=\"2023-11-14T22:10:00.000Z\""
		   " title=\"2023-11-14T22:10:00.000Z\">22:10:00</time>");
	assert_has("Our own sign-in: <strong>rejected</strong>, ");
	assert_has(">5 s ago</time>");
	assert_has("9 of 12 turned away (75&nbsp;%)");
	assert_has(", as 3 times before");
	assert_has("0 this hour, 2 today");
	assert_has(": no &lt;file&gt; matches, since ");
	assert_has("deaf</strong>: no hints, since ");
	assert_has("<code>ticket.kvno</code></dt><dd>4 ");
}

static void test_handle(unused_parameter void **state)
{
	/* From how much it is known when the handle fails. */
	sites[0].lifetimes = 1;
	assert_has(", as 1 time before</small>");
	sites[0].lifetimes = 0;
	assert_has(", as configured</small>");
	sites[0].lifetimes = 3;
}

static void test_all_well(unused_parameter void **state)
{
	/* A site that is new, with nothing known yet, is well and leaves no gaps. */
	model.sites = &sites[1];
	model.site_count = 1;
	assert_has("<title>authmedic: all is well</title>");
	assert_has("No known-good voter was seen in the last minutes.");
	assert_has("<dt>Our own sign-in</dt><dd>none yet</dd>");
	assert_has("<dt>Actions left</dt><dd>not known yet<small>");
	assert_has("no failure expected");
	assert_lacks("<nav");
	assert_lacks("<figure");
	assert_lacks("<ol");
}

static void test_not_ready(unused_parameter void **state)
{
	/* When authmedicd is not ready the page says why, and not that all is well. */
	assert_lacks("Not ready");
	model.ready = false;
	model.not_ready = "the database was damaged & set aside";
	assert_has("<strong>Not ready:</strong> the database was damaged &amp; set aside");
	model.sites = &sites[1];
	model.site_count = 1;
	assert_has("<title>authmedic: not ready</title>");
	assert_has("<h1><span class=\"notice\">");
	assert_lacks("all is well");
}

static void test_lost_state(unused_parameter void **state)
{
	/* That memory was lost is told, with what is gone and what is not. */
	assert_lacks("set aside");
	model.state_set_aside = "/var/lib/<x>";
	assert_has("<strong>The state could not be used</strong>");
	assert_has("<code>/var/lib/&lt;x&gt;</code>");
	assert_has("budget, locks and approvals");
}

static void test_overdue(unused_parameter void **state)
{
	/* A fallback that is overdue stands above the sites, with what a person may type; one that
	 * is not does not. */
	static const struct report_fallback fallbacks[] = {
	    {"intranet", "in-time", NOW_MS + 60000, false, false},
	    {"in<tra>net", "ntlm-fallback-apache", NOW_MS - 60000, true, false},
	    {"gone", "other", NOW_MS - 60000, true, true}};

	model.fallbacks = fallbacks;
	model.fallback_count = count_of(fallbacks);
	model.sites = &sites[1];
	model.site_count = 1;
	assert_has("authmedic: a fallback is overdue");
	assert_has("<strong>A fallback is overdue:</strong> ntlm-fallback-apache of "
		   "in&lt;tra&gt;net was to be taken back at ");
	assert_has("sudo authmedic revert gone other --done</code>");
	assert_lacks("in-time");
}

static void test_self_contained(unused_parameter void **state)
{
	/* The page loads nothing, and nothing in it needs more than its policy allows. */
	static const char *const words[] = {"<link", "<img", "<iframe", "<form", "<base", "@import",
	    "http:", "https:", " style=", " onload", " onclick", "javascript:", "src="};

	for (size_t i = 0; i < count_of(words); i++)
		assert_lacks(words[i]);
}

static void assert_allowed(const char *policy, const char *directive, const char *element)
{
	struct buffer auto_buffer wanted;
	char begin[32], end[32];
	const char *content;

	snprintf(begin, sizeof(begin), "<%s>", element);
	snprintf(end, sizeof(end), "</%s>", element);
	content = strstr(print(), begin);
	assert_non_null(content);
	content += strlen(begin);
	buffer_init(&wanted, 200);
	buffer_append_format(&wanted, "%s 'sha256-", directive);
	assert_int_equal(
	    digest_append(&wanted, view_of(content, (size_t)(strstr(content, end) - content))), 0);
	buffer_append_text(&wanted, "';");
	assert_non_null(strstr(policy, buffer_text(&wanted)));
	assert_null(strstr(strstr(content, end), begin));
}

static void test_policy(unused_parameter void **state)
{
	/* The policy allows the page's own style and script, by their hashes, and its own server.
	 */
	char policy[PAGE_POLICY_BYTES];

	assert_int_equal(page_policy(policy), 0);
	assert_true(view_starts_with(view_of_text(policy), VIEW("default-src 'none'; ")));
	assert_allowed(policy, "style-src", "style");
	assert_allowed(policy, "script-src", "script");
	assert_non_null(strstr(policy, "connect-src 'self'; base-uri 'none'; form-action 'none'"));
	assert_null(strstr(policy, "unsafe"));
}

static void test_no_room(unused_parameter void **state)
{
	/* A page that does not fit leaves an error behind. */
	struct buffer auto_buffer small = {0};

	buffer_init(&small, 1000);
	page_print(&model, &small);
	assert_int_equal(buffer_error(&small), -E2BIG);
}

/* -- many sites -- */

static struct report_site many[300];

static void test_many_sites(unused_parameter void **state)
{
	/* Of many sites those in trouble come first and in full; the others are a line each, with
	 * a page of their own. */
	static char names[count_of(many)][16];

	for (size_t i = 0; i < count_of(many); i++) {
		many[i] = sites[1];
		snprintf(names[i], sizeof(names[i]), "s%zu", i + 1);
		many[i].name = names[i];
	}
	many[250] = sites[0];
	model.sites = many;
	model.site_count = count_of(many);
	assert_has("<main>\n<section class=\"site\" id=\"site-250\"");
	assert_has("<a href=\"/sites/100\">s100</a>");
	assert_lacks("<a href=\"/sites/1\">");
	assert_true(page.length < 300000);
	buffer_clear(&page);
	page_print_site(&model, 99, &page);
	assert_non_null(strstr(buffer_text(&page), "<h2 id=\"name-99\">s100</h2>"));
	assert_non_null(strstr(buffer_text(&page), "<a href=\"/\">All sites</a>"));
	assert_null(strstr(buffer_text(&page), "s101"));
}

/* -- conditions -- */

static void test_conditions(unused_parameter void **state)
{
	/* Each state has its word, which no colour has to tell. */
	static const struct {
		const char *state, *word;
	} cases[] = {{"acting", "Being cured"}, {"verifying", "Being cured"},
	    {"holding-off", "Being cured"}, {"warning", "Will fail"},
	    {"suspected", "Looking closer"}, {"inspecting", "Sign-in fails"},
	    {"standing", "Sign-in fails"}};

	for (size_t i = 0; i < count_of(cases); i++) {
		char expected[64];

		sites[0].state = cases[i].state;
		snprintf(expected, sizeof(expected), "</svg> %s</span></div>", cases[i].word);
		assert_has(expected);
	}
	sites[0].incident_id = NULL;
	assert_has("</svg> Deaf</span></div>");
	assert_has(
	    "We do not see all of it: <code>/var/log/squid/cache.log</code> tells us nothing");
	assert_has("needs attention");
	sites[0].log_count = 0;
	sites[0].paused = true;
	assert_has("</svg> Paused</span></div>");
	assert_has("<code>sudo authmedic resume</code>");
	assert_has("<title>authmedic: all is well, actions are paused</title>");
}

/* -- what is left to a person -- */

static struct report_event events[2];
static struct report_incident incident;
static struct report_rung rungs[] = {{.remedy = "recycle"}, {.remedy = "fall back"}};

static void refuse(const char *reason)
{
	events[0] = (struct report_event){NOW_MS - 9000, "opened", "it fails", "", ""};
	events[1] = (struct report_event){NOW_MS - 5000, "refused", "we do not act", reason, ""};
	incident = (struct report_incident){.id = "i-1",
	    .diagnosis = "stale-handle",
	    .title = "The server still works with an old key",
	    .advice = "Recycle it.",
	    .caution = "Repeat it.",
	    .opened_ms = NOW_MS - 9000,
	    .closed_ms = -1,
	    .events = events,
	    .event_count = count_of(events)};
	sites[0].incident = &incident;
	sites[0].ladder = rungs;
	sites[0].rung_count = count_of(rungs);
	sites[0].next_rung = 2;
}

static void test_commands(unused_parameter void **state)
{
	/* For each reason not to act: the very command that a person may type, or that there is
	 * none. */
	static const struct {
		const char *reason, *command;
	} cases[] = {{"approval", "sudo authmedic approve intranet 2"},
	    {"no-recent-success", "sudo authmedic approve intranet 2"},
	    {"locked", "sudo authmedic unlock intranet 1"},
	    {"fallback", "sudo authmedic revert intranet 2"}, {"observe", NULL}, {"denied", NULL},
	    {"budget", NULL}, {"no-cure", NULL}, {"something else", NULL}};

	sites[0].state = "standing";
	rungs[0].locked = true;
	rungs[1].applied = true;
	for (size_t i = 0; i < count_of(cases); i++) {
		refuse(cases[i].reason);
		if (cases[i].command != NULL)
			assert_has(cases[i].command);
		else
			assert_lacks("sudo authmedic");
		assert_has("<p>Recycle it.</p>");
		assert_has("<strong>Do not:</strong> Repeat it.");
		assert_has("<code>authmedic history i-1</code>");
	}
	events[1].kind = "acting";
	assert_lacks("sudo authmedic");
	assert_has("<p>By itself it will try rung 2, <strong>fall back</strong>.</p>");
	sites[0].state = "verifying";
	assert_has("<p>Nothing for now: a remedy was begun.</p>");
	assert_lacks("Recycle it.");
	sites[0].state = "standing";
	refuse("observe");
	assert_has("In mode act it would have been rung 2, <strong>fall back</strong>.");
}

static void test_quoting(unused_parameter void **state)
{
	/* A name that a shell would not take as one word is quoted. */
	refuse("approval");
	sites[0].state = "standing";
	sites[0].name = "it's; rm -rf <x>";
	assert_has("sudo authmedic approve &#39;it&#39;\\&#39;&#39;s; rm -rf &lt;x&gt;&#39; 2");
}

static void test_timeline(unused_parameter void **state)
{
	/* The incident's steps with time and reason; where some are left out it says how many. */
	static struct report_event long_events[REPORT_MAX_EVENTS];

	refuse("observe");
	assert_has("<strong>opened</strong>: it fails</li>");
	assert_has("22:13:15</time><strong>refused</strong>: we do not act "
		   "<span class=\"quiet\">[observe]</span></li>");
	assert_has("Opened <time ");
	for (size_t i = 0; i < count_of(long_events); i++)
		long_events[i] = events[i % 2];
	incident.events = long_events;
	incident.event_count = count_of(long_events);
	incident.left_out = 7;
	assert_has("<li class=\"quiet\">7 more</li>");
	incident.closed_ms = NOW_MS - 2000;
	sites[0].incident_id = NULL;
	assert_has("<h3>Last incident ");
	assert_has(" after 7 s. Diagnosis: stale-handle.");
	assert_lacks("What is left to you");
}

/* -- the fleet -- */

static void test_fleet(unused_parameter void **state)
{
	/* Who is in the fleet, whose turn it is, what is wrong where; bounded however many they
	 * are. */
	static struct group_host hosts[PAGE_FLEET_ROWS + 5];
	static struct group_slot slot = {.host = "web2", .site = "intranet", .incident = "i-9"};
	static struct group_incident trouble = {.host = "web2",
	    .site = "intranet",
	    .diagnosis = "stale-handle",
	    .since_ms = NOW_MS - 5000,
	    .not_helped = true};
	static struct group group = {.hosts = {hosts, count_of(hosts), count_of(hosts)},
	    .slots = {&slot, 1, 1},
	    .incidents = {&trouble, 1, 1}};
	struct report_fleet fleet = {.group_name = "all & sundry",
	    .host = "web1",
	    .state = "away",
	    .trouble = "no <answer>",
	    .required = true,
	    .at_most = 1,
	    .fence = -1,
	    .shared_hosts = 2,
	    .answered_ms = NOW_MS - 9000,
	    .group = &group};

	assert_lacks("Fleet");
	for (size_t i = 0; i < count_of(hosts); i++)
		snprintf(hosts[i].host, sizeof(hosts[i].host), "web%zu", i + 1);
	model.fleet = &fleet;
	assert_has("Fleet all &amp; sundry</h2><span class=\"state notice\">");
	assert_has("at most 1 of the hosts may act at a time, and none without etcd.");
	assert_has("<strong>2 hosts share the failure</strong>");
	assert_has("9 s ago</time>; since then <strong>no &lt;answer&gt;</strong>.");
	assert_has("<li>web2, site intranet, incident i-9</li>");
	assert_has("<strong>stale-handle</strong> since ");
	assert_has(", the remedy did not help</li>");
	assert_has("<li>web50</li>\n<li>5 more</li>");
	fleet.group = NULL;
	fleet.fence = 7;
	fleet.state = "joined";
	assert_has("It is this host's turn.");
	assert_lacks("web50");
}

/* -- the day -- */

static void test_plot(unused_parameter void **state)
{
	/* The day as a picture with its text, its marks and where nobody looked, and as a table. */
	const struct course_view view = {.active_voters = 4, .rejected_voters = 3};
	const struct course_mark mark = {
	    .time_ms = NOW_MS - 60000, .kind = COURSE_ACTION, .text = "recycle & wait"};
	struct course auto_call(course_free) *course = NULL;

	assert_int_equal(course_new(&course, NOW_MS), 0);
	course_look(course, NOW_MS, &view);
	course_count(course, NOW_MS, (struct course_totals){0, 0});
	course_count(course, NOW_MS, (struct course_totals){50, 20});
	course_mark(course, &mark, NOW_MS);
	sites[0].course = course;
	assert_has("<svg class=\"plot\" role=\"img\" aria-labelledby=\"plot-0\"");
	assert_has("50 handshakes let in and 20 turned away; of the known-good voters at most 75 % "
		   "turned away, at 22:10:00.");
	assert_has("fill=\"url(#gap-0)\"");
	assert_has("hatched: nobody looked");
	assert_lacks("dotted: a log was deaf");
	assert_has("<title>22:12:20 action begun: recycle &amp; wait</title>");
	assert_has("<span class=\"letter\">A</span> action begun");
	assert_has("<td>50</td><td>20</td><td>75&nbsp;%</td>");
	assert_has("<td>not known</td>");
}

#define page_test(function) cmocka_unit_test_setup_teardown(function, make_page, free_page)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    page_test(test_trouble),
	    page_test(test_handle),
	    page_test(test_all_well),
	    page_test(test_not_ready),
	    page_test(test_lost_state),
	    page_test(test_overdue),
	    page_test(test_self_contained),
	    page_test(test_policy),
	    page_test(test_no_room),
	    page_test(test_many_sites),
	    page_test(test_conditions),
	    page_test(test_commands),
	    page_test(test_quoting),
	    page_test(test_timeline),
	    page_test(test_fleet),
	    page_test(test_plot),
	};

	return cmocka_run_group_tests_name("report/page", tests, NULL, NULL);
}
