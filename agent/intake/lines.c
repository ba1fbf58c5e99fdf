#include "intake/lines.h"

static struct view without_nuls_before(struct view bytes)
{
	size_t count = 0;

	while (count < bytes.length && bytes.data[count] == '\0')
		count++;
	return view_skip(bytes, count);
}

/* The line behind the last NUL. What stands before it was torn off another, which ends there. */
static struct view behind_nuls(struct lines *lines, struct view line)
{
	const char *last = line.length > 0 ? memrchr(line.data, '\0', line.length) : NULL;
	struct view rest;
	struct view torn;

	if (last == NULL)
		return line;
	rest = view_skip(line, (size_t)(last - line.data) + 1);
	torn = without_nuls_before(
	    view_without_end(view_first(line, line.length - rest.length), '\0'));
	if (!lines->cut && torn.length > LINES_MAX_PARTIAL_BYTES)
		lines->totals->overlong_lines++;
	else if (!lines->cut)
		lines->totals->lost_bytes += torn.length;
	lines->cut = false;
	return rest;
}

static void hand_on(struct lines *lines, struct view line)
{
	if (lines->first && view_starts_with(line, VIEW("\xef\xbb\xbf")))
		line = view_skip(line, 3);
	if (line.length > 0 && line.data[line.length - 1] == '\r')
		line.length--;
	if (line.length > INTAKE_MAX_LINE_BYTES) {
		lines->totals->overlong_lines++;
		return;
	}
	lines->totals->lines++;
	lines->callbacks->on_line(lines->callbacks->context, line, lines->first);
	lines->first = false;
}

/* How many bytes of an unfinished line need not be kept. */
static size_t give_up(struct lines *lines, struct view rest)
{
	struct view written = view_without_end(rest, '\0');
	struct view line = behind_nuls(lines, written);

	if (!lines->cut && line.length <= LINES_MAX_PARTIAL_BYTES)
		return written.length - line.length;
	if (!lines->cut)
		lines->totals->overlong_lines++;
	lines->cut = true;
	return written.length;
}

size_t lines_take(struct lines *lines, struct view bytes)
{
	bool has_nuls = bytes.length > 0 && memchr(bytes.data, '\0', bytes.length) != NULL;
	struct view rest = bytes;
	const char *newline;

	while (rest.length > 0 && (newline = memchr(rest.data, '\n', rest.length)) != NULL) {
		struct view line = view_first(rest, (size_t)(newline - rest.data));

		rest = view_skip(rest, line.length + 1);
		if (has_nuls)
			line = behind_nuls(lines, line);
		if (!lines->cut)
			hand_on(lines, line);
		lines->cut = false;
	}
	return bytes.length - rest.length + give_up(lines, rest);
}

size_t lines_take_found(struct lines *lines, const struct stretch *stretch)
{
	if (lines->first || lines->cut || stretch->line_count == 0 || stretch->has_nuls ||
	    stretch->text.length > INTAKE_MAX_LINE_BYTES)
		return 0;
	lines->totals->lines += stretch->line_count;
	return stretch_taken(stretch);
}

void lines_finish(struct lines *lines, struct view rest)
{
	struct view line = behind_nuls(lines, view_without_end(rest, '\0'));

	if (line.length > 0 && !lines->cut)
		hand_on(lines, line);
}
