/* The programs' own log: a line on standard error, or an entry of systemd's journal with fields. */
#ifndef AUTHMEDIC_BASE_LOG_H
#define AUTHMEDIC_BASE_LOG_H

#include <stdarg.h>

#include "base/view.h"

enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARNING = 4, LOG_LEVEL_NOTICE = 5,
	LOG_LEVEL_INFO = 6, LOG_LEVEL_DEBUG = 7 };

/* Once at start: the name before each line, and whether to print journal priorities. */
void log_open(const char *program, bool journal, enum log_level most);
/* The same for a service: entries of the journal where standard error goes there, else lines. */
void log_open_service(const char *program, enum log_level most);
/* Entries go to this socket from here on. What it does not take goes to standard error. */
must_check int log_use_journal(const char *socket_path);

/* Anything outside printable ASCII in the finished line is escaped; it is cut at 4 KiB. A backslash
 * stays, so a part may be escaped by text_append_escaped() before. */
void log_line(enum log_level level, const char *format, ...) format_like(2, 3);

/* Besides the message, in the journal alone; without a value it is left out. */
struct log_field {
	const char *name; /* as the journal takes it: A-Z, digits and _ */
	const char *value;
};
struct log_fields {
	const struct log_field *items;
	size_t count;
};
void log_line_with(enum log_level level, struct log_fields fields, const char *format,
    va_list arguments) format_like(3, 0);

#define log_error(...)   log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...)  log_line(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...)    log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)   log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
