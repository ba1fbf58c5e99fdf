/* A model with two sites: one in trouble, with a deaf log, and one that is new and well. */
#ifndef AUTHMEDIC_TESTS_MODEL_FIXTURE_H
#define AUTHMEDIC_TESTS_MODEL_FIXTURE_H

#include "unit.h"

#include "report/model.h"

#define NOW_MS INT64_C(1700000000000) /* 2023-11-14T22:13:20.000Z */

static const struct intake_totals log_totals = {.bytes = 5000,
    .lines = 40,
    .rotations = 2,
    .truncations = 1,
    .lost_bytes = 7,
    .overlong_lines = 3};
static const struct intake_totals no_log_totals;
static const struct intake_cursor cursors[] = {
    {.path = "/var/log/squid/access.log.1", .inode = 11, .offset_bytes = 3000},
    {.path = "/var/log/squid/access.log", .inode = 12, .offset_bytes = 2000}};

static const struct detector_totals totals = {.handshakes =
						  {
						      [SCHEME_UNKNOWN] = {1, 2, 3, 4},
						      [SCHEME_NONE] = {0, 0, 50, 0},
						      [SCHEME_KERBEROS] = {100, 20, 0, 5},
						      [SCHEME_NTLM] = {7, 6, 0, 0},
						      [SCHEME_BASIC] = {1, 1, 0, 0},
						      [SCHEME_OTHER] = {9, 8, 0, 0},
						  },
    .authenticated = 77,
    .voters = 31,
    .first_ms = NOW_MS - 60000,
    .last_ms = NOW_MS};
static const struct detector_totals no_totals = {.first_ms = -1, .last_ms = -1};

static const struct report_log logs[] = {{"/var/log/squid/access.log*", "squid-combined",
					     &log_totals, cursors, 2, 4, 100, NOW_MS - 2000},
    {"/var/log/squid/cache.log", "squid-cache", &no_log_totals, NULL, 0, 0, 0, -1,
	.deaf = {{"missing", "no <file> matches", NOW_MS - 60000},
	    {"unwatched", "no hints", NOW_MS - 1000}},
	.deaf_count = 2}};

static struct facts *facts;
static struct facts *no_facts;
static struct report_site sites[2];
static const struct report_target targets[] = {
    {.name = "ops", .type = "webhook", .waiting = 3, .dead = 1}};
static struct report_model model;

static void set_fact(const char *name, const char *value)
{
	struct fact fact = {
	    .name = name, .value = value, .source = "probe", .time_ms = NOW_MS - 5000};

	assert_int_equal(facts_set(facts, fact), 0);
}

static void make_new_site(void)
{
	sites[1] = (struct report_site){.name = "new",
	    .server = "other",
	    .service = "HTTP/new.example.com",
	    .mode = "observe",
	    .evidence = "voters",
	    .state = "watching",
	    .sentence = "All is well.",
	    .window = {.now_ms = -1, .spike_since_ms = -1},
	    .totals = &no_totals,
	    .facts = no_facts,
	    .last_probe_ms = -1,
	    .last_accepted_ms = -1,
	    .expected_failure_ms = -1,
	    .handle_limit_ms = 2592000000,
	    .budget_hour = -1,
	    .budget_day = -1,
	    .diagnosis = ""};
}

static int make_model(unused_parameter void **state)
{
	if (facts_new(&facts) < 0 || facts_new(&no_facts) < 0)
		return -1;
	set_fact("probe.result", "rejected");
	set_fact("ticket.kvno", "4");
	sites[0] = (struct report_site){.name = "intranet",
	    .server = "squid",
	    .service = "HTTP/intranet.example.com",
	    .mode = "act",
	    .evidence = "probe",
	    .state = "acting",
	    .sentence = "Clients that used to get in are turned away.",
	    .window = {.now_ms = NOW_MS,
		.known_good = 30,
		.active = 12,
		.rejected = 9,
		.established = 3,
		.rejected_strangers = 2,
		.rejected_ratio = 0.75,
		.spike = true,
		.spike_since_ms = NOW_MS - 200000},
	    .totals = &totals,
	    .facts = facts,
	    .last_probe_ms = NOW_MS - 5000,
	    .last_accepted_ms = NOW_MS - 86400000,
	    .expected_failure_ms = NOW_MS + 86400000,
	    .handle_limit_ms = 2505600000,
	    .lifetimes = 3,
	    .budget_hour = 0,
	    .budget_day = 2,
	    .incident_id = "i-1",
	    .diagnosis = "stale-handle",
	    .logs = logs,
	    .log_count = count_of(logs)};
	make_new_site();
	model = (struct report_model){.version = "0.1.0",
	    .mode = "act",
	    .now_ms = NOW_MS,
	    .started_ms = NOW_MS - 3600000,
	    .ready = true,
	    .helper = "connected",
	    .targets = targets,
	    .target_count = count_of(targets),
	    .sites = sites,
	    .site_count = count_of(sites)};
	return 0;
}

static int free_model(unused_parameter void **state)
{
	facts_free(&facts);
	facts_free(&no_facts);
	return 0;
}

#define model_test(function) cmocka_unit_test_setup_teardown(function, make_model, free_model)

#endif
