/* Prints the status page of a scene: a day that always was the same, so that its text and its
 * picture can be compared. Usage: page-scenes SCENE [SITE] */
#include <stdio.h>
#include <string.h>

#include "report/page.h"

#define NOW_MS     INT64_C(1772534562000) /* 2026-03-03T10:42:42Z, a Tuesday */
#define MINUTES(n) ((n)*INT64_C(60000))
#define HOURS(n)   ((n)*INT64_C(3600000))
#define DAYS(n)    ((n)*INT64_C(86400000))
#define MANY_SITES 200
#define PAGE_BYTES ((size_t)8 * 1024 * 1024)
#define BROKE_MS   (NOW_MS - MINUTES(37)) /* when sign-in began to fail, where it did */

struct scene {
	struct report_site sites[MANY_SITES];
	struct report_model model;
};

/* -- a day -- */

/* People an hour, over a working day. */
static const unsigned busy[24] = {4, 3, 2, 2, 3, 9, 40, 160, 310, 330, 300, 270, 210, 260, 280, 250,
    190, 90, 40, 22, 14, 10, 8, 5};

static unsigned noise(int64_t minute)
{
	uint64_t mixed = (uint64_t)minute * UINT64_C(0x9e3779b97f4a7c15);

	return (unsigned)(mixed >> 40) % 100;
}

static uint64_t people(int64_t minute)
{
	int64_t of_day = minute % 1440;
	unsigned here = busy[of_day / 60];
	unsigned next = busy[of_day / 60 + 1 == 24 ? 0 : of_day / 60 + 1];
	uint64_t an_hour =
	    (here * (unsigned)(60 - of_day % 60) + next * (unsigned)(of_day % 60)) / 60;

	return (an_hour * (60 + noise(minute)) / 100 + noise(minute * 7) * 60 / 100) / 60;
}

struct day_plan {
	int64_t broke_ms, mended_ms; /* sign-in fails in between */
	int64_t away_ms, back_ms; /* nobody looked in between */
	int64_t deaf_ms; /* a log is deaf since then */
};

static const struct day_plan good_day = {NOW_MS + 1, NOW_MS + 1, 0, 0, NOW_MS + 1};

static void live_minute(struct course *course, const struct day_plan *plan, int64_t now_ms,
    struct course_totals *totals)
{
	uint64_t count = people(now_ms / COURSE_MINUTE_MS);
	bool broken = now_ms >= plan->broke_ms && now_ms < plan->mended_ms;
	const struct course_view view = {.active_voters = 40 + count,
	    .rejected_voters = broken ? (40 + count) * 8 / 10 : noise(now_ms / 60000) > 96,
	    .deaf = now_ms >= plan->deaf_ms};

	if (now_ms >= plan->away_ms && now_ms < plan->back_ms)
		return;
	if (now_ms >= plan->deaf_ms)
		count = 0;
	totals->established += broken ? count / 6 : count;
	totals->rejected += broken ? count * 2 : count > 0 && noise(now_ms / 60000 * 3) > 93;
	course_look(course, now_ms, &view);
	course_count(course, now_ms, *totals);
	if (now_ms / COURSE_MINUTE_MS % 5 == 0)
		course_probed(course, now_ms, broken ? PROBE_REJECTED : PROBE_ACCEPTED);
}

static struct course *live(const struct day_plan *plan)
{
	struct course *course = NULL;
	struct course_totals totals = {0};

	if (course_new(&course, NOW_MS - DAYS(1)) < 0)
		exit(1);
	course_begin(course, totals);
	for (int64_t now_ms = NOW_MS - DAYS(1) + MINUTES(1); now_ms <= NOW_MS; now_ms += MINUTES(1))
		live_minute(course, plan, now_ms, &totals);
	return course;
}

static void mark(
    struct course *course, int64_t time_ms, enum course_mark_kind kind, const char *text)
{
	struct course_mark put = {.time_ms = time_ms, .kind = kind};

	snprintf(put.text, sizeof(put.text), "%s", text);
	course_mark(course, &put, NOW_MS);
}

/* -- two sites on which all is well -- */

