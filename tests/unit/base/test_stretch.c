#include "chance.h"

#include "base/stretch.h"

#define TEXTS     4000
#define MAX_BYTES 3000

static const struct marks_wanted kinds[] = {
    {.byte = ' ', .other = ' ', .apart = true},
    {.byte = '"', .other = '\\'},
    {0},
};

/* -- what looking at each byte finds -- */

static bool is_plain(struct view text, struct marks_wanted wanted)
{
	bool before = true;

	for (size_t i = 0; i < text.length; i++) {
		bool here = text.data[i] == wanted.byte || text.data[i] == '\n';

		if ((wanted.apart && before && here) ||
		    (text.data[i] == wanted.other && wanted.other != wanted.byte))
			return false;
		before = here;
	}
	return true;
}

static bool same_marks(const struct marks *one, const struct marks *other)
{
	bool same = one->count == other->count && one->all == other->all;

	for (size_t i = 0; same && i <= one->count; i++)
		same = view_equal(marks_between(one, i), marks_between(other, i)) &&
		    marks_behind(one, i) == marks_behind(other, i);
	return same && view_is_empty(marks_between(one, MARKS_NOTHING));
}

/* How many marks are in a text. */
static size_t count_in(struct view text, char mark)
{
	size_t count = 0;

	for (size_t i = 0; i < text.length; i++)
		count += text.data[i] == mark;
	return count;
}

/* The whole line, and what is left of it without bytes at its ends: of those before it none may be
 * a mark. */
static void check_marks(const struct stretch *stretch, size_t number, struct view line)
{
	static struct marks found;
	static struct marks expected;
	const struct marks_wanted *wanted = &stretch->wanted;
	bool fits = count_in(line, wanted->byte) <= MARKS_MAX;

	for (size_t skip = 0; skip <= 2 && skip < line.length; skip++) {
		struct view part = view_of(line.data + skip, line.length - skip);
		bool whole = count_in(view_first(line, skip), wanted->byte) == 0;

		part.length -= part.length > skip ? skip : 0;
		assert_int_equal(stretch_marks(stretch, number, part, &found),
		    stretch->is_plain && fits && whole);
		if (!stretch->is_plain || !fits || !whole)
			continue;
		marks_best_finder()(&expected, part, wanted->byte, wanted->other);
		assert_true(same_marks(&found, &expected));
		assert_true(!wanted->apart || !expected.adjacent);
	}
}

static void check_text(struct stretch *stretch, struct view text, struct marks_wanted wanted)
{
	struct view rest = text;
	struct view line;
	size_t number = 0;

	stretch_find(stretch, text, wanted);
	while (rest.length > 0 && memchr(rest.data, '\n', rest.length) != NULL) {
		assert_true(view_cut(&rest, '\n', &line));
		assert_true(number < stretch->line_count);
		assert_ptr_equal(stretch_line(stretch, number).data, line.data);
		assert_int_equal(stretch_line(stretch, number).length, line.length);
		check_marks(stretch, number++, line);
	}
	assert_int_equal(stretch->line_count, number);
	assert_int_equal(stretch_taken(stretch), text.length - rest.length);
	assert_int_equal(stretch->is_plain, is_plain(text, wanted));
	assert_int_equal(
	    stretch->has_nuls, text.length > 0 && memchr(text.data, '\0', text.length) != NULL);
}

/* -- texts -- */

static char draw_byte(unsigned rarity, bool is_odd)
{
	static const char often[] = "\n \"";
	size_t lot = (size_t)chance(rarity);

	if (lot < sizeof(often) - 1)
		return often[lot];
	if (is_odd && chance(50) == 0)
		return chance(2) == 0 ? '\0' : '\\';
	return (char)('a' + (char)chance(26));
}

/* Exactly as large as the text, so that a sanitizer sees each byte read beyond it. */
static void check_random_text(struct stretch *stretch)
{
	size_t length = (size_t)chance(chance(4) == 0 ? MAX_BYTES : 200);
	unsigned rarity = 3 + (unsigned)chance(60);
	bool is_odd = chance(3) == 0;
	char *text = malloc(length > 0 ? length : 1);

	assert_non_null(text);
	for (size_t i = 0; i < length; i++)
		text[i] = draw_byte(rarity, is_odd);
	for (size_t i = 0; i < count_of(kinds); i++)
		check_text(stretch, view_of(text, length), kinds[i]);
	free(text);
}

