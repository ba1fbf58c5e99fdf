#include "cli/screen.h"

#include "cli/verbs.h"
#include "loop/host.h"

#define MIN_COLUMNS 40

/* The first of these that is set decides, as in setlocale(3). */
static bool locale_is_utf8(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

	for (size_t i = 0; i < count_of(names); i++) {
		struct view value = view_of_text(getenv(names[i]));

		if (value.length > 0)
			return view_contains(value, VIEW("UTF-8")) ||
			    view_contains(value, VIEW("utf8")) ||
			    view_contains(value, VIEW("utf-8"));
	}
	return false;
}

struct screen screen_look(void)
{
	struct screen screen = {.columns = host_output_columns(),
	    .is_terminal = output_is_terminal(),
	    .is_utf8 = locale_is_utf8()};

	if (screen.columns == 0)
		screen.columns = SCREEN_USUAL_COLUMNS;
	if (screen.columns < MIN_COLUMNS)
		screen.columns = MIN_COLUMNS;
	return screen;
}

void screen_print_cell(struct view bytes, unsigned columns)
{
	size_t shown = bytes.length < columns ? bytes.length : columns;

	print_escaped(view_first(bytes, shown));
	for (size_t i = shown; i < columns; i++)
		putchar(' ');
}

/* As much of the text as fits, up to a space where there is one; always something. */
static struct view take_line(struct view *text, size_t columns)
{
	struct view line = view_first(*text, columns);

	if (text->length > columns) {
		size_t end = columns;

		while (end > 0 && text->data[end] != ' ')
			end--;
		if (end > 0)
			line.length = end;
	}
	*text = view_skip(*text, line.length);
	if (view_starts_with(*text, VIEW(" ")))
		*text = view_skip(*text, 1);
	return line;
}

/* Where it goes on on another line, that is indented by so much more. */
static void print_line(
    const struct screen *screen, unsigned indent, unsigned hanging, struct view line)
{
	do {
		size_t columns = SIZE_MAX;

		if (screen->is_terminal && screen->columns > indent + MIN_COLUMNS / 2)
			columns = screen->columns - indent;
		printf("%*s", (int)indent, "");
		print_escaped(take_line(&line, columns));
		putchar('\n');
		indent += hanging;
		hanging = 0;
	} while (line.length > 0);
}

void screen_print_hanging(const struct screen *screen, unsigned indent, const char *line)
{
	print_line(screen, 0, indent, view_of_text(line));
}

void screen_print_text(const struct screen *screen, unsigned indent, const char *text)
{
	struct view rest = view_of_text(text);
	struct view line;

	while (rest.length > 0) {
		unsigned own = 0;

		view_cut(&rest, '\n', &line);
		while (own < line.length && line.data[own] == ' ')
			own++;
		print_line(screen, indent + own, own > 0 ? 2 : 0, view_skip(line, own));
	}
}

/* ---- curves */

static const char *const levels_utf8[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
static const char *const levels_ascii[] = {"_", ".", ":", "-", "=", "+", "*", "#"};
#define GAP " "

static size_t count_items(const struct json *list)
{
	size_t count = 0;

	for (const struct json *item = json_next(list, NULL); item != NULL;
	     item = json_next(list, item))
		count++;
	return count;
}

/* Only nothing at all stands on the lowest level. */
static const char *level_of(const struct screen *screen, double share)
{
	const char *const *levels = screen->is_utf8 ? levels_utf8 : levels_ascii;
	size_t top = count_of(levels_utf8) - 1;
	size_t level;

	if (share < 0)
		return GAP;
	if (share <= 0)
		return levels[0];
	level = 1 + (size_t)(share * (double)(top - 1) + 0.5);
	return levels[level > top ? top : level];
}

void screen_append_curve(
    const struct screen *screen, const struct json *shares, unsigned cells, struct buffer *curve)
{
	size_t count = count_items(shares);
	const struct json *item = NULL;
	size_t taken = 0;

	for (unsigned cell = 0; cell < cells; cell++) {
		size_t end = count * (cell + 1) / cells;
		double most = -1;

		for (; taken < end; taken++) {
			double share;

			item = json_next(shares, item);
			share = json_number(item, -1);
			most = share > most ? share : most;
		}
		buffer_append_text(curve, level_of(screen, most));
	}
}
