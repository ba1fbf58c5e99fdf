/* The builder of logformat_parts.h. */
#include <stdio.h>

#include "base/text.h"
#include "parse/logformat_parts.h"
#include "parse/pairs.h"

void builder_fail(struct builder *builder, struct view place, const char *format, ...)
{
	size_t character = (size_t)(place.data - builder->logformat->text) + 1;
	char message[512];
	va_list arguments;

	if (builder->failed)
		return;
	builder->failed = true;
	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	if (builder->errors == NULL)
		return;
	buffer_append_format(builder->errors, "character %zu of the log format: ", character);
	text_append_printable(builder->errors, view_of_text(message));
}

static struct element *last_element(struct builder *builder)
{
	struct logformat *logformat = builder->logformat;

	return logformat->element_count > 0 ? &logformat->elements[logformat->element_count - 1]
					    : NULL;
}

static void add_element(struct builder *builder, const struct element *element)
{
	struct logformat *logformat = builder->logformat;

	if (logformat->element_count == LOGFORMAT_MAX_ELEMENTS)
		builder_fail(
		    builder, builder->rest, "it has more than %d parts", LOGFORMAT_MAX_ELEMENTS);
	else
		logformat->elements[logformat->element_count++] = *element;
}

/* The bytes before the first that is escaped in values are a literal of their own. */
void builder_literal(struct builder *builder, char byte)
{
	struct logformat *logformat = builder->logformat;
	struct element *last = last_element(builder);
	bool is_anchor = logformat->is_escaped(byte);
	char *at = logformat->literals + logformat->literal_bytes;

	/* There are never more bytes in the literals than in the text. */
	logformat->literals[logformat->literal_bytes++] = byte;
	if (last != NULL &&
	    (last->kind == ELEMENT_ANCHOR || (last->kind == ELEMENT_LITERAL && !is_anchor))) {
		last->literal.length++;
		return;
	}
	add_element(builder,
	    &(struct element){.kind = is_anchor ? ELEMENT_ANCHOR : ELEMENT_LITERAL,
		.literal = view_of(at, 1),
		.name = builder->rest});
}

/* scheme=, scheme=" or "scheme":" before a value says that it is one of pairs.h. */
static bool take_pair_field(const struct element *before, enum field *ret_field)
{
	static const enum field fields[] = {FIELD_SCHEME, FIELD_REPLY, FIELD_ERROR,
	    FIELD_ERROR_TEXT, FIELD_CONNECTION, FIELD_HOST, FIELD_FORWARDED, FIELD_WORKER};
	struct pairs pairs = {0};
	struct view *const places[] = {&pairs.scheme, &pairs.reply, &pairs.error, &pairs.error_text,
	    &pairs.connection, &pairs.host, &pairs.forwarded, &pairs.worker};
	struct view key;
	size_t begin;

	if (before == NULL || before->kind == ELEMENT_VALUE || before->kind == ELEMENT_TIME)
		return false;
	key = before->literal;
	if (view_ends_with(key, VIEW("\"")))
		key.length--;
	if (view_ends_with(key, VIEW("\":")))
		key.length--;
	else if (!view_ends_with(key, VIEW("=")))
		return false;
	key.length--;
	for (begin = key.length; begin > 0; begin--)
		if (strchr(" \t\"", key.data[begin - 1]) != NULL)
			break;
	key = view_skip(key, begin);
	for (size_t i = 0; i < count_of(fields); i++) {
		if (pairs_place(&pairs, key) != places[i])
			continue;
		*ret_field = fields[i];
		return true;
	}
	return false;
}

/* The literal before a quoted value: ' scheme=' and then the anchor '"'. */
static const struct element *literal_before(struct builder *builder, struct element *ret_joined)
{
	struct logformat *logformat = builder->logformat;
	const struct element *last = last_element(builder);

	if (last == NULL || last->kind != ELEMENT_ANCHOR || last->literal.length > 1 ||
	    logformat->element_count < 2 || last[-1].kind != ELEMENT_LITERAL)
		return last;
	*ret_joined = last[-1];
	ret_joined->literal.length += last->literal.length; /* one stands behind the other */
	return ret_joined;
}

