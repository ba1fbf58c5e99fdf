#include "daemon/rulebook.h"

#include <errno.h>
#include <unistd.h>

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

/* Whether what is in it is good is seen by whoever may read it. */
static int check_secret(const char *where, const char *file, struct buffer *errors)
{
	int error;

	if (file == NULL || access(file, F_OK) == 0)
		return 0;
	error = -errno;
	buffer_append_format(errors, "%s: the secret file %s cannot be used: %s\n", where, file,
	    strerror(-error));
	return error;
}

static int check_secrets(const struct config *config, struct buffer *errors)
{
	int error = check_secret("http.tls", config->http.key_file, errors);

	if (error == 0)
		error = check_secret("http", config->http.users_file, errors);
	for (size_t i = 0; i < config->notify.count; i++) {
		const struct config_notify *notify = &config->notify.items[i];
		int of_this = check_secret(notify->where, notify->secret_file, errors);

		error = error < 0 ? error : of_this;
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
		error = check_secrets(rulebook.config, errors);
	if (error == 0)
		error = load_folders(&rulebook, errors);
	if (error < 0) {
		rulebook_done(&rulebook);
		return error;
	}
	*ret_rulebook = rulebook;
	return 0;
}

int rulebook_load_secrets(struct rulebook *rulebook, struct buffer *errors)
{
	const struct config_http *http = &rulebook->config->http;
	const struct http_certificate_files files = {http->certificate_file, http->key_file};
	int of_certificate = 0;
	int of_users = 0;

	if (http->certificate_file != NULL)
		of_certificate = http_certificate_load(&rulebook->certificate, &files, errors);
	if (http->users_file != NULL)
		of_users = http_users_load(&rulebook->users, http->users_file, errors);
	return of_certificate < 0 ? of_certificate : of_users;
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
