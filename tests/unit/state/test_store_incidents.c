#include "store_fixture.h"

static struct store_incident example(const char *id, int64_t opened_ms, int64_t closed_ms)
{
	return (struct store_incident){
	    .id = id,
	    .site = "intranet",
	    .diagnosis = "stale-handle",
	    .state = "acting",
	    .opened_ms = opened_ms,
	    .changed_ms = opened_ms + 1,
	    .closed_ms = closed_ms,
	    .evidence = VIEW("{\"a\":1}"),
	    .progress = VIEW("{}"),
	};
}

static void put(const char *id, int64_t opened_ms, int64_t closed_ms)
{
	struct store_incident incident = example(id, opened_ms, closed_ms);

	assert_int_equal(store_put_incident(store, &incident), 0);
}

static int note_id(void *context, const struct store_incident *incident)
{
	buffer_append_format(context, "%s ", incident->id);
	return 0;
}

static void assert_ids(struct store_selection selection, const char *expected)
{
	struct buffer auto_buffer ids;

	buffer_init(&ids, 100);
	assert_int_equal(store_each_incident(store, selection, note_id, &ids), 0);
	assert_string_equal(buffer_text(&ids), expected);
}

static int compare(void *context, const struct store_incident *incident)
{
	const struct store_incident *expected = context;

	assert_string_equal(incident->id, expected->id);
	assert_string_equal(incident->site, expected->site);
	assert_string_equal(incident->diagnosis, expected->diagnosis);
	assert_string_equal(incident->state, expected->state);
	assert_int_equal(incident->opened_ms, expected->opened_ms);
	assert_int_equal(incident->changed_ms, expected->changed_ms);
	assert_int_equal(incident->closed_ms, expected->closed_ms);
	assert_true(view_equal(incident->evidence, expected->evidence));
	assert_true(view_equal(incident->progress, expected->progress));
	return 42;
}

static void test_incident_comes_back(unused_parameter void **state)
{
	/* Every member comes back after a restart, and the last put counts. */
	struct store_incident incident = example("i1", 1000, -1);

	assert_int_equal(store_put_incident(store, &incident), 0);
	incident.site = "extranet";
	incident.diagnosis = "";
	incident.state = "resolved";
	incident.opened_ms = 999;
	incident.changed_ms = 2000;
	incident.closed_ms = 2000;
	incident.evidence = VIEW(""); /* what was kept stays */
	incident.progress = VIEW("{\"rung\":1}");
	assert_int_equal(store_put_incident(store, &incident), 0);
	incident.evidence = VIEW("{\"a\":1}");
	reopen();
	assert_int_equal(store_get_incident(store, "i1", compare, &incident), 42);
	assert_int_equal(store_get_incident(store, "i2", compare, &incident), -ENOENT);
}

/* The rules of a time are kept for as long as an incident names them. */
static void test_rules(unused_parameter void **state)
{
	struct store_incident incident = example("i1", 1000, 1000);
	struct buffer auto_buffer text;

	buffer_init(&text, 100);
	incident.evidence = VIEW("{\"rules\":\"00aa\"}");
	assert_int_equal(store_put_rules(store, "00aa", VIEW("old")), 0);
	assert_int_equal(store_put_incident(store, &incident), 0);
	assert_int_equal(store_put_rules(store, "00bb", VIEW("unused")), 0);
	assert_int_equal(store_put_rules(store, "00cc", VIEW("new")), 0);
	reopen();
	assert_int_equal(store_get_rules(store, "00aa", &text), 0);
	assert_int_equal(store_get_rules(store, "00cc", &text), 0);
	assert_string_equal(buffer_text(&text), "oldnew");
	assert_int_equal(store_get_rules(store, "00bb", &text), -ENOENT);
}

static void test_selection(unused_parameter void **state)
{
	/* Newest first, as many as wanted, all or only the open ones. */
	put("a", 1000, -1);
	put("b", 3000, 3500);
	put("c", 2000, -1);
	assert_ids((struct store_selection){false, 10}, "b c a ");
	assert_ids((struct store_selection){false, 2}, "b c ");
	assert_ids((struct store_selection){true, 10}, "c a ");
	assert_ids((struct store_selection){true, SIZE_MAX}, "c a ");
	assert_ids((struct store_selection){true, 0}, "");
}

static int count_one(void *context, unused_parameter const struct store_incident *incident)
{
	(*(size_t *)context)++;
	return 0;
}

static void fill(int64_t closed_ms)
{
	char id[16];

	assert_int_equal(store_begin(store), 0);
	for (int i = 0; i < STORE_MAX_INCIDENTS; i++) {
		snprintf(id, sizeof(id), "%04d", i);
		put(id, 1000 + i, closed_ms);
	}
	assert_int_equal(store_commit(store), 0);
}

