/* Any bytes either become a condition with one of three answers, or are refused with a reason. */
#include "fuzz.h"

#include <errno.h>

#include "diagnose/condition.h"

#define MAX_TEXT_BYTES 8192

static const struct fact known[] = {
    {"a.n", "1", NULL, 0},
    {"a.m", "2.5", NULL, 0},
    {"a.w", "word", NULL, 0},
    {"a.l", "1 2.5 word", NULL, 0},
    {"a.e", "", NULL, 0},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct condition auto_call(condition_free) *condition = NULL;
	struct facts auto_call(facts_free) *facts = NULL;
	struct buffer auto_buffer text;
	const char *why = NULL;
	enum truth truth;

	buffer_init(&text, MAX_TEXT_BYTES);
	if (condition_parse(&condition, view_of((const char *)data, size), &why) < 0) {
		fuzz_check(condition == NULL && why != NULL);
		return 0;
	}
	if (facts_new(&facts) < 0)
		return 0;
	condition_explain(condition, facts, &text);
	for (size_t i = 0; i < count_of(known); i++)
		fuzz_check(facts_set(facts, known[i]) == 0);
	truth = condition_evaluate(condition, facts);
	fuzz_check(truth == TRUTH_NO || truth == TRUTH_YES || truth == TRUTH_UNKNOWN);
	condition_explain(condition, facts, &text);
	fuzz_check(buffer_error(&text) == 0);
	return 0;
}