static const struct detector_totals totals = {.handshakes =
						  {
						      [SCHEME_UNKNOWN] = {12, 1, 0, 0},
						      [SCHEME_NONE] = {0, 0, 4210, 0},
						      [SCHEME_KERBEROS] = {81234, 310, 0, 17},
						      [SCHEME_NTLM] = {902, 44, 0, 6},
						  },
    .authenticated = 401222,
    .voters = 611,
    .first_ms = NOW_MS - DAYS(9),
    .last_ms = NOW_MS - 1200};
static const struct intake_totals log_totals = {.bytes = 91234567, .lines = 402311, .rotations = 9};
static const struct intake_totals few_totals = {.bytes = 4567, .lines = 61};

static struct report_log logs[] = {
    {.path = "/var/log/squid/access.log",
	.format = "squid-combined",
	.totals = &log_totals,
	.last_line_ms = NOW_MS - 1200},
    {.path = "/var/log/squid/cache.log",
	.format = "squid-cache",
	.totals = &few_totals,
	.last_line_ms = NOW_MS - HOURS(5)},
};
static struct report_log wiki_logs[] = {
    {.path = "/var/log/apache2/access.log",
	.format = "apache-authmedic",
	.totals = &log_totals,
	.last_line_ms = NOW_MS - 900},
};
static const struct report_rung ladder[] = {
    {.remedy = "recycle"}, {.remedy = "ntlm-fallback-apache", .needs_word = true}};

static void put_fact(struct facts *facts, const char *name, const char *value)
{
	const struct fact fact = {
	    .name = name, .value = value, .source = "inspect-keytab", .time_ms = NOW_MS - 65000};

	if (facts_set(facts, fact) < 0)
		exit(1);
}

static struct facts *new_facts(const char *probe, int64_t worker_start_ms)
{
	struct facts *facts = NULL;
	char start[32];

	if (facts_new(&facts) < 0)
		exit(1);
	snprintf(start, sizeof(start), "%lld", (long long)(worker_start_ms / 1000));
	put_fact(facts, "probe.result", probe);
	put_fact(facts, "worker.start", start);
	put_fact(facts, "keytab.kvnos", "3 4");
	put_fact(facts, "ticket.kvno", "4");
	return facts;
}

static struct report_site well_site(const char *name, const char *server)
{
	return (struct report_site){.name = name,
	    .server = server,
	    .service = "HTTP/intranet.example.com",
	    .mode = "act",
	    .evidence = "probe",
	    .state = "watching",
	    .sentence = "Sign-in works as far as we can see.",
	    .window = {.now_ms = NOW_MS,
		.known_good = 611,
		.active = 84,
		.rejected = 1,
		.established = 83,
		.rejected_ratio = 1.0 / 84,
		.rejected_strangers = 2,
		.spike_since_ms = -1},
	    .totals = &totals,
	    .facts = new_facts("accepted", NOW_MS - DAYS(19)),
	    .last_probe_ms = NOW_MS - 65000,
	    .last_accepted_ms = NOW_MS - 65000,
	    .expected_failure_ms = NOW_MS + DAYS(11),
	    .handle_limit_ms = DAYS(30),
	    .budget_hour = 1,
	    .budget_day = 3,
	    .diagnosis = "",
	    .ladder = ladder,
	    .rung_count = count_of(ladder)};
}

/* Three hosts, of which one is being cured. */
static void put_fleet_of_three(struct scene *scene)
{
	static struct group_host hosts[] = {{.host = "web1"}, {.host = "web2"}, {.host = "web3"}};
	static struct group_slot slot = {
	    .host = "web2", .site = "intranet", .incident = "20260303T104131000Z-51aa"};
	static struct group_incident of_web2 = {.host = "web2",
	    .site = "intranet",
	    .diagnosis = "stale-handle",
	    .since_ms = NOW_MS - 71000};
	static struct group group = {.hosts = {hosts, count_of(hosts), count_of(hosts)},
	    .slots = {&slot, 1, 1},
	    .incidents = {&of_web2, 1, 1}};
	static const struct report_fleet fleet = {.group_name = "intranet",
	    .host = "web1",
	    .state = "joined",
	    .trouble = "",
	    .required = true,
	    .at_most = 1,
	    .fence = -1,
	    .answered_ms = NOW_MS - 2100,
	    .group = &group};

	scene->model.fleet = &fleet;
}

