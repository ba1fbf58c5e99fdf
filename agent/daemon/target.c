#include "daemon/target.h"

#include <errno.h>

#include "base/text.h"
#include "config/types.h"
#include "report/secret_digest.h"
#include "report/secret_file.h"

static void forget(struct buffer *secret)
{
	if (secret->length > 0)
		secret_forget(secret->data, secret->length);
}

static int read_signing_secret(const char *file, struct target *target)
{
	struct buffer auto_buffer content;
	int error;

	buffer_init(&content, SECRET_FILE_MAX_LINE_BYTES);
	error = secret_file_read(file, &content);
	if (error == 0 && secret_file_line(buffer_view(&content)).length == 0)
		error = -EINVAL;
	if (error == 0)
		error = signature_read_secret(buffer_view(&content), &target->secret);
	forget(&content);
	return error;
}

static int read_secret(const char *file, struct target *target)
{
	return target->wire->needs_key ? secret_file_read_line(file, &target->key)
				       : read_signing_secret(file, target);
}

static int add_by_url(struct webhook_sender *sender, const struct target *target,
    const struct config_notify *notify, const char *url)
{
	struct buffer auto_buffer whole;
	struct webhook_target added = {.content_type = target->wire->content_type,
	    .secret = target->wire->signs && target->secret.length > 0 ? &target->secret : NULL,
	    .ca_file = notify->ca_file};
	int error;

	buffer_init(&whole, SECRET_FILE_MAX_LINE_BYTES);
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
	char *url = NULL;
	int error = secret_file_read_line(notify->url_file, &url);

	if (error == 0 && !is_url(url)) {
		secret_file_forget_line(&url);
		error = -EINVAL;
	}
	if (error == 0)
		*ret_url = url;
	return error;
}

static int complain_of_file(
    const struct config_notify *notify, const char *file, int error, struct buffer *errors)
{
	buffer_append_format(errors, "%s: the secret file ", notify->where);
	text_append_escaped(errors, view_of_text(file));
	buffer_append_format(errors, " cannot be used: %s\n", secret_file_why(error));
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
	if (notify->secret_file != NULL && !target->wire->signs && !target->wire->needs_key) {
		buffer_append_format(errors,
		    "%s: what is of type %s is not signed: a secret_file does nothing\n",
		    notify->where, notify->type);
		return -EINVAL;
	}
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
	char auto_call(secret_file_forget_line) *url = NULL;
	int error = read_files(&target, notify, &url, errors);

	target_done(&target);
	return error;
}

int target_open(struct target *target, const struct config_notify *notify,
    struct webhook_sender *sender, struct buffer *errors)
{
	char auto_call(secret_file_forget_line) *url = NULL;
	int error = read_files(target, notify, &url, errors);

	return error < 0 ? error
			 : add_by_url(sender, target, notify, url != NULL ? url : notify->url);
}

void target_done(struct target *target)
{
	signature_forget_secret(&target->secret);
	secret_file_forget_line(&target->key);
}
