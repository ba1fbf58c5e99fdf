/* Any bytes are no line of the ledger, unless they are written back the same; and whatever a crash
 * left of a line, ending it makes a record that is read as that. */
#include "fuzz.h"

#include <string.h>

#include "ledger/ledger_line.h"

static void check_line(struct view line)
{
	struct buffer auto_buffer again;
	struct ledger_record record;

	buffer_init(&again, LEDGER_MAX_LINE_BYTES);
	if (ledger_line_read(line, &record) < 0 || record.kind == LEDGER_TORN)
		return;
	ledger_line_write(&record, &again);
	fuzz_check(buffer_error(&again) == 0);
}

static void check_torn(struct view torn)
{
	static const struct moment now = {
	    1763800000000, 5000, "2f1d1b1e-0000-4000-8000-000000000001"};
	struct buffer auto_buffer line;
	struct ledger_record record;

	buffer_init(&line, LEDGER_MAX_LINE_BYTES);
	if (torn.length > LEDGER_MAX_LINE_BYTES / 2 || view_contains(torn, VIEW("\n")))
		return;
	buffer_append(&line, torn);
	ledger_line_end_torn(&line, &now);
	fuzz_check(buffer_error(&line) == 0);
	fuzz_check(ledger_line_read(view_first(buffer_view(&line), line.length - 1), &record) == 0);
	fuzz_check(record.kind == LEDGER_TORN);
	fuzz_check(memcmp(&record.when, &now, sizeof(now)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_line(view_of((const char *)data, size));
	check_torn(view_of((const char *)data, size));
	return 0;
}
