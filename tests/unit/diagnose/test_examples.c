/* Shows that the examples of the shipped rules are true, and that false ones are told. */
#include "allocation.h"
#include "directory_fixture.h"

#include "diagnose/rules.h"

#define MAX_TEXT_BYTES ((size_t)64 * 1024)

#define RULE(id, priority)                                                                         \
	"id: " id "\npriority: " priority "\ncure: none\nincident: no\n"                           \
	"title: t\nwhy: w\nadvice: a\n"
#define LAST                                                                                       \
	RULE("unknown", "9")                                                                       \
	"examples: [{facts: {a.a: 5}, holds: yes}, {facts: {a.a: 1}, holds: no}]\n"

static void test_shipped(unused_parameter void **state)
{
	const char *source = getenv("AUTHMEDIC_SOURCE_DIR");
	struct buffer auto_buffer report;
	char folder[512];
	size_t count = 0;

	snprintf(folder, sizeof(folder), "%s/rules/diagnoses", source != NULL ? source : ".");
	buffer_init(&report, MAX_TEXT_BYTES);
	if (rules_test(folder, NULL, &report, &count) != 0)
		fail_msg("%s", buffer_text(&report));
	assert_true(count >= 30);
}

/* Tests unknown.yml and a.yml with this end; expects so many failures, told as these lines. */
static void check_clause(
    const char *clause, const char *tail, int failed, const char *expected)
{
	struct buffer auto_buffer report;
	struct buffer auto_buffer told;
	struct view rest;
	struct view line;
	char path[512];
	char text[2048];
	size_t count = 0;

	write_in(path, "unknown.yml", VIEW(LAST));
	snprintf(text, sizeof(text), RULE("a", "1") "when: %s\n%s", clause, tail);
	write_in(path, "a.yml", view_of_text(text));
	buffer_init(&report, MAX_TEXT_BYTES);
	buffer_init(&told, MAX_TEXT_BYTES);
	assert_int_equal(rules_test(directory, NULL, &report, &count), failed);
	rest = buffer_view(&report);
	while (view_cut(&rest, '\n', &line)) {
		buffer_append(&told, view_skip(line, strlen(directory) + 1));
		buffer_append_byte(&told, '\n');
	}
	assert_string_equal(buffer_text(&told), expected);
}

static void check(const char *tail, int failed, const char *expected)
{
	check_clause("[a.a == 1]", tail, failed, expected);
}

static void test_true(unused_parameter void **state)
{
	check("examples: [{facts: {a.a: 1}, holds: yes}, {facts: {a.a: 2}, holds: no}]\n", 0, "");
}

static void test_false(unused_parameter void **state)
{
	check("examples: [{facts: {a.a: 2}, holds: yes}, {facts: {a.a: 1}, holds: no}]\n", 2,
	    "a.yml:9:20: with these facts the diagnosis is unknown, not a\n"
	    "a.yml:9:51: a holds with these facts\n");
	check("examples: [{facts: {a.a: 1}, holds: yes}]\n", 1,
	    "a.yml:1:1: no example in which a does not hold\n");
	check("examples: [{facts: {a.a: 2}, holds: no}]\n", 1,
	    "a.yml:1:1: no example in which a holds\n");
}

static void test_bad_facts(unused_parameter void **state)
{
	check("examples: [{facts: {a.a: 1, b: 2, c.c: [1]}, holds: yes}, {facts: 5, holds: no}]\n",
	    3,
	    "a.yml:9:29: 'b' is no fact\n"
	    "a.yml:9:35: 'c.c' is no fact\n"
	    "a.yml:9:67: facts (name: value) must stand here\n");
}

/* A condition that no example needs is told, and one that none lacks; shared facts count. */
static void test_condition_without_example(unused_parameter void **state)
{
	check("given: {a.a: 1}\n"
	      "examples: [{facts: {}, holds: yes}, {facts: {a.a: 2}, holds: no}]\n",
	    0, "");
	check("given: 5\nexamples: [{facts: {a.a: 1}, holds: yes}, {facts: {}, holds: no}]\n", 2,
	    "a.yml:9:8: facts (name: value) must stand here\n"
	    "a.yml:9:8: facts (name: value) must stand here\n");
	check_clause("[a.a == 1, a.b == 1]",
	    "examples: [{facts: {a.a: 1, a.b: 1}, holds: yes}, {facts: {a.b: 1}, holds: no}]\n", 2,
	    "a.yml:8:18: no example in which a does not hold because of this condition alone\n"
	    "unknown.yml:8:51: unknown holds with these facts\n");
	check_clause("{any: [a.a == 1, a.b == 1]}",
	    "examples: [{facts: {a.a: 1}, holds: yes}, {facts: {}, holds: no}]\n", 1,
	    "a.yml:8:24: no example in which a holds because of this condition alone\n");
}

/* The last rule's negative example must have another diagnosis. */
static void test_last(unused_parameter void **state)
{
	struct buffer auto_buffer report;
	char expected[600];
	char path[512];
	size_t count;

	write_in(path, "unknown.yml",
	    VIEW(RULE("unknown", "9") "examples: [{facts: {a.a: 5}, holds: yes},\n"
				      "  {facts: {a.a: 1}, holds: no}]\n"));
	buffer_init(&report, MAX_TEXT_BYTES);
	assert_int_equal(rules_test(directory, NULL, &report, &count), 1);
	snprintf(expected, sizeof(expected), "%s:9:11: unknown holds with these facts\n", path);
	assert_string_equal(buffer_text(&report), expected);
}

/* Wherever memory ends, that is told and nothing is left over. */
static void test_no_memory(unused_parameter void **state)
{
	int error = -ENOMEM;
	int count = 0;
	char path[512];

	write_in(path, "unknown.yml", VIEW(LAST));
	write_in(path, "a.yml",
	    VIEW(RULE("a", "1") "when: [a.a == 1]\ngiven: {a.b: 2}\n"
				"examples: [{facts: {a.a: 1}, holds: yes},\n"
				"  {facts: {a.a: 2}, holds: no}]\n"));
	for (; error == -ENOMEM; count++) {
		struct buffer auto_buffer report;
		size_t examples = 0;

		buffer_init(&report, MAX_TEXT_BYTES);
		allocation_fail_after(count);
		error = rules_test(directory, NULL, &report, &examples);
		allocation_restore();
		assert_int_equal(error == 0, examples > 0);
	}
	assert_int_equal(error, 0);
	assert_in_range(count, 50, 1000);
}

static void test_unloadable(unused_parameter void **state)
{
	struct buffer auto_buffer report;
	size_t count = 77;

	buffer_init(&report, MAX_TEXT_BYTES);
	assert_int_equal(rules_test("/nowhere", NULL, &report, &count), -ENOENT);
	assert_int_equal(count, 77);
	assert_string_equal(buffer_text(&report), "/nowhere:1:1: No such file or directory\n");
}

#define in_a_directory(test)                                                                       \
	cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_shipped),
	    in_a_directory(test_true),
	    in_a_directory(test_false),
	    in_a_directory(test_bad_facts),
	    in_a_directory(test_condition_without_example),
	    in_a_directory(test_last),
	    in_a_directory(test_no_memory),
	    cmocka_unit_test(test_unloadable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
