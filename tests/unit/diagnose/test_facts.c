/* Shows that facts are kept by name, that nothing but plain text gets in, and that JSON brings them
 * back as they were. */
#include "diagnose_fixture.h"

#include <errno.h>

#include "allocation.h"

static void test_set_and_get(unused_parameter void **state)
{
	struct facts *facts = facts_of("b.b=2\na.a=1\nc.c=3\nb.b=4\n\nd.d=\r\ne.e=x=y\n");
	double number = -1;

	assert_int_equal(facts_count(facts), 5);
	assert_string_equal(facts_at(facts, 0)->name, "a.a");
	assert_string_equal(facts_at(facts, 1)->name, "b.b");
	assert_string_equal(facts_at(facts, 1)->value, "4");
	assert_string_equal(facts_at(facts, 1)->source, "test");
	assert_int_equal(facts_at(facts, 1)->time_ms, 5);
	assert_string_equal(facts_at(facts, 4)->name, "e.e");
	assert_string_equal(facts_get(facts, "d.d"), "");
	assert_string_equal(facts_get(facts, "e.e"), "x=y");
	assert_null(facts_get(facts, "b"));
	assert_null(facts_get(facts, "z.z"));
	assert_int_equal(facts_number(facts, "c.c", &number), 0);
	assert_true(number == 3);
	assert_int_equal(facts_number(facts, "e.e", &number), -EINVAL);
	assert_int_equal(facts_number(facts, "z.z", &number), -ENOENT);
	assert_true(number == 3);
	facts_free(&facts);
	assert_null(facts);
	facts_free(&facts);
}

/* "unknown" is no value, and a fact without a source has an empty one. */
static void test_unknown(unused_parameter void **state)
{
	struct facts *facts = facts_of("a.a=unknown\n");
	double number;

	assert_null(facts_get(facts, "a.a"));
	assert_int_equal(facts_number(facts, "a.a", &number), -ENOENT);
	assert_int_equal(facts_set(facts, (struct fact){"a.b", "1", NULL, -1}), 0);
	assert_string_equal(facts_at(facts, 1)->source, "");
	facts_free(&facts);
}

static void test_clear(unused_parameter void **state)
{
	struct facts *facts = facts_of("keytab.a=1\nprobe.a=1\nprobe.b=1\nworker.a=1\n");

	facts_clear(facts, "probe.");
	assert_int_equal(facts_count(facts), 2);
	assert_string_equal(facts_at(facts, 1)->name, "worker.a");
	facts_clear(facts, "none");
	assert_int_equal(facts_count(facts), 2);
	facts_clear(facts, "");
	assert_int_equal(facts_count(facts), 0);
	facts_free(&facts);
}

/* What one source told is forgotten by itself, also where another told it before. */
static void test_clear_source(unused_parameter void **state)
{
	struct facts *facts = facts_of("a.a=1\na.b=1\n");

	assert_int_equal(facts_set(facts, (struct fact){"a.b", "2", "inspector x", 6}), 0);
	assert_int_equal(facts_set(facts, (struct fact){"a.c", "2", "inspector y", 6}), 0);
	facts_clear_source(facts, "inspector ");
	assert_int_equal(facts_count(facts), 1);
	assert_string_equal(facts_at(facts, 0)->name, "a.a");
	facts_clear_source(facts, "");
	assert_int_equal(facts_count(facts), 0);
	facts_free(&facts);
}

static void test_names(unused_parameter void **state)
{
	static const char *const good[] = {"a.b", "keytab.worker_matches", "a-b.c2.d", "a1.b",
	    "a123456789012345678901234567890.b123456789012345678901234567890"};
	static const char *const bad[] = {"", "a", ".a", "a.", "a..b", "1.a", "_a.b", "A.b",
	    "a b.c", "a.b=", "\xc3\xa4.b",
	    "a1234567890123456789012345678901.b123456789012345678901234567890"};

	for (size_t i = 0; i < count_of(good); i++)
		assert_true(fact_name_is_good(view_of_text(good[i])));
	for (size_t i = 0; i < count_of(bad); i++)
		assert_false(fact_name_is_good(view_of_text(bad[i])));
}

