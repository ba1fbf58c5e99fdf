/* Shows what each condition says of facts that are known, unknown or of the wrong kind, and that
 * what is no condition is refused with the reason. */
#include "diagnose_fixture.h"

#include <errno.h>

#include "allocation.h"
#include "base/random.h"
#include "diagnose/condition.h"

static const char known_facts[] = "n.one=1\nn.two=2\nn.three=3.0\nn.negative=-1\n"
				  "n.ten=10\nn.nine=9\nw.word=rejected\nw.yes=yes\nw.empty=\n"
				  "l.list=2  3 rejected\nl.blank=  \nu.nothing=unknown\n"
				  "t.long=400\n";

static struct condition *parse_good(const char *text)
{
	struct condition *condition = NULL;
	const char *why = NULL;

	if (condition_parse(&condition, view_of_text(text), &why) < 0)
		fail_msg("%s: %s", text, why);
	return condition;
}

static void check(const char *text, enum truth expected)
{
	struct facts *facts = facts_of(known_facts);
	struct condition *condition = parse_good(text);
	enum truth truth = condition_evaluate(condition, facts);

	if (truth != expected)
		fail_msg("%s is %s", text, truth_name(truth));
	condition_free(&condition);
	assert_null(condition);
	condition_free(&condition);
	facts_free(&facts);
}

static void test_equality(unused_parameter void **state)
{
	check("w.word == rejected", TRUTH_YES);
	check("w.word == accepted", TRUTH_NO);
	check("w.word != accepted", TRUTH_YES);
	check("w.word != rejected", TRUTH_NO);
	check("n.three == 3", TRUTH_YES);
	check("n.three != 3.00", TRUTH_NO);
	check("n.one == n.one", TRUTH_YES);
	check("n.one == n.two", TRUTH_NO);
	check("n.one == yes", TRUTH_NO);
	check("w.empty == n.one", TRUTH_NO);
	check("t.long == 400s", TRUTH_YES);
	check("  w.word   ==   rejected  ", TRUTH_YES);
}

static void test_order(unused_parameter void **state)
{
	check("n.one < n.two", TRUTH_YES);
	check("n.two < n.two", TRUTH_NO);
	check("n.two <= n.two", TRUTH_YES);
	check("n.three <= n.two", TRUTH_NO);
	check("n.two > n.one", TRUTH_YES);
	check("n.two > n.two", TRUTH_NO);
	check("n.two >= n.two", TRUTH_YES);
	check("n.one >= n.two", TRUTH_NO);
	check("n.ten > n.nine", TRUTH_YES);
	check("n.negative < 0", TRUTH_YES);
	check("n.one > -2", TRUTH_YES);
	check("t.long > 5m", TRUTH_YES);
	check("t.long > 1h", TRUTH_NO);
	check("n.one > 999ms", TRUTH_YES);
	check("n.one > 1001ms", TRUTH_NO);
}

static void test_sums(unused_parameter void **state)
{
	check("n.one + n.two == n.three", TRUTH_YES);
	check("n.one + n.two != 3", TRUTH_NO);
	check("n.two - n.one > 0", TRUTH_YES);
	check("n.ten > n.nine + n.one", TRUTH_NO);
	check("n.ten >= n.nine + n.one", TRUTH_YES);
	check("t.long > n.one + 5m", TRUTH_YES);
	check("t.long - n.one < 5m + 1m + 30s", TRUTH_NO);
	check("n.one - n.ten < -8s", TRUTH_YES);
	check("n.negative == -1s", TRUTH_YES);
	check("n.negative < -1500ms", TRUTH_NO);
	check("n.one + n.one + n.one + n.one == 4", TRUTH_YES);
	check("n.one + u.absent > 1", TRUTH_UNKNOWN);
	check("n.one > 1 - u.absent", TRUTH_UNKNOWN);
	check("n.one + w.word > 1", TRUTH_UNKNOWN);
	check("n.one + w.word != 1", TRUTH_UNKNOWN);
}

static void test_lists(unused_parameter void **state)
{
	check("n.two in l.list", TRUTH_YES);
	check("n.three in l.list", TRUTH_YES);
	check("n.one in l.list", TRUTH_NO);
	check("w.word in l.list", TRUTH_YES);
	check("n.one not-in l.list", TRUTH_YES);
	check("n.two not-in l.list", TRUTH_NO);
	check("n.two in [2]", TRUTH_YES);
	check("w.word in [aes256-cts, no_word]", TRUTH_NO);
	check("n.two in [ 1 , 2,3 ]", TRUTH_YES);
	check("n.ten in [1, 2]", TRUTH_NO);
	check("w.word in [accepted, rejected]", TRUTH_YES);
	check("t.long in [1m, 400s]", TRUTH_YES);
	check("n.one in w.empty", TRUTH_NO);
	check("n.one not-in w.empty", TRUTH_YES);
	check("w.empty in l.list", TRUTH_NO);
	check("w.empty in l.blank", TRUTH_NO);
}

