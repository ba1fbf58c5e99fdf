#include "cli/verbs.h"

#include "cli/check_logs.h"

static void on_unread(void *context, const struct named_file *file, const char *why)
{
	struct json *added = json_object_new();

	json_put_text(added, "where", file->where);
	json_put_text(added, "what", named_file_what(file));
	json_put_text(added, "file", file->path);
	json_put_text(added, "why", why);
	json_add_tree(context, added);
}

static void print_text_of(const struct json *object, const char *key)
{
	print_escaped(view_of_text(json_get_text(object, key)));
}

static void print_unread(const struct json *unread)
{
	for (const struct json *file = json_next(unread, NULL); file != NULL;
	     file = json_next(unread, file)) {
		print_text_of(file, "where");
		printf(": the ");
		print_text_of(file, "what");
		printf(" file ");
		print_text_of(file, "file");
		printf(" was not judged: ");
		print_text_of(file, "why");
		puts("; only the daemon's user can tell");
	}
}

/* Takes the list over. */
static void tell(
    const struct invocation *invocation, const struct rulebook *rulebook, struct json **unread)
{
	size_t sites = rulebook->config->sites.count;
	size_t signatures = signatures_count(rulebook->signatures);
	size_t diagnoses = rules_count(rulebook->rules);
	struct json auto_json *object = json_object_new();

	if (!invocation->json) {
		printf("%s: fine: %zu sites, %zu signatures, %zu diagnoses\n",
		    invocation->config_file, sites, signatures, diagnoses);
		print_unread(*unread);
		return;
	}
	json_put_text(object, "config", invocation->config_file);
	json_put_int(object, "sites", (int64_t)sites);
	json_put_int(object, "signatures", (int64_t)signatures);
	json_put_int(object, "diagnoses", (int64_t)diagnoses);
	json_put_tree(object, "not_judged", take_pointer(*unread));
	print_json(object);
}

int verb_check(const struct invocation *invocation)
{
	struct json auto_json *not_judged = json_array_new();
	const struct unread_files unread = {on_unread, not_judged};
	struct rulebook rulebook;
	struct buffer auto_buffer errors;

	buffer_init(&errors, CLI_MAX_ERROR_BYTES);
	if (invocation->argument_count > 0)
		return complain(EXIT_USAGE, "check takes no arguments");
	if (rulebook_load(&rulebook, invocation->config_file, &errors) < 0) {
		print_errors(&errors);
		return EXIT_CONFIG;
	}
	if (rulebook_load_files(&rulebook, &unread, &errors) < 0) {
		rulebook_done(&rulebook);
		print_errors(&errors);
		return EXIT_CONFIG;
	}
	tell(invocation, &rulebook, &not_judged);
	check_logs(&rulebook, invocation->json);
	rulebook_done(&rulebook);
	return EXIT_DONE;
}
