#include "daemon/named_files.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "daemon/target.h"
#include "report/authorities.h"
#include "report/http_certificate.h"
#include "report/secret_file.h"

const char *named_file_what(const struct named_file *file)
{
	return file->is_secret ? "secret" : "certificate";
}

/* Of two errors the one that came first. */
static int first_of(int error, int next)
{
	return error < 0 ? error : next;
}

static int complain(
    const struct named_file *file, int error, const char *why, struct buffer *errors)
{
	buffer_append_format(errors, "%s: the %s file ", file->where, named_file_what(file));
	text_append_escaped(errors, view_of_text(file->path));
	buffer_append_format(errors, " cannot be used: %s\n", why);
	return error;
}

/* ---- whether they are there */

/* One that may not even be looked for is told when it is to be read. */
static int find(const struct named_file *files, size_t count, struct buffer *errors)
{
	int first = 0;

	for (size_t i = 0; i < count; i++) {
		int64_t bytes;
		int error = files[i].path != NULL ? file_size(files[i].path, &bytes) : 0;

		if (error < 0 && error != -EACCES)
			first = first_of(first, complain(&files[i], error,
			    error == -EINVAL ? "no regular file" : strerror(-error), errors));
	}
	return first;
}

static int find_common(const struct config *config, struct buffer *errors)
{
	const struct config_http *http = &config->http;
	const struct config_fleet *fleet = &config->fleet;
	const struct named_file files[] = {{http->tls_where, false, http->certificate_file},
	    {http->tls_where, true, http->key_file},
	    {http->users_where, true, http->users_file},
	    {fleet->where, false, fleet->ca_file},
	    {fleet->where, false, fleet->certificate_file},
	    {fleet->where, true, fleet->key_file},
	    {fleet->where, true, fleet->password_file}};

	return find(files, count_of(files), errors);
}

int named_files_find(const struct config *config, struct buffer *errors)
{
	int first = find_common(config, errors);

	for (size_t i = 0; i < config->sites.count; i++) {
		const struct config_site *site = &config->sites.items[i];
		const struct named_file file = {
		    site->where, false, site->probe.ca_file};

		first = first_of(first, find(&file, 1, errors));
	}
	for (size_t i = 0; i < config->notify.count; i++) {
		const struct config_notify *notify = &config->notify.items[i];
		const struct named_file files[] = {{notify->where, true, notify->secret_file},
		    {notify->where, true, notify->url_file},
		    {notify->where, false, notify->ca_file}};

		first = first_of(first, find(files, count_of(files), errors));
	}
	return first;
}

/* ---- what they hold */

struct judging {
	const struct unread_files *unread;
	struct buffer *errors;
};

/* NULL: we see of it what the daemon would. Whose a secret may be depends on who reads it. */
static const char *why_unread(const struct named_file *file)
{
	struct stat status;

	if (access(file->path, R_OK) < 0 && errno == EACCES)
		return "it may not be read by who asks";
	if (file->is_secret && stat(file->path, &status) == 0 && status.st_uid != 0 &&
	    status.st_uid != geteuid())
		return "it belongs neither to root nor to who asks";
	return NULL;
}

const char *named_file_readable(const struct named_file *file, const struct unread_files *unread)
{
	const char *why =
	    file->path != NULL && unread != NULL ? why_unread(file) : NULL;

	if (why == NULL)
		return file->path;
	unread->on_file(unread->context, file, why);
	return NULL;
}

static int judge_authorities(
    const struct judging *judging, const char *where, const char *path)
{
	const struct named_file file = {where, false, path};
	int error = 0;

	if (named_file_readable(&file, judging->unread) != NULL)
		error = authorities_check(path);
	return error < 0 ? complain(&file, error, authorities_why(error), judging->errors) : 0;
}

static int judge_password(const struct judging *judging, const struct config_fleet *fleet)
{
	const struct named_file file = {fleet->where, true, fleet->password_file};
	char *password = NULL;
	int error = 0;

	if (named_file_readable(&file, judging->unread) != NULL)
		error = secret_file_read_line(file.path, &password);
	secret_file_forget_line(&password);
	return error < 0 ? complain(&file, error, secret_file_why(error), judging->errors) : 0;
}

/* Like the endpoint's own, which is what etcd's would be there. */
static int judge_pair(const struct judging *judging, const struct config_fleet *fleet)
{
	const struct named_file certificate = {fleet->where, false, fleet->certificate_file};
	const struct named_file key = {fleet->where, true, fleet->key_file};
	struct http_certificate *auto_call(http_certificate_free) pair = NULL;
	struct http_certificate_files files;

	files.certificate = named_file_readable(&certificate, judging->unread);
	files.key = named_file_readable(&key, judging->unread);
	return files.certificate != NULL && files.key != NULL
	    ? http_certificate_load(&pair, &files, judging->errors)
	    : 0;
}

static int judge_receiver(const struct judging *judging, const struct config_notify *notify)
{
	const struct named_file secret = {notify->where, true, notify->secret_file};
	const struct named_file url = {notify->where, true, notify->url_file};
	struct config_notify readable = *notify;
	int error;

	readable.secret_file = (char *)named_file_readable(&secret, judging->unread);
	readable.url_file = (char *)named_file_readable(&url, judging->unread);
	error = target_check(&readable, judging->errors);
	return first_of(error, judge_authorities(judging, notify->where, notify->ca_file));
}

int named_files_judge(
    const struct config *config, const struct unread_files *unread, struct buffer *errors)
{
	const struct judging judging = {unread, errors};
	int first = judge_authorities(&judging, config->fleet.where, config->fleet.ca_file);

	first = first_of(first, judge_pair(&judging, &config->fleet));
	first = first_of(first, judge_password(&judging, &config->fleet));
	for (size_t i = 0; i < config->sites.count; i++) {
		const struct config_site *site = &config->sites.items[i];

		first = first_of(
		    first, judge_authorities(&judging, site->where, site->probe.ca_file));
	}
	for (size_t i = 0; i < config->notify.count; i++)
		first = first_of(first, judge_receiver(&judging, &config->notify.items[i]));
	return first;
}
