#include "diagnose/judgement.h"

#include <errno.h>

#define MAX_EXPLANATION_BYTES ((size_t)128 * 1024)
#define MAX_JUDGEMENT_BYTES   ((size_t)1024 * 1024)
#define MAX_ERROR_BYTES       ((size_t)4 * 1024)

const struct diagnosis *judgement_make(
    const struct rules *rules, const struct facts *facts, struct json **ret_judgement)
{
	struct buffer auto_buffer explanation;
	char digest[RULES_DIGEST_BYTES];
	const struct diagnosis *diagnosis;
	struct json *judgement = json_object_new();

	buffer_init(&explanation, MAX_EXPLANATION_BYTES);
	diagnosis = rules_diagnose(rules, facts, &explanation);
	rules_digest(rules, digest);
	json_put_text(judgement, "diagnosis", diagnosis->id);
	json_put_text(judgement, "rules", digest);
	json_put_tree(judgement, "facts", facts_to_json(facts));
	json_put_view(judgement, "explanation", buffer_view(&explanation));
	*ret_judgement = judgement;
	return diagnosis;
}

static int compare(
    const struct json *stored, const struct json *made, enum judgement_check *ret_check)
{
	struct buffer auto_buffer before;
	struct buffer auto_buffer after;

	buffer_init(&before, MAX_JUDGEMENT_BYTES);
	buffer_init(&after, MAX_JUDGEMENT_BYTES);
	if (json_print(stored, &before) < 0 || json_print(made, &after) < 0)
		return -ENOMEM;
	*ret_check = view_equal(buffer_view(&before), buffer_view(&after)) ? JUDGEMENT_SAME
									    : JUDGEMENT_DIFFERS;
	return 0;
}

int judgement_check(const struct json *stored, const struct json *rule_set,
    enum judgement_check *ret_check)
{
	const char *digest = json_get_text(stored, "rules");
	const char *given = json_get_text(rule_set, "digest");
	struct rules auto_call(rules_free) *rules = NULL;
	struct facts auto_call(facts_free) *facts = NULL;
	struct json auto_json *made = NULL;
	struct buffer auto_buffer errors;
	int error;

	buffer_init(&errors, MAX_ERROR_BYTES);
	if (digest == NULL || given == NULL || strcmp(digest, given) != 0)
		return -EINVAL;
	error = rules_from_json(&rules, rule_set, &errors);
	if (error == 0)
		error = facts_from_json(&facts, json_get(stored, "facts"));
	if (error < 0)
		return error;
	judgement_make(rules, facts, &made);
	return compare(stored, made, ret_check);
}
