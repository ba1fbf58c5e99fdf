/* The columns of an IIS log: what its last #Fields line declares, in any order and number, and
 * where they stand in a line. */
#ifndef AUTHMEDIC_PARSE_IIS_COLUMNS_H
#define AUTHMEDIC_PARSE_IIS_COLUMNS_H

#include "parse/format.h"

#define COLUMNS_MAX 128
/* What the format must look for whose reader splits columns. */
#define COLUMNS_MARKS                                                                              \
	{                                                                                          \
		.byte = ' ', .other = ' ', .apart = true                                           \
	}

enum column {
	COLUMN_SKIPPED,
	COLUMN_DATE,
	COLUMN_TIME,
	COLUMN_CLIENT,
	COLUMN_USER,
	COLUMN_METHOD,
	COLUMN_STEM,
	COLUMN_QUERY,
	COLUMN_AGENT,
	COLUMN_STATUS,
	COLUMN_SUBSTATUS,
	COLUMN_WIN32,
	COLUMN_FIRST_RARE, /* from here on those that most logs do not have */
	COLUMN_HOST = COLUMN_FIRST_RARE,
	COLUMN_FORWARDED,
	COLUMN_BYTES,
	COLUMN_PORT,
	COLUMN_REASON,
	COLUMN_COUNT
};

/* Where the fields of one line are. A column's field begins bounds[places[column]] bytes behind the
 * line's begin, and one byte before where bounds[places[column] + 1] says it ends; where there is
 * no such field it is empty. */
struct split {
	const char *line;
	const uint32_t *bounds;
	const uint16_t *places;
};

struct columns {
	uint8_t columns[COLUMNS_MAX]; /* enum column, in the order of the line */
	size_t count; /* 0: none are declared yet */
	size_t unused_count; /* beyond COLUMNS_MAX, which are not read */
	bool has_rare; /* any of those from COLUMN_FIRST_RARE on */
	uint16_t places[COLUMN_COUNT]; /* in the marks of a line that is plain */
	uint16_t
	    odd_places[COLUMN_COUNT]; /* of a line that is not: each column has its own two … */
	uint32_t odd_bounds[2 * COLUMN_COUNT]; /* … in here */
};

/* The names behind "#Fields:". Of a column named twice the first counts. */
void columns_declare(struct columns *columns, struct view names);
bool columns_have(const struct columns *columns, enum column column);
/* Names that columns_declare() reads as the same columns, a space before each. */
void columns_save(const struct columns *columns, struct buffer *ret_names);

/* Finds the fields of a line that is not empty, with the reader's marks. What is in *ret_split ends
 * with the next line. False where the line has more fields than are declared: then nobody knows
 * which is which. */
must_check bool columns_split(
    struct columns *columns, struct reader *reader, struct view line, struct split *ret_split);

static inline struct view split_field(const struct split *split, enum column column)
{
	const uint32_t *bounds = split->bounds + split->places[column];

	return view_of(split->line + bounds[0], bounds[1] - bounds[0] - 1);
}

/* What stands between spaces and tabs, or between quotes where `quoted` says that those count;
 * false where nothing is left. */
must_check bool columns_take_field(struct view *rest, bool quoted, struct view *ret_field);

#endif
