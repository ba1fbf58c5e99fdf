#include "parse/iis_columns.h"

#include "parse/scan.h"

static const char *const column_names[COLUMN_COUNT] = {
    [COLUMN_SKIPPED] = "x-skipped",
    [COLUMN_DATE] = "date",
    [COLUMN_TIME] = "time",
    [COLUMN_CLIENT] = "c-ip",
    [COLUMN_USER] = "cs-username",
    [COLUMN_METHOD] = "cs-method",
    [COLUMN_STEM] = "cs-uri-stem",
    [COLUMN_QUERY] = "cs-uri-query",
    [COLUMN_AGENT] = "cs(User-Agent)",
    [COLUMN_HOST] = "cs-host",
    [COLUMN_FORWARDED] = "X-Forwarded-For",
    [COLUMN_STATUS] = "sc-status",
    [COLUMN_SUBSTATUS] = "sc-substatus",
    [COLUMN_WIN32] = "sc-win32-status",
    [COLUMN_BYTES] = "sc-bytes",
    [COLUMN_PORT] = "c-port",
    [COLUMN_REASON] = "s-reason",
};

/* The same by other names. */
static const struct {
	struct view name;
	enum column column;
} column_aliases[] = {
    {VIEW("cs(Host)"), COLUMN_HOST},
    {VIEW("cs(X-Forwarded-For)"), COLUMN_FORWARDED},
    {VIEW("cs-uri"), COLUMN_STEM},
};

/* -- declaring -------------------------------------------------------------------------------- */

bool columns_take_field(struct view *rest, bool quoted, struct view *ret_field)
{
	size_t length = 0;
	size_t blanks = 0;

	while (blanks < rest->length && (rest->data[blanks] == ' ' || rest->data[blanks] == '\t'))
		blanks++;
	*rest = view_skip(*rest, blanks);
	if (rest->length == 0)
		return false;
	if (quoted && take_quoted(rest, ret_field))
		return true;
	while (length < rest->length && rest->data[length] != ' ' && rest->data[length] != '\t')
		length++;
	*ret_field = view_first(*rest, length);
	*rest = view_skip(*rest, length);
	return true;
}

static enum column column_named(struct view name)
{
	for (unsigned column = COLUMN_DATE; column < COLUMN_COUNT; column++)
		if (view_equal_ignoring_case(name, view_of_text(column_names[column])))
			return (enum column)column;
	for (size_t i = 0; i < count_of(column_aliases); i++)
		if (view_equal_ignoring_case(name, column_aliases[i].name))
			return column_aliases[i].column;
	return COLUMN_SKIPPED;
}

void columns_declare(struct columns *columns, struct view names)
{
	struct view name;

	*columns = (struct columns){0};
	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		columns->places[i] = MARKS_NOTHING;
		columns->odd_places[i] = (uint16_t)(2 * i);
	}
	while (columns_take_field(&names, false, &name)) {
		enum column column = column_named(name);

		if (columns->count == COLUMNS_MAX) {
			columns->unused_count++;
			continue;
		}
		if (column != COLUMN_SKIPPED && columns_have(columns, column))
			column = COLUMN_SKIPPED;
		if (column != COLUMN_SKIPPED)
			columns->places[column] = (uint16_t)columns->count;
		columns->has_rare = columns->has_rare || column >= COLUMN_FIRST_RARE;
		columns->columns[columns->count++] = (uint8_t)column;
	}
}

bool columns_have(const struct columns *columns, enum column column)
{
	return columns->count > 0 && columns->places[column] != MARKS_NOTHING;
}

void columns_save(const struct columns *columns, struct buffer *ret_names)
{
	for (size_t i = 0; i < columns->count + columns->unused_count; i++) {
		unsigned column = i < columns->count ? columns->columns[i] : COLUMN_SKIPPED;

		buffer_append_format(ret_names, " %s", column_names[column]);
	}
}

/* -- splitting -------------------------------------------------------------------------------- */

/* IIS puts one space between fields and "+" for spaces inside, so this fits whatever a client
 * sends. The spaces tell how many fields there are; only those that are read are looked at. */
static bool split_at_marks(const struct columns *columns, struct reader *reader, struct view line)
{
	const struct marks *spaces = &reader->marks;

	if (line.data[line.length - 1] == ' ')
		line.length--;
	reader_find_marks(reader, line);
	/* Spaces at the ends, and two together, would make empty fields. */
	return spaces->all && !spaces->adjacent && spaces->count + 1 == columns->count &&
	    line.length > 0 && line.data[0] != ' ' && line.data[line.length - 1] != ' ';
}

static size_t declared_columns(const struct columns *columns)
{
	return columns->count + columns->unused_count;
}

static void put_nothing(struct columns *columns)
{
	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		columns->odd_bounds[2 * i] = 0;
		columns->odd_bounds[2 * i + 1] = 1;
	}
}

static void put_field(struct columns *columns, size_t index, struct view line, struct view field)
{
	uint32_t *bounds;

	if (index >= columns->count || columns->columns[index] == COLUMN_SKIPPED)
		return;
	bounds = &columns->odd_bounds[2 * columns->columns[index]];
	bounds[0] = (uint32_t)(field.data - line.data);
	bounds[1] = bounds[0] + (uint32_t)field.length + 1;
}

/* For lines with some other number of fields or with spaces too many. Returns how many fields there
 * are; beyond those declared one more is enough to know. */
static size_t split_at_spaces(struct columns *columns, struct view line)
{
	const char *at = line.data;
	const char *end = at + line.length;
	size_t count = 0;

	put_nothing(columns);
	while (at < end && count <= declared_columns(columns)) {
		const char *from = at;

		while (at < end && *at != ' ')
			at++;
		if (at > from)
			put_field(columns, count++, line, view_of(from, (size_t)(at - from)));
		while (at < end && *at == ' ')
			at++;
	}
	return count;
}

static size_t split_at_blanks(struct columns *columns, struct view line, bool quoted)
{
	struct view rest = line;
	struct view field;
	size_t count = 0;

	put_nothing(columns);
	while (count <= declared_columns(columns) && columns_take_field(&rest, quoted, &field))
		put_field(columns, count++, line, field);
	return count;
}

/* The first way that gives as many fields as were declared: IIS's own, then with tabs and quotes as
 * other writers have them. Where none does a line may have fewer fields than declared, but not
 * more. */
static bool split_oddly(struct columns *columns, struct view line)
{
	size_t declared = declared_columns(columns);
	size_t count = split_at_spaces(columns, line);

	for (int quoted = 0; count != declared && quoted <= 1; quoted++)
		count = split_at_blanks(columns, line, quoted == 1);
	return count == declared || split_at_spaces(columns, line) < declared;
}

bool columns_split(
    struct columns *columns, struct reader *reader, struct view line, struct split *ret_split)
{
	if (split_at_marks(columns, reader, line)) {
		ret_split->line = reader->marks.text;
		ret_split->bounds = reader->marks.behind;
		ret_split->places = columns->places;
		return true;
	}
	ret_split->line = line.data;
	ret_split->bounds = columns->odd_bounds;
	ret_split->places = columns->odd_places;
	return split_oddly(columns, line);
}
