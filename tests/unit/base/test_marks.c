#include "chance.h"

#include "base/marks.h"

#define TEXTS     20000
#define MAX_BYTES 700

/* What is found must be what looking at each byte finds. */
static void check_text(marks_finder *find, struct view text, char other)
{
	static struct marks marks;
	size_t count = 0;
	bool adjacent = false;
	bool all = true;

	find(&marks, text, '"', other);
	for (size_t i = 0; i < text.length && count <= MARKS_MAX; i++) {
		all = all && (text.data[i] == '"' || text.data[i] != other);
		if (text.data[i] != '"')
			continue;
		adjacent = adjacent || (i > 0 && text.data[i - 1] == '"');
		if (++count <= MARKS_MAX)
			assert_int_equal(marks.behind[count], i + 1);
	}
	all = all && count <= MARKS_MAX;
	assert_int_equal(marks.all, all);
	if (!all)
		return;
	assert_int_equal(marks.count, count);
	assert_int_equal(marks.adjacent, adjacent);
	assert_int_equal(marks.behind[0], 0);
	assert_int_equal(marks.behind[count + 1], text.length + 1);
}

/* Exactly as large as the text, so that a sanitizer sees each byte read beyond it. */
static void check_random_text(marks_finder *find)
{
	size_t length = (size_t)chance(chance(8) == 0 ? MAX_BYTES : 200);
	unsigned rarity = 1 + (unsigned)chance(40);
	char *text = malloc(length + 1);
	bool escapes = chance(4) == 0;

	assert_non_null(text);
	for (size_t i = 0; i < length; i++) {
		text[i] = chance(rarity) == 0 ? '"' : (char)chance(256);
		if (text[i] == '\\' && !escapes)
			text[i] = 'x';
	}
	text = realloc(text, length > 0 ? length : 1);
	check_text(find, view_of(text, length), '\\');
	check_text(find, view_of(text, length), '"');
	free(text);
}

/* Each way that this machine can finds in random texts what a plain loop finds. */
static void finds_what_a_loop_finds(unused_parameter void **state)
{
	for (unsigned way = 0; way < MARKS_WAYS; way++) {
		marks_finder *find = marks_finder_of((enum marks_way)way);

		chance_begin(0);
		for (unsigned i = 0; find != NULL && i < TEXTS; i++)
			check_random_text(find);
	}
}

/* The portable way always is, and some way is the best. */
static void has_a_way(unused_parameter void **state)
{
	assert_non_null(marks_finder_of(MARKS_PORTABLE));
	assert_non_null(marks_best_finder());
	assert_null(marks_finder_of(MARKS_WAYS));
}

/* Marks at both ends of a block, as many as there is room for and one more, and none at all. */
static void finds_at_the_edges(unused_parameter void **state)
{
	static char quotes[MARKS_MAX + 1];
	char text[129];

	memset(quotes, '"', sizeof(quotes));
	for (unsigned way = 0; way < MARKS_WAYS; way++) {
		marks_finder *find = marks_finder_of((enum marks_way)way);

		if (find == NULL)
			continue;
		check_text(find, view_of(quotes, MARKS_MAX), '\\');
		check_text(find, view_of(quotes, MARKS_MAX + 1), '\\');
		check_text(find, view_of(NULL, 0), '\\');
		for (size_t i = 0; i < sizeof(text) - 1; i++) {
			memset(text, 'x', sizeof(text));
			text[i] = '"';
			text[i + 1] = '"';
			check_text(find, view_of(text, sizeof(text)), '\\');
			check_text(find, view_of(text, i + 1), '"');
		}
	}
}

/* What is between marks: whole where there are none, empty between neighbours. */
static void gives_what_is_between(unused_parameter void **state)
{
	static struct marks marks;
	struct view text = VIEW("one  two");

	marks_best_finder()(&marks, text, ' ', ' ');
	assert_int_equal(marks.count, 2);
	assert_true(marks.adjacent);
	assert_true(view_equal_text(marks_between(&marks, 0), "one"));
	assert_true(view_equal_text(marks_between(&marks, 1), ""));
	assert_true(view_equal_text(marks_between(&marks, 2), "two"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_what_a_loop_finds),
	    cmocka_unit_test(has_a_way),
	    cmocka_unit_test(finds_at_the_edges),
	    cmocka_unit_test(gives_what_is_between),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
