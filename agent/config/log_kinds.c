#include "config/log_kinds.h"

static const struct {
	enum log_level level;
	const char *message_id;
} kinds[] = {
#define KIND(name, kind_level, id, ...)                                                            \
	[LOG_KIND_##name] = {.level = kind_level, .message_id = id},
#include "config/log_kinds.def"
#undef KIND
};

void log_told(enum log_kind kind, struct log_about about, const char *format, ...)
{
	const struct log_field fields[] = {
	    {"MESSAGE_ID", kinds[kind].message_id},
	    {"AUTHMEDIC_SITE", about.site},
	    {"AUTHMEDIC_INCIDENT", about.incident},
	    {"AUTHMEDIC_DIAGNOSIS", about.diagnosis},
	    {"AUTHMEDIC_REMEDY", about.remedy},
	    {"AUTHMEDIC_REASON", about.reason},
	    {"AUTHMEDIC_LOG", about.log},
	    {"AUTHMEDIC_TARGET", about.target},
	};
	va_list arguments;

	va_start(arguments, format);
	log_line_with(kinds[kind].level, (struct log_fields){fields, count_of(fields)}, format,
	    arguments);
	va_end(arguments);
}
