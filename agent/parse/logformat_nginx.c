/* nginx's log_format: $name and ${name}, which may follow `escape=default`, `json` or `none`. */
#include "parse/logformat_parts.h"

/* Variables that administrators make up are as common as nginx's own, so no name is wrong. */
static const struct value_kind unknown = {"", FIELD_SKIPPED, 0, VALUE_TEXT};

static const struct value_kind kinds[] = {
    {"remote_addr", FIELD_CLIENT, 1, VALUE_TIGHT},
    {"proxy_protocol_addr", FIELD_CLIENT, 2, VALUE_TIGHT},
    {"realip_remote_addr", FIELD_CLIENT, 3, VALUE_TIGHT},
    {"remote_user", FIELD_USER, 1, VALUE_TEXT},
    {"request", FIELD_REQUEST, 1, VALUE_TEXT},
    {"request_method", FIELD_METHOD, 1, VALUE_WORD},
    {"request_uri", FIELD_TARGET, 1, VALUE_WORD},
    {"uri", FIELD_TARGET, 2, VALUE_TEXT},
    {"document_uri", FIELD_TARGET, 2, VALUE_TEXT},
    {"status", FIELD_STATUS, 1, VALUE_TIGHT},
    {"bytes_sent", FIELD_BYTES, 2, VALUE_TIGHT},
    {"body_bytes_sent", FIELD_BYTES, 1, VALUE_TIGHT},
    {"http_user_agent", FIELD_AGENT, 1, VALUE_TEXT},
    {"http_host", FIELD_HOST, 1, VALUE_TEXT},
    {"host", FIELD_HOST, 2, VALUE_WORD},
    {"server_name", FIELD_HOST, 3, VALUE_TIGHT},
    {"http_x_forwarded_for", FIELD_FORWARDED, 1, VALUE_TEXT},
    {"proxy_add_x_forwarded_for", FIELD_FORWARDED, 2, VALUE_TEXT},
    {"connection", FIELD_CONNECTION, 1, VALUE_TIGHT},
    {"remote_port", FIELD_CONNECTION, 2, VALUE_TIGHT},
    /* Numbers and what only the server words. */
    {"bytes_received", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"connection_requests", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"connection_time", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"content_length", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"gzip_ratio", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"hostname", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"https", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"http2", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"http3", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"is_args", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"nginx_version", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"pid", FIELD_WORKER, 1, VALUE_TIGHT},
    {"pipe", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"proxy_protocol_port", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"request_completion", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"request_id", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"request_length", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"request_time", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"scheme", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"server_addr", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"server_port", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"server_protocol", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"ssl_cipher", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"ssl_protocol", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"ssl_session_id", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"ssl_session_reused", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"upstream_addr", FIELD_SKIPPED, 0, VALUE_LIST},
    {"upstream_bytes_received", FIELD_SKIPPED, 0, VALUE_LIST},
    {"upstream_bytes_sent", FIELD_SKIPPED, 0, VALUE_LIST},
    {"upstream_cache_status", FIELD_SKIPPED, 0, VALUE_LIST},
    {"upstream_connect_time", FIELD_SKIPPED, 0, VALUE_LIST},
    {"upstream_header_time", FIELD_SKIPPED, 0, VALUE_LIST},
    {"upstream_response_length", FIELD_SKIPPED, 0, VALUE_LIST},
    {"upstream_response_time", FIELD_SKIPPED, 0, VALUE_LIST},
    {"upstream_status", FIELD_SKIPPED, 0, VALUE_LIST},
};

static const struct value_kind *kind_named(struct view name)
{
	for (size_t i = 0; i < count_of(kinds); i++)
		if (view_equal_text(name, kinds[i].name))
			return &kinds[i];
	return &unknown;
}

static bool is_name_byte(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	    (byte >= '0' && byte <= '9') || byte == '_';
}

/* $name or ${name}; *ret_whole is with the dollar and the braces. */
static bool take_variable(struct builder *builder, struct view *ret_name, struct view *ret_whole)
{
	struct view rest = view_skip(builder->rest, 1);
	size_t length = 0;

	*ret_whole = builder->rest;
	if (view_starts_with(rest, VIEW("{"))) {
		rest = view_skip(rest, 1);
		if (!view_cut(&rest, '}', ret_name)) {
			builder_fail(builder, builder->rest, "a brace is not closed");
			return false;
		}
	} else {
		while (length < rest.length && is_name_byte(rest.data[length]))
			length++;
		*ret_name = view_first(rest, length);
		rest = view_skip(rest, length);
	}
	if (ret_name->length == 0) {
		builder_fail(builder, builder->rest, "no name follows the dollar sign");
		return false;
	}
	ret_whole->length -= rest.length;
	builder->rest = rest;
	return true;
}

/* Says whether the variable is a time. */
static bool add_time(struct builder *builder, struct view name, struct view whole)
{
	if (view_equal(name, VIEW("time_local"))) {
		builder_time(builder, PART_NCSA, whole);
	} else if (view_equal(name, VIEW("time_iso8601"))) {
		builder_strftime(builder, VIEW("%Y-%m-%dT%H:%M:%S%z"));
	} else if (view_equal(name, VIEW("msec"))) {
		builder_time(builder, PART_SECONDS, whole);
		builder_literal(builder, '.');
		builder_time(builder, PART_MILLISECOND, whole);
	} else {
		return false;
	}
	return true;
}

static bool is_escaped_default(char byte)
{
	return byte == '"' || (unsigned char)byte < 0x20 || (unsigned char)byte >= 0x7f;
}

static bool is_escaped_json(char byte)
{
	return byte == '"' || (unsigned char)byte < 0x20;
}

static bool is_escaped_none(unused_parameter char byte)
{
	return false;
}

static void take_escape_mode(struct builder *builder)
{
	static const struct {
		struct view word;
		bool (*is_escaped)(char byte);
	} modes[] = {{VIEW("escape=default "), is_escaped_default},
	    {VIEW("escape=json "), is_escaped_json}, {VIEW("escape=none "), is_escaped_none}};

	builder->logformat->is_escaped = is_escaped_default;
	for (size_t i = 0; i < count_of(modes); i++) {
		if (!view_starts_with(builder->rest, modes[i].word))
			continue;
		builder->logformat->is_escaped = modes[i].is_escaped;
		builder->rest = view_skip(builder->rest, modes[i].word.length);
		return;
	}
	if (view_starts_with(builder->rest, VIEW("escape=")))
		builder_fail(
		    builder, builder->rest, "escape= must be default, json or none, and a space");
}

void compile_nginx(struct builder *builder)
{
	take_escape_mode(builder);
	while (builder->rest.length > 0 && !builder->failed) {
		struct view name;
		struct view whole;

		if (builder->rest.data[0] == '$') {
			if (take_variable(builder, &name, &whole) &&
			    !add_time(builder, name, whole))
				builder_value(builder, kind_named(name), whole);
		} else if (!builder_take_escape(builder)) {
			builder_literal(builder, builder->rest.data[0]);
			builder->rest = view_skip(builder->rest, 1);
		}
	}
}
