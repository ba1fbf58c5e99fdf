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

/* What was found out beside the mistakes, for which nothing of this is told. */
struct findings {
	bool fine;
	struct json *not_judged; /* owned, as the other */
	struct json *of_logs;
};

static void print_findings(const struct invocation *invocation, const struct rulebook *rulebook,
    const struct findings *findings)
{
	size_t sites = rulebook->config->sites.count;

	printf("%s: %s: %zu sites, %zu signatures, %zu diagnoses\n", invocation->config_file,
	    findings->fine ? "fine" : "not all is fine", sites,
	    signatures_count(rulebook->signatures), rules_count(rulebook->rules));
	if (sites == 0)
		puts("no site is configured, so nothing is watched");
	print_unread(findings->not_judged);
	check_logs_print(findings->of_logs);
}

static void print_as_json(const struct invocation *invocation, const struct rulebook *rulebook,
    struct findings *findings)
{
	struct json auto_json *object = json_object_new();

	json_put_text(object, "config", invocation->config_file);
	json_put_bool(object, "fine", findings->fine);
	json_put_int(object, "sites", (int64_t)rulebook->config->sites.count);
	json_put_int(object, "signatures", (int64_t)signatures_count(rulebook->signatures));
	json_put_int(object, "diagnoses", (int64_t)rules_count(rulebook->rules));
	json_put_tree(object, "not_judged", take_pointer(findings->not_judged));
	print_json(object);
	for (const struct json *line = json_next(findings->of_logs, NULL); line != NULL;
	     line = json_next(findings->of_logs, line))
		print_json(line);
}

static void findings_done(struct findings *findings)
{
	json_free(&findings->not_judged);
	json_free(&findings->of_logs);
}

int verb_check(const struct invocation *invocation)
{
	struct findings auto_call(findings_done) findings = {
	    .not_judged = json_array_new(), .of_logs = json_array_new()};
	const struct unread_files unread = {on_unread, findings.not_judged};
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
	findings.fine = check_logs(&rulebook, findings.of_logs);
	if (invocation->json)
		print_as_json(invocation, &rulebook, &findings);
	else
		print_findings(invocation, &rulebook, &findings);
	rulebook_done(&rulebook);
	return findings.fine ? EXIT_DONE : EXIT_FAILED;
}
