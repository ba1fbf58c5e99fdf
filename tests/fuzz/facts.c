/* What a plugin or a probe printed, whatever it holds, becomes facts with good names and printable
 * values, within the bounds, and the same facts again after they were stored. */
#include "fuzz.h"

#include "diagnose/facts.h"

static void check_fact(const struct fact *fact)
{
	fuzz_check(fact_name_is_good(view_of_text(fact->name)));
	fuzz_check(strlen(fact->value) <= FACTS_MAX_VALUE_BYTES);
	for (const char *byte = fact->value; *byte != '\0'; byte++)
		fuzz_check(*byte >= ' ' && *byte <= '~');
}

static void check_stored(const struct facts *facts)
{
	struct json auto_json *json = facts_to_json(facts);
	struct facts auto_call(facts_free) *again = NULL;

	fuzz_check(json != NULL && facts_from_json(&again, json) == 0);
	fuzz_check(facts_count(again) == facts_count(facts));
	for (size_t i = 0; i < facts_count(facts); i++)
		fuzz_check(strcmp(facts_at(again, i)->value, facts_at(facts, i)->value) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct fact origin = {.source = "plugin", .time_ms = 1};
	struct facts auto_call(facts_free) *facts = NULL;
	size_t skipped = 0;

	if (facts_new(&facts) < 0)
		return 0;
	if (facts_read_lines(facts, view_of((const char *)data, size), &origin, &skipped) < 0)
		skipped = 1;
	fuzz_check(facts_count(facts) <= FACTS_MAX);
	for (size_t i = 0; i < facts_count(facts); i++)
		check_fact(facts_at(facts, i));
	check_stored(facts);
	return 0;
}
