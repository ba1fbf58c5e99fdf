#include "unit.h"

#include <errno.h>

#include "report/notification.h"

#define NOW_MS INT64_C(1700000000000)

static const struct diagnosis stale_handle = {
    .id = "stale-handle",
    .cure = CURE_RECYCLE,
    .incident = true,
    .title = "The worker holds an old key.",
    .why = "The keytab is newer than the worker.",
    .advice = "Recycle the worker.",
    .caution = "",
};

static const struct notification example = {
    .kind = "opened",
    .time_ms = NOW_MS,
    .site = "intranet",
    .incident = "i-1",
    .state = "suspected",
    .text = "9 of 12 \"known-good\" voters are turned away.",
    .reason = "",
    .remedy = "",
};

static void assert_printed(const struct notification *notification, const char *expected)
{
	struct buffer auto_buffer text = {0};

	buffer_init(&text, 65536);
	assert_int_equal(notification_print(notification, &text), 0);
	assert_string_equal(buffer_text(&text), expected);
}

static void test_before_the_diagnosis(unused_parameter void **state)
{
	/* An incident that was just opened: there is neither diagnosis nor evidence yet. */
	assert_printed(&example,
	    "{\"type\":\"authmedic.incident.opened\",\"timestamp\":\"2023-11-14T22:13:20.000Z\","
	    "\"data\":{\"site\":\"intranet\",\"incident\":\"i-1\",\"state\":\"suspected\","
	    "\"text\":\"9 of 12 \\\"known-good\\\" voters are turned away.\",\"reason\":\"\","
	    "\"remedy\":\"\",\"diagnosis\":\"\",\"evidence\":{}}}");
}

static void test_with_diagnosis(unused_parameter void **state)
{
	/* With a diagnosis the message says why, what to do and what not, and shows the evidence.
	 */
	struct notification notification = example;
	struct fact fact = {"keytab.kvno", "4", "inspector", NOW_MS};
	struct facts *facts;

	assert_int_equal(facts_new(&facts), 0);
	assert_int_equal(facts_set(facts, fact), 0);
	notification.kind = "acting";
	notification.state = "acting";
	notification.text = "Recycling.";
	notification.reason = "stale-handle";
	notification.remedy = "recycle";
	notification.diagnosis = &stale_handle;
	notification.facts = facts;
	assert_printed(&notification,
	    "{\"type\":\"authmedic.incident.acting\",\"timestamp\":\"2023-11-14T22:13:20.000Z\","
	    "\"data\":{\"site\":\"intranet\",\"incident\":\"i-1\",\"state\":\"acting\","
	    "\"text\":\"Recycling.\",\"reason\":\"stale-handle\",\"remedy\":\"recycle\","
	    "\"diagnosis\":\"stale-handle\",\"title\":\"The worker holds an old key.\","
	    "\"why\":\"The keytab is newer than the worker.\","
	    "\"advice\":\"Recycle the worker.\",\"caution\":\"\","
	    "\"evidence\":{\"keytab.kvno\":\"4\"}}}");
	facts_free(&facts);
}

static void test_no_room(unused_parameter void **state)
{
	/* A message that does not fit is an error, not half a message. */
	struct buffer auto_buffer small = {0};

	buffer_init(&small, 50);
	assert_int_equal(notification_print(&example, &small), -E2BIG);
}

static void test_of_a_log(unused_parameter void **state)
{
	/* A log that is deaf, and no longer: two types, and no byte of the path unescaped. */
	struct notification_of_log notification = {.opened = true,
	    .time_ms = NOW_MS,
	    .site = "intranet",
	    .log = "/var/log/a\"b",
	    .reason = "silent",
	    .text = "nothing comes"};
	struct buffer auto_buffer text;

	buffer_init(&text, 65536);
	assert_int_equal(notification_of_log_print(&notification, &text), 0);
	assert_string_equal(buffer_text(&text),
	    "{\"type\":\"authmedic.log.deaf\",\"timestamp\":\"2023-11-14T22:13:20.000Z\","
	    "\"data\":{\"site\":\"intranet\",\"log\":\"/var/log/a\\\"b\",\"reason\":\"silent\","
	    "\"text\":\"nothing comes\"}}");
	notification.opened = false;
	buffer_clear(&text);
	assert_int_equal(notification_of_log_print(&notification, &text), 0);
	assert_non_null(strstr(buffer_text(&text), "\"authmedic.log.deaf-ended\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_of_a_log),
	    cmocka_unit_test(test_before_the_diagnosis),
	    cmocka_unit_test(test_with_diagnosis),
	    cmocka_unit_test(test_no_room),
	};

	return cmocka_run_group_tests_name("report/notification", tests, NULL, NULL);
}
