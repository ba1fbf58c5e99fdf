#include "cli/verbs.h"

#include "cli/check_logs.h"

static void tell(const struct invocation *invocation, const struct rulebook *rulebook)
{
	size_t sites = rulebook->config->sites.count;
	size_t signatures = signatures_count(rulebook->signatures);
	size_t diagnoses = rules_count(rulebook->rules);
	struct json auto_json *object = json_object_new();

	if (!invocation->json) {
		printf("%s: fine: %zu sites, %zu signatures, %zu diagnoses\n",
		    invocation->config_file, sites, signatures, diagnoses);
		return;
	}
	json_put_text(object, "config", invocation->config_file);
	json_put_int(object, "sites", (int64_t)sites);
	json_put_int(object, "signatures", (int64_t)signatures);
	json_put_int(object, "diagnoses", (int64_t)diagnoses);
	print_json(object);
}

static bool is_readable(const char *path)
{
	FILE *auto_fclose file = path != NULL ? fopen(path, "r") : NULL;

	return path == NULL || file != NULL;
}

/* Others than the daemon and root cannot judge what is in them. */
static bool may_read_secrets(const struct config *config)
{
	bool may = is_readable(config->http.key_file) && is_readable(config->http.users_file);

	for (size_t i = 0; i < config->notify.count; i++)
		may = may && is_readable(config->notify.items[i].secret_file) &&
		      is_readable(config->notify.items[i].url_file);
	return may;
}

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
	if (may_read_secrets(rulebook.config) &&
	    rulebook_load_secrets(&rulebook, &errors) < 0) {
		rulebook_done(&rulebook);
		print_errors(&errors);
		return EXIT_CONFIG;
	}
	tell(invocation, &rulebook);
	check_logs(&rulebook, invocation->json);
	rulebook_done(&rulebook);
	return EXIT_DONE;
}
