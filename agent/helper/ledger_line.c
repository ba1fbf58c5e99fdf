#include "helper/ledger_line.h"

#include <errno.h>
#include <inttypes.h>

#include "base/hash.h"
#include "base/text.h"

/* Between what a crash left and our note about it; no record holds one. */
#define TORN_MARK   '\t'
#define CHECK_BYTES 23 /* " check=" and 16 digits */

static const char *kind_name(uint32_t kind)
{
	static const char *const names[] = {"intent", "result", "clock", "torn"};

	return names[kind];
}

static void print_check(struct view bytes, char ret_text[CHECK_BYTES + 1])
{
	static const struct hash_seed seed = {{UINT64_C(0x6c65646765722031), 1}};

	snprintf(ret_text, CHECK_BYTES + 1, " check=%016" PRIx64, hash_bytes(&seed, bytes));
}

void ledger_line_write(const struct ledger_record *record, struct buffer *line)
{
	char time[TEXT_TIME_BYTES], check[CHECK_BYTES + 1];

	buffer_append_format(line, "%s %s wall_ms=%" PRId64 " boottime_ms=%" PRId64 " boot=%s",
	    text_of_time(record->when.wall_ms, time), kind_name(record->kind),
	    record->when.wall_ms, record->when.boottime_ms, record->when.boot_id);
	if (record->kind == LEDGER_INTENT || record->kind == LEDGER_RESULT)
		buffer_append_format(line,
		    " action=%s site=%s remedy=%s incident=%s reason=%s rung=%" PRIu32
		    " result=%s process=%" PRId64 " started=%" PRIu64 " deadline_ms=%" PRId64,
		    record->action_id, record->site, record->remedy, record->incident,
		    record->reason, record->rung, protocol_result_name(record->result),
		    record->process_id, record->start_ticks, record->deadline_ms);
	print_check(buffer_view(line), check);
	buffer_append_format(line, "%s\n", check);
}

void ledger_line_end_torn(struct buffer *line, const struct moment *now)
{
	const struct ledger_record torn = {.kind = LEDGER_TORN, .when = *now};

	buffer_append_byte(line, TORN_MARK);
	ledger_line_write(&torn, line);
}

/* The number that bears the name; -EBADMSG. */
static int number_of(const char *name, const char *(*name_of)(uint32_t), uint32_t last)
{
	for (uint32_t number = 0; number <= last; number++)
		if (strcmp(name, name_of(number)) == 0)
			return (int)number;
	return -EBADMSG;
}

static int read_action(const char *text, struct ledger_record *record)
{
	char result[16];
	int number;

	if (sscanf(text,
	        " action=%63s site=%63s remedy=%63s incident=%63s reason=%63s rung=%" SCNu32
	        " result=%15s process=%" SCNd64 " started=%" SCNu64 " deadline_ms=%" SCNd64,
	        record->action_id, record->site, record->remedy, record->incident,
	        record->reason, &record->rung, result, &record->process_id,
	        &record->start_ticks, &record->deadline_ms) != 10)
		return -EBADMSG;
	number = number_of(result, protocol_result_name, PROTOCOL_REFUSED);
	record->result = (enum protocol_result)number;
	return number < 0 ? number : 0;
}

static int read_record(const char *text, struct ledger_record *ret_record)
{
	struct ledger_record record = {0};
	char kind[16];
	int rest = 0, number, error = 0;

	if (sscanf(text, "%*s %15s wall_ms=%" SCNd64 " boottime_ms=%" SCNd64 " boot=%36s%n", kind,
	        &record.when.wall_ms, &record.when.boottime_ms, record.when.boot_id,
	        &rest) != 4)
		return -EBADMSG;
	number = number_of(kind, kind_name, LEDGER_TORN);
	record.kind = (enum ledger_kind)number;
	if (number == LEDGER_INTENT || number == LEDGER_RESULT)
		error = read_action(text + rest, &record);
	if (number < 0 || error < 0)
		return -EBADMSG;
	*ret_record = record;
	return 0;
}

int ledger_line_read(struct view line, struct ledger_record *ret_record)
{
	char check[CHECK_BYTES + 1], text[LEDGER_MAX_LINE_BYTES];
	struct view content, before = {0};

	if (line.length < CHECK_BYTES || line.length >= sizeof(text))
		return -EBADMSG;
	content = view_first(line, line.length - CHECK_BYTES);
	print_check(content, check);
	if (!view_equal_text(view_skip(line, content.length), check))
		return -EBADMSG;
	while (view_cut(&content, TORN_MARK, &before))
		;
	snprintf(text, sizeof(text), "%.*s", VIEW_ARGUMENTS(before));
	return read_record(text, ret_record);
}