/* Whether two values that nothing separates are one that is wanted, or one that is not. */
static bool is_joined(const struct element *last, const struct element *element, enum field *ret)
{
	bool is_target = element->field == FIELD_TARGET;

	*ret = is_target ? FIELD_TARGET : last->field;
	switch (last->field) {
	case FIELD_TARGET: /* a path and its query */
		return is_target || element->field == FIELD_SKIPPED;
	case FIELD_HOST: /* an address, of which the host is the beginning */
		return is_target;
	case FIELD_SKIPPED:
		return element->field == FIELD_SKIPPED ||
		    (is_target && last->looseness == VALUE_TIGHT);
	default:
		return false;
	}
}

/* Nobody needs to know the border between such values. */
static bool join_to_last(struct builder *builder, const struct element *element)
{
	struct element *last = last_element(builder);
	enum field field;

	if (last == NULL || last->kind != ELEMENT_VALUE || !is_joined(last, element, &field))
		return false;
	last->field = field;
	if (element->looseness > last->looseness)
		last->looseness = element->looseness;
	last->name.length = (size_t)(element->name.data - last->name.data) + element->name.length;
	return true;
}

static void add_value(struct builder *builder, struct element *element)
{
	struct element joined;
	struct element *last = last_element(builder);

	if (take_pair_field(literal_before(builder, &joined), &element->field)) {
		element->rank = 0;
		/* One of a few words, whatever the client sent. */
		if (element->field == FIELD_SCHEME || element->field == FIELD_REPLY)
			element->looseness = VALUE_TIGHT;
	}
	if (join_to_last(builder, element))
		return;
	if (last != NULL && last->kind >= ELEMENT_VALUE)
		builder_fail(builder, element->name,
		    "nothing separates %.*s from %.*s: put a literal between them",
		    VIEW_ARGUMENTS(last->name), VIEW_ARGUMENTS(element->name));
	add_element(builder, element);
}

void builder_value(struct builder *builder, const struct value_kind *kind, struct view name)
{
	struct element element = {.kind = ELEMENT_VALUE,
	    .field = kind->field,
	    .rank = kind->rank,
	    .looseness = kind->looseness,
	    .name = name};

	add_value(builder, &element);
}

void builder_padded_value(struct builder *builder, const struct value_kind *kind, struct view name)
{
	struct element element = {.kind = ELEMENT_VALUE,
	    .field = kind->field,
	    .rank = kind->rank,
	    .looseness = kind->looseness,
	    .is_padded = true,
	    .name = name};

	add_value(builder, &element);
}

void builder_time(struct builder *builder, enum stamp_part part, struct view name)
{
	const struct element *last = last_element(builder);

	if (last != NULL && last->kind == ELEMENT_VALUE)
		builder_fail(builder, name,
		    "nothing separates %.*s from the time: put a literal between them",
		    VIEW_ARGUMENTS(last->name));
	add_element(builder, &(struct element){.kind = ELEMENT_TIME, .part = part, .name = name});
}

bool builder_take_escape(struct builder *builder)
{
	static const char letters[] = "ntrvbfa\\\"'";
	static const char bytes[] = "\n\t\r\v\b\f\a\\\"'";
	const char *letter;

	if (builder->rest.length < 2 || builder->rest.data[0] != '\\')
		return false;
	letter = builder->rest.data[1] != '\0' ? strchr(letters, builder->rest.data[1]) : NULL;
	if (letter == NULL)
		return false;
	builder_literal(builder, bytes[letter - letters]);
	builder->rest = view_skip(builder->rest, 2);
	return true;
}

/* -- what a finished format must be */

/* Whether the value may hold what separates it from its neighbours in the segment. */
static bool is_loose(const struct element *element, const struct element *next)
{
	if (element->kind != ELEMENT_VALUE || element->looseness <= VALUE_LIST)
		return false;
	if (element->looseness == VALUE_TEXT)
		return true;
	return next != NULL && next->kind == ELEMENT_LITERAL && next->literal.data[0] != ' ';
}

