#include "base/log.h"

#include "base/journal_socket.h"
#include "base/text.h"

#define MAX_LINE_BYTES  4096
#define MAX_ENTRY_BYTES ((size_t)64 * 1024)

static struct {
	const char *program;
	bool journal;
	int socket; /* of the journal; -1: none */
	enum log_level most;
} settings = {"authmedic", false, -1, LOG_LEVEL_INFO};

void log_open(const char *program, bool journal, enum log_level most)
{
	settings.program = program;
	settings.journal = journal;
	settings.socket = -1;
	settings.most = most;
}

int log_use_journal(const char *socket_path)
{
	return journal_socket_open(socket_path, &settings.socket);
}

void log_open_service(const char *program, enum log_level most)
{
	bool journal = journal_socket_is_standard_error();

	log_open(program, journal, most);
	if (journal && log_use_journal(JOURNAL_SOCKET_PATH) < 0)
		settings.socket = -1; /* its stream takes the lines as well, without the fields */
}

/* A value ends with the line: what could end it early is escaped. */
static void append_field(struct buffer *entry, const char *name, struct view value)
{
	buffer_append_format(entry, "%s=", name);
	text_append_printable(entry, value);
	buffer_append_byte(entry, '\n');
}

static bool send_entry(enum log_level level, const struct log_fields *fields, struct view message)
{
	struct buffer auto_buffer entry;

	buffer_init(&entry, MAX_ENTRY_BYTES);
	if (settings.socket < 0)
		return false;
	append_field(&entry, "MESSAGE", message);
	buffer_append_format(&entry, "PRIORITY=%d\n", (int)level);
	append_field(&entry, "SYSLOG_IDENTIFIER", view_of_text(settings.program));
	for (size_t i = 0; i < fields->count; i++)
		if (fields->items[i].value != NULL && fields->items[i].value[0] != '\0')
			append_field(&entry, fields->items[i].name,
			    view_of_text(fields->items[i].value));
	return buffer_error(&entry) == 0 &&
	    journal_socket_send(settings.socket, buffer_view(&entry)) == 0;
}

void log_line_with(
    enum log_level level, struct log_fields fields, const char *format, va_list arguments)
{
	char text[MAX_LINE_BYTES];
	struct buffer auto_buffer line = {0};

	if (level > settings.most)
		return;
	vsnprintf(text, sizeof(text), format, arguments);
	if (send_entry(level, &fields, view_of_text(text)))
		return;
	buffer_init(&line, 4 * MAX_LINE_BYTES + 64);
	if (settings.journal)
		buffer_append_format(&line, "<%d>", (int)level);
	else
		buffer_append_format(&line, "%s: ", settings.program);
	text_append_printable(&line, view_of_text(text));
	buffer_append_byte(&line, '\n');
	fwrite(buffer_text(&line), 1, line.length, stderr);
}

void log_line(enum log_level level, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_line_with(level, (struct log_fields){0}, format, arguments);
	va_end(arguments);
}
