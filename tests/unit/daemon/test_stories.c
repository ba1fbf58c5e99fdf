#include "state/store_fixture.h"

#include <stdlib.h>

#include "daemon/stories.h"

#define NOW_MS  INT64_C(1700000000000)
#define HOUR_MS INT64_C(3600000)

static struct rules *rules;
static struct stories *stories;
static struct report_site sites[8];
static struct report_model model;
static const char *const names[] = {"s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7"};

static int open_all(void **state)
{
	const char *source = getenv("AUTHMEDIC_SOURCE_DIR");
	struct buffer auto_buffer errors;
	char path[512];

	snprintf(path, sizeof(path), "%s/rules/diagnoses", source != NULL ? source : ".");
	buffer_init(&errors, 65536);
	if (open_store(state) < 0 || rules_load(&rules, path, NULL, &errors) < 0 ||
	    stories_new(&stories, store, rules) < 0)
		return -1;
	for (size_t i = 0; i < count_of(sites); i++)
		sites[i] = (struct report_site){.name = names[i]};
	model =
	    (struct report_model){.now_ms = NOW_MS, .sites = sites, .site_count = count_of(sites)};
	return 0;
}

static int close_all(void **state)
{
	stories_free(&stories);
	rules_free(&rules);
	return close_store(state);
}

static void put_incident(const char *id, const char *site, int64_t changed_ms, int64_t closed_ms)
{
	const struct store_incident incident = {.id = id,
	    .site = site,
	    .diagnosis = "stale-handle",
	    .state = "standing",
	    .opened_ms = NOW_MS - 50 * HOUR_MS,
	    .changed_ms = changed_ms,
	    .closed_ms = closed_ms,
	    .evidence =
		VIEW("{\"facts\":{\"ticket.kvno\":{\"value\":\"4\",\"source\":\"probe\"}}}")};

	assert_int_equal(store_begin(store), 0);
	assert_int_equal(store_put_incident(store, &incident), 0);
	assert_int_equal(store_commit(store), 0);
}

static void add_event(const char *id, const char *kind, struct view data)
{
	const struct store_event event = {
	    .time_ms = NOW_MS - HOUR_MS, .kind = kind, .text = "it happened", .data = data};

	assert_int_equal(store_begin(store), 0);
	assert_int_equal(store_add_event(store, id, &event), 0);
	assert_int_equal(store_commit(store), 0);
}

static const struct report_incident *of(size_t site)
{
	const struct report_incident *const *all = stories_of(stories, &model);

	assert_non_null(all);
	return all[site];
}

static void test_open(unused_parameter void **state)
{
	/* An open incident is told with its steps, its evidence and what the rules say of it. */
	const struct report_incident *told;

	put_incident("i-1", "s1", NOW_MS, -1);
	add_event("i-1", "opened", VIEW(""));
	add_event("i-1", "refused", VIEW("{\"reason\":\"observe\",\"remedy\":\"recycle\"}"));
	add_event("i-1", "probed", VIEW("this is no JSON"));
	sites[1].incident_id = "i-1";
	told = of(1);
	assert_string_equal(told->id, "i-1");
	assert_string_equal(told->diagnosis, "stale-handle");
	assert_non_null(strstr(told->advice, "Recycle"));
	assert_int_equal(told->event_count, 3);
	assert_string_equal(told->events[1].reason, "observe");
	assert_string_equal(told->events[1].remedy, "recycle");
	assert_string_equal(told->events[2].reason, "");
	assert_string_equal(facts_get(told->evidence, "ticket.kvno"), "4");
	assert_null(of(0));
}

static void test_closed(unused_parameter void **state)
{
	/* Where none is open the last one of the day is told; older ones, and those of sites that
	 * are no more, are not. */
	put_incident("i-1", "s1", NOW_MS - 30 * HOUR_MS, NOW_MS - 30 * HOUR_MS);
	put_incident("i-2", "s2", NOW_MS - 3 * HOUR_MS, NOW_MS - 3 * HOUR_MS);
	put_incident("i-3", "gone", NOW_MS - 3 * HOUR_MS, NOW_MS - 3 * HOUR_MS);
	assert_null(of(1));
	assert_int_equal(of(2)->closed_ms, NOW_MS - 3 * HOUR_MS);
	sites[2].incident_id = "not-yet-committed";
	assert_null(of(2));
}

static void test_read_once(unused_parameter void **state)
{
	/* What has not changed is not read again; what has is. */
	const struct report_incident *told;

	put_incident("i-1", "s1", NOW_MS - 2, -1);
	sites[1].incident_id = "i-1";
	told = of(1);
	add_event("i-1", "opened", VIEW(""));
	assert_ptr_equal(of(1), told);
	assert_int_equal(of(1)->event_count, 0);
	put_incident("i-1", "s1", NOW_MS - 1, -1);
	assert_int_equal(of(1)->event_count, 1);
}

static void test_few_at_once(unused_parameter void **state)
{
	/* However many changed, few are read in one go, and all of them in the end. */
	const struct report_incident *const *all;
	char id[16];
	size_t told = 0;

	for (size_t i = 0; i < count_of(sites); i++) {
		snprintf(id, sizeof(id), "i-%zu", i);
		put_incident(id, names[i], NOW_MS, NOW_MS - HOUR_MS);
	}
	all = stories_of(stories, &model);
	for (size_t i = 0; i < count_of(sites); i++)
		told += all[i] != NULL;
	assert_int_equal(told, STORIES_AT_ONCE);
	for (size_t i = 0; i < count_of(sites); i++)
		assert_non_null(of(i));
}

static void test_long(unused_parameter void **state)
{
	/* Of a long incident the first steps and the last ones, and how many are between. */
	const struct report_incident *told;
	char kind[16];

	put_incident("i-1", "s1", NOW_MS, -1);
	for (size_t i = 0; i < 100; i++) {
		snprintf(kind, sizeof(kind), "k%zu", i);
		add_event("i-1", kind, VIEW(""));
	}
	sites[1].incident_id = "i-1";
	told = of(1);
	assert_int_equal(told->event_count, REPORT_MAX_EVENTS);
	assert_int_equal(told->left_out, 100 - REPORT_MAX_EVENTS);
	assert_string_equal(told->events[REPORT_FIRST_EVENTS - 1].kind, "k9");
	assert_string_equal(told->events[REPORT_FIRST_EVENTS].kind, "k70");
	assert_string_equal(told->events[REPORT_MAX_EVENTS - 1].kind, "k99");
}

#define stories_test(function) cmocka_unit_test_setup_teardown(function, open_all, close_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    stories_test(test_open),
	    stories_test(test_closed),
	    stories_test(test_read_once),
	    stories_test(test_few_at_once),
	    stories_test(test_long),
	};

	return cmocka_run_group_tests_name("daemon/stories", tests, NULL, NULL);
}
