/* The programs' own log: one line on standard error, `<N>` priority for the journal when asked. */
#ifndef AUTHMEDIC_BASE_LOG_H
#define AUTHMEDIC_BASE_LOG_H

#include "base/view.h"

enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARNING = 4, LOG_LEVEL_NOTICE = 5,
	LOG_LEVEL_INFO = 6, LOG_LEVEL_DEBUG = 7 };

/* Once at start: the name before each line, and whether to print journal priorities. */
void log_open(const char *program, bool journal, enum log_level most);

/* Anything outside printable ASCII in the finished line is escaped; it is cut at 4 KiB. A backslash
 * stays, so a part may be escaped by text_append_escaped() before. */
void log_line(enum log_level level, const char *format, ...) format_like(2, 3);

#define log_error(...)   log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...)  log_line(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...)    log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)   log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
