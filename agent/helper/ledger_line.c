#include "helper/ledger_line.h"

#include <errno.h>
#include <inttypes.h>

#include "base/hash.h"
#include "base/text.h"

/* Between what a crash left and our note about it; no record holds one. */
#define TORN_MARK '\t'
#define CHECK	  " check="

static const char *const kinds[] = {
    [LEDGER_INTENT] = "intent",
    [LEDGER_RESULT] = "result",
    [LEDGER_CLOCK] = "clock",
    [LEDGER_TORN] = "torn",
};

enum field_type { FIELD_TEXT, FIELD_INT, FIELD_UNSIGNED, FIELD_RESULT };

enum { IN_INTENT = 1 << LEDGER_INTENT, IN_RESULT = 1 << LEDGER_RESULT, IN_ALL = ~0 };

#define MEMBER(member)                                                                             \
	offsetof(struct ledger_record, member), sizeof(((struct ledger_record *)0)->member)

static const struct field {
	const char *name;
	size_t offset, bytes;
	enum field_type type;
	int kinds;
} fields[] = {
    {"action", MEMBER(action_id), FIELD_TEXT, IN_INTENT | IN_RESULT},
    {"site", MEMBER(site), FIELD_TEXT, IN_INTENT | IN_RESULT},
    {"rung", MEMBER(rung), FIELD_UNSIGNED, IN_INTENT | IN_RESULT},
    {"remedy", MEMBER(remedy), FIELD_TEXT, IN_INTENT | IN_RESULT},
    {"incident", MEMBER(incident), FIELD_TEXT, IN_INTENT | IN_RESULT},
    {"reason", MEMBER(reason), FIELD_TEXT, IN_INTENT},
    {"result", MEMBER(result), FIELD_RESULT, IN_RESULT},
    {"process", MEMBER(process_id), FIELD_INT, IN_INTENT},
    {"started", MEMBER(start_ticks), FIELD_UNSIGNED, IN_INTENT},
    {"deadline_ms", MEMBER(deadline_ms), FIELD_INT, IN_INTENT},
    {"wall_ms", MEMBER(when.wall_ms), FIELD_INT, IN_ALL},
    {"boottime_ms", MEMBER(when.boottime_ms), FIELD_INT, IN_ALL},
    {"boot", MEMBER(when.boot_id), FIELD_TEXT, IN_ALL},
};

/* ------------------------------------------------------------------------------- writing */

static uint64_t check_of(struct view bytes)
{
	static const struct hash_seed seed = {
	    {UINT64_C(0x6c65646765722031), UINT64_C(0x617574686d656469)}};

	return hash_bytes(&seed, bytes);
}

static void write_field(const struct field *field, const char *member, struct buffer *line)
{
	switch (field->type) {
	case FIELD_TEXT:
		buffer_append_text(line, member);
		break;
	case FIELD_INT:
		buffer_append_format(line, "%" PRId64, *(const int64_t *)member);
		break;
	case FIELD_UNSIGNED:
		buffer_append_format(line, "%" PRIu64, *(const uint64_t *)member);
		break;
	case FIELD_RESULT:
		buffer_append_text(line, protocol_result_name(*(const uint32_t *)member));
		break;
	}
}

static void write_from(const struct ledger_record *record, size_t start, struct buffer *line)
{
	char time[TEXT_TIME_BYTES];

	buffer_append_format(
	    line, "%s %s", text_of_time(record->when.wall_ms, time), kinds[record->kind]);
	for (size_t i = 0; i < count_of(fields); i++) {
		if ((fields[i].kinds & (1 << record->kind)) == 0)
			continue;
		buffer_append_format(line, " %s=", fields[i].name);
		write_field(&fields[i], (const char *)record + fields[i].offset, line);
	}
	buffer_append_format(
	    line, CHECK "%016" PRIx64 "\n", check_of(view_skip(buffer_view(line), start)));
}

void ledger_line_write(const struct ledger_record *record, struct buffer *line)
{
	write_from(record, line->length, line);
}

void ledger_line_end_torn(struct buffer *line, const struct moment *now)
{
	const struct ledger_record record = {.kind = LEDGER_TORN, .when = *now};

	buffer_append_byte(line, TORN_MARK);
	write_from(&record, 0, line);
}

/* ------------------------------------------------------------------------------- reading */

static int read_result(struct view value, uint32_t *result)
{
	for (uint32_t i = 0; i <= PROTOCOL_REFUSED; i++) {
		if (view_equal_text(value, protocol_result_name(i))) {
			*result = i;
			return 0;
		}
	}
	return -EBADMSG;
}

static int read_field(const struct field *field, struct view value, char *member)
{
	switch (field->type) {
	case FIELD_TEXT:
		if (value.length >= field->bytes)
			return -EBADMSG;
		memcpy(member, value.data, value.length);
		return 0;
	case FIELD_INT:
		return view_to_int64(value, (int64_t *)member);
	case FIELD_UNSIGNED:
		return view_to_uint64(value, (uint64_t *)member);
	case FIELD_RESULT:
		return read_result(value, (uint32_t *)member);
	}
	return -EBADMSG;
}

static int read_named(struct view name, struct view value, struct ledger_record *record)
{
	for (size_t i = 0; i < count_of(fields); i++)
		if (view_equal_text(name, fields[i].name))
			return read_field(&fields[i], value, (char *)record + fields[i].offset);
	return -EBADMSG;
}

static int read_kind(struct view text, enum ledger_kind *ret_kind)
{
	for (size_t i = 0; i < count_of(kinds); i++) {
		if (view_equal_text(text, kinds[i])) {
			*ret_kind = (enum ledger_kind)i;
			return 0;
		}
	}
	return -EBADMSG;
}

static int read_record(struct view text, struct ledger_record *ret_record)
{
	struct ledger_record record = {0};
	struct view part;
	int error;

	view_cut(&text, ' ', &part); /* the time for people */
	view_cut(&text, ' ', &part);
	error = read_kind(part, &record.kind);
	while (error == 0 && text.length > 0) {
		struct view value, name;

		view_cut(&text, ' ', &value);
		view_cut(&value, '=', &name);
		error = read_named(name, value, &record);
	}
	if (error < 0)
		return -EBADMSG;
	*ret_record = record;
	return 0;
}

/* Takes the check off the end, where it is right. */
static int take_check(struct view *line)
{
	const size_t check_bytes = strlen(CHECK) + 16;
	char expected[sizeof(CHECK) + 16];
	struct view content;

	if (line->length < check_bytes)
		return -EBADMSG;
	content = view_first(*line, line->length - check_bytes);
	snprintf(expected, sizeof(expected), CHECK "%016" PRIx64, check_of(content));
	if (!view_equal_text(view_skip(*line, content.length), expected))
		return -EBADMSG;
	*line = content;
	return 0;
}

int ledger_line_read(struct view line, struct ledger_record *ret_record)
{
	struct view before;
	int error = take_check(&line);

	if (error < 0)
		return error;
	while (view_cut(&line, TORN_MARK, &before))
		;
	/* Without a mark view_cut() left nothing behind it. */
	return read_record(line.length > 0 ? line : before, ret_record);
}
