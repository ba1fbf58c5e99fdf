#include "cli/verbs.h"

#include "daemon/rulebook.h"

static int tell_examples(const char *folder, int failed, size_t examples, struct buffer *report)
{
	print_errors(report);
	if (failed < 0)
		return EXIT_CONFIG;
	printf("%s: %zu examples, %d failed\n", folder, examples, failed);
	return failed == 0 ? EXIT_DONE : EXIT_FAILED;
}

typedef int run_examples(const char *directory, struct buffer *report, size_t *ret_example_count);

static int test_folder(const struct config *config, const char *folder, run_examples *run)
{
	struct buffer auto_buffer report;
	char path[4096];
	size_t examples = 0;
	int failed;

	buffer_init(&report, CLI_MAX_ERROR_BYTES);
	snprintf(path, sizeof(path), "%s/%s", config->rules_dir, folder);
	failed = run(path, &report, &examples);
	return tell_examples(folder, failed, examples, &report);
}

static int test_signatures(const struct config *config)
{
	return test_folder(config, "signatures", signatures_test);
}

static int test_statuses(const struct config *config)
{
	return test_folder(config, "status", statuses_test);
}

static int test_diagnoses(const struct config *config)
{
	struct buffer auto_buffer report;
	char path[4096];
	char own_path[4096];
	size_t examples = 0;
	int failed;

	buffer_init(&report, CLI_MAX_ERROR_BYTES);
	snprintf(path, sizeof(path), "%s/diagnoses", config->rules_dir);
	snprintf(own_path, sizeof(own_path), "%s/diagnoses", config->own_rules_dir);
	failed = rules_test(path, own_path, &report, &examples);
	return tell_examples("diagnoses", failed, examples, &report);
}

int verb_rules(const struct invocation *invocation)
{
	static int (*const tests[])(const struct config *config) = {
	    test_signatures, test_statuses, test_diagnoses};
	struct config *config = NULL;
	struct buffer auto_buffer errors;
	int result = EXIT_DONE;

	buffer_init(&errors, CLI_MAX_ERROR_BYTES);
	if (invocation->argument_count != 1 || strcmp(invocation->arguments[0], "test") != 0)
		return complain(EXIT_USAGE, "the only thing to do with rules is: rules test");
	if (config_load(&config, invocation->config_file, &errors) < 0) {
		print_errors(&errors);
		return EXIT_CONFIG;
	}
	for (size_t i = 0; i < count_of(tests); i++) {
		int tested = tests[i](config);

		if (result == EXIT_DONE)
			result = tested;
	}
	config_free(&config);
	return result;
}
