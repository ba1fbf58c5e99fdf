#include "cli/verbs.h"

#include "cli/check_logs.h"

int verb_check(const struct invocation *invocation)
{
	struct rulebook rulebook;
	struct buffer auto_buffer errors;

	buffer_init(&errors, CLI_MAX_ERROR_BYTES);
	if (invocation->argument_count > 0)
		return complain(EXIT_USAGE, "check takes no arguments");
	if (rulebook_load(&rulebook, invocation->config_file, &errors) < 0) {
		print_errors(&errors);
		return EXIT_CONFIG;
	}
	printf("%s: fine: %zu sites, %zu signatures, %zu diagnoses\n", invocation->config_file,
	    rulebook.config->sites.count, signatures_count(rulebook.signatures),
	    rules_count(rulebook.rules));
	check_logs(&rulebook);
	rulebook_done(&rulebook);
	return EXIT_DONE;
}
