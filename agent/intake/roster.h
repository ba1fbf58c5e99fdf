/* The files of a log that are followed or remembered, in the order in which they are read. */
#ifndef AUTHMEDIC_INTAKE_ROSTER_H
#define AUTHMEDIC_INTAKE_ROSTER_H

#include "intake/tail.h"

struct roster {
	struct tail *tails[INTAKE_MAX_FILES];
	size_t count;
	int64_t settled_ns; /* see roster_settled_ns() */
	const struct tail *last_read; /* whose lines came last; NULL: nobody knows */
};

void roster_done(struct roster *roster);

/* Adds the tail before another one, or at the end where that is NULL; takes it over, also where it
 * fails. Without room the finished file that was modified first is forgotten; -ENOSPC where there
 * is none. */
must_check int roster_add(struct roster *roster, struct tail *tail, const struct tail *before);
void roster_remove(struct roster *roster, struct tail *tail);
/* Makes the tail the last one. */
void roster_move_last(struct roster *roster, struct tail *tail);

/* Finished files had to be forgotten for want of room, now or in an earlier run: unknown ones that
 * were not modified later than this may be among them, and are not read. */
int64_t roster_settled_ns(const struct roster *roster);

/* The one behind it, or NULL. */
const struct tail *roster_behind(const struct roster *roster, const struct tail *tail);
/* NULL where there is none; one that is followed comes first. */
struct tail *roster_find(const struct roster *roster, struct identity identity);
/* A followed file of the same place that stands behind this one; NULL where there is none. */
struct tail *roster_successor(const struct roster *roster, const struct tail *tail);
/* Whether a file before this one of the same place is still being read: see ROSTER_PATIENCE_MS. */
#define ROSTER_PATIENCE_MS 60000 /* for a superseded file that keeps growing */
bool roster_must_wait(const struct roster *roster, const struct tail *tail, int64_t now_ms);
/* Whether a file of the place is lost, and not for that long, or seems too short over the network:
 * others cannot be told from its copies. */
bool roster_is_unsettled(const struct roster *roster, const char *place, int64_t now_ms);
/* Whether a newer file of the same series is there. */
bool roster_is_dated(const struct roster *roster, const struct tail *tail);

#endif
