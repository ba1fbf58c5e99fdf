#include "ledger/ledger_line.h"

#include <errno.h>
#include <inttypes.h>

#include "base/hash.h"
#include "base/text.h"

/* Between what a crash left and our note about it; no record holds one. */
#define TORN_MARK   '\t'
#define CHECK_BYTES 23 /* " check=" and 16 digits */

static const char *kind_name(uint32_t kind)
{
	static const char *const names[LEDGER_KINDS] = {"intent", "result", "clock", "torn", "lock",
	    "unlock", "approve", "skip", "deny", "pause", "resume"};

	return names[kind];
}

static void print_check(struct view bytes, char ret_text[CHECK_BYTES + 1])
{
	static const struct hash_seed seed = {{UINT64_C(0x6c65646765722031), 1}};

	snprintf(ret_text, CHECK_BYTES + 1, " check=%016" PRIx64, hash_bytes(&seed, bytes));
}

static const char *const verbs[] = {[false] = "apply", [true] = "revert"};

static bool is_action(const struct ledger_record *record)
{
	return record->kind == LEDGER_INTENT || record->kind == LEDGER_RESULT;
}

static bool has_rung(const struct ledger_record *record)
{
	return record->kind != LEDGER_CLOCK && record->kind != LEDGER_TORN;
}

void ledger_line_write(const struct ledger_record *record, struct buffer *line)
{
	char time[TEXT_TIME_BYTES], check[CHECK_BYTES + 1];

	buffer_append_format(line, "%s %s wall_ms=%" PRId64 " boottime_ms=%" PRId64 " boot=%s",
	    text_of_time(record->when.wall_ms, time), kind_name(record->kind),
	    record->when.wall_ms, record->when.boottime_ms, record->when.boot_id);
	if (has_rung(record))
		buffer_append_format(line,
		    " site=%s remedy=%s incident=%s rung=%" PRIu32 " key=%" PRIu64
		    " for_ms=%" PRId64 " by=%s",
		    record->site, record->remedy, record->incident, record->rung, record->key,
		    record->for_ms, record->by);
	if (is_action(record))
		buffer_append_format(line,
		    " action=%s verb=%s reason=%s result=%s process=%" PRId64 " started=%" PRIu64
		    " deadline_ms=%" PRId64,
		    record->action_id, verbs[record->reverts], record->reason,
		    protocol_result_name(record->result), record->process_id,
		    record->start_ticks, record->deadline_ms);
	print_check(buffer_view(line), check);
	buffer_append_format(line, "%s\n", check);
}

void ledger_line_end_torn(struct buffer *line, const struct moment *now)
{
	const struct ledger_record torn = {.kind = LEDGER_TORN, .when = *now};

	buffer_append_byte(line, TORN_MARK);
	ledger_line_write(&torn, line);
}

/* Takes a line apart from its front; a line that is not as expected turns `bad` and stays so. */
struct reading {
	struct view rest;
	bool bad;
};

static struct view next_value(struct reading *reading, const char *name)
{
	struct view value, found;

	view_cut(&reading->rest, ' ', &value);
	reading->bad |= !view_cut(&value, '=', &found) || !view_equal_text(found, name);
	return value;
}

static void read_text(struct reading *reading, const char *name, char ret_text[PROTOCOL_NAME_BYTES])
{
	struct view value = next_value(reading, name);

	reading->bad |= value.length >= PROTOCOL_NAME_BYTES;
	snprintf(ret_text, PROTOCOL_NAME_BYTES, "%.*s", VIEW_ARGUMENTS(value));
}

static int64_t read_int(struct reading *reading, const char *name)
{
	int64_t number = 0;

	reading->bad |= view_to_int64(next_value(reading, name), &number) < 0;
	return number;
}

static uint64_t read_unsigned(struct reading *reading, const char *name)
{
	uint64_t number = 0;

	reading->bad |= view_to_uint64(next_value(reading, name), &number) < 0;
	return number;
}

/* The number that bears the name. */
static uint32_t read_name(
    struct reading *reading, struct view name, const char *(*name_of)(uint32_t), uint32_t last)
{
	for (uint32_t number = 0; number <= last; number++)
		if (view_equal_text(name, name_of(number)))
			return number;
	reading->bad = true;
	return last;
}

static void read_rung(struct reading *reading, struct ledger_record *record)
{
	read_text(reading, "site", record->site);
	read_text(reading, "remedy", record->remedy);
	read_text(reading, "incident", record->incident);
	record->rung = (uint32_t)read_unsigned(reading, "rung");
	record->key = read_unsigned(reading, "key");
	record->for_ms = read_int(reading, "for_ms");
	read_text(reading, "by", record->by);
}

static void read_action(struct reading *reading, struct ledger_record *record)
{
	struct view verb;

	read_text(reading, "action", record->action_id);
	verb = next_value(reading, "verb");
	record->reverts = view_equal_text(verb, verbs[true]);
	reading->bad |= !record->reverts && !view_equal_text(verb, verbs[false]);
	read_text(reading, "reason", record->reason);
	record->result = (enum protocol_result)read_name(
	    reading, next_value(reading, "result"), protocol_result_name, PROTOCOL_REFUSED);
	record->process_id = read_int(reading, "process");
	record->start_ticks = read_unsigned(reading, "started");
	record->deadline_ms = read_int(reading, "deadline_ms");
}

static int read_record(struct view line, struct ledger_record *ret_record)
{
	struct reading reading = {.rest = line};
	struct ledger_record record = {0};
	struct view word;

	view_cut(&reading.rest, ' ', &word); /* the time for people */
	view_cut(&reading.rest, ' ', &word);
	record.kind = (enum ledger_kind)read_name(&reading, word, kind_name, LEDGER_KINDS - 1);
	record.when.wall_ms = read_int(&reading, "wall_ms");
	record.when.boottime_ms = read_int(&reading, "boottime_ms");
	word = next_value(&reading, "boot");
	snprintf(record.when.boot_id, sizeof(record.when.boot_id), "%.*s", VIEW_ARGUMENTS(word));
	if (has_rung(&record))
		read_rung(&reading, &record);
	if (is_action(&record))
		read_action(&reading, &record);
	if (reading.bad || reading.rest.length > 0)
		return -EBADMSG;
	*ret_record = record;
	return 0;
}

int ledger_line_read(struct view line, struct ledger_record *ret_record)
{
	char check[CHECK_BYTES + 1];
	struct view content, record = {0};

	if (line.length < CHECK_BYTES)
		return -EBADMSG;
	content = view_first(line, line.length - CHECK_BYTES);
	print_check(content, check);
	if (!view_equal_text(view_skip(line, content.length), check))
		return -EBADMSG;
	while (view_cut(&content, TORN_MARK, &record))
		; /* to what stands behind the last mark, where there is one */
	return read_record(record, ret_record);
}
