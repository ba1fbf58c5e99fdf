#include "cli/verbs.h"

#include "daemon/rulebook.h"

#define MAX_PATH_BYTES 4096

/* What the examples of one folder came to. */
struct tested {
	const char *folder;
	int failed; /* how many, or a negative errno */
	size_t examples;
	struct buffer report;
};

static void test_signatures(const struct config *config, struct tested *tested)
{
	char path[MAX_PATH_BYTES];

	snprintf(path, sizeof(path), "%s/signatures", config->rules_dir);
	tested->failed = signatures_test(path, &tested->report, &tested->examples);
}

static void test_statuses(const struct config *config, struct tested *tested)
{
	char path[MAX_PATH_BYTES];

	snprintf(path, sizeof(path), "%s/status", config->rules_dir);
	tested->failed = statuses_test(path, &tested->report, &tested->examples);
}

static void test_diagnoses(const struct config *config, struct tested *tested)
{
	char path[MAX_PATH_BYTES];
	char own_path[MAX_PATH_BYTES];

	snprintf(path, sizeof(path), "%s/diagnoses", config->rules_dir);
	snprintf(own_path, sizeof(own_path), "%s/diagnoses", config->own_rules_dir);
	tested->failed = rules_test(path, own_path, &tested->report, &tested->examples);
}

static const struct {
	const char *folder;
	void (*test)(const struct config *config, struct tested *tested);
} tests[] = {
    {"signatures", test_signatures},
    {"status", test_statuses},
    {"diagnoses", test_diagnoses},
};

static void print_tested(const struct tested *tested)
{
	struct json auto_json *object = json_object_new();

	json_put_text(object, "folder", tested->folder);
	json_put_int(object, "examples", (int64_t)tested->examples);
	json_put_int(object, "failed", tested->failed);
	print_json(object);
}

static int tell(const struct invocation *invocation, const struct tested *tested)
{
	print_errors(&tested->report);
	if (tested->failed < 0)
		return EXIT_CONFIG;
	if (invocation->json)
		print_tested(tested);
	else
		printf("%s: %zu examples, %d failed\n", tested->folder, tested->examples,
		    tested->failed);
	return tested->failed == 0 ? EXIT_DONE : EXIT_FAILED;
}

static int test_all(const struct invocation *invocation, const struct config *config)
{
	int result = EXIT_DONE;

	for (size_t i = 0; i < count_of(tests); i++) {
		struct tested tested = {.folder = tests[i].folder};
		int told;

		buffer_init(&tested.report, CLI_MAX_ERROR_BYTES);
		tests[i].test(config, &tested);
		told = tell(invocation, &tested);
		buffer_done(&tested.report);
		if (result == EXIT_DONE)
			result = told;
	}
	return result;
}

int verb_rules(const struct invocation *invocation)
{
	struct config *config = NULL;
	int exit_code;

	if (invocation->argument_count != 1 || strcmp(invocation->arguments[0], "test") != 0)
		return complain(EXIT_USAGE, "the only thing to do with rules is: rules test");
	exit_code = load_config(invocation, &config);
	if (exit_code == EXIT_DONE)
		exit_code = test_all(invocation, config);
	config_free(&config);
	return exit_code;
}
