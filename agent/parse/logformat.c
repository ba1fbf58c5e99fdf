#include "parse/logformat_parts.h"

#include <errno.h>

#include "parse/scan.h"

/* What a line gave so far. */
struct finding {
	const struct logformat *logformat;
	struct stamps *stamps;
	struct view values[FIELD_COUNT];
	struct stamp_parts time;
};

/* Which language the format is in: nginx has "$name", Squid codes that Apache does not have. */
static bool is_nginx(struct view text)
{
	size_t at;

	return view_find(text, VIEW("$"), &at) && !view_contains(view_first(text, at), VIEW("%"));
}

static bool is_squid(struct view text)
{
	static const struct view codes[] = {VIEW("%>a"), VIEW("%>A"), VIEW("%un"), VIEW("%[un"),
	    VIEW("%tl"), VIEW("%tg"), VIEW("%ts"), VIEW("%>Hs"), VIEW("%03>Hs"), VIEW("%Ss"),
	    VIEW("%<st"), VIEW("%ru"), VIEW("%>ru")};

	for (size_t i = 0; i < count_of(codes); i++)
		if (view_contains(text, codes[i]))
			return true;
	return false;
}

static void compile(struct builder *builder)
{
	if (builder->rest.length > LOGFORMAT_MAX_BYTES)
		builder_fail(
		    builder, builder->rest, "it is longer than %d bytes", LOGFORMAT_MAX_BYTES);
	else if (is_nginx(builder->rest))
		compile_nginx(builder);
	else if (is_squid(builder->rest))
		compile_squid(builder);
	else
		compile_apache(builder);
	if (!builder->failed)
		builder_finish(builder);
}

int logformat_new(struct logformat **ret_logformat, const char *text, struct buffer *errors)
{
	struct logformat *logformat = calloc(1, sizeof(*logformat));
	struct builder builder = {.logformat = logformat, .errors = errors};

	if (logformat == NULL)
		return -ENOMEM;
	logformat->text = view_to_text(view_of_text(text));
	/* A strftime() directive such as %T has more bytes when it is spelled out. */
	logformat->literals = malloc(4 * strlen(text) + 1);
	if (logformat->text == NULL || logformat->literals == NULL) {
		logformat_free(&logformat);
		return -ENOMEM;
	}
	builder.rest = view_of_text(logformat->text);
	compile(&builder);
	if (builder.failed) {
		logformat_free(&logformat);
		return -EINVAL;
	}
	*ret_logformat = logformat;
	return 0;
}

void logformat_free(struct logformat **logformat)
{
	if (*logformat == NULL)
		return;
	free((*logformat)->text);
	free((*logformat)->literals);
	free(*logformat);
	*logformat = NULL;
}

const char *logformat_source(const struct logformat *logformat)
{
	return logformat->source;
}

/* -- reading */

static struct view without_padding(struct view text)
{
	while (text.length > 0 && text.data[0] == ' ')
		text = view_skip(text, 1);
	while (text.length > 0 && text.data[text.length - 1] == ' ')
		text.length--;
	return text;
}

/* Only what may hold blanks does. */
static bool keep_value(struct finding *finding, const struct element *element, struct view value)
{
	if (element->is_padded)
		value = without_padding(value);
	if (element->looseness != VALUE_TEXT && element->looseness != VALUE_LIST &&
	    value.length > 0 && memchr(value.data, ' ', value.length) != NULL)
		return false;
	if (value.data == NULL)
		value.data = "";
	if (element->field != FIELD_SKIPPED)
		finding->values[element->field] = value;
	return true;
}

static bool take_literal(struct view *rest, struct view literal)
{
	if (rest->length < literal.length || memcmp(rest->data, literal.data, literal.length) != 0)
		return false;
	*rest = view_of(rest->data + literal.length, rest->length - literal.length);
	return true;
}

static bool take_time(struct finding *finding, const struct element *element, struct view *rest)
{
	size_t length = stamp_part_length(element->part, *rest, false);
	bool taken = length > 0 &&
	    stamp_part_read(
		element->part, finding->stamps, view_first(*rest, length), &finding->time) == 0;

	if (taken)
		*rest = view_skip(*rest, length);
	return taken;
}

/* Whether a list is cut between two of its items. */
static bool is_within_list(struct view before, struct view after)
{
	return view_ends_with(before, VIEW(",")) || view_ends_with(before, VIEW(", ")) ||
	    view_ends_with(before, VIEW(" :")) || view_ends_with(before, VIEW(" : ")) ||
	    view_starts_with(after, VIEW(" : "));
}

/* The bytes before the literal that follows. */
static bool find_end(
    const struct element *element, struct view text, struct view literal, size_t *ret_length)
{
	size_t from = 0;
	size_t length;

	while (view_find(view_skip(text, from), literal, &length)) {
		length += from;
		if (element->looseness != VALUE_LIST ||
		    !is_within_list(view_first(text, length), view_skip(text, length))) {
			*ret_length = length;
			return true;
		}
		from = length + 1;
	}
	return false;
}

/* All the rest where no literal follows. */
static bool take_value(struct finding *finding, const struct element *element, struct view *rest)
{
	const struct logformat *logformat = finding->logformat;
	const struct element *next = element + 1;
	size_t length = rest->length;
	size_t padding = 0;

	while (element->is_padded && padding < rest->length && rest->data[padding] == ' ')
		padding++;
	if (next < logformat->elements + logformat->element_count) {
		if (!find_end(element, view_skip(*rest, padding), next->literal, &length))
			return false;
		length += padding;
	}
	if (!keep_value(finding, element, view_first(*rest, length)))
		return false;
	*rest = view_skip(*rest, length);
	return true;
}