/* What a hostile plugin might print is left out and counted; the set stays as it was. */
static void test_bad_facts(unused_parameter void **state)
{
	static const char hostile[] = "a.a=1\nno fact\n=\na=1\na.b=\x1b[2J\na.c=\xc3\xa4\n"
				      "a.d=x\0y\na.\0=1\na.e=2";
	static const struct fact origin = {.source = "test"};
	struct facts *facts = facts_of("");
	char overlong[FACTS_MAX_VALUE_BYTES + 2];
	size_t skipped = 0;

	assert_int_equal(
	    facts_read_lines(facts, view_of(hostile, sizeof(hostile) - 1), &origin, &skipped), 0);
	assert_int_equal(skipped, 7);
	assert_int_equal(facts_count(facts), 2);
	memset(overlong, 'x', sizeof(overlong) - 1);
	overlong[sizeof(overlong) - 1] = '\0';
	assert_int_equal(facts_set(facts, (struct fact){"a.a", overlong, NULL, 0}), -EINVAL);
	assert_int_equal(facts_set(facts, (struct fact){"a.a", "1", overlong, 0}), -EINVAL);
	assert_int_equal(facts_set(facts, (struct fact){"a.a", "1", "\n", 0}), -EINVAL);
	assert_int_equal(facts_set(facts, (struct fact){"a", "1", NULL, 0}), -EINVAL);
	assert_string_equal(facts_get(facts, "a.a"), "1");
	assert_int_equal(facts_set(facts, (struct fact){"a.a", overlong + 1, NULL, 0}), 0);
	facts_free(&facts);
}

/* A full set refuses new names and still takes new values. */
static void test_full(unused_parameter void **state)
{
	static const struct fact origin = {.source = "test"};
	struct facts *facts = facts_of("");
	size_t skipped = 1;

	for (int i = 0; i < FACTS_MAX; i++) {
		char name[16];

		snprintf(name, sizeof(name), "a.n%d", 9999 - i);
		assert_int_equal(facts_set(facts, (struct fact){name, "1", NULL, 0}), 0);
	}
	assert_int_equal(facts_set(facts, (struct fact){"a.a", "1", NULL, 0}), -ENOSPC);
	assert_int_equal(facts_set(facts, (struct fact){"a.n9999", "2", NULL, 0}), 0);
	assert_int_equal(facts_count(facts), FACTS_MAX);
	assert_int_equal(facts_read_lines(facts, VIEW("a.b=1"), &origin, &skipped), 0);
	assert_int_equal(skipped, 1);
	for (size_t i = 1; i < facts_count(facts); i++)
		assert_true(strcmp(facts_at(facts, i - 1)->name, facts_at(facts, i)->name) < 0);
	facts_free(&facts);
}

static void assert_same(const struct facts *a, const struct facts *b)
{
	assert_int_equal(facts_count(a), facts_count(b));
	for (size_t i = 0; i < facts_count(a); i++) {
		assert_string_equal(facts_at(a, i)->name, facts_at(b, i)->name);
		assert_string_equal(facts_at(a, i)->value, facts_at(b, i)->value);
		assert_string_equal(facts_at(a, i)->source, facts_at(b, i)->source);
		assert_int_equal(facts_at(a, i)->time_ms, facts_at(b, i)->time_ms);
	}
}