static void make_well(struct scene *scene)
{
	scene->sites[0] = well_site("intranet", "squid");
	scene->sites[0].logs = logs;
	scene->sites[0].log_count = count_of(logs);
	scene->sites[0].course = live(&good_day);
	scene->sites[1] = well_site("wiki", "apache");
	scene->sites[1].service = "HTTP/wiki.example.com";
	scene->sites[1].logs = wiki_logs;
	scene->sites[1].log_count = count_of(wiki_logs);
	scene->sites[1].course = live(&good_day);
	scene->sites[1].expected_failure_ms = -1;
	scene->model = (struct report_model){.version = "0.1.0",
	    .mode = "act",
	    .now_ms = NOW_MS,
	    .started_ms = NOW_MS - DAYS(9) - HOURS(4),
	    .ready = true,
	    .helper = "connected",
	    .sites = scene->sites,
	    .site_count = 2};
}

/* -- something is wrong -- */

static const struct report_event failing_events[] = {
    {BROKE_MS + 41000, "opened", "known-good voters are rejected", "", ""},
    {BROKE_MS + 42000, "probed", "a probe ended", "rejected", ""},
    {BROKE_MS + 103000, "diagnosed", "The server still works with an old key", "stale-handle", ""},
    {BROKE_MS + 103000, "refused", "the site is in mode observe", "observe", ""},
};
static const struct report_event cured_events[] = {
    {BROKE_MS + 41000, "opened", "known-good voters are rejected", "", ""},
    {BROKE_MS + 42000, "probed", "a probe ended", "rejected", ""},
    {BROKE_MS + 103000, "diagnosed", "The server still works with an old key", "stale-handle", ""},
    {BROKE_MS + 103000, "acting",
	"Sign-in is rejected, though the keytab on disk has the right key.", "stale-handle",
	"recycle"},
    {BROKE_MS + 104000, "applied", "the plugin ended", "done", "recycle"},
    {BROKE_MS + 165000, "resolved", "the remedy helped: sign-in works again", "", ""},
};

static struct report_incident incident = {.id = "20260303T100623000Z-51aa",
    .diagnosis = "stale-handle",
    .title = "The server still works with an old key",
    .why = "Sign-in is rejected, though the keytab on disk has the right key. The keytab, its "
	   "permissions or the Kerberos configuration on disk is newer than what the worker has "
	   "read: it goes on with the old key or handle until it is recycled.",
    .advice = "Recycle the worker, then sign in once to see that it helped. A light reload is "
	      "enough for Squid (squid -k reconfigure) and for changed groups (apachectl "
	      "graceful); a mount, a unit's credential and a Java program need a restart.",
    .caution = "If it did not help, do not repeat it: the cause is another one.",
    .opened_ms = BROKE_MS + 41000,
    .closed_ms = -1};

static struct course *failing_course(int64_t mended_ms)
{
	const struct day_plan plan = {
	    BROKE_MS, mended_ms, NOW_MS - HOURS(9), NOW_MS - HOURS(8), NOW_MS + 1};
	struct course *course = live(&plan);

	mark(course, NOW_MS - HOURS(8), COURSE_CONFIGURED, "");
	mark(course, BROKE_MS - 30000, COURSE_KEY_CHANGED, "");
	mark(course, BROKE_MS + 41000, COURSE_OPENED, "");
	return course;
}

static void make_incident(struct scene *scene)
{
	struct report_site *site = &scene->sites[0];

	make_well(scene);
	site->mode = "observe";
	site->state = "standing";
	site->sentence = "Sign-in fails, and we do nothing now; see the incident.";
	site->window.rejected = 69;
	site->window.established = 15;
	site->window.rejected_ratio = 69.0 / 84;
	site->window.spike = true;
	site->window.spike_since_ms = BROKE_MS + 41000;
	site->facts = new_facts("rejected", NOW_MS - DAYS(19));
	site->last_accepted_ms = BROKE_MS - 65000;
	site->incident_id = incident.id;
	site->diagnosis = incident.diagnosis;
	site->next_rung = 1;
	incident.events = failing_events;
	incident.event_count = count_of(failing_events);
	incident.evidence = site->facts;
	site->incident = &incident;
	site->course = failing_course(NOW_MS + 1);
}