static void test_unknown(unused_parameter void **state)
{
	static const char *const operators[] = {
	    "==", "!=", "<", "<=", ">", ">=", "in", "not-in"};

	for (size_t i = 0; i < count_of(operators); i++) {
		char text[64];

		snprintf(text, sizeof(text), "u.nothing %s n.one", operators[i]);
		check(text, TRUTH_UNKNOWN);
		snprintf(text, sizeof(text), "n.one %s u.absent", operators[i]);
		check(text, TRUTH_UNKNOWN);
	}
	check("n.one < w.word", TRUTH_UNKNOWN);
	check("w.word > n.one", TRUTH_UNKNOWN);
	check("w.word >= yes", TRUTH_UNKNOWN);
	check("n.one is known", TRUTH_YES);
	check("n.one is unknown", TRUTH_NO);
	check("w.empty is known", TRUTH_YES);
	check("u.nothing is known", TRUTH_NO);
	check("u.nothing is unknown", TRUTH_YES);
	check("u.absent is unknown", TRUTH_YES);
}

static void refused(const char *text, const char *why)
{
	struct condition *condition = NULL;
	const char *told = NULL;

	assert_int_equal(condition_parse(&condition, view_of_text(text), &told), -EINVAL);
	assert_null(condition);
	assert_string_equal(told, why);
}

static void test_refused(unused_parameter void **state)
{
	static const char no_name[] = "it must begin with the name of a fact, such as probe.result";
	static const char no_operator[] =
	    "the operator must be ==, !=, <, <=, >, >=, in, not-in or is";
	static const char no_operand[] = "nothing stands behind the operator";
	static const char bad_operand[] =
	    "what is compared must be a fact, a number, a duration or a word";
	static const char by_itself[] = "'in', 'not-in' and 'is' need a fact by itself";
	static const char too_many[] = "too many terms are joined by + and -";
	static const char no_list[] = "'in' and 'not-in' need a list, [one, two] or a fact";
	char overlong[CONDITION_MAX_BYTES + 2];

	refused("", no_name);
	refused("result == x", no_name);
	refused("1.5 == n.one", no_name);
	refused("rejected == probe.result", no_name);
	refused("a.b", no_operator);
	refused("a.b = x", no_operator);
	refused("a.b ==x", no_operator);
	refused("a.b newer-than c.d", no_operator);
	refused("a.b ==", no_operand);
	refused("a.b in ", no_operand);
	refused("a.b == x y", bad_operand);
	refused("a.b == Word", bad_operand);
	refused("a.b == x\ty", bad_operand);
	refused("a.b == 5x", bad_operand);
	refused("a.b == \"x\"", bad_operand);
	refused("a.b == x!", bad_operand);
	refused("a.b == x{", bad_operand);
	refused("a.b == x:", bad_operand);
	refused("a.b == x9/", bad_operand);
	refused("a.b in [x", no_list);
	refused("a.b in x]", no_list);
	refused("a.b == {", bad_operand);
	refused("a.b == x+", bad_operand);
	refused("a.b in [x,,y]", bad_operand);
	refused("a.b in []", bad_operand);
	refused("a.b in [x,]", bad_operand);
	refused("a.b in [x y]", bad_operand);
	refused("a.b in [", no_list);
	refused("a.b in x", no_list);
	refused("a.b not-in 5", no_list);
	refused("a.b == [x]", "a list needs 'in' or 'not-in'");
	refused("a.b is there", "a fact is either 'known' or 'unknown'");
	refused("a.b + == 1", no_name);
	refused("a.b + c.d", no_operator);
	refused("a.b +c.d > 1", no_operator);
	refused("a.b > c.d +", bad_operand);
	refused("a.b > c.d + {", bad_operand);
	refused("a.b > -", bad_operand);
	refused("a.b + 1 is known", by_itself);
	refused("a.b + 1 in [1]", by_itself);
	refused("a.b in c.d + 1", no_list);
	refused("a.b + 1 + 2 + 3 + 4 > 1", too_many);
	refused("a.b > 1 + 2 + 3 + 4 + 5", too_many);
	memset(overlong, 'a', sizeof(overlong) - 1);
	overlong[sizeof(overlong) - 1] = '\0';
	refused(overlong, "it is too long");
}

/* The longest list of the shortest durations has room when it is written out in seconds. */
static void test_long_list(unused_parameter void **state)
{
	char text[CONDITION_MAX_BYTES + 1] = "n.one in [1";
	size_t length = strlen(text);

	while (length + 4 <= CONDITION_MAX_BYTES) {
		memcpy(text + length, ",9d", 4);
		length += 3;
	}
	text[length] = ']';
	text[length + 1] = '\0';
	check(text, TRUTH_YES);
}

/* A list of one bracket is no list, though the same bracket opens and closes it. */
static void test_lone_bracket(unused_parameter void **state)
{
	refused("a.b in ]", "'in' and 'not-in' need a list, [one, two] or a fact");
	refused("a.b == [", "what is compared must be a fact, a number, a duration or a word");
}

static void explained(const char *text, const char *expected)
{
	struct facts *facts = facts_of(known_facts);
	struct condition *condition = parse_good(text);
	struct buffer auto_buffer explanation;

	buffer_init(&explanation, 4096);
	condition_explain(condition, facts, &explanation);
	assert_string_equal(buffer_text(&explanation), expected);
	condition_free(&condition);
	facts_free(&facts);
}

