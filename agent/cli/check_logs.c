#include "cli/check_logs.h"

#include <errno.h>

#include "cli/verbs.h"
#include "daemon/reading.h"
#include "intake/head.h"
#include "parse/shortfall.h"

#define MAX_HEAD_BYTES   ((size_t)256 * 1024)
#define MAX_ADVICE_BYTES ((size_t)4096)

struct checking {
	const struct rulebook *rulebook;
	struct detector *detector; /* of the site */
	bool json;
};

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

static void tell_line(const char *path, const char *format, struct view line)
{
	print_escaped(view_of_text(path));
	printf(" (%s): ", format);
	print_escaped(line);
	putchar('\n');
}

static void print_line(const char *path, const char *format, struct view line)
{
	struct json auto_json *object = json_object_new();

	json_put_text(object, "log", path);
	json_put_text(object, "format", format);
	json_put_view(object, "advice", line);
	print_json(object);
}

static void tell(
    const struct checking *checking, const char *path, const char *format, struct view advice)
{
	struct view line;

	while (!view_is_empty(advice)) {
		view_cut(&advice, '\n', &line);
		if (checking->json)
			print_line(path, format, line);
		else
			tell_line(path, format, line);
	}
}

/* That need be no fault: the log may be about to be made, and another user follows it. */
static void tell_unread(const struct checking *checking, const struct config_log *log, int error)
{
	const char *why = error == -ENOENT ? "no file is there yet"
	    : error == -EMEDIUMTYPE	   ? "it is no regular file, and is not followed"
	    : error == -EPERM ? "it is reached by a stranger's symbolic link, and is not followed"
			      : strerror(-error);

	tell(checking, log->path, log->format, view_of_text(why));
}

static void look_at(const struct checking *checking, const struct config_log *log)
{
	struct shortfall shortfall = {0};
	struct buffer auto_buffer advice;
	struct buffer auto_buffer head;
	struct reading reading;
	const char *format;
	int error;

	buffer_init(&advice, MAX_ADVICE_BYTES);
	buffer_init(&head, MAX_HEAD_BYTES);
	error = head_read(log->path, MAX_HEAD_BYTES, &head);
	if (error < 0)
		tell_unread(checking, log, error);
	if (error < 0 ||
	    reading_init(&reading, log, checking->detector, checking->rulebook->signatures) < 0)
		return;
	note_lines(&reading, buffer_view(&head), &shortfall);
	format = reading_format(&reading);
	if (format != NULL)
		shortfall_append(&shortfall, format, &advice);
	if (format != NULL)
		tell(checking, log->path, format, buffer_view(&advice));
	reading_done(&reading);
}

void check_logs(const struct rulebook *rulebook, bool json)
{
	static const struct hash_seed seed;
	struct checking checking = {.rulebook = rulebook, .json = json};

	for (size_t i = 0; i < rulebook->config->sites.count; i++) {
		const struct config_site *site = &rulebook->config->sites.items[i];

		if (reading_new_detector(&checking.detector, rulebook, site, &seed) < 0)
			return;
		for (size_t j = 0; j < site->logs.count; j++)
			look_at(&checking, &site->logs.items[j]);
		detector_free(&checking.detector);
	}
}
