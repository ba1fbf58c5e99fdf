/* Shows that a stored diagnosis is made again from its facts and rules, byte for byte, and that any
 * change of it is found. */
#include "allocation.h"
#include "directory_fixture.h"

#include "diagnose/judgement.h"
#include "diagnose_fixture.h"

#define MAX_TEXT_BYTES ((size_t)64 * 1024)
#define HEAD           "cure: none\nincident: yes\ntitle: t\nwhy: w\nadvice: a\n"
#define EXAMPLES       "examples: [{facts: {a.a: 1}, holds: yes}]\n"
#define LAST           "id: unknown\npriority: 9\n" HEAD EXAMPLES
#define OTHER          "id: b\npriority: 2\nwhen: [a.a > 1]\n" HEAD EXAMPLES

static struct rules *load(void)
{
	struct buffer auto_buffer errors;
	struct rules *rules = NULL;
	char path[512];

	buffer_init(&errors, MAX_TEXT_BYTES);
	write_in(path, "unknown.yml", VIEW(LAST));
	write_in(path, "b.yml", VIEW(OTHER));
	if (rules_load(&rules, directory, NULL, &errors) < 0)
		fail_msg("%s", buffer_text(&errors));
	return rules;
}

/* Through text and back, as the store does it. */
static struct json *kept(struct json *json)
{
	struct buffer auto_buffer text;
	struct json *back = NULL;

	buffer_init(&text, MAX_TEXT_BYTES);
	assert_int_equal(json_print(json, &text), 0);
	json_free(&json);
	assert_int_equal(json_parse(buffer_view(&text), &back), 0);
	return back;
}

struct record {
	struct json *judgement, *rules;
};

static struct record make(const char *facts_text, const char *expected)
{
	struct facts *facts = facts_of(facts_text);
	struct rules *rules = load();
	struct record record;

	assert_string_equal(judgement_make(rules, facts, &record.judgement)->id, expected);
	record.judgement = kept(record.judgement);
	record.rules = kept(rules_to_json(rules));
	rules_free(&rules);
	facts_free(&facts);
	return record;
}

static void record_done(struct record *record)
{
	json_free(&record->judgement);
	json_free(&record->rules);
}

static void test_same(unused_parameter void **state)
{
	static const char *const facts[] = {"a.a=2\na.t=\n", "a.a=1\n", "a.a=x\nz.z=unknown\n", ""};

	for (size_t i = 0; i < count_of(facts); i++) {
		struct record record = make(facts[i], i == 0 ? "b" : "unknown");
		enum judgement_check check = JUDGEMENT_DIFFERS;

		assert_int_equal(judgement_check(record.judgement, record.rules, &check), 0);
		assert_int_equal(check, JUDGEMENT_SAME);
		record_done(&record);
	}
}

static void test_changed(unused_parameter void **state)
{
	static const char *const names[] = {"diagnosis", "explanation"};

	for (size_t i = 0; i < count_of(names); i++) {
		struct record record = make("a.a=2\n", "b");
		enum judgement_check check = JUDGEMENT_SAME;

		json_remove(record.judgement, names[i]);
		json_put_text(record.judgement, names[i], "unknown");
		assert_int_equal(judgement_check(record.judgement, record.rules, &check), 0);
		assert_int_equal(check, JUDGEMENT_DIFFERS);
		record_done(&record);
	}
}

static void refused(const struct json *judgement, const struct json *rules)
{
	enum judgement_check check;

	assert_int_equal(judgement_check(judgement, rules, &check), -EINVAL);
}

/* Without its rules, with others, or with facts that are none, it cannot be made again. */
static void test_impossible(unused_parameter void **state)
{
	struct record record = make("a.a=2\n", "b");

	refused(record.judgement, NULL);
	refused(NULL, record.rules);
	json_put_text(json_child(record.rules, "files"), "c.yml",
	    "id: c\npriority: 3\nwhen: [a.a > 1]\n" HEAD EXAMPLES);
	refused(record.judgement, record.rules);
	record_done(&record);
	record = make("a.a=2\n", "b");
	json_remove(record.judgement, "rules");
	json_put_text(record.judgement, "rules", "0000000000000000");
	refused(record.judgement, record.rules);
	record_done(&record);
	record = make("a.a=2\n", "b");
	json_put_text(json_child(record.judgement, "facts"), "a.b", "no fact");
	refused(record.judgement, record.rules);
	record_done(&record);
}

/* Wherever memory ends it is not told that a judgement is the same, nor that it differs. */
static void test_no_memory(unused_parameter void **state)
{
	struct record record = make("a.a=2\n", "b");
	int error = -ENOMEM;
	int count = 0;

	for (; error == -ENOMEM; count++) {
		enum judgement_check check = JUDGEMENT_DIFFERS;

		allocation_fail_after(count);
		error = judgement_check(record.judgement, record.rules, &check);
		allocation_restore();
		assert_int_equal(check, error == 0 ? JUDGEMENT_SAME : JUDGEMENT_DIFFERS);
	}
	assert_int_equal(error, 0);
	assert_in_range(count, 20, 1000);
	record_done(&record);
}

#define in_a_directory(test)                                                                       \
	cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    in_a_directory(test_same),
	    in_a_directory(test_changed),
	    in_a_directory(test_impossible),
	    in_a_directory(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
