/* Shows how all, any and not join conditions of which some are unknown, and that YAML of another
 * shape is refused with its place. */
#include "diagnose_fixture.h"

#include <errno.h>

#include "allocation.h"
#include "base/random.h"
#include "diagnose/clause.h"

#define MAX_TEXT_BYTES ((size_t)64 * 1024)

static const char leaf_facts[] = "t.no=0\nt.yes=1\n";

/* Reads the YAML as a clause; NULL where it complained. */
static struct clause *read_clause(const char *yaml, struct buffer *errors)
{
	struct reading reading = {.errors = errors};
	struct document *document = NULL;
	struct clause *clause = NULL;

	assert_int_equal(document_parse(&document, "a.yml", view_of_text(yaml), errors), 0);
	assert_int_equal(clause_read(&clause, &reading, document_root(document)), 0);
	assert_int_equal(clause != NULL, reading.error_count == 0);
	document_free(&document);
	return clause;
}

static void check(const char *yaml, enum truth expected)
{
	struct buffer auto_buffer errors;
	struct facts *facts = facts_of(leaf_facts);
	struct clause *clause;

	buffer_init(&errors, MAX_TEXT_BYTES);
	clause = read_clause(yaml, &errors);
	if (clause == NULL)
		fail_msg("%s", buffer_text(&errors));
	if (clause_evaluate(clause, facts) != expected)
		fail_msg("%s is %s", yaml, truth_name(clause_evaluate(clause, facts)));
	clause_free(&clause);
	assert_null(clause);
	clause_free(&clause);
	facts_free(&facts);
}

#define YES     "t.yes == 1"
#define NO      "t.no == 1"
#define UNKNOWN "t.unknown == 1"

static void test_joined(unused_parameter void **state)
{
	check(YES, TRUTH_YES);
	check("[" YES ", " YES "]", TRUTH_YES);
	check("[" YES ", " NO "]", TRUTH_NO);
	check("[" YES ", " UNKNOWN "]", TRUTH_UNKNOWN);
	check("[" UNKNOWN ", " NO "]", TRUTH_NO);
	check("{all: [" UNKNOWN ", " NO "]}", TRUTH_NO);
	check("{any: [" NO ", " NO "]}", TRUTH_NO);
	check("{any: [" NO ", " UNKNOWN "]}", TRUTH_UNKNOWN);
	check("{any: [" UNKNOWN ", " YES "]}", TRUTH_YES);
	check("{not: " YES "}", TRUTH_NO);
	check("{not: " NO "}", TRUTH_YES);
	check("{not: " UNKNOWN "}", TRUTH_UNKNOWN);
	check("{not: [" YES ", " NO "]}", TRUTH_YES);
	check("{not: {any: [" NO ", {all: [" YES ", " YES "]}]}}", TRUTH_NO);
}

static void refused(const char *yaml, const char *expected)
{
	struct buffer auto_buffer errors;

	buffer_init(&errors, MAX_TEXT_BYTES);
	assert_null(read_clause(yaml, &errors));
	assert_string_equal(buffer_text(&errors), expected);
}

static void test_refused(unused_parameter void **state)
{
	static const char shape[] =
	    "a condition, or a group of one key, 'all', 'any' or 'not', must stand here\n";
	static const char list[] = "a list of conditions (- condition) must stand here\n";
	char expected[512];

	refused("[" YES ", probe == 1]",
	    "a.yml:1:14: 'probe == 1' is no condition: it must begin with the name of a fact, "
	    "such as probe.result\n");
	refused("[a.b =, " YES ", a.c]",
	    "a.yml:1:2: 'a.b =' is no condition: the operator must be ==, !=, <, <=, >, >=, in, "
	    "not-in or is\n"
	    "a.yml:1:21: 'a.c' is no condition: the operator must be ==, !=, <, <=, >, >=, in, "
	    "not-in or is\n");
	snprintf(expected, sizeof(expected), "a.yml:1:1: %s", shape);
	refused("{}", expected);
	refused("{some: [" YES "]}", expected);
	refused("{all: [" YES "], any: [" YES "]}", expected);
	snprintf(expected, sizeof(expected), "a.yml:1:7: %s", list);
	refused("{all: []}", expected);
	refused("{any: " YES "}", expected);
	snprintf(expected, sizeof(expected), "a.yml:1:1: %s", list);
	refused("[]", expected);
}

