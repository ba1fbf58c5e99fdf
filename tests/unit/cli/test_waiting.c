#include "cli/waiting.h"

#include <errno.h>
#include <stdio.h>

#include "unit.h"

static struct parsed record_of(char *text, size_t size, unsigned number)
{
	struct parsed parsed = {.kind = LINE_RECORD,
	    .record = {.time_ms = number, .status = 401},
	    .has_signal = true,
	    .signal = {.time_ms = number, .kvno = 3}};

	snprintf(text, size, "client%u user%u agent%u words%u", number, number, number, number);
	parsed.record.client = view_of(text, strcspn(text, " "));
	parsed.record.user = view_of_text(strstr(text, "user"));
	parsed.record.user.length = parsed.record.client.length - 2;
	parsed.record.agent = view_of_text(strstr(text, "agent"));
	parsed.signal.text = view_of_text(strstr(text, "words"));
	return parsed;
}

static void assert_is(const struct parsed *parsed, unsigned number)
{
	char text[100];
	const struct parsed expected = record_of(text, sizeof(text), number);

	assert_int_equal(parsed->kind, LINE_RECORD);
	assert_int_equal(parsed->record.time_ms, number);
	assert_int_equal(parsed->record.status, 401);
	assert_true(view_equal(parsed->record.client, expected.record.client));
	assert_true(view_equal(parsed->record.user, expected.record.user));
	assert_true(view_equal(parsed->record.agent, expected.record.agent));
	assert_true(view_is_empty(parsed->record.target));
	assert_true(parsed->has_signal);
	assert_true(view_equal(parsed->signal.text, expected.signal.text));
	assert_int_equal(parsed->signal.kvno, 3);
}

static void add(struct waiting *waiting, unsigned number, int expected)
{
	char text[100];
	const struct parsed parsed = record_of(text, sizeof(text), number);

	assert_int_equal(waiting_add(waiting, &parsed), expected);
	memset(text, '#', sizeof(text));
}

static void test_first_come_first_gone(unused_parameter void **state)
{
	/* Lines come back in their order, whole, though what they were read from is gone; a full
	 * room says so; and what was taken stays while others come. */
	struct waiting waiting = {0};
	unsigned next = 0;
	unsigned taken = 0;

	for (unsigned round = 1; round <= DATING_MAX_WAITING; round++) {
		struct parsed *parsed = NULL;

		for (unsigned i = 0; i < round; i++)
			add(&waiting, next++, 0);
		if (round == DATING_MAX_WAITING)
			add(&waiting, 0, -ENOBUFS);
		assert_int_equal(waiting.count, round);
		for (unsigned i = 0; i < round; i++) {
			parsed = waiting_take(&waiting);
			assert_is(parsed, taken++);
		}
		for (unsigned i = 0; i < DATING_MAX_WAITING - 1; i++)
			add(&waiting, next++, 0);
		assert_is(parsed, taken - 1);
		for (unsigned i = 0; i < DATING_MAX_WAITING - 1; i++)
			assert_is(waiting_take(&waiting), taken++);
	}
	waiting_done(&waiting);
	assert_int_equal(waiting.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_first_come_first_gone),
	};

	return cmocka_run_group_tests_name("waiting", tests, NULL, NULL);
}
