#include "parsed_checks.h"

#include "fuzz.h"

#define YEAR_10000_MS INT64_C(253402300800000)

static void check_view(struct view part, struct view line)
{
	if (part.length == 0)
		return;
	fuzz_check(part.data >= line.data && part.length <= line.length);
	fuzz_check((size_t)(part.data - line.data) <= line.length - part.length);
}

static void check_record(const struct record *record, struct view line)
{
	const struct view views[] = {record->client, record->user, record->agent, record->method,
	    record->target, record->host, record->forwarded, record->connection, record->worker,
	    record->reason};

	for (size_t i = 0; i < count_of(views); i++)
		check_view(views[i], line);
	fuzz_check(record->status >= 0 && record->status <= 999);
	fuzz_check(record->substatus >= -1 && record->win32 >= -1 && record->sent_bytes >= -1);
	fuzz_check(record->scheme < SCHEME_COUNT && record->reply <= REPLY_DONE);
	fuzz_check(record->time_ms > -YEAR_10000_MS && record->time_ms < 4 * YEAR_10000_MS);
	fuzz_check(record->address.family == 0 || record->address.family == 4 ||
		   record->address.family == 6);
}

static void check_signal(
    const struct signal *signal, struct view line, const struct signatures *signatures)
{
	fuzz_check(signal->signature < signatures_count(signatures));
	fuzz_check(signal->kvno >= -1 && signal->text.data != NULL);
	check_view(signal->text, line);
	check_view(signal->principal, line);
}

void check_parsed(
    const struct parsed *parsed, struct view line, const struct signatures *signatures)
{
	fuzz_check(parsed->why != NULL);
	if (parsed->kind == LINE_RECORD)
		check_record(&parsed->record, line);
	if (parsed->has_signal)
		check_signal(&parsed->signal, line, signatures);
}
