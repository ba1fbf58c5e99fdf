/* The bytes of a stored row: a version, then numbers of fixed width, the lowest byte first. */
#ifndef AUTHMEDIC_DETECT_ROW_H
#define AUTHMEDIC_DETECT_ROW_H

#include "base/view.h"

#define ROW_MAX_BYTES 4096
/* The year 10000: no later time is read. */
#define ROW_MAX_TIME_MS INT64_C(253402300800000)

struct row_writer {
	uint8_t bytes[ROW_MAX_BYTES];
	size_t length;
};

/* Every row fits: its writer knows how many numbers it has. */
void row_begin(struct row_writer *row, uint8_t version);
void row_put(struct row_writer *row, uint64_t number, size_t width_bytes);
struct view row_view(const struct row_writer *row);

/* Reading past the end gives zeros and is remembered. */
struct row_reader {
	struct view rest;
	bool broken;
};

/* Broken where the version is another. */
struct row_reader row_open(struct view bytes, uint8_t version);
/* Of whichever version from 1 to the newest it is; broken where it is of none. */
struct row_reader row_open_any(struct view bytes, uint8_t newest, uint8_t *ret_version);
uint64_t row_get(struct row_reader *row, size_t width_bytes);
/* The number, where it is below `limit`; otherwise the row is broken. */
uint64_t row_get_below(struct row_reader *row, size_t width_bytes, uint64_t limit);
/* All was read, nothing was missing. */
bool row_is_whole(const struct row_reader *row);

/* What stores rows; see detector.h. */
typedef int row_on_row(void *context, struct view key, struct view value);
struct row_sink {
	row_on_row *on_row;
	void *context;
};

/* Row names: one letter for the kind, then eight bytes, the highest first. */
#define ROW_KEY_BYTES 9
struct view row_key(char kind, uint64_t name, char ret_bytes[ROW_KEY_BYTES]);
bool row_key_is(struct view key, char kind, uint64_t *ret_name);

must_check int row_offer(
    const struct row_sink *sink, char kind, uint64_t name, const struct row_writer *row);
must_check int row_offer_gone(const struct row_sink *sink, char kind, uint64_t name);

#endif