static void test_explained(unused_parameter void **state)
{
	explained(" n.one == 5m ", "n.one == 5m (n.one is \"1\")");
	explained("n.one > u.absent", "n.one > u.absent (n.one is \"1\", u.absent is unknown)");
	explained("u.nothing in [a, b]", "u.nothing in [a, b] (u.nothing is unknown)");
	explained("n.one in l.list",
	    "n.one in l.list (n.one is \"1\", l.list is \"2  3 rejected\")");
	explained("n.one is known", "n.one is known (n.one is \"1\")");
	explained("n.one + 5m > n.two - u.absent",
	    "n.one + 5m > n.two - u.absent (n.one is \"1\", n.two is \"2\", u.absent is unknown)");
}

/* Whichever allocation fails, the caller gets -ENOMEM and nothing leaks. */
static void test_no_memory(unused_parameter void **state)
{
	int error = -ENOMEM;
	int count = 0;

	for (; error == -ENOMEM; count++) {
		struct condition *condition = NULL;
		const char *why = NULL;

		allocation_fail_after(count);
		error = condition_parse(&condition, VIEW("a.b in [one, two]"), &why);
		allocation_restore();
		assert_int_equal(error == 0, condition != NULL);
		condition_free(&condition);
	}
	assert_int_equal(error, 0);
	assert_in_range(count, 5, 20);
}

/* The reference knows values as what they were made from: a number or a letter. */
struct value {
	bool is_known, is_number;
	int number;
	char letter;
};

static enum truth reference(size_t operator, const struct value *a, const struct value *b)
{
	/* For < <= > >=, where the left is less, equal or greater. */
	static const enum truth ordered[][3] = {{TRUTH_YES, TRUTH_NO, TRUTH_NO},
	    {TRUTH_YES, TRUTH_YES, TRUTH_NO}, {TRUTH_NO, TRUTH_NO, TRUTH_YES},
	    {TRUTH_NO, TRUTH_YES, TRUTH_YES}};
	bool same;

	if (!a->is_known || !b->is_known)
		return TRUTH_UNKNOWN;
	same = a->is_number == b->is_number &&
	       (a->is_number ? a->number == b->number : a->letter == b->letter);
	if (operator <= 1)
		return same == (operator == 0) ? TRUTH_YES : TRUTH_NO;
	if (!a->is_number || !b->is_number)
		return TRUTH_UNKNOWN;
	return ordered[operator - 2][1 + (a->number > b->number) - (a->number < b->number)];
}

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static struct value random_value(uint64_t *seed)
{
	return (struct value){
	    .is_known = next_random(seed) % 5 != 0,
	    .is_number = next_random(seed) % 3 != 0,
	    .number = (int)(next_random(seed) % 7) - 3,
	    .letter = (char)('a' + next_random(seed) % 3),
	};
}

/* The same number in one of several ways of writing it. */
static void write_value(const struct value *value, uint64_t *seed, char text[16])
{
	static const char *const fractions[] = {"", ".0", ".000"};

	if (!value->is_known)
		snprintf(text, 16, "unknown");
	else if (!value->is_number)
		snprintf(text, 16, "%c", value->letter);
	else
		snprintf(text, 16, "%d%s", value->number,
		    fractions[next_random(seed) % count_of(fractions)]);
}

/* Random facts under every operator say what a reference says that never sees text. */
static void test_against_reference(unused_parameter void **state)
{
	static const char *const operators[] = {"==", "!=", "<", "<=", ">", ">="};
	uint64_t seed;

	assert_int_equal(random_bytes(&seed, sizeof(seed)), 0);
	print_message("# seed %llu\n", (unsigned long long)seed);
	for (int i = 0; i < 20000; i++) {
		struct value a = random_value(&seed);
		struct value b = random_value(&seed);
		size_t operator = next_random(&seed) % count_of(operators);
		bool literal = b.is_known && next_random(&seed) % 2 == 0;
		char left[16], right[16], lines[64], text[64];
		struct condition *condition;
		struct facts *facts;

		write_value(&a, &seed, left);
		write_value(&b, &seed, right);
		snprintf(lines, sizeof(lines), "x.a=%s\nx.b=%s\n", left, right);
		snprintf(text, sizeof(text), "x.a %s %s", operators[operator],
		    literal ? right : "x.b");
		facts = facts_of(lines);
		condition = parse_good(text);
		if (condition_evaluate(condition, facts) != reference(operator, &a, &b))
			fail_msg("%s with %s", text, lines);
		condition_free(&condition);
		facts_free(&facts);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_equality),
	    cmocka_unit_test(test_order),
	    cmocka_unit_test(test_sums),
	    cmocka_unit_test(test_lists),
	    cmocka_unit_test(test_unknown),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_long_list),
	    cmocka_unit_test(test_lone_bracket),
	    cmocka_unit_test(test_explained),
	    cmocka_unit_test(test_no_memory),
	    cmocka_unit_test(test_against_reference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
