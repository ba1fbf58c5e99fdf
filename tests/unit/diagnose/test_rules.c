/* Shows that rule files become a table by priority, that the first that holds is the diagnosis, and
 * that every mistake in a file is told with its place. */
#include "directory_fixture.h"

#include "allocation.h"
#include "diagnose/rules.h"
#include "diagnose_fixture.h"

#define MAX_TEXT_BYTES ((size_t)64 * 1024)

#define WORDS "title: t\nwhy: w\nadvice: a\n"
#define EXAMPLES                                                                                   \
	"examples: [{facts: {a.a: 1}, holds: yes}, {facts: {a.a: 2}, holds: no}]\n"
#define LAST "id: unknown\npriority: 9\ncure: none\nincident: yes\n" WORDS EXAMPLES

static void write_rule(const char *name, const char *head, const char *tail)
{
	char path[512];
	char text[2048];

	snprintf(text, sizeof(text), "%s%s", head, tail);
	write_in(path, name, view_of_text(text));
}

static struct rules *load_good(const char *folder)
{
	struct buffer auto_buffer errors;
	struct rules *rules = NULL;

	buffer_init(&errors, MAX_TEXT_BYTES);
	if (rules_load(&rules, folder, NULL, &errors) < 0)
		fail_msg("%s", buffer_text(&errors));
	return rules;
}

/* Expects these complaints, each about the file of that name in the directory. */
static void refused(const char *name, const char *expected)
{
	struct buffer auto_buffer errors;
	struct rules *rules = NULL;
	char complaint[1024];

	buffer_init(&errors, MAX_TEXT_BYTES);
	assert_int_equal(rules_load(&rules, directory, NULL, &errors), -EINVAL);
	assert_null(rules);
	snprintf(complaint, sizeof(complaint), "%s/%s:%s\n", directory, name, expected);
	assert_string_equal(buffer_text(&errors), complaint);
}

static void test_order(unused_parameter void **state)
{
	struct facts *facts = facts_of("a.a=1\n");
	struct rules *rules;

	write_rule("unknown.yml", LAST, "");
	write_rule("b.yml", "id: b\npriority: 20\ncure: recycle\nincident: no\nwhen: [a.a == 1]\n",
	    "caution: >\n  first\n  second\nreferences: [x y]\n" WORDS EXAMPLES);
	write_rule("c.yml", "id: c\npriority: 3\ncure: none\nincident: yes\nwhen: [a.b == 1]\n",
	    WORDS EXAMPLES);
	rules = load_good(directory);
	assert_int_equal(rules_count(rules), 3);
	assert_string_equal(rules_at(rules, 0)->id, "c");
	assert_string_equal(rules_at(rules, 1)->id, "b");
	/* The last is the last whatever its priority. */
	assert_string_equal(rules_at(rules, 2)->id, "unknown");
	assert_ptr_equal(rules_named(rules, "b"), rules_at(rules, 1));
	assert_null(rules_named(rules, "d"));
	assert_int_equal(rules_at(rules, 1)->cure, CURE_RECYCLE);
	assert_false(rules_at(rules, 1)->incident);
	assert_string_equal(rules_at(rules, 1)->caution, "first second");
	assert_string_equal(rules_at(rules, 0)->caution, "");
	assert_string_equal(rules_diagnose(rules, facts, NULL)->id, "b");
	assert_int_equal(facts_set(facts, (struct fact){"a.b", "1", NULL, 0}), 0);
	assert_string_equal(rules_diagnose(rules, facts, NULL)->id, "c");
	facts_clear(facts, "");
	assert_string_equal(rules_diagnose(rules, facts, NULL)->id, "unknown");
	rules_free(&rules);
	assert_null(rules);
	rules_free(&rules);
	facts_free(&facts);
}

