#include "unit.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "intake/identity.h"
#include "intake/repetition.h"

#define MOST_PIECES 3

/* A file is what stands at these places, with NULs between them and up to its size. */
struct content {
	struct {
		off_t offset;
		struct view text;
	} pieces[MOST_PIECES];
	off_t size_bytes; /* 0: up to the last piece */
};

static int make(const struct content *content)
{
	int descriptor = memfd_create("content", MFD_CLOEXEC);

	assert_true(descriptor >= 0);
	for (size_t i = 0; i < count_of(content->pieces); i++) {
		struct view text = content->pieces[i].text;

		assert_int_equal(
		    pwrite(descriptor, text.data, text.length, content->pieces[i].offset),
		    text.length);
	}
	if (content->size_bytes > 0)
		assert_int_equal(ftruncate(descriptor, content->size_bytes), 0);
	return descriptor;
}

/* What is the copy of another's beginning, and what only looks like one. */
static void knows_copies(unused_parameter void **state)
{
	static const struct {
		const char *name;
		struct content own, copy;
		int answer;
	} cases[] = {
	    {"the same", {{{0, VIEW("one\n")}}, 0}, {{{0, VIEW("one\n")}}, 0}, 0},
	    {"its beginning", {{{0, VIEW("one\ntwo\n")}}, 0}, {{{0, VIEW("one\n")}}, 0}, 0},
	    {"more", {{{0, VIEW("one\n")}}, 0}, {{{0, VIEW("one\ntwo\n")}}, 0}, OTHER_BYTES},
	    {"nothing", {{{0, VIEW("one\n")}}, 0}, {{{0, VIEW("")}}, 0}, OTHER_BYTES},
	    {"another start", {{{0, VIEW("one\n")}, {9000, VIEW("two\n")}}, 0},
		{{{0, VIEW("One\n")}, {9000, VIEW("two\n")}}, 0}, OTHER_BYTES},
	    {"another end", {{{0, VIEW("one\n")}, {9000, VIEW("two\n")}}, 0},
		{{{0, VIEW("one\n")}, {9000, VIEW("Two\n")}}, 0}, OTHER_BYTES},
	    {"space alone", {{{0, VIEW("one\n")}}, 9000}, {{{0, VIEW("")}}, 9000}, OTHER_BYTES},
	    {"space that was written to since", {{{0, VIEW("one\ntwo\n")}}, 9000},
		{{{0, VIEW("one\n")}}, 9000}, 0},
	    {"much space", {{{0, VIEW("one\ntwo\n")}}, 1000000}, {{{0, VIEW("one\n")}}, 900000}, 0},
	    {"a gap instead of text", {{{0, VIEW("one\n")}, {9000, VIEW("two\n")}}, 0},
		{{{9000, VIEW("two\n")}}, 0}, OTHER_BYTES},
	    {"the same gap", {{{9000, VIEW("two\nthree\n")}}, 0}, {{{9000, VIEW("two\n")}}, 0}, 0},
	};

	for (size_t i = 0; i < count_of(cases); i++) {
		int own = make(&cases[i].own);
		int copy = make(&cases[i].copy);
		int answer = repetition_check(own, copy);

		if (answer != cases[i].answer)
			fail_msg("%s: %d instead of %d", cases[i].name, answer, cases[i].answer);
		close(copy);
		close(own);
	}
}

/* Where the text of a file ends: before the space, wherever that begins. */
static void finds_the_end_of_the_text(unused_parameter void **state)
{
	static const struct {
		struct content content;
		int64_t end_bytes;
	} cases[] = {
	    {{{{0, VIEW("")}}, 0}, 0},
	    {{{{0, VIEW("")}}, 200000}, 0},
	    {{{{0, VIEW("one\n")}}, 0}, 4},
	    {{{{0, VIEW("one\n")}}, 5}, 4},
	    {{{{0, VIEW("one\n")}, {65532, VIEW("two\n")}}, 65536 + 65536}, 65536},
	    {{{{0, VIEW("one\n")}, {65533, VIEW("two\n")}}, 65536 + 65536}, 65537},
	    {{{{100, VIEW("one\n")}, {300, VIEW("two\n")}}, 900000}, 304},
	};

	for (size_t i = 0; i < count_of(cases); i++) {
		int descriptor = make(&cases[i].content);
		int64_t end_bytes = -1;

		assert_int_equal(repetition_text_end(descriptor, &end_bytes), 0);
		assert_int_equal(end_bytes, cases[i].end_bytes);
		close(descriptor);
	}
}

/* What cannot be read is no answer. */
static void tells_errors(unused_parameter void **state)
{
	int pipes[2];
	int64_t end_bytes;

	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(repetition_check(pipes[0], pipes[0]), -ESPIPE);
	close(pipes[0]);
	close(pipes[1]);
	assert_int_equal(repetition_text_end(pipes[0], &end_bytes), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(knows_copies),
	    cmocka_unit_test(finds_the_end_of_the_text),
	    cmocka_unit_test(tells_errors),
	};

	return cmocka_run_group_tests_name("repetition", tests, NULL, NULL);
}
