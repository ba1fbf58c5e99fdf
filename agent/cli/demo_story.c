#include "cli/demo_story.h"

#include <stdarg.h>

void story_begin(struct story *story, int64_t now_ms)
{
	*story = (struct story){.started_ms = now_ms};
}

void story_tell(const struct story *story, int64_t now_ms, const char *format, ...)
{
	va_list arguments;

	printf("[%5.1f s] ", (double)(now_ms - story->started_ms) / 1000);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	fflush(stdout);
}

void story_follow(struct story *story, int64_t now_ms, const struct json *incident)
{
	const struct json *timeline = json_get(incident, "timeline");
	size_t index = 0;

	for (const struct json *event = json_next(timeline, NULL); event != NULL;
	     event = json_next(timeline, event)) {
		const char *kind = json_get_text(event, "kind");
		const char *text = json_get_text(event, "text");
		const char *reason = json_get_text(json_get(event, "data"), "reason");

		if (index++ < story->told)
			continue;
		story->told = index;
		story_tell(story, now_ms, "authmedicd: %-12s %s%s%s", kind != NULL ? kind : "",
		    text != NULL ? text : "", reason != NULL && reason[0] != '\0' ? ": " : "",
		    reason != NULL ? reason : "");
	}
}