static void test_json(unused_parameter void **state)
{
	struct facts *facts = facts_of("a.a=1\na.b=\na.c=\"quoted\\\"\n");
	struct facts *back = NULL;
	struct json *json;
	struct buffer auto_buffer text;

	assert_int_equal(facts_set(facts, (struct fact){"a.d", "x", "s", -1}), 0);
	json = facts_to_json(facts);
	buffer_init(&text, 4096);
	assert_int_equal(json_print(json, &text), 0);
	json_free(&json);
	assert_true(view_starts_with(buffer_view(&text),
	    VIEW("{\"a.a\":{\"value\":\"1\",\"source\":\"test\","
		 "\"time\":\"1970-01-01T00:00:00.005Z\"},")));
	assert_int_equal(json_parse(buffer_view(&text), &json), 0);
	assert_int_equal(facts_from_json(&back, json), 0);
	assert_same(facts, back);
	json_free(&json);
	facts_free(&back);
	assert_int_equal(facts_copy(&back, facts), 0);
	assert_same(facts, back);
	facts_free(&back);
	facts_free(&facts);
}

static void test_bad_json(unused_parameter void **state)
{
	static const char *const texts[] = {"[{}]", "{\"a.a\":1}", "{\"a.a\":{\"value\":\"1\"}}",
	    "{\"a.a\":{\"source\":\"1\"}}", "{\"a\":{\"value\":\"1\",\"source\":\"\"}}",
	    "{\"a.a\":{\"value\":\"1\",\"source\":\"\",\"time\":\"yesterday\"}}",
	    "{\"a.a\":{\"value\":\"\\u0007\",\"source\":\"\"}}"};

	for (size_t i = 0; i < count_of(texts); i++) {
		struct facts *facts = NULL;
		struct json *json = NULL;

		assert_int_equal(json_parse(view_of_text(texts[i]), &json), 0);
		assert_int_equal(facts_from_json(&facts, json), -EINVAL);
		assert_null(facts);
		json_free(&json);
	}
}

static int copy_all(const struct facts *facts, struct facts **ret_copy)
{
	return facts_copy(ret_copy, facts);
}

static int read_all(unused_parameter const struct facts *facts, struct facts **ret_facts)
{
	static const struct fact origin = {.source = "test"};
	struct facts *read = NULL;
	size_t skipped;
	int error = facts_new(&read);

	if (error == 0)
		error = facts_read_lines(read, VIEW("a.a=1\na.b=2\na.a=3\n"), &origin, &skipped);
	if (error < 0)
		facts_free(&read);
	*ret_facts = read;
	return error;
}

/* Whichever allocation fails, the caller gets -ENOMEM and nothing leaks. */
static void test_no_memory(unused_parameter void **state)
{
	int (*const calls[])(const struct facts *, struct facts **) = {copy_all, read_all};
	struct facts *facts = facts_of("a.a=1\na.b=2\n");

	for (size_t i = 0; i < count_of(calls); i++) {
		int error = -ENOMEM;
		int count = 0;

		for (; error == -ENOMEM; count++) {
			struct facts *result = NULL;

			allocation_fail_after(count);
			error = calls[i](facts, &result);
			allocation_restore();
			assert_int_equal(error == 0, result != NULL);
			facts_free(&result);
		}
		assert_int_equal(error, 0);
		assert_in_range(count, 8, 100);
	}
	facts_free(&facts);
}

/* Seconds since 1970 with a fraction; a count, a duration and a word are none. */
static void test_time(unused_parameter void **state)
{
	static const char *const others[] = {"", "yes", "1795835692", "179583569.100",
	    "17958356920.1", "1795835692.", "1795835692.x"};
	int64_t time_ms = 0;

	assert_true(fact_is_time("1795835692.100", &time_ms));
	assert_int_equal(time_ms, INT64_C(1795835692100));
	assert_true(fact_is_time("1700000000.000", &time_ms));
	assert_int_equal(time_ms, INT64_C(1700000000000));
	for (size_t i = 0; i < count_of(others); i++)
		assert_false(fact_is_time(others[i], &time_ms));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_set_and_get),
	    cmocka_unit_test(test_unknown),
	    cmocka_unit_test(test_clear),
	    cmocka_unit_test(test_clear_source),
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_bad_facts),
	    cmocka_unit_test(test_full),
	    cmocka_unit_test(test_time),
	    cmocka_unit_test(test_json),
	    cmocka_unit_test(test_bad_json),
	    cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