static bool take_element(struct finding *finding, const struct element *element, struct view *rest)
{
	switch (element->kind) {
	case ELEMENT_LITERAL:
	case ELEMENT_ANCHOR:
		return take_literal(rest, element->literal);
	case ELEMENT_TIME:
		return take_time(finding, element, rest);
	case ELEMENT_VALUE:
		break;
	}
	return take_value(finding, element, rest);
}

static bool take_last_literal(struct view *rest, struct view literal)
{
	if (!view_ends_with(*rest, literal))
		return false;
	rest->length -= literal.length;
	return true;
}

static bool take_last_time(
    struct finding *finding, const struct element *element, struct view *rest)
{
	size_t length = stamp_part_length(element->part, *rest, true);
	struct view text = view_skip(*rest, rest->length - length);

	if (length == 0 ||
	    stamp_part_read(element->part, finding->stamps, text, &finding->time) < 0)
		return false;
	rest->length -= length;
	return true;
}

/* The bytes behind the last of the literals that stand before it. */
static bool take_last_value(
    struct finding *finding, const struct element *element, struct view *rest)
{
	struct view before = element[-1].literal;
	struct view text = *rest;

	while (element->is_padded && text.length > 0 && text.data[text.length - 1] == ' ')
		text.length--;
	while (!view_ends_with(text, before) ||
	    (element->looseness == VALUE_LIST &&
		is_within_list(text, view_skip(*rest, text.length - 1)))) {
		if (text.length <= before.length)
			return false;
		text.length--;
	}
	if (!keep_value(finding, element, view_skip(*rest, text.length)))
		return false;
	*rest = text;
	while (element->is_padded && rest->length > before.length &&
	    view_ends_with(view_first(*rest, rest->length - 1), before))
		rest->length--;
	return true;
}

static bool take_last_element(
    struct finding *finding, const struct element *element, struct view *rest)
{
	switch (element->kind) {
	case ELEMENT_LITERAL:
	case ELEMENT_ANCHOR:
		return take_last_literal(rest, element->literal);
	case ELEMENT_TIME:
		return take_last_time(finding, element, rest);
	case ELEMENT_VALUE:
		break;
	}
	return take_last_value(finding, element, rest);
}

/* The first such byte that no odd run of backslashes stands before. */
static bool find_free(struct view text, char byte, size_t from, size_t *ret_offset)
{
	while (from < text.length) {
		const char *found = memchr(text.data + from, byte, text.length - from);
		const char *slash = found;

		if (found == NULL)
			return false;
		while (slash > text.data + from && slash[-1] == '\\')
			slash--;
		if ((found - slash) % 2 == 0) {
			*ret_offset = (size_t)(found - text.data);
			return true;
		}
		from = (size_t)(found - text.data) + 1;
	}
	return false;
}

/* Apache writes an empty user as two quotes, which are no anchor. */
static size_t empty_user_bytes(
    const struct finding *finding, const struct segment *segment, struct view rest)
{
	const struct element *loose = &finding->logformat->elements[segment->loose];

	if (!finding->logformat->has_empty_user_quotes || loose->field != FIELD_USER ||
	    segment->loose + 1 == segment->end || !view_starts_with(rest, VIEW("\"\"")))
		return 0;
	return view_starts_with(view_skip(rest, 2), loose[1].literal) ? 2 : 0;
}

/* The elements behind the loose value are taken from the segment's end, and what is left is it. */
static bool take_loose(struct finding *finding, const struct segment *segment, struct view *rest)
{
	const struct logformat *logformat = finding->logformat;
	struct view inside;
	size_t end = rest->length;

	if (segment->end < logformat->element_count &&
	    !find_free(*rest, logformat->elements[segment->end].literal.data[0],
		empty_user_bytes(finding, segment, *rest), &end))
		return false;
	inside = view_first(*rest, end);
	if (segment->is_opaque) {
		*rest = view_skip(*rest, end);
		return true;
	}
	for (size_t i = segment->end; i > segment->loose + 1; i--)
		if (!take_last_element(finding, &logformat->elements[i - 1], &inside))
			return false;
	*rest = view_skip(*rest, end);
	return keep_value(finding, &logformat->elements[segment->loose], inside);
}

static bool take_segment(struct finding *finding, const struct segment *segment, struct view *rest)
{
	const struct logformat *logformat = finding->logformat;

	for (size_t i = segment->first; i < segment->loose && !segment->is_opaque; i++)
		if (!take_element(finding, &logformat->elements[i], rest))
			return false;
	if (segment->loose < segment->end && !take_loose(finding, segment, rest))
		return false;
	return segment->end == logformat->element_count ||
	    take_literal(rest, logformat->elements[segment->end].literal);
}

void logformat_read(const struct logformat *logformat, struct stamps *stamps, struct view line,
    struct parsed *ret_parsed)
{
	struct finding finding = {.logformat = logformat, .stamps = stamps};
	bool fits = true;

	for (size_t i = 0; i < logformat->segment_count && fits; i++)
		fits = take_segment(&finding, &logformat->segments[i], &line);
	if (!fits || line.length > 0)
		parsed_as(
		    ret_parsed, LINE_UNPARSED, "the line does not have the log format's form");
	else if (stamp_parts_time(&finding.time, stamps, &ret_parsed->record.time_ms) < 0)
		parsed_as(ret_parsed, LINE_UNPARSED, "the time is none that there is");
	else
		fields_read(finding.values, ret_parsed);
}
