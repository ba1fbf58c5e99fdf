/* How one site's last day went: a ring of samples, one a minute, and what happened meanwhile as
 * marks. Pure: time is an argument, wall time throughout. A minute of which nobody knows anything
 * is a gap and no zero. */
#ifndef AUTHMEDIC_REPORT_COURSE_H
#define AUTHMEDIC_REPORT_COURSE_H

#include "base/view.h"
#include "remedy/trials.h"

#define COURSE_MINUTES         1440
#define COURSE_MINUTE_MS       INT64_C(60000)
#define COURSE_MAX_MARKS       128 /* the oldest goes */
#define COURSE_MARK_TEXT_BYTES 96
#define COURSE_NAME_BYTES      16
#define COURSE_MAX_ROW_BYTES   16384

/* How a minute is known; none of them: it is a gap. */
enum {
	COURSE_LOOKED_ON = 1 << 0, /* the daemon ran */
	COURSE_READ = 1 << 1, /* its lines were read, then or later */
	COURSE_DEAF = 1 << 2, /* but a log told nothing: the counts may be too small */
};

struct course_sample {
	int64_t minute; /* since 1970; what is not in the ring is never handed out */
	uint32_t established, rejected; /* handshakes that ended so */
	/* Known-good voters at that minute's worst moment. */
	uint16_t active_voters, rejected_voters;
	uint8_t probe; /* enum probe_result, of the last one */
	uint8_t known; /* COURSE_… */
};

enum course_mark_kind {
	COURSE_WORKER_STARTED,
	COURSE_KEY_CHANGED,
	COURSE_CONFIGURED,
	COURSE_ACTION,
	COURSE_OPENED, /* an incident */
	COURSE_RESOLVED,
	COURSE_PAUSED,
	COURSE_RESUMED,
	COURSE_MARK_KINDS
};

struct course_mark {
	int64_t time_ms;
	enum course_mark_kind kind;
	char text[COURSE_MARK_TEXT_BYTES]; /* of our making or escaped */
};

/* Handshakes since whenever; only what is added counts. */
struct course_totals {
	uint64_t established, rejected;
};

/* As things stand. */
struct course_view {
	size_t active_voters, rejected_voters;
	bool deaf;
};

struct course;

must_check int course_new(struct course **ret_course, int64_t now_ms);
void course_free(struct course **course);

/* The totals to count from. */
void course_begin(struct course *course, struct course_totals totals);
/* What was added to the totals since the last call happened by `log_ms`, in its minute; a time that
 * is yet to come is taken for now. True where that minute is not that of the last call. */
bool course_count(struct course *course, int64_t log_ms, struct course_totals totals);
/* How things stood then, where that is of a line's time and not of now. */
void course_stand(struct course *course, int64_t log_ms, const struct course_view *view);
/* It is now. */
void course_tick(struct course *course, int64_t now_ms);
/* The same, and this is how things stand. */
void course_look(struct course *course, int64_t now_ms, const struct course_view *view);
void course_probed(struct course *course, int64_t now_ms, enum probe_result result);

/* NULL for a gap. */
const struct course_sample *course_at(const struct course *course, int64_t minute);

/* The same kind within two seconds is the same mark; one older than a day is none. */
void course_mark(struct course *course, const struct course_mark *mark, int64_t now_ms);
/* Marks where something is another than what was seen last; the first time says nothing. */
void course_saw_configuration(struct course *course, int64_t now_ms, uint64_t digest);
void course_saw_pause(struct course *course, int64_t now_ms, bool paused);
/* Oldest first. */
size_t course_mark_count(const struct course *course);
const struct course_mark *course_mark_at(const struct course *course, size_t index);
const char *course_mark_name(enum course_mark_kind kind);

/* State as named values, for one transaction with the cursors: what changed since the last
 * course_saved(). A negative result of `on_row` ends it. */
typedef int course_on_row(void *context, const char *name, struct view value);
must_check int course_save(const struct course *course, course_on_row *on_row, void *context);
/* What course_save() gave was committed. */
void course_saved(struct course *course);
/* The names that values may have had, by number; NULL behind the last. */
const char *course_row_name(size_t number, char ret_name[COURSE_NAME_BYTES]);
/* -EINVAL and no change on bytes that it did not write. */
must_check int course_restore(struct course *course, struct view value);

#endif
