#include "unit.h"

#include "report/pace.h"

/* Few messages go as soon as others had time to join them; in a flood each waits longer, until it
 * is over; and a clock that was set back holds nothing up. */
static void slows_down_in_a_flood(unused_parameter void **state)
{
	struct pace pace = {0};
	int64_t now_ms = 1000;

	for (int i = 0; i < PACE_FREE; i++) {
		assert_false(pace_allows(&pace, now_ms, PACE_GATHER_MS - 1));
		assert_true(pace_allows(&pace, now_ms, PACE_GATHER_MS));
		pace_note(&pace, now_ms + i);
	}
	assert_false(pace_allows(&pace, now_ms, PACE_GATHER_MS));
	assert_false(pace_allows(&pace, now_ms + PACE_SPAN_MS - 1, PACE_FLOOD_MS - 1));
	assert_true(pace_allows(&pace, now_ms, PACE_FLOOD_MS));
	assert_true(pace_allows(&pace, now_ms, -1));
	assert_true(pace_allows(&pace, now_ms + PACE_SPAN_MS, PACE_GATHER_MS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(slows_down_in_a_flood)};

	return cmocka_run_group_tests_name("report/pace", tests, NULL, NULL);
}
