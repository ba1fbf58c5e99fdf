#include "daemon/rulebook.h"

#include <errno.h>

#include "daemon/log_parser.h"

/* Which formats there are is the parsers' knowledge, not the configuration's. */
static int check_format(const struct config_log *log, struct buffer *errors)
{
	struct parser *auto_call(parser_free) parser = NULL;

	return log_parser_new(&parser, log, NULL, errors);
}

static int check_formats(const struct config *config, struct buffer *errors)
{
	int error = 0;

	for (size_t i = 0; i < config->sites.count; i++) {
		const struct config_site *site = &config->sites.items[i];

		for (size_t j = 0; j < site->logs.count; j++)
			if (check_format(&site->logs.items[j], errors) < 0)
				error = -EINVAL;
	}
	return error;
}

static int load_folders(struct rulebook *rulebook, struct buffer *errors)
{
	char path[4096];
	char own_path[4096];
	int error;

	snprintf(path, sizeof(path), "%s/signatures", rulebook->config->rules_dir);
	error = signatures_load(&rulebook->signatures, path, errors);
	snprintf(path, sizeof(path), "%s/status", rulebook->config->rules_dir);
	if (error == 0)
		error = statuses_load(&rulebook->statuses, path, errors);
	snprintf(path, sizeof(path), "%s/diagnoses", rulebook->config->rules_dir);
	snprintf(own_path, sizeof(own_path), "%s/diagnoses", rulebook->config->own_rules_dir);
	return error < 0 ? error : rules_load(&rulebook->rules, path, own_path, errors);
}

int rulebook_load(struct rulebook *ret_rulebook, const char *config_file, struct buffer *errors)
{
	struct rulebook rulebook = {0};
	int error = config_load(&rulebook.config, config_file, errors);

	if (error == 0)
		error = check_formats(rulebook.config, errors);
	if (error == 0)
		error = named_files_find(rulebook.config, errors);
	if (error == 0)
		error = load_folders(&rulebook, errors);
	if (error < 0) {
		rulebook_done(&rulebook);
		return error;
	}
	*ret_rulebook = rulebook;
	return 0;
}

static int load_certificate(
    struct rulebook *rulebook, const struct unread_files *unread, struct buffer *errors)
{
	const struct config_http *http = &rulebook->config->http;
	const struct named_file certificate = {
	    http->tls_where, false, http->certificate_file};
	const struct named_file key = {http->tls_where, true, http->key_file};
	struct http_certificate_files files;

	files.certificate = named_file_readable(&certificate, unread);
	files.key = named_file_readable(&key, unread);
	return files.certificate != NULL && files.key != NULL
	    ? http_certificate_load(&rulebook->certificate, &files, errors)
	    : 0;
}

static int load_users(
    struct rulebook *rulebook, const struct unread_files *unread, struct buffer *errors)
{
	const struct config_http *http = &rulebook->config->http;
	const struct named_file users = {http->users_where, true, http->users_file};
	const char *path = named_file_readable(&users, unread);

	return path != NULL ? http_users_load(&rulebook->users, path, errors) : 0;
}

int rulebook_load_files(
    struct rulebook *rulebook, const struct unread_files *unread, struct buffer *errors)
{
	int of_certificate = load_certificate(rulebook, unread, errors);
	int of_users = load_users(rulebook, unread, errors);
	int of_others = named_files_judge(rulebook->config, unread, errors);

	if (of_certificate < 0)
		return of_certificate;
	return of_users < 0 ? of_users : of_others;
}

static bool exists(const char *file)
{
	FILE *auto_fclose opened = fopen(file, "r");

	return opened != NULL;
}

int rulebook_load_rules(
    struct rulebook *ret_rulebook, const char *config_file, struct buffer *errors)
{
	struct rulebook rulebook = {0};
	int error;

	if (config_file != NULL || exists(AUTHMEDIC_CONFIG_FILE))
		return rulebook_load(ret_rulebook,
		    config_file != NULL ? config_file : AUTHMEDIC_CONFIG_FILE, errors);
	if (!exists(AUTHMEDIC_RULES_DIR "/signatures")) {
		*ret_rulebook = rulebook;
		return 0;
	}
	error = signatures_load(&rulebook.signatures, AUTHMEDIC_RULES_DIR "/signatures", errors);
	if (error == 0)
		*ret_rulebook = rulebook;
	return error;
}

void rulebook_done(struct rulebook *rulebook)
{
	http_users_free(&rulebook->users);
	http_certificate_free(&rulebook->certificate);
	rules_free(&rulebook->rules);
	statuses_free(&rulebook->statuses);
	signatures_free(&rulebook->signatures);
	config_free(&rulebook->config);
}