static bool tells_something(const struct logformat *logformat, const struct segment *segment)
{
	for (size_t i = segment->first; i < segment->end; i++)
		if (logformat->elements[i].kind == ELEMENT_TIME ||
		    (logformat->elements[i].kind == ELEMENT_VALUE &&
			logformat->elements[i].field != FIELD_SKIPPED))
			return true;
	return false;
}

/* Of two loose values a user yields, since few users hold blanks. Where nothing is wanted from the
 * segment it does not matter. */
static void add_loose(struct builder *builder, struct segment *segment, size_t index)
{
	const struct element *elements = builder->logformat->elements;

	if (segment->loose == segment->end || elements[segment->loose].field == FIELD_USER)
		segment->loose = index;
	else if (!tells_something(builder->logformat, segment))
		segment->is_opaque = true;
	else if (elements[index].field != FIELD_USER)
		builder_fail(builder, elements[index].name,
		    "%.*s and %.*s may both hold what stands between them, so that a client can "
		    "shift one into the other: put them in quotes",
		    VIEW_ARGUMENTS(elements[segment->loose].name),
		    VIEW_ARGUMENTS(elements[index].name));
}

static void lay_segment(struct builder *builder, size_t first, size_t end)
{
	struct logformat *logformat = builder->logformat;
	struct segment *segment = &logformat->segments[logformat->segment_count++];

	*segment = (struct segment){.first = first, .end = end, .loose = end};
	for (size_t i = first; i < end; i++)
		if (is_loose(&logformat->elements[i],
			i + 1 < logformat->element_count ? &logformat->elements[i + 1] : NULL))
			add_loose(builder, segment, i);
}

static void lay_segments(struct builder *builder)
{
	struct logformat *logformat = builder->logformat;
	size_t first = 0;

	for (size_t i = 0; i < logformat->element_count; i++) {
		if (logformat->elements[i].kind != ELEMENT_ANCHOR)
			continue;
		lay_segment(builder, first, i);
		first = i + 1;
	}
	lay_segment(builder, first, logformat->element_count);
}

/* Of columns for the same field the one that tells it best is read, the others are skipped. */
static void choose_columns(struct logformat *logformat)
{
	struct element *best[FIELD_COUNT] = {NULL};

	for (size_t i = 0; i < logformat->element_count; i++) {
		struct element *element = &logformat->elements[i];
		struct element **place = &best[element->field];

		if (element->kind != ELEMENT_VALUE || element->field == FIELD_SKIPPED)
			continue;
		if (*place == NULL || element->rank < (*place)->rank) {
			if (*place != NULL)
				(*place)->field = FIELD_SKIPPED;
			*place = element;
		} else {
			element->field = FIELD_SKIPPED;
		}
	}
}

static void check_use(struct builder *builder)
{
	const struct logformat *logformat = builder->logformat;
	struct view text = view_of_text(logformat->text);
	unsigned fields = 0;
	unsigned parts = 0;

	for (size_t i = 0; i < logformat->element_count; i++) {
		if (logformat->elements[i].kind == ELEMENT_VALUE)
			fields |= 1U << logformat->elements[i].field;
		else if (logformat->elements[i].kind == ELEMENT_TIME)
			parts |= 1U << logformat->elements[i].part;
	}
	if ((fields & 1U << FIELD_STATUS) == 0)
		builder_fail(builder, text, "it logs no status, so nobody can see who got in");
	else if ((fields & (1U << FIELD_CLIENT | 1U << FIELD_FORWARDED)) == 0)
		builder_fail(
		    builder, text, "it logs no client, so nobody can tell one from another");
	else if (!stamp_parts_suffice(parts))
		builder_fail(builder, text, "it logs no time, or not the whole of it");
}

void builder_finish(struct builder *builder)
{
	choose_columns(builder->logformat);
	check_use(builder);
	lay_segments(builder);
}