static void test_still_hold(unused_parameter void **state)
{
	struct facts *before = facts_of("a.a=1\n");
	struct facts *facts = facts_of("a.b=1\n");
	struct rules *rules;
	const struct diagnosis *b;

	write_rule("unknown.yml", LAST, "");
	write_rule("b.yml", "id: b\npriority: 2\ncure: none\nincident: no\n",
	    "when: {any: [a.a == 1, a.c == 1]}\n" WORDS EXAMPLES);
	rules = load_good(directory);
	b = rules_named(rules, "b");
	assert_int_equal(rules_still_hold(rules, b, before, before), TRUTH_YES);
	assert_int_equal(rules_still_hold(rules, b, facts, before), TRUTH_UNKNOWN);
	assert_int_equal(facts_set(facts, (struct fact){"a.a", "2", NULL, 0}), 0);
	assert_int_equal(rules_still_hold(rules, b, facts, before), TRUTH_NO);
	assert_int_equal(rules_still_hold(rules, b, facts, NULL), TRUTH_UNKNOWN);
	assert_int_equal(rules_still_hold(rules, b, facts, facts), TRUTH_UNKNOWN);
	assert_int_equal(
	    rules_still_hold(rules, rules_named(rules, "unknown"), facts, before), TRUTH_YES);
	assert_int_equal(
	    rules_still_hold(rules, &(struct diagnosis){.id = "b"}, facts, before), TRUTH_UNKNOWN);
	rules_free(&rules);
	facts_free(&facts);
	facts_free(&before);
}

static void test_explained(unused_parameter void **state)
{
	struct facts *facts = facts_of("a.a=2\n");
	struct buffer auto_buffer text;
	struct rules *rules;

	write_rule("unknown.yml", LAST, "");
	write_rule("b.yml", "id: b\npriority: 2\ncure: none\nincident: no\nwhen: [a.a == 1]\n",
	    WORDS EXAMPLES);
	rules = load_good(directory);
	buffer_init(&text, MAX_TEXT_BYTES);
	rules_diagnose(rules, facts, &text);
	assert_string_equal(buffer_text(&text),
	    "b: no\n"
	    "  no: all\n"
	    "    no: a.a == 1 (a.a is \"2\")\n"
	    "unknown: yes, for want of another\n");
	rules_free(&rules);
	facts_free(&facts);
}

/* What was asked before the diagnosis is told with what it lacks; what was not asked is not. */
static void test_others(unused_parameter void **state)
{
	struct facts *facts = facts_of("a.a=1\n");
	struct buffer auto_buffer text;
	struct rules *rules;

	write_rule("unknown.yml", LAST, "");
	write_rule("b.yml", "id: b\npriority: 2\ncure: none\nincident: no\nwhen: [a.a == 2]\n",
	    WORDS EXAMPLES);
	write_rule("c.yml", "id: c\npriority: 3\ncure: none\nincident: no\nwhen: [a.a == 1]\n",
	    WORDS EXAMPLES);
	write_rule("d.yml", "id: d\npriority: 4\ncure: none\nincident: no\nwhen: [a.a == 3]\n",
	    WORDS EXAMPLES);
	rules = load_good(directory);
	buffer_init(&text, MAX_TEXT_BYTES);
	rules_tell_others(rules, facts, &text);
	assert_string_equal(buffer_text(&text), "b (t)\n  no: a.a == 2 (a.a is \"1\")\n");
	buffer_clear(&text);
	rules_tell_reasons(rules, facts, &text);
	assert_string_equal(buffer_text(&text), "yes: a.a == 1 (a.a is \"1\")\n");
	buffer_clear(&text);
	facts_clear(facts, "");
	rules_tell_reasons(rules, facts, &text);
	assert_string_equal(buffer_text(&text), "");
	rules_tell_others(rules, facts, &text);
	assert_true(view_contains(buffer_view(&text), VIEW("d (t)\n  unknown: a.a == 3")));
	rules_free(&rules);
	facts_free(&facts);
}

#define B "id: b\npriority: 2\ncure: none\nincident: no\n"

