/* A directory of log files with a writer and a rotator, and an oracle that knows which line was
 * written where and what the intake handed on. Nothing sleeps: time is a number that grows. */
#ifndef AUTHMEDIC_TESTS_WORLD_H
#define AUTHMEDIC_TESTS_WORLD_H

#include "base/array.h"
#include "intake/intake.h"

#define WORLD_MAX_LINES   20000
#define WORLD_MAX_FILES   200
#define WORLD_GENERATIONS 5 /* rotated files that the rotator keeps */

struct world_line {
	char *text;
	size_t length;
	int refs; /* files that hold it */
	bool open; /* its end is not written yet */
	bool excused; /* its bytes were gone before anybody could have read them */
	bool never; /* must not be handed on: overlong, or cut off by a truncation */
	unsigned delivered; /* since ever, as the present intake believes */
	unsigned committed; /* of these the ones that survive a kill */
};

struct world_file {
	char name[64]; /* "" once it is deleted */
	array_of(size_t) lines;
	bool seen; /* the present intake had a look while it was there */
	int descriptor; /* of its writer, -1: none */
	bool appends;
	int64_t position;
	size_t partial_written; /* bytes of its last line, while that is open */
	int64_t writer_until_ms; /* a writer that was left behind by a rotation stops then */
};

enum world_mode { WORLD_PLAIN, WORLD_GLOB, WORLD_DATED, WORLD_MODES };

struct world {
	uint64_t random;
	uint64_t seed;
	char directory[64];
	enum world_mode mode;
	int64_t now_ms;
	int64_t file_time_ns;
	unsigned dates;
	array_of(struct world_line) lines;
	array_of(struct world_file *) files;
	struct world_file *current;

	struct intake *intake; /* NULL while it is stopped */
	struct intake_cursor cursors[INTAKE_MAX_FILES];
	size_t cursor_count;
	struct intake_totals totals;
	bool committed_once;
	char problem[512]; /* the first thing that was wrong */
	bool verbose;
	bool unreliable; /* opening may fail and be tried again too late */
	bool raced; /* a rotation came into the present look: who was seen by it is not known */
};

#define WORLD_NUMBER_DIGITS 6 /* each line begins with its number and a colon */

/* What is wrong; the first complaint is kept. */
void world_complain(struct world *world, const char *format, ...) format_like(2, 3);
/* What happens, for AUTHMEDIC_VERBOSE. */
void world_tell(struct world *world, const char *format, ...) format_like(2, 3);
/* What the test itself needs must work, or nothing is shown. */
void world_must(bool held, const char *what);
/* Lives until the call after the next. */
const char *world_path(const struct world *world, const char *name);

struct world_file *world_new_file(struct world *world, const char *name);
const char *world_next_name(struct world *world);
void world_stop_writer(struct world *world, struct world_file *file);

void world_open(struct world *world, uint64_t seed);
void world_close(struct world *world);

uint64_t world_random(struct world *world, uint64_t below);
void world_pass(struct world *world, int64_t ms);

void world_write(struct world *world, struct world_file *file);
void world_rename(struct world *world);
void world_copy_and_truncate(struct world *world);
void world_copy(struct world *world);
void world_truncate(struct world *world);
void world_delete(struct world *world);
void world_replace(struct world *world, bool same_start);
/* The youngest rotated file becomes a .gz of itself. */
void world_compress(struct world *world);
/* The writer's file gets a tail of NULs, as one that is preallocated. */
void world_preallocate(struct world *world);

void world_start(struct world *world);
void world_kill(struct world *world);
/* In good order: nothing that was handed on is forgotten. */
void world_stop(struct world *world);
void world_commit(struct world *world);
void world_reconcile(struct world *world);
void world_read(struct world *world, size_t max_bytes);

/* Lets the intake come to rest, then compares. */
void world_finish(struct world *world);

#endif
