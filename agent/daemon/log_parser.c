#include "daemon/log_parser.h"

#include <errno.h>

#include "parse/fields.h"

#define MAX_COMPLAINT_BYTES 8192

/* Says whether the administrator gave any. */
static bool take_names(const struct config_log_fields *fields, const char *ret_names[FIELD_COUNT])
{
	const char *const names[FIELD_COUNT] = {
	    [FIELD_TIME] = fields->time,
	    [FIELD_CLIENT] = fields->client,
	    [FIELD_USER] = fields->user,
	    [FIELD_REQUEST] = fields->request,
	    [FIELD_METHOD] = fields->method,
	    [FIELD_TARGET] = fields->target,
	    [FIELD_STATUS] = fields->status,
	    [FIELD_BYTES] = fields->sent_bytes,
	    [FIELD_AGENT] = fields->agent,
	    [FIELD_HOST] = fields->host,
	    [FIELD_FORWARDED] = fields->forwarded,
	    [FIELD_CONNECTION] = fields->connection,
	    [FIELD_WORKER] = fields->worker,
	    [FIELD_SCHEME] = fields->scheme,
	    [FIELD_REPLY] = fields->reply,
	    [FIELD_ERROR] = fields->error,
	    [FIELD_ERROR_TEXT] = fields->error_text,
	    [FIELD_MESSAGE] = fields->message,
	    [FIELD_LOGGER] = fields->logger,
	};
	bool any = fields->user_is_verified;

	memcpy(ret_names, names, sizeof(names));
	for (size_t i = 0; i < FIELD_COUNT; i++)
		any |= names[i] != NULL;
	return any;
}

static void complain(const struct config_log *log, struct buffer *errors, const char *what)
{
	if (errors != NULL)
		buffer_append_format(errors, "%s: %s\n", log->where, what);
}

int log_parser_new(struct parser **ret_parser, const struct config_log *log,
    struct signatures *signatures, struct buffer *errors)
{
	const char *names[FIELD_COUNT];
	const struct parser_options options = {.format = log->format,
	    .logformat = log->logformat,
	    .json_names = names,
	    .signatures = signatures};
	bool is_built_in = log->logformat == NULL;
	auto_buffer struct buffer what;
	int error;

	buffer_init(&what, MAX_COMPLAINT_BYTES);
	if (take_names(&log->fields, names) && (!is_built_in || strcmp(log->format, "json") != 0)) {
		complain(log, errors, "fields name the members of JSON lines: give format: json");
		return -EINVAL;
	}
	if (is_built_in && strcmp(log->format, "auto") == 0) {
		*ret_parser = NULL;
		return 0;
	}
	error = parser_new_with(ret_parser, &options, &what);
	if (error != -EINVAL)
		return error;
	if (is_built_in)
		buffer_append_format(&what, "no such log format: '%s'", log->format);
	complain(log, errors, buffer_text(&what));
	return error;
}
