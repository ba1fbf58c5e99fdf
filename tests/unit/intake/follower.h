/* A directory with a log that is followed, and the lines that came. Nothing sleeps: a step is a
 * second of the follower's own time. */
#ifndef AUTHMEDIC_TESTS_FOLLOWER_H
#define AUTHMEDIC_TESTS_FOLLOWER_H

#include "unit.h"

#include "base/buffer.h"
#include "intake/intake.h"

struct follower {
	char directory[64];
	struct intake *intake;
	int64_t now_ms;
	struct buffer lines; /* each followed by '|'; the first of a file preceded by '^' */
	char header[32]; /* the last line that began with '@'; the lines behind it come with it */
	struct intake_cursor cursors[INTAKE_MAX_FILES];
	char headers[INTAKE_MAX_FILES][32]; /* theirs */
	size_t cursor_count;
	struct intake_totals totals;
};

extern struct follower follower;

int follower_open(void **state);
int follower_close(void **state);

/* Follows the pattern in the directory; goes on where stop() left off. */
void start(const char *pattern);
void stop(void);
/* So many times: a second passes, the directory is looked at, and all that is there is read. */
void steps(int seconds);

/* The lines since the last call are these. */
void expect(const char *lines);
void expect_condition(enum intake_condition condition);

/* A name in the directory; lives until the call after the next. */
const char *in(const char *name);
/* Appends to the file, or makes it. */
void add(const char *name, const char *text);
void add_bytes(const char *name, const char *bytes, size_t length);
/* The same for a writer that keeps the file open. */
void say(int descriptor, const char *text);
void move(const char *from, const char *to);
void drop(const char *name);
void truncate_file(const char *name);
void copy_file(const char *from, const char *to);

#define follower_test(function)                                                                    \
	cmocka_unit_test_setup_teardown(function, follower_open, follower_close)

#endif
