#include "inspect-iis/iis_output.h"

#include <errno.h>

#define STAMP_BYTES 25 /* yyyymmddHHMMSS.ffffff+zzz */

static struct view without_line_end(struct view line)
{
	while (view_ends_with(line, VIEW("\r")) || view_ends_with(line, VIEW("\n")))
		line.length--;
	return view_trim(line);
}

int iis_read_worker(struct view line, struct iis_worker *ret_worker)
{
	struct view rest = without_line_end(line), word, id, pool;
	struct iis_worker worker;

	if (!view_cut(&rest, '"', &word) || !view_equal_text(view_trim(word), "WP") ||
	    !view_cut(&rest, '"', &id) || view_to_int64(id, &worker.process_id) < 0)
		return -EBADMSG;
	if (!view_cut(&rest, ':', &word) || !view_ends_with(word, VIEW("applicationPool")) ||
	    !view_cut(&rest, ')', &pool) || pool.length == 0)
		return -EBADMSG;
	worker.pool = pool;
	*ret_worker = worker;
	return 0;
}

/* The number in `count` digits from `at`; -1 where they are none. */
static int64_t number_at(struct view text, size_t at, size_t count)
{
	uint64_t value;

	return view_to_uint64(view_first(view_skip(text, at), count), &value) == 0
		   ? (int64_t)value
		   : -1;
}

/* Days since 1970 of a date in the Gregorian calendar; from March on, so that the leap day is the
 * year's last. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t shifted = month <= 2 ? year - 1 : year;
	int64_t month_from_march = (month + 9) % 12;
	int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;

	return 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + day_of_year - 719468;
}

enum { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, MICROSECOND, ZONE, PART_COUNT };

static const struct {
	size_t at, digits;
	int64_t least, most;
} parts[PART_COUNT] = {
    [YEAR] = {0, 4, 1970, 9999},
    [MONTH] = {4, 2, 1, 12},
    [DAY] = {6, 2, 1, 31},
    [HOUR] = {8, 2, 0, 23},
    [MINUTE] = {10, 2, 0, 59},
    [SECOND] = {12, 2, 0, 60},
    [MICROSECOND] = {15, 6, 0, 999999},
    [ZONE] = {22, 3, 0, 24 * 60},
};

static int read_stamp(struct view stamp, int64_t *ret_ms)
{
	int64_t values[PART_COUNT], minutes;

	if (stamp.length != STAMP_BYTES || stamp.data[14] != '.' ||
	    (stamp.data[21] != '+' && stamp.data[21] != '-'))
		return -EBADMSG;
	for (size_t i = 0; i < PART_COUNT; i++) {
		values[i] = number_at(stamp, parts[i].at, parts[i].digits);
		if (values[i] < parts[i].least || values[i] > parts[i].most)
			return -EBADMSG;
	}
	minutes = (days_of(values[YEAR], values[MONTH], values[DAY]) * 24 + values[HOUR]) * 60 +
		  values[MINUTE];
	minutes -= stamp.data[21] == '+' ? values[ZONE] : -values[ZONE];
	*ret_ms = minutes * 60000 + values[SECOND] * 1000 + values[MICROSECOND] / 1000;
	return 0;
}

int iis_read_start(struct view line, struct iis_start *ret_start)
{
	struct view rest = without_line_end(line), node, stamp;
	struct iis_start start;

	if (!view_cut(&rest, ',', &node) || !view_cut(&rest, ',', &stamp) ||
	    read_stamp(stamp, &start.start_ms) < 0 ||
	    view_to_int64(rest, &start.process_id) < 0)
		return -EBADMSG;
	*ret_start = start;
	return 0;
}
