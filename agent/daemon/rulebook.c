#include "daemon/rulebook.h"

#include <errno.h>

#include "base/file.h"
#include "daemon/log_parser.h"
#include "daemon/target.h"

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

struct named_file {
	const char *where, *what;
	const char *path; /* NULL: none is named */
};

/* Whether what is in them is good is seen by whoever may read them. */
static int check_files(const struct named_file *files, size_t count, struct buffer *errors)
{
	int first = 0;

	for (size_t i = 0; i < count; i++) {
		int64_t bytes;
		int error = files[i].path != NULL ? file_size(files[i].path, &bytes) : 0;

		if (error < 0)
			buffer_append_format(errors, "%s: the %s file %s cannot be used: %s\n",
			    files[i].where, files[i].what, files[i].path,
			    error == -EINVAL ? "no regular file" : strerror(-error));
		first = first < 0 ? first : error;
	}
	return first;
}

static int check_named_files(const struct config *config, struct buffer *errors)
{
	const struct config_http *http = &config->http;
	const struct config_fleet *fleet = &config->fleet;
	const struct named_file common[] = {{"http.tls", "secret", http->key_file},
	    {"http", "secret", http->users_file},
	    {"fleet", "certificate", fleet->ca_file},
	    {"fleet", "certificate", fleet->certificate_file},
	    {"fleet", "secret", fleet->key_file},
	    {"fleet", "secret", fleet->password_file}};
	int error = check_files(common, count_of(common), errors);

	for (size_t i = 0; i < config->notify.count; i++) {
		const struct config_notify *notify = &config->notify.items[i];
		const struct named_file own[] = {{notify->where, "secret", notify->secret_file},
		    {notify->where, "secret", notify->url_file},
		    {notify->where, "certificate", notify->ca_file}};
		int of_this = check_files(own, count_of(own), errors);

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
		error = check_named_files(rulebook.config, errors);
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
	int error;

	if (http->certificate_file != NULL)
		of_certificate = http_certificate_load(&rulebook->certificate, &files, errors);
	if (http->users_file != NULL)
		of_users = http_users_load(&rulebook->users, http->users_file, errors);
	error = of_certificate < 0 ? of_certificate : of_users;
	for (size_t i = 0; i < rulebook->config->notify.count; i++) {
		int of_this = target_check(&rulebook->config->notify.items[i], errors);

		error = error < 0 ? error : of_this;
	}
	return error;
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
