/* Lines of one log on their way: parse, then detect. The same for the daemon and for replay. */
#ifndef AUTHMEDIC_DAEMON_READING_H
#define AUTHMEDIC_DAEMON_READING_H

#include "daemon/rulebook.h"
#include "detect/clock.h"
#include "detect/deafness.h"
#include "detect/detector.h"
#include "parse/guess.h"

struct reading_totals {
	uint64_t lines, records, signals, headers, others, unparsed;
	uint64_t successes; /* records with a status below 400 */
	uint64_t own_probes; /* records that are our probe's */
};

struct reading {
	const struct config_log *log;
	struct detector *detector; /* borrowed: one for all logs of the site */
	struct signatures *signatures; /* borrowed */
	const char *format; /* that `takes_claims` was found for; NULL: none yet */
	bool takes_claims; /* a user's name in its lines is the client's word */
	struct parser *parser; /* NULL while the first lines tell what `auto` means */
	struct guess *guess; /* NULL but for then, and while the lines tell that it is wrong */
	uint64_t read_by_guess; /* in a row, of lines that the parser does not understand */
	struct reading_totals totals;
	uint64_t unparsed_in_a_row; /* headers between them do not count */
	int64_t last_line_ms; /* log time of the latest line; -1: none yet */
	struct log_clock clock; /* the log's own */
	int64_t told_ms; /* when the lines come that are read now */
	int64_t late_ms;
	/* The line that is read; on the stack it would be zeroed twice. */
	struct parsed parsed;
};

/* The detector that the configuration asks for; it borrows from the rulebook. */
must_check int reading_new_detector(struct detector **ret_detector,
    const struct rulebook *rulebook, const struct config_site *site, const struct hash_seed *seed);

/* And when its logs are deaf. */
must_check int reading_new_deafness(struct deafness **ret_deafness, const struct config *config,
    const struct config_site *site, size_t log_count);

/* -EINVAL on a format that is not built in. */
must_check int reading_init(struct reading *reading, const struct config_log *log,
    struct detector *detector, struct signatures *signatures);
void reading_done(struct reading *reading);

/* What the lines so far told of those to come: the format that `auto` turned out to be, and the
 * header that holds. It is another run's to restore; -EINVAL where it cannot be read. `auto` takes
 * no format over that was named then, or guessed from too few lines, unless with its header. */
#define READING_MAX_SAVED_BYTES ((size_t)64 * 1024)
void reading_save(const struct reading *reading, struct buffer *ret_saved);
must_check int reading_restore(struct reading *reading, struct view saved);

/* The lines that come now are another file's, of which reading_save() told this behind its last
 * one; empty where nobody knows: what holds goes on to hold. As reading_restore() otherwise. */
must_check int reading_turn(struct reading *reading, struct view saved);

/* It is this time where the lines come from that are read next: with them, by our clock, or in a
 * replay by the logs' own. Until it was told once, every line's time is believed. */
void reading_tell_time(struct reading *reading, int64_t now_ms);

/* What another run put the log's times right by: reading.clock.offset_ms; nothing where it is no
 * time that makes sense. */
void reading_restore_clock(struct reading *reading, int64_t offset_ms);

/* The two halves of reading_line(), for lines of several logs that are put into order in between.
 * What *parsed names must still be there; of its own only the time may have been changed. */
void reading_parse(
    struct reading *reading, struct view line, bool new_file, struct parsed *ret_parsed);
void reading_detect(struct reading *reading, struct parsed *parsed);

/* Of a stretch of lines: what to look for in it, and then reading_parse() of one of them, which is
 * not the first of its file. */
struct marks_wanted reading_marks(const struct reading *reading);
void reading_parse_of(struct reading *reading, const struct stretch *stretch, size_t number,
    struct parsed *ret_parsed);

/* `new_file`: the first line of a file, so a header declared before no longer holds. What the line
 * said is in *ret_parsed (NULL if nobody asks) until the line's bytes go. */
void reading_line(
    struct reading *reading, struct view line, bool new_file, struct parsed *ret_parsed);

/* The format's name; NULL where none is known yet. */
const char *reading_format(const struct reading *reading);

/* What the lines told, for the deafness detector; nothing of the file, and lines instead of bytes.
 */
void reading_sight(const struct reading *reading, struct deaf_sight *ret_sight);

#endif
