#include "cli/check_logs.h"

#include <errno.h>

#include "cli/log_sight.h"
#include "cli/verbs.h"
#include "daemon/reading.h"
#include "intake/head.h"
#include "parse/shortfall.h"

#define MAX_HEAD_BYTES   ((size_t)256 * 1024)
#define MAX_ADVICE_BYTES ((size_t)8192)

struct checking {
	const struct rulebook *rulebook;
	struct detector *detector; /* of the site */
	struct json *told;
	bool all_readable;
};

/* What the lines of one log show. */
struct shown {
	struct shortfall shortfall;
	struct log_sight sight;
};

static void note_lines(struct reading *reading, struct view head, struct shown *ret_shown)
{
	struct view line;
	struct parsed parsed;
	bool is_first = true;

	/* The mark is left out by whoever follows the log, too. */
	if (view_starts_with(head, VIEW("\xef\xbb\xbf")))
		head = view_skip(head, 3);
	/* Without its end the last line says too little. */
	while (view_cut(&head, '\n', &line)) {
		if (view_ends_with(line, VIEW("\r")))
			line.length--;
		reading_line(reading, line, is_first, &parsed);
		is_first = false;
		log_sight_note(&ret_shown->sight, line, &parsed);
		if (parsed.kind == LINE_RECORD)
			shortfall_note(&ret_shown->shortfall, &parsed.record);
	}
}

static void tell_line(
    const struct checking *checking, const char *path, const char *format, struct view line)
{
	struct json *added = json_add_object(checking->told);

	json_put_text(added, "log", path);
	json_put_text(added, "format", format);
	json_put_view(added, "advice", line);
}

static void tell(const struct checking *checking, const struct config_log *log, const char *format,
    const struct buffer *advice)
{
	struct view rest = buffer_view(advice);
	struct view line;

	while (!view_is_empty(rest)) {
		view_cut(&rest, '\n', &line);
		tell_line(checking, log->path, format, line);
	}
}

/* As it is configured. */
static const char *format_of(const struct config_log *log)
{
	return log->logformat != NULL ? "logformat" : log->format;
}

/* That need be no fault: the log may be about to be made, and another user follows it. */
static void tell_unread(const struct checking *checking, const struct config_log *log, int error)
{
	const char *why = error == -ENOENT ? "no file is there yet"
	    : error == -EMEDIUMTYPE	   ? "it is no regular file, and is not followed"
	    : error == -EPERM ? "it is reached by a stranger's symbolic link, and is not followed"
			      : strerror(-error);

	tell_line(checking, log->path, format_of(log), view_of_text(why));
}

/* The configuration does not fit the log, or the log is no text. */
static void tell_unreadable(
    struct checking *checking, const struct config_log *log, const struct buffer *why)
{
	checking->all_readable = false;
	tell(checking, log, format_of(log), why);
}

static void tell_refusal(
    struct checking *checking, const struct config_log *log, const char *refusal)
{
	struct buffer auto_buffer why;

	buffer_init(&why, MAX_ADVICE_BYTES);
	buffer_append_format(&why, "it is %s, and is not followed", refusal);
	tell_unreadable(checking, log, &why);
}

static void tell_blindness(struct checking *checking, const struct config_log *log,
    const struct log_sight *sight, struct view head)
{
	const char *unused_why;
	const char *guess = parser_guess(head, &unused_why);
	struct buffer auto_buffer why;

	buffer_init(&why, MAX_ADVICE_BYTES);
	log_sight_append_why(sight, &why);
	if (guess != NULL && strcmp(guess, format_of(log)) != 0)
		buffer_append_format(&why, "; they look like %s", guess);
	if (log->logformat != NULL && strstr(log->logformat, "&quot;") != NULL)
		buffer_append_text(&why, "; &quot; is how XML writes a quote: put \" there");
	tell_unreadable(checking, log, &why);
}

static void tell_shown(const struct checking *checking, const struct config_log *log,
    const struct shown *shown, const char *format)
{
	struct buffer auto_buffer advice;
	size_t missing_bytes;

	buffer_init(&advice, MAX_ADVICE_BYTES);
	log_sight_append(&shown->sight, log, format, &advice);
	missing_bytes = advice.length;
	shortfall_append(&shown->shortfall, format, &advice);
	/* It names the snippet where it has something to say itself. */
	if (missing_bytes > 0 && advice.length == missing_bytes && strcmp(format, "iis-w3c") == 0)
		buffer_append_text(
		    &advice, "the snippet iis-authmedic.ps1 has the server log that\n");
	tell(checking, log, format, &advice);
}

static void note_header(const struct reading *reading, struct log_sight *sight)
{
	struct buffer auto_buffer saved;

	buffer_init(&saved, READING_MAX_SAVED_BYTES);
	reading_save(reading, &saved);
	log_sight_note_header(sight, buffer_view(&saved));
}

static void look_at_lines(
    struct checking *checking, const struct config_log *log, struct view head)
{
	struct shown shown = {0};
	struct reading reading;

	if (reading_init(&reading, log, checking->detector, checking->rulebook->signatures) < 0)
		return;
	note_lines(&reading, head, &shown);
	note_header(&reading, &shown.sight);
	if (log_sight_is_blind(&shown.sight))
		tell_blindness(checking, log, &shown.sight, head);
	else if (reading_format(&reading) != NULL)
		tell_shown(checking, log, &shown, reading_format(&reading));
	reading_done(&reading);
}

static void look_at(struct checking *checking, const struct config_log *log)
{
	struct buffer auto_buffer head;
	int error;

	buffer_init(&head, MAX_HEAD_BYTES);
	error = head_read(log->path, MAX_HEAD_BYTES, &head);
	if (error < 0)
		tell_unread(checking, log, error);
	else if (head_refusal(buffer_view(&head)) != NULL)
		tell_refusal(checking, log, head_refusal(buffer_view(&head)));
	else
		look_at_lines(checking, log, buffer_view(&head));
}

bool check_logs(const struct rulebook *rulebook, struct json *told)
{
	static const struct hash_seed seed;
	struct checking checking = {.rulebook = rulebook, .told = told, .all_readable = true};

	for (size_t i = 0; i < rulebook->config->sites.count; i++) {
		const struct config_site *site = &rulebook->config->sites.items[i];

		if (reading_new_detector(&checking.detector, rulebook, site, &seed) < 0)
			break;
		for (size_t j = 0; j < site->logs.count; j++)
			look_at(&checking, &site->logs.items[j]);
		detector_free(&checking.detector);
	}
	return checking.all_readable;
}

static void print_text_of(const struct json *object, const char *key)
{
	print_escaped(view_of_text(json_get_text(object, key)));
}

void check_logs_print(const struct json *told)
{
	for (const struct json *line = json_next(told, NULL); line != NULL;
	     line = json_next(told, line)) {
		print_text_of(line, "log");
		printf(" (");
		print_text_of(line, "format");
		printf("): ");
		print_text_of(line, "advice");
		putchar('\n');
	}
}