static void test_mistakes(unused_parameter void **state)
{
	refused("unknown.yml", "1:1: this file must be there");
	write_rule("unknown.yml", LAST, "");
	write_rule("b.yml", B, WORDS EXAMPLES);
	refused("b.yml", "1:1: when is missing here");
	write_rule("b.yml", B "wehn: [a.a == 1]\n", WORDS EXAMPLES);
	refused("b.yml", "5:1: unknown key 'wehn'; did you mean 'when'?");
	write_rule("b.yml", B "when: [a.a = 1]\n", WORDS EXAMPLES);
	refused("b.yml", "5:8: 'a.a = 1' is no condition: the operator must be ==, !=, <, <=, >, "
			 ">=, in, not-in or is");
	write_rule("b.yml", "id: c\npriority: 2\ncure: none\nincident: no\nwhen: [a.a == 1]\n",
	    WORDS EXAMPLES);
	refused("b.yml", "1:5: the id must be the file's name, before .yml");
	write_rule("b.yml", "id: b\npriority: 2\ncure: reboot\nincident: no\nwhen: [a.a == 1]\n",
	    WORDS EXAMPLES);
	refused("b.yml", "3:7: cure must be one of none, recycle, prevent, refresh-keytab, "
			 "not 'reboot'");
	write_rule("b.yml", "id: b\npriority: 9\ncure: none\nincident: no\nwhen: [a.a == 1]\n",
	    WORDS EXAMPLES);
	refused("unknown.yml", "2:11: b has the same priority");
	write_rule("b.yml", B "when: [a.a == 1]\n", WORDS);
	refused("b.yml", "1:1: examples is missing here");
	write_rule("b.yml", B "when: [a.a == 1]\n",
	    WORDS "examples: [{facts: {}, holds: perhaps}]\n");
	refused("b.yml", "9:31: holds must be yes or no, not 'perhaps'");
	write_rule("b.yml", "[", "");
	refused("b.yml", "2:1: did not find expected node content, "
			 "while parsing a flow node that began in line 2");
	write_rule("b.yml", B "when: [a.a == 1]\n", WORDS EXAMPLES);
	write_rule("unknown.yml", LAST, "when: [a.a == 1]\n");
	refused("unknown.yml",
	    "9:7: unknown is what remains when no other holds, without a 'when'");
}

static void refused_with(const char *text)
{
	struct buffer auto_buffer errors;
	struct rules *rules = NULL;

	buffer_init(&errors, MAX_TEXT_BYTES);
	assert_int_equal(rules_load(&rules, directory, NULL, &errors), -EINVAL);
	assert_null(rules);
	assert_non_null(strstr(buffer_text(&errors), text));
}

/* What is wrong with one file does not hide what is wrong with the next. */
static void test_many_mistakes(unused_parameter void **state)
{
	write_rule("b.yml", B "when: [a.a == 1]\n", WORDS EXAMPLES);
	refused_with("unknown.yml:1:1: this file must be there");
	write_rule("b.yml", "[", "");
	write_rule("unknown.yml", "[", "");
	refused_with("b.yml:");
	refused_with("unknown.yml:");
	write_rule("b.yml", "5\n", "");
	write_rule("unknown.yml", "5\n", "");
	refused_with("b.yml:1:1:");
	refused_with("unknown.yml:1:1:");
}

/* More than there may be are a mistake with a place, and not a failure without a word. */
static void test_too_many(unused_parameter void **state)
{
	struct buffer auto_buffer errors;
	struct rules *rules = NULL;

	write_rule("unknown.yml", LAST, "");
	for (int i = 0; i < RULES_MAX; i++) {
		char name[32], head[128];

		if (i == RULES_MAX - 1) {
			rules = load_good(directory);
			rules_free(&rules);
		}
		snprintf(name, sizeof(name), "r%d.yml", i);
		snprintf(head, sizeof(head),
		    "id: r%d\npriority: %d\ncure: none\nincident: no\nwhen: [a.a == 1]\n", i,
		    i + 10);
		write_rule(name, head, WORDS EXAMPLES);
	}
	buffer_init(&errors, MAX_TEXT_BYTES);
	assert_true(rules_load(&rules, directory, NULL, &errors) < 0);
	assert_null(rules);
	assert_non_null(strstr(buffer_text(&errors),
	    "/unknown.yml:1:1: one rule too many: there are at most 128\n"));
}

/* The administrator's own folder adds rules and replaces those of the same id; a folder that is not
 * there adds none. */