/* Each way that this machine can finds in random texts what a plain loop finds. */
static void finds_what_a_loop_finds(unused_parameter void **state)
{
	struct stretch stretch;

	assert_int_equal(stretch_init(&stretch, MAX_BYTES), 0);
	for (unsigned way = 0; way < MARKS_WAYS; way++) {
		chance_begin(0);
		if (!stretch_use(&stretch, (enum marks_way)way))
			continue;
		for (unsigned i = 0; i < TEXTS; i++)
			check_random_text(&stretch);
	}
	stretch_done(&stretch);
}

/* A line may have as many marks as there is room for, but not one more; behind another line, and
 * at the text's end. */
static void finds_so_many(unused_parameter void **state)
{
	char text[2 * MARKS_MAX + 100];
	struct stretch stretch;

	assert_int_equal(stretch_init(&stretch, sizeof(text)), 0);
	for (size_t i = 0; i < count_of(kinds); i++) {
		for (size_t count = 0; count <= MARKS_MAX + 2; count++) {
			size_t length = 0;

			text[length++] = 'x';
			text[length++] = kinds[i].byte;
			text[length++] = 'x';
			text[length++] = '\n';
			for (size_t j = 0; j < count; j++) {
				text[length++] = 'x';
				text[length++] = kinds[i].byte;
			}
			text[length++] = 'x';
			text[length++] = '\n';
			check_text(&stretch, view_of(text, length), kinds[i]);
			assert_true(stretch.is_plain);
		}
	}
	stretch_done(&stretch);
}

/* Nothing but marks, nothing but lines, more marks in a line than there is room for, and texts that
 * end with a block. */
static void finds_at_the_edges(unused_parameter void **state)
{
	static const char fills[] = "\n \"x";
	char text[MAX_BYTES];
	struct stretch stretch;

	assert_int_equal(stretch_init(&stretch, sizeof(text)), 0);
	for (unsigned way = 0; way < MARKS_WAYS; way++) {
		if (!stretch_use(&stretch, (enum marks_way)way))
			continue;
		for (size_t fill = 0; fill < sizeof(fills) - 1; fill++) {
			memset(text, fills[fill], sizeof(text));
			text[sizeof(text) - 1] = '\n';
			for (size_t i = 0; i < count_of(kinds); i++) {
				check_text(&stretch, view_of(text, sizeof(text)), kinds[i]);
				check_text(&stretch, view_of(text, 64), kinds[i]);
				check_text(&stretch, view_of(text, 128), kinds[i]);
				check_text(&stretch, view_of(NULL, 0), kinds[i]);
			}
		}
	}
	stretch_done(&stretch);
}

/* A text that is longer than the stretch is for has no lines. */
static void refuses_longer_texts(unused_parameter void **state)
{
	struct stretch stretch;

	assert_int_equal(stretch_init(&stretch, 8), 0);
	stretch_find(&stretch, VIEW("one\nt\0o\n"), kinds[0]);
	assert_int_equal(stretch.line_count, 2);
	assert_true(stretch.has_nuls);
	stretch_find(&stretch, VIEW("one\ntwo\n\n"), kinds[0]);
	assert_int_equal(stretch.line_count, 0);
	assert_int_equal(stretch_taken(&stretch), 0);
	assert_false(stretch.is_plain);
	assert_false(stretch.has_nuls);
	stretch_done(&stretch);
}

/* A machine is not made to go a way that it cannot. */
static void has_a_way(unused_parameter void **state)
{
	struct stretch stretch;

	assert_int_equal(stretch_init(&stretch, 8), 0);
	assert_true(stretch_use(&stretch, MARKS_PORTABLE));
	assert_false(stretch_use(&stretch, MARKS_WAYS));
	stretch_done(&stretch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_what_a_loop_finds),
	    cmocka_unit_test(finds_so_many),
	    cmocka_unit_test(finds_at_the_edges),
	    cmocka_unit_test(refuses_longer_texts),
	    cmocka_unit_test(has_a_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
