#include "daemon/target.h"

#include <errno.h>

#include "config/types.h"
#include "report/secret_digest.h"
#include "report/secret_file.h"

#define MAX_SECRET_FILE_BYTES ((size_t)4096)

static int read_line(const char *file, struct buffer *content)
{
	int error = secret_file_read(file, content);

	return error < 0 ? error : secret_file_line(buffer_view(content)).length > 0 ? 0 : -EINVAL;
}

static void forget(struct buffer *secret)
{
	if (secret->length > 0)
		secret_forget(secret->data, secret->length);
}

static int read_secret(const char *file, struct target *target)
{
	struct buffer auto_buffer content;
	int error;

	buffer_init(&content, MAX_SECRET_FILE_BYTES);
	error = read_line(file, &content);
	if (error == 0 && target->wire->needs_key) {
		target->key = view_to_text(secret_file_line(buffer_view(&content)));
		error = target->key != NULL ? 0 : -ENOMEM;
	} else if (error == 0) {
		error = signature_read_secret(buffer_view(&content), &target->secret);
	}
	forget(&content);
	return error;
}

static int add_by_url(struct webhook_sender *sender, const struct target *target,
    const struct config_notify *notify, const char *url)
{
	struct buffer auto_buffer whole;
	struct webhook_target added = {.content_type = target->wire->content_type,
	    .secret = target->wire->signs && target->secret.length > 0 ? &target->secret : NULL,
	    .ca_file = notify->ca_file};
	int error;

	buffer_init(&whole, MAX_SECRET_FILE_BYTES);
	wire_append_url(target->wire, url, &whole);
	added.url = buffer_text(&whole);
	error = buffer_error(&whole);
	if (error == 0)
		error = webhook_sender_add(sender, &added);
	forget(&whole);
	return error;
}

static int read_url(const struct config_notify *notify, char **ret_url)
{
	struct buffer auto_buffer content;
	int error;

	buffer_init(&content, MAX_SECRET_FILE_BYTES);
	error = read_line(notify->url_file, &content);
	if (error == 0) {
		*ret_url = view_to_text(secret_file_line(buffer_view(&content)));
		error = *ret_url == NULL ? -ENOMEM : is_url(*ret_url) ? 0 : -EINVAL;
	}
	forget(&content);
	return error;
}

static void forget_url(char **url)
{
	if (*url != NULL)
		secret_forget(*url, strlen(*url));
	free(*url);
}

static int complain_of_file(
    const struct config_notify *notify, const char *file, int error, struct buffer *errors)
{
	buffer_append_format(errors, "%s: the secret file %s cannot be used: %s\n", notify->where,
	    file,
	    error == -EINVAL ? "no regular file, or does not hold what it should"
			     : secret_file_why(error));
	return error;
}

/* `ret_url` is NULL where it is in the configuration. */
static int read_files(struct target *target, const struct config_notify *notify, char **ret_url,
    struct buffer *errors)
{
	int error = 0;

	target->wire = wire_of(notify->type);
	if (target->wire == NULL)
		return -EINVAL;
	if (notify->secret_file != NULL)
		error = read_secret(notify->secret_file, target);
	if (error < 0)
		return complain_of_file(notify, notify->secret_file, error, errors);
	if (notify->url_file != NULL)
		error = read_url(notify, ret_url);
	return error < 0 ? complain_of_file(notify, notify->url_file, error, errors) : 0;
}

int target_check(const struct config_notify *notify, struct buffer *errors)
{
	struct target target = {0};
	char auto_call(forget_url) *url = NULL;
	int error = read_files(&target, notify, &url, errors);

	target_done(&target);
	return error;
}

int target_open(struct target *target, const struct config_notify *notify,
    struct webhook_sender *sender, struct buffer *errors)
{
	char auto_call(forget_url) *url = NULL;
	int error = read_files(target, notify, &url, errors);

	return error < 0 ? error
			 : add_by_url(sender, target, notify, url != NULL ? url : notify->url);
}

void target_done(struct target *target)
{
	signature_forget_secret(&target->secret);
	if (target->key != NULL)
		secret_forget(target->key, strlen(target->key));
	free(target->key);
}