static void test_own_rules(unused_parameter void **state)
{
	char own[600];
	char path[700];
	struct buffer auto_buffer errors;
	struct rules *rules = NULL;

	buffer_init(&errors, MAX_TEXT_BYTES);
	write_rule("unknown.yml", LAST, "");
	write_rule("b.yml", B "when: [a.a == 1]\n", WORDS EXAMPLES);
	snprintf(own, sizeof(own), "%s/own", directory);
	assert_int_equal(rules_load(&rules, directory, own, &errors), 0);
	assert_int_equal(rules_count(rules), 2);
	rules_free(&rules);
	assert_int_equal(mkdir(own, 0700), 0);
	snprintf(path, sizeof(path), "own/b.yml");
	write_rule(path, "id: b\npriority: 3\ncure: none\nincident: yes\nwhen: [a.a == 2]\n",
	    WORDS EXAMPLES);
	write_rule("own/c.yml", "id: c\npriority: 2\ncure: none\nincident: no\nwhen: [a.a == 1]\n",
	    WORDS EXAMPLES);
	assert_int_equal(rules_load(&rules, directory, own, &errors), 0);
	assert_int_equal(rules_count(rules), 3);
	assert_string_equal(rules_at(rules, 0)->id, "c");
	assert_string_equal(rules_at(rules, 1)->id, "b");
	assert_true(rules_at(rules, 1)->incident);
	rules_free(&rules);
	write_rule("own/c.yml", "id: c\npriority: 2\ncure: none\nincident: no\nwhen: [a.a = 1]\n",
	    WORDS EXAMPLES);
	assert_int_equal(rules_load(&rules, directory, own, &errors), -EINVAL);
	snprintf(path, sizeof(path), "%s/c.yml:5:8: 'a.a = 1' is no condition", own);
	assert_true(view_starts_with(buffer_view(&errors), view_of_text(path)));
}

static struct json *text_of_rules(const struct rules *rules)
{
	struct json auto_json *json = rules_to_json(rules);
	struct buffer auto_buffer text;
	struct json *parsed = NULL;

	buffer_init(&text, MAX_TEXT_BYTES);
	assert_int_equal(json_print(json, &text), 0);
	assert_int_equal(json_parse(buffer_view(&text), &parsed), 0);
	return parsed;
}

static void refused_as_json(const char *text)
{
	struct buffer auto_buffer errors;
	struct json *json = NULL;
	struct rules *rules = NULL;

	buffer_init(&errors, MAX_TEXT_BYTES);
	assert_int_equal(json_parse(view_of_text(text), &json), 0);
	assert_int_equal(rules_from_json(&rules, json, &errors), -EINVAL);
	assert_null(rules);
	json_free(&json);
}

/* The rules go through JSON and say the same; other text than the digest's is refused. */
static void test_as_json(unused_parameter void **state)
{
	struct facts *facts = facts_of("a.a=2\n");
	struct buffer auto_buffer before;
	struct buffer auto_buffer after;
	struct rules *rules;
	struct json *json;
	char digest[RULES_DIGEST_BYTES];
	char again[RULES_DIGEST_BYTES];

	buffer_init(&before, MAX_TEXT_BYTES);
	buffer_init(&after, MAX_TEXT_BYTES);
	write_rule("unknown.yml", LAST, "");
	write_rule("b.yml", B "when: [a.a == 1]\n", WORDS EXAMPLES);
	rules = load_good(directory);
	rules_diagnose(rules, facts, &before);
	rules_digest(rules, digest);
	json = text_of_rules(rules);
	rules_free(&rules);
	assert_string_equal(json_get_text(json, "digest"), digest);
	assert_int_equal(rules_from_json(&rules, json, &after), 0);
	rules_digest(rules, again);
	assert_string_equal(digest, again);
	rules_diagnose(rules, facts, &after);
	assert_string_equal(buffer_text(&before), buffer_text(&after));
	rules_free(&rules);
	json_put_text(json_child(json, "files"), "c.yml",
	    "id: c\npriority: 4\ncure: none\nincident: no\nwhen: [a.a == 1]\n" WORDS EXAMPLES);
	assert_int_equal(rules_from_json(&rules, json, &after), -EINVAL);
	assert_null(rules);
	json_free(&json);
	refused_as_json("{}");
	refused_as_json("{\"files\": {\"a.yml\": 5}}");
	refused_as_json("{\"files\": {\"a.yml\": \"[\"}}");
	refused_as_json("{\"files\": {\"unknown.yml\": \"id: a\"}}");
	facts_free(&facts);
}

