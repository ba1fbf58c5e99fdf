/* Who may tell what, and that what was told before goes with what is told now. */
#include "unit.h"

#include <errno.h>

#include "daemon/reports.h"

static struct facts *facts;

static int set_up(unused_parameter void **state)
{
	return facts_new(&facts);
}

static int tear_down(unused_parameter void **state)
{
	facts_free(&facts);
	return 0;
}

static size_t take_probe(const char *lines)
{
	const struct report report = {view_of_text(lines), 5};
	size_t skipped = 99;

	assert_int_equal(reports_take_probe(facts, &report, &skipped), 0);
	return skipped;
}

static size_t take_inspection(const char *lines)
{
	const struct report report = {view_of_text(lines), 7};
	size_t skipped = 99;

	assert_int_equal(reports_take_inspection(facts, &report, &skipped), 0);
	return skipped;
}

static const struct fact *fact_named(const char *name)
{
	for (size_t i = 0; i < facts_count(facts); i++)
		if (strcmp(facts_at(facts, i)->name, name) == 0)
			return facts_at(facts, i);
	return NULL;
}

/* A probe tells of itself, the ticket and clocks; the last one's facts go, and ours about it. */
static void probes(unused_parameter void **state)
{
	assert_int_equal(
	    take_probe("probe.result=rejected\nticket.kvno=3\nclock.kdc_skew=1\n"), 0);
	assert_string_equal(fact_named("ticket.kvno")->source, "probe");
	assert_int_equal(fact_named("ticket.kvno")->time_ms, 5);
	assert_int_equal(
	    facts_set(facts, (struct fact){"probe.confirmed", "yes", "authmedic", 5}), 0);
	assert_int_equal(take_probe("probe.result=accepted\nworker.start=1\nnoise\n"), 2);
	assert_int_equal(facts_count(facts), 1);
	assert_string_equal(facts_get(facts, "probe.result"), "accepted");
}

/* Each inspector's facts bear its name; what a probe or we ourselves have to tell is not theirs. */
static void inspections(unused_parameter void **state)
{
	take_probe("probe.result=rejected\n");
	assert_int_equal(
	    take_inspection("@inspect-worker\nworker.pid=1\nworker.uid=0\n"
			    "@mine\nprobe.result=accepted\nsite.evidence=voters\n"
			    "x.y=1\nnoise\n@inspect-clock\n"),
	    3);
	assert_string_equal(fact_named("worker.pid")->source, "inspector inspect-worker");
	assert_string_equal(fact_named("x.y")->source, "inspector mine");
	assert_int_equal(fact_named("x.y")->time_ms, 7);
	assert_string_equal(facts_get(facts, "probe.result"), "rejected");
	assert_null(fact_named("site.evidence"));
	assert_int_equal(take_inspection("@inspect-worker\nworker.pid=2\n"), 0);
	assert_int_equal(facts_count(facts), 2);
	assert_int_equal(take_inspection(""), 0);
	assert_int_equal(facts_count(facts), 1);
}

/* A clock that both measured is the last one's, and goes with it. */
static void last_one_counts(unused_parameter void **state)
{
	take_probe("clock.kdc_skew=1\n");
	take_inspection("@inspect-clock\nclock.kdc_skew=2\n");
	assert_string_equal(facts_get(facts, "clock.kdc_skew"), "2");
	take_probe("clock.kdc_skew=3\n");
	take_inspection("");
	assert_string_equal(facts_get(facts, "clock.kdc_skew"), "3");
}

/* Heads that are empty, far too long or without lines are no reason to fail. */
static void hostile_heads(unused_parameter void **state)
{
	char lines[2 * FACTS_MAX_NAME_BYTES + 16];
	const struct report report = {view_of(lines, sizeof(lines)), 7};
	size_t skipped;

	assert_int_equal(take_inspection("worker.pid=1\n@\nworker.uid=2\n@@\n@"), 0);
	assert_string_equal(fact_named("worker.pid")->source, "inspector ");
	memset(lines, 'a', sizeof(lines));
	lines[0] = '@';
	assert_int_equal(reports_take_inspection(facts, &report, &skipped), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(probes, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(inspections, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(last_one_counts, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(hostile_heads, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("reports", tests, NULL, NULL);
}