static void test_too_many(unused_parameter void **state)
{
	struct buffer auto_buffer yaml;

	buffer_init(&yaml, MAX_TEXT_BYTES);
	for (int i = 0; i < 257; i++)
		buffer_append_text(&yaml, "- " YES "\n");
	refused(buffer_text(&yaml), "a.yml:257:3: too many conditions\n");
}

/* Where enough was complained of, more is counted and not told. */
static void test_enough_complaints(unused_parameter void **state)
{
	static const char *const bad[] = {"a.b", "[]", "{}", "{some: x}"};

	for (size_t i = 0; i < count_of(bad); i++) {
		struct buffer auto_buffer errors;
		struct reading reading = {.errors = &errors, .error_count = SCHEMA_MAX_ERRORS};
		struct document *document = NULL;
		struct clause *clause = NULL;

		buffer_init(&errors, MAX_TEXT_BYTES);
		assert_int_equal(
		    document_parse(&document, "a.yml", view_of_text(bad[i]), &errors), 0);
		assert_int_equal(clause_read(&clause, &reading, document_root(document)), 0);
		assert_null(clause);
		assert_int_equal(reading.error_count, SCHEMA_MAX_ERRORS + 1);
		assert_int_equal(errors.length, 0);
		document_free(&document);
	}
}

static void test_explained(unused_parameter void **state)
{
	struct facts *facts = facts_of(leaf_facts);
	struct buffer auto_buffer text;
	struct clause *clause;

	buffer_init(&text, MAX_TEXT_BYTES);
	clause = read_clause("[" YES ", {any: [" NO ", {not: " UNKNOWN "}]}]", &text);
	clause_explain(clause, facts, 1, &text);
	assert_string_equal(buffer_text(&text),
	    "  unknown: all\n"
	    "    yes: t.yes == 1 (t.yes is \"1\")\n"
	    "    unknown: any\n"
	    "      no: t.no == 1 (t.no is \"0\")\n"
	    "      unknown: not\n"
	    "        unknown: t.unknown == 1 (t.unknown is unknown)\n");
	clause_free(&clause);
	facts_free(&facts);
}

/* The conditions can be asked for one by one, and each be taken for another answer. */
static void test_granted(unused_parameter void **state)
{
	struct facts *facts = facts_of(leaf_facts);
	struct buffer auto_buffer errors;
	struct clause *clause;
	size_t index = 3;

	buffer_init(&errors, MAX_TEXT_BYTES);
	clause = read_clause("[" YES ", {any: [" NO ", {not: " YES "}]}]", &errors);
	assert_int_equal(clause_evaluate(clause, facts), TRUTH_NO);
	assert_null(clause_condition_at(clause, &index));
	for (size_t i = 0; i < 3; i++) {
		static const enum truth granted[] = {TRUTH_YES, TRUTH_YES, TRUTH_NO};
		static const enum truth expected[] = {TRUTH_NO, TRUTH_YES, TRUTH_YES};
		const struct clause *condition;

		index = i;
		condition = clause_condition_at(clause, &index);
		assert_non_null(condition);
		assert_int_equal(
		    clause_evaluate_granting(clause, facts, condition, granted[i]), expected[i]);
	}
	clause_free(&clause);
	facts_free(&facts);
}