static void test_no_digest(unused_parameter void **state)
{
	struct buffer auto_buffer errors;
	struct rules *rules;
	struct json *json;

	buffer_init(&errors, MAX_TEXT_BYTES);
	write_rule("unknown.yml", LAST, "");
	rules = load_good(directory);
	json = json_object_new();
	json_put_text(json_put_object(json, "files"), "unknown.yml", LAST);
	rules_free(&rules);
	assert_int_equal(rules_from_json(&rules, json, &errors), -EINVAL);
	assert_null(rules);
	json_free(&json);
}

static void test_no_directory(unused_parameter void **state)
{
	struct buffer auto_buffer errors;
	struct rules *rules = NULL;

	buffer_init(&errors, MAX_TEXT_BYTES);
	assert_int_equal(rules_load(&rules, "/nowhere", NULL, &errors), -ENOENT);
	assert_string_equal(buffer_text(&errors), "/nowhere:1:1: No such file or directory\n");
}

static void test_no_memory(unused_parameter void **state)
{
	int error = -ENOMEM;
	int count = 0;

	write_rule("unknown.yml", LAST, "");
	write_rule("b.yml", B "when: [a.a == 1]\n", WORDS EXAMPLES);
	for (; error == -ENOMEM; count++) {
		struct buffer auto_buffer errors;
		struct rules *rules = NULL;

		buffer_init(&errors, MAX_TEXT_BYTES);
		allocation_fail_after(count);
		error = rules_load(&rules, directory, NULL, &errors);
		allocation_restore();
		assert_int_equal(error == 0, rules != NULL);
		rules_free(&rules);
	}
	assert_int_equal(error, 0);
	assert_in_range(count, 50, 1000);
}

static const char *shipped_diagnosis(const char *lines)
{
	static char id[64];
	const char *source = getenv("AUTHMEDIC_SOURCE_DIR");
	struct facts *facts = facts_of(lines);
	struct rules *rules;
	char folder[512];

	snprintf(folder, sizeof(folder), "%s/rules/diagnoses", source != NULL ? source : ".");
	rules = load_good(folder);
	snprintf(id, sizeof(id), "%s", rules_diagnose(rules, facts, NULL)->id);
	rules_free(&rules);
	facts_free(&facts);
	return id;
}

/* A keytab that was not refreshed never leads to a recycle, however new the file may be. */
static void test_stale_keytab_wins(unused_parameter void **state)
{
	assert_string_equal(shipped_diagnosis("probe.result=rejected\nticket.kvno=4\n"
					      "keytab.readable=yes\nkeytab.kvno=3\n"
					      "keytab.kvnos=2 3 4\nkeytab.modified=200\n"
					      "worker.start=100\n"),
	    "stale-keytab");
}

/* No fact at all that a client can forge leads to a cure: with all of the window's facts at their
 * worst and nothing read from the machine, the cause is unknown. */
static void test_log_alone(unused_parameter void **state)
{
	assert_string_equal(shipped_diagnosis("site.evidence=voters\nwindow.spike=yes\n"
					      "window.active=900\nwindow.rejected=900\n"
					      "window.rejected_strangers=900\n"
					      "window.suspicious=yes\n"),
	    "unknown");
}

#define in_a_directory(test)                                                                       \
	cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    in_a_directory(test_order),
	    in_a_directory(test_still_hold),
	    in_a_directory(test_explained),
	    in_a_directory(test_others),
	    in_a_directory(test_mistakes),
	    in_a_directory(test_many_mistakes),
	    in_a_directory(test_too_many),
	    in_a_directory(test_own_rules),
	    in_a_directory(test_as_json),
	    in_a_directory(test_no_digest),
	    cmocka_unit_test(test_no_directory),
	    in_a_directory(test_no_memory),
	    cmocka_unit_test(test_stale_keytab_wins),
	    cmocka_unit_test(test_log_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
