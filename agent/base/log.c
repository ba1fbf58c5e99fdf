#include "base/log.h"

#include "base/text.h"

#define MAX_LINE_BYTES 4096

static struct {
	const char *program;
	bool journal;
	enum log_level most;
} settings = {"authmedic", false, LOG_LEVEL_INFO};

void log_open(const char *program, bool journal, enum log_level most)
{
	settings.program = program;
	settings.journal = journal;
	settings.most = most;
}

void log_line(enum log_level level, const char *format, ...)
{
	char text[MAX_LINE_BYTES];
	struct buffer auto_buffer line = {0};
	va_list arguments;

	if (level > settings.most)
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	buffer_init(&line, 4 * MAX_LINE_BYTES + 64);
	if (settings.journal)
		buffer_append_format(&line, "<%d>", (int)level);
	else
		buffer_append_format(&line, "%s: ", settings.program);
	text_append_printable(&line, view_of_text(text));
	buffer_append_byte(&line, '\n');
	fwrite(buffer_text(&line), 1, line.length, stderr);
}
