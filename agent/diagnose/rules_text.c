#include "diagnose/rules.h"

#include <errno.h>

#include "base/hash.h"
#include "diagnose/rule.h"

#define MAX_NAME_BYTES 128

static void name_of(const struct rule *rule, char ret_name[MAX_NAME_BYTES])
{
	snprintf(ret_name, MAX_NAME_BYTES, "%s.yml", rule->diagnosis.id);
}

/* By priority, which is one order whatever folders they came from. */
void rules_digest(const struct rules *rules, char ret_digest[RULES_DIGEST_BYTES])
{
	uint64_t digest = 0;

	for (size_t i = 0; i < rules->count; i++) {
		char name[MAX_NAME_BYTES];

		name_of(&rules->items[i], name);
		digest = hash_chain(digest, view_of_text(name));
		digest = hash_chain(digest, document_bytes(rules->items[i].document));
	}
	snprintf(ret_digest, RULES_DIGEST_BYTES, "%016llx", (unsigned long long)digest);
}

struct json *rules_to_json(const struct rules *rules)
{
	struct json *json = json_object_new();
	char digest[RULES_DIGEST_BYTES];
	struct json *files;

	rules_digest(rules, digest);
	json_put_text(json, "digest", digest);
	files = json_put_object(json, "files");
	for (size_t i = 0; i < rules->count; i++) {
		char name[MAX_NAME_BYTES];

		name_of(&rules->items[i], name);
		json_put_view(files, name, document_bytes(rules->items[i].document));
	}
	return json;
}

static int add_file(struct rules_loading *loading, const struct json *file)
{
	struct document *document = NULL;
	const char *text = json_text(file);
	int error;

	if (text == NULL)
		return -EINVAL;
	error = document_parse(
	    &document, json_name(file), view_of_text(text), loading->reading.errors);
	return error < 0 ? error : rules_loading_add(loading, &document);
}

int rules_from_json(struct rules **ret_rules, const struct json *json, struct buffer *errors)
{
	const struct json *files = json_get(json, "files");
	const char *expected = json_get_text(json, "digest");
	char digest[RULES_DIGEST_BYTES];
	struct rules_loading loading;
	struct rules *rules = NULL;
	int error = rules_loading_begin(&loading, errors);

	for (const struct json *file = json_next(files, NULL); file != NULL && error == 0;
	     file = json_next(files, file))
		error = add_file(&loading, file);
	error = rules_loading_end(&loading, error, "rules", &rules);
	if (error < 0)
		return error;
	rules_digest(rules, digest);
	if (expected == NULL || strcmp(digest, expected) != 0) {
		rules_free(&rules);
		return -EINVAL;
	}
	*ret_rules = rules;
	return 0;
}
