/* Apache's LogFormat, and the patterns of Tomcat and Jetty, which share its syntax:
 *
 *	%  !  200,304  <or>  {argument}  ^  letter
 *
 * Where the three give a letter different meanings none of them is of use here, so all are
 * skipped. */
#include "parse/logformat_parts.h"

struct apache_code {
	char letter;
	struct value_kind kind;
};

static const struct apache_code *code_of(char letter)
{
	static const struct apache_code codes[] = {
	    {'h', {"", FIELD_CLIENT, 2, VALUE_TIGHT}},
	    {'a', {"", FIELD_CLIENT, 1, VALUE_TIGHT}},
	    {'u', {"", FIELD_USER, 1, VALUE_TEXT}},
	    {'r', {"", FIELD_REQUEST, 1, VALUE_TEXT}},
	    {'m', {"", FIELD_METHOD, 1, VALUE_WORD}},
	    {'U', {"", FIELD_TARGET, 1, VALUE_TEXT}},
	    {'q', {"", FIELD_SKIPPED, 0, VALUE_WORD}},
	    {'s', {"", FIELD_STATUS, 2, VALUE_TIGHT}},
	    {'b', {"", FIELD_BYTES, 1, VALUE_TIGHT}},
	    {'B', {"", FIELD_BYTES, 1, VALUE_TIGHT}},
	    {'O', {"", FIELD_BYTES, 2, VALUE_TIGHT}},
	    {'v', {"", FIELD_HOST, 2, VALUE_TIGHT}},
	    {'V', {"", FIELD_HOST, 1, VALUE_WORD}},
	    /* Skipped; some are numbers or what only the server words … */
	    {'A', {"", FIELD_SKIPPED, 0, VALUE_TIGHT}},
	    {'D', {"", FIELD_SKIPPED, 0, VALUE_TIGHT}},
	    {'F', {"", FIELD_SKIPPED, 0, VALUE_TIGHT}},
	    {'H', {"", FIELD_SKIPPED, 0, VALUE_TIGHT}},
	    {'I', {"", FIELD_SKIPPED, 0, VALUE_TIGHT}},
	    {'k', {"", FIELD_SKIPPED, 0, VALUE_TIGHT}},
	    {'l', {"", FIELD_SKIPPED, 0, VALUE_TIGHT}},
	    {'L', {"", FIELD_SKIPPED, 0, VALUE_TIGHT}},
	    {'p', {"", FIELD_SKIPPED, 0, VALUE_TIGHT}},
	    {'P', {"", FIELD_WORKER, 1, VALUE_TIGHT}},
	    {'R', {"", FIELD_SKIPPED, 0, VALUE_TIGHT}},
	    {'S', {"", FIELD_SKIPPED, 0, VALUE_TIGHT}},
	    {'T', {"", FIELD_SKIPPED, 0, VALUE_TIGHT}},
	    {'X', {"", FIELD_SKIPPED, 0, VALUE_TIGHT}},
	    /* … others are not. */
	    {'C', {"", FIELD_SKIPPED, 0, VALUE_TEXT}},
	    {'c', {"", FIELD_SKIPPED, 0, VALUE_TEXT}},
	    {'e', {"", FIELD_SKIPPED, 0, VALUE_TEXT}},
	    {'f', {"", FIELD_SKIPPED, 0, VALUE_TEXT}},
	    {'i', {"", FIELD_SKIPPED, 0, VALUE_TEXT}},
	    {'n', {"", FIELD_SKIPPED, 0, VALUE_TEXT}},
	    {'o', {"", FIELD_SKIPPED, 0, VALUE_TEXT}},
	};

	for (size_t i = 0; i < count_of(codes); i++)
		if (codes[i].letter == letter)
			return &codes[i];
	return NULL;
}

struct argument_kind {
	char letter;
	struct value_kind kind;
};

/* Codes whose argument says more: header names in any case. */
static const struct value_kind *kind_of_argument(char letter, struct view argument)
{
	static const struct argument_kind kinds[] = {
	    {'a', {"c", FIELD_CLIENT, 4, VALUE_TIGHT}}, /* the proxy, where mod_remoteip is used */
	    {'h', {"c", FIELD_CLIENT, 5, VALUE_TIGHT}},
	    {'a', {"client", FIELD_CLIENT, 1, VALUE_TIGHT}},
	    {'a', {"remote", FIELD_CLIENT, 1, VALUE_TIGHT}},
	    {'a', {"peer", FIELD_CLIENT, 4, VALUE_TIGHT}},
	    {'a', {"local", FIELD_SKIPPED, 0, VALUE_TIGHT}},
	    {'a', {"server", FIELD_HOST, 3, VALUE_TIGHT}},
	    {'p', {"remote", FIELD_CONNECTION, 3, VALUE_TIGHT}},
	    {'L', {"c", FIELD_CONNECTION, 1, VALUE_TIGHT}},
	    {'P', {"tid", FIELD_SKIPPED, 0, VALUE_TIGHT}},
	    {'P', {"hextid", FIELD_SKIPPED, 0, VALUE_TIGHT}},
	    {'i', {"User-Agent", FIELD_AGENT, 1, VALUE_TEXT}},
	    {'i', {"Host", FIELD_HOST, 1, VALUE_TEXT}},
	    {'i', {"X-Forwarded-For", FIELD_FORWARDED, 1, VALUE_TEXT}},
	    {'e', {"MAG_ERROR", FIELD_ERROR, 1, VALUE_TEXT}},
	    {'e', {"MAG_ERROR_TEXT", FIELD_ERROR_TEXT, 1, VALUE_TEXT}},
	    {'e', {"REMOTE_USER", FIELD_USER, 3, VALUE_TEXT}},
	    {'s', {"", FIELD_STATUS, 1, VALUE_TIGHT}},
	};

	for (size_t i = 0; i < count_of(kinds); i++)
		if (kinds[i].letter == letter &&
		    view_equal_ignoring_case(argument, view_of_text(kinds[i].kind.name)))
			return &kinds[i].kind;
	return NULL;
}