static void test_oldest_resolved_goes(unused_parameter void **state)
{
	/* Beyond the maximum the oldest resolved incident goes with its timeline; open ones and
	 * those of other sites stay. */
	struct store_event event = {1, "opened", "Opened.", VIEW("")};
	struct store_incident other = example("other", 1, 1);
	struct store_incident none;
	size_t count = 0;

	other.site = "extranet";
	assert_int_equal(store_put_incident(store, &other), 0);
	fill(5000);
	put("0000", 1000, -1); /* the very oldest is open */
	assert_int_equal(store_add_event(store, "0001", &event), 0);
	put("new", 9000, -1);
	assert_int_equal(
	    store_each_incident(store, (struct store_selection){false, 5000}, count_one, &count),
	    0);
	assert_int_equal(count, STORE_MAX_INCIDENTS + 1);
	assert_int_equal(store_get_incident(store, "0001", compare, &none), -ENOENT);
	assert_int_equal(store_add_event(store, "0001", &event), -ENOENT);
	assert_ids((struct store_selection){true, 10}, "new 0000 ");
}

static void test_all_open(unused_parameter void **state)
{
	/* Where nothing may go, one more incident is refused, and known ones can still change. */
	struct store_incident one_more = example("new", 9000, -1);

	fill(-1);
	assert_int_equal(store_put_incident(store, &one_more), -ENOSPC);
	put("0000", 1000, 2000);
	assert_int_equal(store_put_incident(store, &one_more), 0);
}

static int note_event(void *context, const struct store_event *event)
{
	buffer_append_format(context, "%lld %s %s %.*s;", (long long)event->time_ms, event->kind,
	    event->text, VIEW_ARGUMENTS(event->data));
	return 0;
}

static void test_timeline(unused_parameter void **state)
{
	/* Events come back in the order they were added, each incident's own only. */
	struct store_event first = {2000, "opened", "Sign-in fails.", VIEW("{}")};
	struct store_event second = {1000, "probe", "The probe was rejected.", VIEW("")};
	struct buffer auto_buffer timeline;

	buffer_init(&timeline, 1000);
	put("a", 1000, -1);
	put("b", 1000, -1);
	assert_int_equal(store_add_event(store, "a", &first), 0);
	assert_int_equal(store_add_event(store, "b", &first), 0);
	assert_int_equal(store_add_event(store, "a", &second), 0);
	assert_int_equal(store_add_event(store, "nowhere", &second), -ENOENT);
	reopen();
	assert_int_equal(store_each_event(store, "a", note_event, &timeline), 0);
	assert_string_equal(buffer_text(&timeline),
	    "2000 opened Sign-in fails. {};1000 probe The probe was rejected. ;");
}

struct long_timeline {
	size_t count;
	int64_t expected_ms; /* of the next event */
	int64_t omitted;
};

static int check_order(void *context, const struct store_event *event)
{
	struct long_timeline *timeline = context;

	timeline->count++;
	if (strcmp(event->kind, "omitted") == 0) {
		struct view text = view_of_text(event->text);
		struct view number;

		view_cut(&text, ' ', &number);
		assert_int_equal(view_to_int64(number, &timeline->omitted), 0);
		timeline->expected_ms += timeline->omitted;
		return 0;
	}
	assert_int_equal(event->time_ms, timeline->expected_ms);
	timeline->expected_ms++;
	return 0;
}

static void test_full_timeline(unused_parameter void **state)
{
	/* A full timeline keeps its beginning and its end, and says how many fell out between. */
	static const int lengths[] = {STORE_MAX_TIMELINE, STORE_MAX_TIMELINE + 1, 2000};
	int added = 0;

	put("a", 1000, -1);
	for (size_t i = 0; i < count_of(lengths); i++) {
		struct long_timeline timeline = {0};

		assert_int_equal(store_begin(store), 0);
		for (; added < lengths[i]; added++) {
			struct store_event event = {added, "probe", "Again.", VIEW("")};

			assert_int_equal(store_add_event(store, "a", &event), 0);
		}
		assert_int_equal(store_commit(store), 0);
		assert_int_equal(store_each_event(store, "a", check_order, &timeline), 0);
		assert_int_equal(timeline.count, STORE_MAX_TIMELINE);
		assert_int_equal(timeline.expected_ms, added);
		assert_int_equal(timeline.omitted,
		    added > STORE_MAX_TIMELINE ? added - STORE_MAX_TIMELINE + 1 : 0);
	}
}

static int read_timeline(void *context, const struct store_incident *incident)
{
	return store_each_event(store, incident->id, note_event, context);
}

static void test_walks_nest(unused_parameter void **state)
{
	/* From within a walk other walks can be made, but not the same one. */
	struct store_event event = {1, "opened", "Opened.", VIEW("")};
	struct buffer auto_buffer timeline;

	buffer_init(&timeline, 1000);
	put("a", 1000, -1);
	assert_int_equal(store_add_event(store, "a", &event), 0);
	assert_int_equal(store_each_incident(
			     store, (struct store_selection){false, 10}, read_timeline, &timeline),
	    0);
	assert_string_equal(buffer_text(&timeline), "1 opened Opened. ;");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    store_test(test_incident_comes_back),
	    store_test(test_rules),
	    store_test(test_selection),
	    store_test(test_oldest_resolved_goes),
	    store_test(test_all_open),
	    store_test(test_timeline),
	    store_test(test_full_timeline),
	    store_test(test_walks_nest),
	};

	return cmocka_run_group_tests_name("state/store_incidents", tests, NULL, NULL);
}
