/* What the demo tells while it runs: the daemon's own timeline, line by line, in words. */
#ifndef AUTHMEDIC_CLI_DEMO_STORY_H
#define AUTHMEDIC_CLI_DEMO_STORY_H

#include "cli/verbs.h"

struct story {
	int64_t started_ms;
	size_t told; /* entries of the incident's timeline that were told */
};

void story_begin(struct story *story, int64_t now_ms);
/* One line with the time since the beginning. */
void story_tell(const struct story *story, int64_t now_ms, const char *format, ...)
    format_like(3, 4);
/* Tells what the incident's timeline has beyond what was told. */
void story_follow(struct story *story, int64_t now_ms, const struct json *incident);

#endif
