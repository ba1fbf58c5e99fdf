/* Shows that a judged case comes back from JSON as it was, and that strange JSON is refused. */
#include "unit.h"

#include <errno.h>

#include "remedy/authority_json.h"

static void check_same(const struct authority_case *the_case)
{
	struct json *json = authority_to_json(the_case);
	struct authority_case back;
	struct json *again;
	struct buffer auto_buffer before;
	struct buffer auto_buffer after;

	buffer_init(&before, 4096);
	buffer_init(&after, 4096);
	assert_int_equal(json_print(json, &before), 0);
	json_free(&json);
	assert_int_equal(json_parse(buffer_view(&before), &json), 0);
	assert_int_equal(authority_from_json(&back, json), 0);
	again = authority_to_json(&back);
	assert_int_equal(json_print(again, &after), 0);
	assert_string_equal(buffer_text(&before), buffer_text(&after));
	assert_ptr_equal(authority_refuses(&back), authority_refuses(the_case));
	json_free(&json);
	json_free(&again);
}

static void test_there_and_back(unused_parameter void **state)
{
	struct authority_case the_case = {.since_accepted_ms = -1, .accepted_within_ms = 86400000};

	check_same(&the_case);
	the_case.mode_act = true;
	check_same(&the_case);
	the_case = (struct authority_case){.has_cure = true,
	    .has_rung = true,
	    .preventive = true,
	    .warning_confirmed = true,
	    .probe_accepted = true,
	    .window = AUTHORITY_WINDOW_CLOSED,
	    .since_accepted_ms = 5,
	    .accepted_within_ms = 6,
	    .mode_act = true};
	check_same(&the_case);
	the_case.window = AUTHORITY_WINDOW_OPEN;
	check_same(&the_case);
	assert_null(authority_refuses(&the_case));
	the_case.paused = true;
	check_same(&the_case);
	the_case.unsaved = true;
	check_same(&the_case);
}

/* What people said is part of the case: without it the decision would come out another way. */
static void test_what_people_said(unused_parameter void **state)
{
	const struct authority_case nobody = {.mode_act = true, .has_rung = true};
	const struct authority_case words[] = {
	    {.mode_act = true, .has_rung = true, .denied = true},
	    {.mode_act = true, .has_rung = true, .fallback_applied = true},
	    {.mode_act = true, .has_rung = true, .approved = true},
	    {.mode_act = true, .has_rung = true, .needs_approval = true},
	};

	for (size_t i = 0; i < count_of(words); i++) {
		assert_ptr_not_equal(authority_refuses(&words[i]), authority_refuses(&nobody));
		check_same(&words[i]);
	}
}

static void test_strange(unused_parameter void **state)
{
	static const char *const texts[] = {
	    "{}", "[]", "{\"window\": \"ajar\"}", "{\"window\": 1}"};
	struct authority_case the_case;

	for (size_t i = 0; i < count_of(texts); i++) {
		struct json *json = NULL;

		assert_int_equal(json_parse(view_of_text(texts[i]), &json), 0);
		assert_int_equal(authority_from_json(&the_case, json), -EINVAL);
		json_free(&json);
	}
	assert_int_equal(authority_from_json(&the_case, NULL), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_there_and_back),
	    cmocka_unit_test(test_what_people_said),
	    cmocka_unit_test(test_strange),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