static void make_resolved(struct scene *scene)
{
	struct report_site *site = &scene->sites[0];
	struct course *course = failing_course(BROKE_MS + 105000);

	make_well(scene);
	mark(course, BROKE_MS + 103000, COURSE_ACTION, "recycle");
	mark(course, BROKE_MS + 104000, COURSE_WORKER_STARTED, "");
	mark(course, BROKE_MS + 165000, COURSE_RESOLVED, "");
	site->course = course;
	site->facts = new_facts("accepted", BROKE_MS + 104000);
	site->expected_failure_ms = BROKE_MS + 104000 + DAYS(30);
	site->budget_hour = 0;
	site->budget_day = 2;
	incident.events = cured_events;
	incident.event_count = count_of(cured_events);
	put_fleet_of_three(scene);
	incident.closed_ms = BROKE_MS + 165000;
	incident.evidence = site->facts;
	site->incident = &incident;
}

static void make_deaf(struct scene *scene)
{
	const struct day_plan plan = {NOW_MS + 1, NOW_MS + 1, 0, 0, NOW_MS - HOURS(2)};

	make_well(scene);
	logs[0].deaf[0] = (struct report_deaf){"unparsed",
	    "the last 412 lines were in another format than squid-combined", NOW_MS - HOURS(2)};
	logs[0].deaf_count = 1;
	logs[0].unparsed_lines = 412;
	scene->sites[0].course = live(&plan);
	scene->sites[0].window.active = 0;
	scene->sites[0].window.rejected = 0;
	scene->sites[0].window.rejected_ratio = 0;
}

static void make_paused(struct scene *scene)
{
	struct course *course = live(&good_day);

	make_well(scene);
	mark(course, NOW_MS - MINUTES(95), COURSE_PAUSED, "");
	scene->sites[0].course = course;
	scene->sites[0].paused = true;
	scene->sites[1].paused = true;
}

static void make_many(struct scene *scene)
{
	static char names[MANY_SITES][16];

	make_incident(scene);
	for (size_t i = 2; i < MANY_SITES; i++) {
		snprintf(names[i], sizeof(names[i]), "site-%zu", i + 1);
		scene->sites[i] = scene->sites[1];
		scene->sites[i].name = names[i];
	}
	scene->model.site_count = MANY_SITES;
}

/* -- texts that would like to be markup: every text of the model is one of them -- */

static uint64_t random_state; /* 0: only the letter x, for the same page with nothing to escape */

static unsigned draw(unsigned below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned)(random_state >> 33) % below;
}

static const char *hostile(void)
{
	static const char *const pieces[] = {"<", ">", "\"", "'", "&", "</title>", "</style>",
	    "</script>", "<script>", "<!--", "-->", "<![CDATA[", "]]>", "&lt;", "&#60;", "\\", "`",
	    " onload=x ", "javascript:", "\n", "\t", "\r", "%s%n", "\xff", "\xc3", "\xe2\x80\xae",
	    "\xef\xbb\xbf", "\x01", "\x7f", "</svg>", "</desc>", "<img src=x>", "a", "0", "/", "="};
	struct buffer text;

	buffer_init(&text, 1024);
	if (random_state == 0)
		buffer_append_text(&text, "x");
	for (unsigned i = random_state == 0 ? 0 : draw(12) + 1; i > 0; i--)
		buffer_append_text(&text, pieces[draw(count_of(pieces))]);
	if (buffer_error(&text) < 0)
		exit(1);
	return text.data; /* it lives as long as the program */
}

static void make_hostile_logs(struct report_site *site)
{
	static struct report_log hostile_logs[2];

	for (size_t i = 0; i < count_of(hostile_logs); i++) {
		hostile_logs[i] = logs[i];
		hostile_logs[i].path = hostile();
		hostile_logs[i].format = hostile();
		hostile_logs[i].deaf[0] =
		    (struct report_deaf){hostile(), hostile(), NOW_MS - HOURS(1)};
		hostile_logs[i].deaf_count = 1;
	}
	site->logs = hostile_logs;
	site->log_count = count_of(hostile_logs);
}

static void make_hostile_incident(struct report_site *site)
{
	static struct report_event events[count_of(cured_events)];
	static struct report_rung rungs[2];

	for (size_t i = 0; i < count_of(events); i++)
		events[i] = (struct report_event){
		    NOW_MS - 1000, hostile(), hostile(), hostile(), hostile()};
	for (size_t i = 0; i < count_of(rungs); i++)
		rungs[i].remedy = hostile();
	incident = (struct report_incident){hostile(), hostile(), hostile(), hostile(), hostile(),
	    hostile(), NOW_MS - 1000, -1, events, count_of(events), 3, site->facts};
	site->ladder = rungs;
	site->next_rung = 1;
	site->incident = &incident;
	site->incident_id = incident.id;
	site->diagnosis = hostile();
}

