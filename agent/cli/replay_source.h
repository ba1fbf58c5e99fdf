/* The lines of one log, from its oldest file to its newest, one after the other and parsed. Memory
 * is bounded: a stretch of one file is held at a time. */
#ifndef AUTHMEDIC_CLI_REPLAY_SOURCE_H
#define AUTHMEDIC_CLI_REPLAY_SOURCE_H

#include "cli/replay_logs.h"
#include "daemon/reading.h"
#include "intake/intake.h"

struct replay_source;

/* The log is borrowed. Each of the others as in reading_init(). */
must_check int replay_source_new(struct replay_source **ret_source, const struct replay_log *log,
    struct detector *detector, struct signatures *signatures);
void replay_source_free(struct replay_source **source);

/* Goes on to the next line whose time is settled, see dating.h: an exit code, told already where it
 * is not EXIT_DONE. */
must_check int replay_source_next(struct replay_source *source);
/* False once there is no line any more. */
bool replay_source_has_line(const struct replay_source *source);
/* The line's time, or what is taken for it; where it shows none, that of the one before it. */
int64_t replay_source_time_ms(const struct replay_source *source);
/* Hands the line on to the detector. */
void replay_source_detect(struct replay_source *source);

struct replay_span {
	int64_t first_ms, last_ms;
};
/* From the first line's time to the latest so far; false where none showed one. */
bool replay_source_span(const struct replay_source *source, struct replay_span *ret_span);
/* Lines dated far before or after those around them. */
uint64_t replay_source_misdated(const struct replay_source *source);

/* How many bytes its files gave so far, as they lie on the disk. */
uint64_t replay_source_taken(const struct replay_source *source);

const struct replay_log *replay_source_log(const struct replay_source *source);
const struct reading *replay_source_reading(const struct replay_source *source);
const struct intake_totals *replay_source_totals(const struct replay_source *source);

#endif
