#include "cli/verbs.h"

#include "daemon/rulebook.h"

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
	print_errors(&report);
	if (failed < 0)
		return EXIT_CONFIG;
	printf("%s: %zu examples, %d failed\n", folder, examples, failed);
	return failed == 0 ? EXIT_DONE : EXIT_FAILED;
}

int verb_rules(const struct invocation *invocation)
{
	struct config *config = NULL;
	struct buffer auto_buffer errors;
	int signatures;
	int diagnoses;

	buffer_init(&errors, CLI_MAX_ERROR_BYTES);
	if (invocation->argument_count != 1 || strcmp(invocation->arguments[0], "test") != 0)
		return complain(EXIT_USAGE, "the only thing to do with rules is: rules test");
	if (config_load(&config, invocation->config_file, &errors) < 0) {
		print_errors(&errors);
		return EXIT_CONFIG;
	}
	signatures = test_folder(config, "signatures", signatures_test);
	diagnoses = test_folder(config, "diagnoses", rules_test);
	config_free(&config);
	return signatures != EXIT_DONE ? signatures : diagnoses;
}