static void test_missing(unused_parameter void **state)
{
	struct facts *facts = facts_of(leaf_facts);
	struct buffer auto_buffer text;
	struct clause *clause;

	buffer_init(&text, MAX_TEXT_BYTES);
	clause = read_clause(
	    "[" YES ", " NO ", {any: [" NO ", " UNKNOWN "]}, {not: " YES "}]", &text);
	clause_tell_missing(clause, facts, 0, &text);
	assert_string_equal(buffer_text(&text), "no: t.no == 1 (t.no is \"0\")\n"
						"no: t.no == 1 (t.no is \"0\")\n"
						"unknown: t.unknown == 1 (t.unknown is unknown)\n"
						"no: not\n"
						"  yes: t.yes == 1 (t.yes is \"1\")\n");
	clause_free(&clause);
	facts_free(&facts);
}

/* By what a clause holds: of any, what does; times as people read them. */
static void test_tell_holding(unused_parameter void **state)
{
	struct facts *facts = facts_of(leaf_facts);
	const struct fact time = {.name = "t.time", .value = "1700000000.250"};
	struct clause *clause;
	struct buffer auto_buffer text;

	buffer_init(&text, MAX_TEXT_BYTES);
	assert_int_equal(facts_set(facts, time), 0);
	clause = read_clause("[" YES ", {any: [" NO ", " UNKNOWN ", {all: [" YES ", t.time > 5]}]},"
			     " {not: " NO "}]",
	    &text);
	clause_tell_holding(clause, facts, 0, &text);
	assert_string_equal(buffer_text(&text),
	    "yes: t.yes == 1 (t.yes is \"1\")\n"
	    "yes: t.yes == 1 (t.yes is \"1\")\n"
	    "yes: t.time > 5 (t.time is 2023-11-14T22:13:20.250Z)\n"
	    "yes: not\n"
	    "  no: t.no == 1 (t.no is \"0\")\n");
	clause_free(&clause);
	facts_free(&facts);
}

/* Whichever allocation fails, the caller gets -ENOMEM and nothing leaks. */
static void test_no_memory(unused_parameter void **state)
{
	struct buffer auto_buffer errors;
	struct reading reading = {.errors = &errors};
	struct document *document = NULL;
	int error = -ENOMEM;
	int count = 0;

	buffer_init(&errors, MAX_TEXT_BYTES);
	assert_int_equal(document_parse(&document, "a.yml",
			     VIEW("[" YES ", {any: [" NO ", {not: " UNKNOWN "}]}]"), &errors),
	    0);
	for (; error == -ENOMEM; count++) {
		struct clause *clause = NULL;

		allocation_fail_after(count);
		error = clause_read(&clause, &reading, document_root(document));
		allocation_restore();
		assert_int_equal(error == 0, clause != NULL);
		clause_free(&clause);
	}
	assert_int_equal(error, 0);
	assert_in_range(count, 15, 100);
	assert_int_equal(errors.length, 0);
	document_free(&document);
}

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* Writes a random clause and says what it is worth: 0 no, 1 unknown, 2 yes. */
static int write_random(struct buffer *yaml, uint64_t *seed, int depth)
{
	static const char *const leaves[] = {NO, UNKNOWN, YES};
	static const char *const groups[] = {"{all: [", "{any: [", "["};
	uint64_t kind = next_random(seed) % (depth > 3 ? 1 : 5);
	uint64_t count = 1 + next_random(seed) % 3;
	int worth = kind == 2 ? 0 : 2;

	if (kind == 0) {
		worth = (int)(next_random(seed) % 3);
		buffer_append_text(yaml, leaves[worth]);
		return worth;
	}
	if (kind == 4) {
		buffer_append_text(yaml, "{not: ");
		worth = 2 - write_random(yaml, seed, depth + 1);
		buffer_append_text(yaml, "}");
		return worth;
	}
	buffer_append_text(yaml, groups[kind - 1]);
	for (uint64_t i = 0; i < count; i++) {
		int part;

		buffer_append_text(yaml, i > 0 ? ", " : "");
		part = write_random(yaml, seed, depth + 1);
		if (kind == 2 ? part > worth : part < worth)
			worth = part;
	}
	buffer_append_text(yaml, kind == 3 ? "]" : "]}");
	return worth;
}

