/* The lines of the programs' log that people may wait for: each kind has an id in the journal, and
 * says in fields what it is about. Declared once in log_kinds.def. */
#ifndef AUTHMEDIC_CONFIG_LOG_KINDS_H
#define AUTHMEDIC_CONFIG_LOG_KINDS_H

#include "base/log.h"

enum log_kind {
#define KIND(name, ...) LOG_KIND_##name,
#include "config/log_kinds.def"
#undef KIND
	LOG_KIND_COUNT
};

/* What there is to say; NULL and "" are left out. */
struct log_about {
	const char *site, *incident, *diagnosis, *remedy, *reason, *log, *target;
};

/* Of a record that has members of these names. */
#define LOG_ABOUT(record)                                                                          \
	((struct log_about){.site = (record)->site,                                                \
	    .incident = (record)->incident,                                                        \
	    .remedy = (record)->remedy,                                                            \
	    .reason = (record)->reason})

/* The line; where it goes to the journal, with its kind and what it is about. */
void log_told(enum log_kind kind, struct log_about about, const char *format, ...)
    format_like(3, 4);

#endif