static void hostile_name(char *ret_name, size_t size)
{
	snprintf(ret_name, size, "%s", hostile());
}

static void make_hostile_fleet(struct scene *scene)
{
	static struct group_host host;
	static struct group_slot slot;
	static struct group_incident of_host = {.since_ms = NOW_MS - HOURS(1)};
	static struct group group = {
	    .hosts = {&host, 1, 1}, .slots = {&slot, 1, 1}, .incidents = {&of_host, 1, 1}};
	static struct report_fleet fleet = {
	    .at_most = 1, .fence = 7, .shared_hosts = 2, .answered_ms = NOW_MS, .group = &group};

	hostile_name(host.host, sizeof(host.host));
	hostile_name(slot.host, sizeof(slot.host));
	hostile_name(slot.site, sizeof(slot.site));
	hostile_name(slot.incident, sizeof(slot.incident));
	hostile_name(of_host.host, sizeof(of_host.host));
	hostile_name(of_host.site, sizeof(of_host.site));
	hostile_name(of_host.diagnosis, sizeof(of_host.diagnosis));
	fleet.group_name = hostile();
	fleet.host = hostile();
	fleet.state = hostile();
	fleet.trouble = hostile();
	scene->model.fleet = &fleet;
}

static void make_hostile(struct scene *scene)
{
	struct report_site *site = &scene->sites[0];
	struct course *course = live(&good_day);

	make_well(scene);
	mark(course, NOW_MS - HOURS(1), COURSE_ACTION, hostile());
	mark(course, NOW_MS - HOURS(9), COURSE_OPENED, hostile());
	make_hostile_logs(site);
	make_hostile_incident(site);
	site->course = course;
	site->paused = true;
	site->name = hostile();
	site->server = hostile();
	site->service = hostile();
	site->mode = hostile();
	site->evidence = hostile();
	site->state = hostile();
	site->sentence = hostile();
	scene->model.version = hostile();
	scene->model.mode = hostile();
	make_hostile_fleet(scene);
	scene->model.helper = hostile();
	scene->model.confinement = hostile();
	scene->model.ready = false;
	scene->model.not_ready = hostile();
	scene->model.state_set_aside = hostile();
	scene->sites[1].name = hostile();
}

static const struct {
	const char *name;
	void (*make)(struct scene *scene);
} scenes[] = {
    {"well", make_well},
    {"incident", make_incident},
    {"resolved", make_resolved},
    {"deaf", make_deaf},
    {"paused", make_paused},
    {"many", make_many},
    {"hostile", make_hostile},
};

static int print(const struct scene *scene, const char *site)
{
	struct buffer auto_buffer page;

	buffer_init(&page, PAGE_BYTES);
	if (site != NULL)
		page_print_site(&scene->model, (size_t)strtoul(site, NULL, 10) - 1, &page);
	else
		page_print(&scene->model, &page);
	if (buffer_error(&page) < 0)
		return EXIT_FAILURE;
	fwrite(page.data, 1, page.length, stdout);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	static struct scene scene;
	char policy[PAGE_POLICY_BYTES];

	if (argc == 2 && strcmp(argv[1], "--policy") == 0 && page_policy(policy) == 0) {
		puts(policy);
		return EXIT_SUCCESS;
	}
	for (size_t i = 0; argc >= 2 && i < count_of(scenes); i++)
		if (strcmp(argv[1], scenes[i].name) == 0) {
			bool hostile_scene = scenes[i].make == make_hostile;

			if (hostile_scene && argc > 2)
				random_state = strtoull(argv[2], NULL, 10);
			scenes[i].make(&scene);
			return print(&scene, argc > 2 && !hostile_scene ? argv[2] : NULL);
		}
	fputs("Usage: page-scenes well|incident|resolved|deaf|paused|many [SITE]\n"
	      "       page-scenes hostile SEED\n"
	      "       page-scenes --policy\n",
	    stderr);
	return 2;
}
