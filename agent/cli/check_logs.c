#include "cli/check_logs.h"

#include "cli/verbs.h"
#include "daemon/reading.h"
#include "intake/head.h"
#include "parse/shortfall.h"

#define MAX_HEAD_BYTES   ((size_t)256 * 1024)
#define MAX_ADVICE_BYTES ((size_t)4096)

static void note_lines(struct reading *reading, struct view head, struct shortfall *ret_shortfall)
{
	struct view line;
	struct parsed parsed;
	bool is_first = true;

	/* Without its end the last line says too little. */
	while (view_cut(&head, '\n', &line)) {
		if (view_ends_with(line, VIEW("\r")))
			line.length--;
		reading_line(reading, line, is_first, &parsed);
		is_first = false;
		if (parsed.kind == LINE_RECORD)
			shortfall_note(ret_shortfall, &parsed.record);
	}
}

static void tell(const char *path, const char *format, struct view advice)
{
	struct view line;

	while (!view_is_empty(advice)) {
		view_cut(&advice, '\n', &line);
		print_escaped(view_of_text(path));
		printf(" (%s): ", format);
		print_escaped(line);
		putchar('\n');
	}
}

static void look_at(
    const struct rulebook *rulebook, struct detector *detector, const struct config_log *log)
{
	struct shortfall shortfall = {0};
	struct buffer auto_buffer advice;
	struct buffer auto_buffer head;
	struct reading reading;
	const char *format;

	buffer_init(&advice, MAX_ADVICE_BYTES);
	buffer_init(&head, MAX_HEAD_BYTES);
	if (head_read(log->path, MAX_HEAD_BYTES, &head) < 0 ||
	    reading_init(&reading, log, detector, rulebook->signatures) < 0)
		return;
	note_lines(&reading, buffer_view(&head), &shortfall);
	format = reading_format(&reading);
	if (format != NULL)
		shortfall_append(&shortfall, format, &advice);
	if (format != NULL)
		tell(log->path, format, buffer_view(&advice));
	reading_done(&reading);
}

void check_logs(const struct rulebook *rulebook)
{
	static const struct hash_seed seed;

	for (size_t i = 0; i < rulebook->config->sites.count; i++) {
		const struct config_site *site = &rulebook->config->sites.items[i];
		struct detector *detector = NULL;

		if (reading_new_detector(&detector, rulebook, site, &seed) < 0)
			return;
		for (size_t j = 0; j < site->logs.count; j++)
			look_at(rulebook, detector, &site->logs.items[j]);
		detector_free(&detector);
	}
}
