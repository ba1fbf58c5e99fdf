#include "daemon/summary.h"

#include "daemon/hearing.h"

static bool is_deaf(const struct site_log *log)
{
	for (enum deaf_reason reason = 0; reason < DEAF_REASON_COUNT; reason++)
		if (hearing_since_ms(log, reason) >= 0)
			return true;
	return false;
}

static void append_count(struct buffer *line, size_t count, const char *what, const char *rest)
{
	buffer_append_format(line, "%zu %s%s %s", count, what, count == 1 ? "" : "s", rest);
}

void summary_append(struct buffer *line, const struct site *sites, size_t site_count)
{
	size_t incidents = 0;
	size_t deaf = 0;

	for (size_t i = 0; i < site_count; i++) {
		if (controller_incident(sites[i].controller)[0] != '\0')
			incidents++;
		for (size_t j = 0; j < sites[i].log_count; j++)
			if (is_deaf(&sites[i].logs[j]))
				deaf++;
	}
	append_count(line, site_count, "site", "watched, ");
	append_count(line, incidents, "incident", "open, ");
	append_count(line, deaf, "log", "deaf");
}