struct directive {
	struct view name; /* from the percent sign on */
	struct view argument; /* data is NULL where there is none */
	bool is_final; /* %>s */
	char letter;
};

static bool is_modifier(char byte)
{
	return byte == '!' || byte == ',' || byte == '<' || byte == '>' ||
	    (byte >= '0' && byte <= '9');
}

/* Modifiers may stand before the argument and behind it. */
static bool take_directive(struct builder *builder, struct directive *ret_directive)
{
	struct view rest = view_skip(builder->rest, 1);
	struct directive directive = {.name = builder->rest};

	while (rest.length > 0 && (is_modifier(rest.data[0]) || rest.data[0] == '{')) {
		directive.is_final |= rest.data[0] == '>';
		if (rest.data[0] == '{') {
			rest = view_skip(rest, 1);
			if (!view_cut(&rest, '}', &directive.argument)) {
				builder_fail(builder, builder->rest, "a brace is not closed");
				return false;
			}
		} else {
			rest = view_skip(rest, 1);
		}
	}
	/* ^FB, ^ti and ^to. */
	if (view_starts_with(rest, VIEW("^")))
		rest = view_skip(rest, rest.length > 2 ? 2 : rest.length);
	if (rest.length == 0) {
		builder_fail(builder, builder->rest, "a directive is not finished");
		return false;
	}
	directive.letter = rest.data[0];
	directive.name.length -= rest.length - 1;
	builder->rest = view_skip(rest, 1);
	*ret_directive = directive;
	return true;
}

static void add_ncsa_time(struct builder *builder, struct view name)
{
	builder_literal(builder, '[');
	builder_time(builder, PART_NCSA, name);
	builder_literal(builder, ']');
}

/* %t and %{…}t: a word of Apache's, a pattern of strftime(), or one of Java's. */
static void add_time(struct builder *builder, const struct directive *directive)
{
	static const struct {
		const char *name;
		enum stamp_part part;
	} words[] = {{"sec", PART_SECONDS}, {"msec", PART_MILLISECONDS},
	    {"usec", PART_MICROSECONDS}, {"msec_frac", PART_MILLISECOND},
	    {"usec_frac", PART_MICROSECOND}};
	struct view pattern = directive->argument;
	struct view locale;

	if (view_starts_with(pattern, VIEW("begin:")))
		pattern = view_skip(pattern, 6);
	else if (view_starts_with(pattern, VIEW("end:")))
		pattern = view_skip(pattern, 4);
	if (pattern.length == 0) {
		add_ncsa_time(builder, directive->name);
		return;
	}
	for (size_t i = 0; i < count_of(words); i++) {
		if (view_equal_text(pattern, words[i].name)) {
			builder_time(builder, words[i].part, directive->name);
			return;
		}
	}
	if (view_contains(pattern, VIEW("%"))) {
		builder_strftime(builder, pattern);
		return;
	}
	/* Jetty names a zone and a locale behind bars. */
	locale = pattern;
	view_cut(&locale, '|', &pattern);
	builder_java_date(builder, pattern);
}

static void add_directive(struct builder *builder, const struct directive *directive)
{
	const struct apache_code *code = code_of(directive->letter);
	const struct value_kind *kind = NULL;

	if (directive->letter == '%') {
		builder_literal(builder, '%');
		return;
	}
	if (directive->letter == 't' && !view_contains(directive->name, VIEW("^"))) {
		add_time(builder, directive);
		return;
	}
	if (directive->argument.data != NULL)
		kind = kind_of_argument(directive->letter, directive->argument);
	else if (directive->letter == 's' && directive->is_final)
		kind = kind_of_argument('s', VIEW(""));
	if (view_contains(directive->name, VIEW("^")))
		code = code_of('i'); /* trailers and the time of the first byte are not needed */
	if (kind == NULL && code != NULL)
		kind = &code->kind;
	if (kind == NULL)
		builder_fail(builder, directive->name, "there is no directive %.*s",
		    VIEW_ARGUMENTS(directive->name));
	else
		builder_value(builder, kind, directive->name);
}

/* mod_log_config escapes these; see ap_escape_logitem(). */
static bool is_escaped(char byte)
{
	return byte == '"' || (unsigned char)byte < 0x20 || (unsigned char)byte >= 0x7f;
}

void compile_apache(struct builder *builder)
{
	builder->logformat->is_escaped = is_escaped;
	builder->logformat->source = "auth_gssapi";
	builder->logformat->has_empty_user_quotes = true;
	while (builder->rest.length > 0 && !builder->failed) {
		struct directive directive;

		if (builder->rest.data[0] == '%') {
			if (take_directive(builder, &directive))
				add_directive(builder, &directive);
		} else if (!builder_take_escape(builder)) {
			builder_literal(builder, builder->rest.data[0]);
			builder->rest = view_skip(builder->rest, 1);
		}
	}
}
