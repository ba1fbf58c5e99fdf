/* What rotation does to the names of files. Pure. */
#ifndef AUTHMEDIC_INTAKE_NAMES_H
#define AUTHMEDIC_INTAKE_NAMES_H

#include "base/view.h"

#define NAMES_MAX_BYTES 255

/* .gz and its like: read neither as lines nor at all. */
bool names_is_compressed(const char *name);

/* The ways in which a rotated file's name comes from the log's name. */
enum names_way {
	NAMES_BEHIND, /* access.log.1, access.log-20260101, access.log.old */
	NAMES_WITHIN, /* access.1.log, access-20260101.log */
	NAMES_WAYS
};

/* The name before rotation, if `name` may come from one in this way. */
bool names_before_rotation(
    const char *name, enum names_way way, char ret_base[NAMES_MAX_BYTES + 1]);

/* Which of two rotated files of one log is the older by its name: less than 0 for `a`, 0 where the
 * names do not tell. Numbers grow with age, dates fall. */
int names_compare_age(const char *a, const char *b);

/* Names that differ in a date only: u_ex260101.log and u_ex260102.log. The number of digits tells
 * dates from ports and instances, so six of them make a date. */
bool names_are_series(const char *a, const char *b);
/* And `a` has the later date, taking it that years come first. */
bool names_is_later(const char *a, const char *b);

/* What the names of all of a log's files begin with, rotated or not: may be empty. `pattern` is the
 * log's path, which may be a glob. */
struct view names_start(const char *pattern);

#endif