/* Random clauses say what a reference says: all is the least of its parts, any the greatest. */
static void test_against_reference(unused_parameter void **state)
{
	static const enum truth truths[] = {TRUTH_NO, TRUTH_UNKNOWN, TRUTH_YES};
	uint64_t seed;

	assert_int_equal(random_bytes(&seed, sizeof(seed)), 0);
	print_message("# seed %llu\n", (unsigned long long)seed);
	for (int i = 0; i < 3000; i++) {
		struct buffer auto_buffer yaml;
		int worth;

		buffer_init(&yaml, MAX_TEXT_BYTES);
		worth = write_random(&yaml, &seed, 0);
		check(buffer_text(&yaml), truths[worth]);
	}
}

static void check_still(const char *yaml, const char *before, const char *now, enum truth expected)
{
	struct buffer auto_buffer errors;
	struct facts *was = facts_of(before), *is = facts_of(now);
	struct clause *clause;
	enum truth found;

	buffer_init(&errors, MAX_TEXT_BYTES);
	clause = read_clause(yaml, &errors);
	assert_non_null(clause);
	assert_int_equal(clause_evaluate(clause, was), TRUTH_YES);
	found = clause_still_holds(clause, is, was);
	if (found != expected)
		fail_msg("%s by %s is %s", yaml, now, truth_name(found));
	clause_free(&clause);
	facts_free(&was);
	facts_free(&is);
}

/* Something that held is refuted by what is told to be otherwise, not by what is told no more; what
 * was never told is no reason, neither way. */
static void test_still_holds(unused_parameter void **state)
{
	static const char any[] = "{any: [a.a == 1, a.b == 1, a.c == 1]}";
	static const char not_all[] = "{not: {all: [a.a == 1, a.b == 1]}}";
	static const char known[] = "[a.a is unknown, a.b is known]";

	check_still(any, "a.a=1\n", "a.a=1\n", TRUTH_YES);
	check_still(any, "a.a=1\n", "a.a=2\n", TRUTH_NO);
	check_still(any, "a.a=1\n", "a.a=unknown\n", TRUTH_UNKNOWN);
	check_still(any, "a.a=1\n", "", TRUTH_UNKNOWN);
	check_still(any, "a.a=1\na.b=unknown\n", "a.a=2\na.b=unknown\n", TRUTH_NO);
	check_still(any, "a.a=1\na.b=2\n", "a.a=2\na.b=2\n", TRUTH_NO);
	check_still(any, "a.a=1\na.b=2\n", "a.a=2\n", TRUTH_UNKNOWN);
	check_still(any, "a.a=1\n", "a.b=1\n", TRUTH_YES);
	check_still("[a.a == 1, a.b > a.c]", "a.a=1\na.b=2\na.c=1\n", "a.a=2\n", TRUTH_NO);
	check_still("[a.a == 1, a.b > a.c]", "a.a=1\na.b=2\na.c=1\n", "a.a=1\na.b=2\n",
	    TRUTH_UNKNOWN);
	check_still(not_all, "a.a=2\n", "a.a=1\n", TRUTH_NO);
	check_still(not_all, "a.a=2\n", "", TRUTH_UNKNOWN);
	check_still(not_all, "a.a=2\na.b=1\n", "a.a=1\na.b=2\n", TRUTH_YES);
	check_still(known, "a.b=1\n", "a.b=1\n", TRUTH_YES);
	check_still(known, "a.b=1\n", "a.a=1\na.b=1\n", TRUTH_NO);
	check_still(known, "a.b=1\n", "", TRUTH_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_joined),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_too_many),
	    cmocka_unit_test(test_enough_complaints),
	    cmocka_unit_test(test_explained),
	    cmocka_unit_test(test_granted),
	    cmocka_unit_test(test_still_holds),
	    cmocka_unit_test(test_missing),
	    cmocka_unit_test(test_tell_holding),
	    cmocka_unit_test(test_no_memory),
	    cmocka_unit_test(test_against_reference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
