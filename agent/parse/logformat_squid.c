/* Squid's logformat: % [encoding] [-] [0] [width] [.precision] [{argument}] code [{argument}] */
#include "parse/logformat_parts.h"

/* Longer codes stand before those that they begin with. */
static const struct value_kind codes[] = {
    {">eui", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {">ha", FIELD_SKIPPED, 0, VALUE_TEXT},
    {">la", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {">lp", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {">qos", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {">nfmark", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {">handshake", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {">a", FIELD_CLIENT, 1, VALUE_TIGHT},
    {">A", FIELD_CLIENT, 2, VALUE_TIGHT},
    {">p", FIELD_CONNECTION, 2, VALUE_TIGHT},
    {">Hs", FIELD_STATUS, 1, VALUE_TIGHT},
    {">h", FIELD_SKIPPED, 0, VALUE_TEXT},
    {">rm", FIELD_METHOD, 2, VALUE_WORD},
    {">ru", FIELD_TARGET, 2, VALUE_WORD},
    {">rp", FIELD_SKIPPED, 0, VALUE_WORD},
    {">rs", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {">rd", FIELD_HOST, 2, VALUE_WORD},
    {">rP", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {">rv", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {">sh", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {">st", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {">bs", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"<Hs", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"<ha", FIELD_SKIPPED, 0, VALUE_TEXT},
    {"<h", FIELD_SKIPPED, 0, VALUE_TEXT},
    {"<la", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"<lp", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"<st", FIELD_BYTES, 1, VALUE_TIGHT},
    {"<sh", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"<sH", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"<bs", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"<pt", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"<tt", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"<qos", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"<nfmark", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"<rm", FIELD_SKIPPED, 0, VALUE_WORD},
    {"<ru", FIELD_SKIPPED, 0, VALUE_WORD},
    {"<rp", FIELD_SKIPPED, 0, VALUE_WORD},
    {"<rs", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"<rd", FIELD_SKIPPED, 0, VALUE_WORD},
    {"<rP", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"<rv", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"<a", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"<A", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"<p", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"un", FIELD_USER, 1, VALUE_WORD},
    {"ul", FIELD_USER, 2, VALUE_WORD},
    {"ue", FIELD_SKIPPED, 0, VALUE_WORD},
    {"ui", FIELD_SKIPPED, 0, VALUE_WORD},
    {"us", FIELD_SKIPPED, 0, VALUE_WORD},
    {"credentials", FIELD_SKIPPED, 0, VALUE_WORD},
    {"rm", FIELD_METHOD, 1, VALUE_WORD},
    {"ru", FIELD_TARGET, 1, VALUE_WORD},
    {"rp", FIELD_TARGET, 3, VALUE_WORD},
    {"rv", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"Ss", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"Sh", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"Hs", FIELD_STATUS, 2, VALUE_TIGHT},
    {"mt", FIELD_SKIPPED, 0, VALUE_WORD},
    {"st", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"tr", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"dt", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"tS", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"busy_time", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"err_code", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"err_detail", FIELD_SKIPPED, 0, VALUE_WORD},
    {"et", FIELD_SKIPPED, 0, VALUE_WORD},
    {"ea", FIELD_SKIPPED, 0, VALUE_WORD},
    {"sn", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"la", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"lp", FIELD_SKIPPED, 0, VALUE_TIGHT},
    {"note", FIELD_SKIPPED, 0, VALUE_WORD},
    {"master_xaction", FIELD_SKIPPED, 0, VALUE_TIGHT},
};

static const struct value_kind *take_code(struct view *rest)
{
	for (size_t i = 0; i < count_of(codes); i++) {
		if (!view_starts_with(*rest, view_of_text(codes[i].name)))
			continue;
		*rest = view_skip(*rest, strlen(codes[i].name));
		return &codes[i];
	}
	return NULL;
}

/* ssl::>cert_subject, icap::tt and adapt::all_trs: namespaces of which nothing is needed. */
static bool take_foreign_code(struct view *rest)
{
	static const struct view spaces[] = {VIEW("ssl::"), VIEW("tls::"), VIEW("icap::"),
	    VIEW("adapt::"), VIEW("proxy_protocol::")};

	for (size_t i = 0; i < count_of(spaces); i++) {
		if (!view_starts_with(*rest, spaces[i]))
			continue;
		*rest = view_skip(*rest, spaces[i].length);
		while (rest->length > 0 &&
		    (rest->data[0] == '<' || rest->data[0] == '>' || rest->data[0] == '_' ||
			(rest->data[0] >= 'a' && rest->data[0] <= 'z')))
			*rest = view_skip(*rest, 1);
		return true;
	}
	return false;
}

static const struct value_kind *kind_of_header(struct view name)
{
	static const struct value_kind kinds[] = {
	    {"User-Agent", FIELD_AGENT, 1, VALUE_TEXT},
	    {"Host", FIELD_HOST, 1, VALUE_TEXT},
	    {"X-Forwarded-For", FIELD_FORWARDED, 1, VALUE_TEXT},
	};

	for (size_t i = 0; i < count_of(kinds); i++)
		if (view_equal_ignoring_case(name, view_of_text(kinds[i].name)))
			return &kinds[i];
	return NULL;
}

struct token {
	struct view name; /* from the percent sign on */
	char encoding; /* as written, or NUL */
	bool is_padded;
	struct view argument;
};

static void take_argument(struct builder *builder, struct view *rest, struct token *token)
{
	if (!view_starts_with(*rest, VIEW("{")))
		return;
	*rest = view_skip(*rest, 1);
	if (!view_cut(rest, '}', &token->argument))
		builder_fail(builder, token->name, "a brace is not closed");
}

/* Encoding and width. */
static void take_head(struct view *rest, struct token *token)
{
	static const char encodings[] = "\"[#/'\\";
	size_t digits = 0;

	if (rest->length > 0 && rest->data[0] != '\0' && strchr(encodings, rest->data[0]) != NULL) {
		token->encoding = rest->data[0];
		*rest = view_skip(*rest, 1);
	}
	if (view_starts_with(*rest, VIEW("-")))
		*rest = view_skip(*rest, 1);
	while (digits < rest->length &&
	    ((rest->data[digits] >= '0' && rest->data[digits] <= '9') || rest->data[digits] == '.'))
		digits++;
	token->is_padded = digits > 0 && rest->data[0] != '0';
	*rest = view_skip(*rest, digits);
}

static bool add_time(struct builder *builder, struct view *rest, struct token *token)
{
	struct view code = view_first(*rest, 2);
	bool is_local = view_equal(code, VIEW("tl")) || view_equal(code, VIEW("tg"));

	if (!is_local && !view_equal(code, VIEW("ts")) && !view_equal(code, VIEW("tu")))
		return false;
	*rest = view_skip(*rest, 2);
	take_argument(builder, rest, token);
	if (view_equal(code, VIEW("ts")))
		builder_time(builder, PART_SECONDS, token->name);
	else if (view_equal(code, VIEW("tu")))
		builder_time(builder, PART_MILLISECOND, token->name);
	else if (token->argument.length > 0)
		builder_strftime(builder, token->argument);
	else
		builder_time(builder, PART_NCSA, token->name);
	return true;
}

/* Between quotes Squid escapes quotes, between brackets these, and elsewhere as in addresses; only
 * %' leaves all as it is. */
static void add_value(struct builder *builder, const struct value_kind *kind,
    const struct token *token, bool holds_blanks)
{
	struct value_kind own = *kind;

	/* A method holds no blank wherever it stands. */
	if (holds_blanks && own.looseness != VALUE_TIGHT && own.field != FIELD_METHOD)
		own.looseness = VALUE_TEXT;
	else if (!holds_blanks && own.looseness == VALUE_TEXT && token->encoding != '\'')
		own.looseness = VALUE_WORD;
	if (token->encoding == '\'') {
		builder_fail(builder, token->name,
		    "%.*s is logged raw, so that a client can write what follows: leave out the '",
		    VIEW_ARGUMENTS(token->name));
		return;
	}
	if (token->is_padded)
		builder_padded_value(builder, &own, token->name);
	else
		builder_value(builder, &own, token->name);
}

/* `around` is the quote or bracket that is open, or NUL. */
static void add_token(struct builder *builder, char around)
{
	static const struct value_kind foreign = {"", FIELD_SKIPPED, 0, VALUE_WORD};
	struct view rest = view_skip(builder->rest, 1);
	struct token token = {.name = builder->rest};
	const struct value_kind *kind;
	bool is_request;

	if (view_starts_with(rest, VIEW("%"))) {
		builder_literal(builder, '%');
		builder->rest = view_skip(rest, 1);
		return;
	}
	take_head(&rest, &token);
	take_argument(builder, &rest, &token);
	token.name.length = builder->rest.length - rest.length + 1;
	if (add_time(builder, &rest, &token)) {
		builder->rest = rest;
		return;
	}
	is_request = view_starts_with(rest, VIEW(">h")) || view_starts_with(rest, VIEW(">ha"));
	kind = take_foreign_code(&rest) ? &foreign : take_code(&rest);
	take_argument(builder, &rest, &token);
	token.name.length = builder->rest.length - rest.length;
	if (kind == NULL) {
		builder_fail(builder, builder->rest, "there is no code %.*s",
		    VIEW_ARGUMENTS(view_first(builder->rest, 8)));
		return;
	}
	if (is_request && token.argument.data != NULL && kind_of_header(token.argument) != NULL)
		kind = kind_of_header(token.argument);
	add_value(builder, kind, &token,
	    token.encoding == '"' || token.encoding == '[' ||
		(token.encoding == '\0' && around != '\0'));
	builder->rest = rest;
}

static bool is_escaped(char byte)
{
	return byte == '"' || byte == '\n' || byte == '\r' || byte == '\t';
}

/* What is open behind this byte of the format, as Squid follows it. */
static char next_around(char around, char byte)
{
	if (byte == '"' && around != '[')
		return around == '"' ? '\0' : '"';
	if (byte == '[' && around == '\0')
		return '[';
	return byte == ']' && around == '[' ? '\0' : around;
}

void compile_squid(struct builder *builder)
{
	char around = '\0';

	builder->logformat->is_escaped = is_escaped;
	builder->logformat->source = "squid-helper";
	while (builder->rest.length > 0 && !builder->failed) {
		if (builder->rest.data[0] == '%') {
			add_token(builder, around);
			continue;
		}
		around = next_around(around, builder->rest.data[0]);
		builder_literal(builder, builder->rest.data[0]);
		builder->rest = view_skip(builder->rest, 1);
	}
}
