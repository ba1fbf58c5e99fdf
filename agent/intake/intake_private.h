/* What the parts of an intake share: intake.c does the work of a second, find.c finds known files
 * again, adopt.c takes new ones up, copies.c knows what repeats another. */
#ifndef AUTHMEDIC_INTAKE_INTAKE_PRIVATE_H
#define AUTHMEDIC_INTAKE_INTAKE_PRIVATE_H

#include "intake/intake.h"
#include "intake/roster.h"

#define MAX_WHY_BYTES   512
#define DELETED_WAIT_MS 60000 /* then the space of a file without a name is given back */

struct intake {
	struct files *files;
	struct intake_callbacks callbacks;
	struct intake_totals totals;
	struct roster roster;
	bool begun; /* files that appear from now on are new */
	bool raced; /* in this look something had another name by the time it was opened */
	int64_t now_ms;
	int64_t retry_ms; /* nothing is opened before */
	enum intake_condition condition;
	char why[MAX_WHY_BYTES];
};

struct lines intake_lines(struct intake *intake);

/* The first trouble of a reconcile is the one that is told. */
void intake_note(
    struct intake *intake, enum intake_condition condition, const char *path, const char *why);
void intake_note_error(struct intake *intake, const char *path, int error);
/* Opens at most once a second what could not be opened. What vanished is no trouble. */
must_check int intake_open(
    struct intake *intake, const struct candidate *candidate, int *ret_descriptor);

/* Gives each known file its name in the directory: those that are being read, or else those that
 * are over, of which one may turn out to have grown. */
void find_by_identity(struct intake *intake, struct candidates *candidates, bool over);
/* Where a younger file of the place holds all that was read of this one, which has no name any
 * more, it was replaced by a longer version of itself: reading goes on in there, and this one is
 * gone; 0. OTHER_BYTES where there is no such file, or why that is not known. */
must_check int find_successor(struct intake *intake, struct tail *tail);
/* Finds the bytes that were read of lost files under other names, or gives up. */
void find_lost(struct intake *intake, struct candidates *candidates);

/* Follows an open file from its first byte; takes the descriptor over. */
must_check int adopt_open(struct intake *intake, struct candidate *candidate, int descriptor);
/* The open file has other bytes now: it is followed from its start as another one, whatever becomes
 * of its name, while those that were read are looked for elsewhere. */
void adopt_torn(struct intake *intake, struct tail *tail);
/* Only remembers the file, as read to its end: history, or the copy of `source` (else NULL). */
void adopt_as_read(struct intake *intake, struct candidate *candidate, const struct tail *source);
/* Takes up what nobody knows. */
void adopt_strangers(struct intake *intake, struct candidates *candidates);

/* Finds the known file that this one only repeats, or NULL: somebody made a copy. What repeats a
 * file without a name under the log's own name has replaced it. */
must_check int copies_find_source(const struct intake *intake, const struct candidate *candidate,
    int descriptor, const struct tail **ret_source);
/* Keeps the copy open, for as long as copies_release() leaves it; takes the descriptor over. */
void copies_hold(struct tail *copy, int descriptor);
/* Whether the file is a copy, or was one until it grew, and has more than was read of what it
 * repeats. */
bool copies_have_more(const struct intake *intake, const struct tail *copy);
/* The file that is followed now holds what was read of one that had so many bytes: what it lacks is
 * lost. */
void copies_count_lost(struct intake *intake, const struct tail *tail, int64_t seen_bytes);
/* The file has other bytes now, and its copies none to repeat, until it is found or given up. */
void copies_orphan(struct intake *intake, const struct tail *tail);
/* The torn file goes on in this one: then its copies are this one's. */
void copies_hand_over(struct intake *intake, struct identity torn, const struct tail *tail);
/* The torn file goes on in the copy that has most, held open since it was seen. False where there
 * is none; one that has a name among the candidates is theirs. */
bool copies_go_on(struct intake *intake, struct tail *tail, const struct candidates *candidates);
/* The torn file is given up. Where nothing was read of it, its copies have its lines. */
void copies_disown(struct intake *intake, const struct tail *tail);
/* Closes those that have nothing more, or no name for long. */
void copies_release(struct intake *intake);

#endif
