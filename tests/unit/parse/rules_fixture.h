/* A folder of rules with one file, in a directory of its own for each test. */
#ifndef AUTHMEDIC_TESTS_RULES_FIXTURE_H
#define AUTHMEDIC_TESTS_RULES_FIXTURE_H

#include "directory_fixture.h"

#include "base/buffer.h"

#define MAX_ERRORS_BYTES 65536

/* Where complaints of that file must say that they come from. */
static char rules_path[512];

static inline void write_rules(const char *text, struct buffer *ret_errors)
{
	buffer_init(ret_errors, MAX_ERRORS_BYTES);
	write_in(rules_path, "a.yml", view_of_text(text));
}

typedef int rules_test(const char *directory, struct buffer *report, size_t *ret_example_count);

/* Every example of the rules that we ship comes out as it says, and there are so many at least. */
static inline void check_shipped_examples(const char *folder, rules_test *test, size_t least)
{
	auto_buffer struct buffer report;
	size_t count = 0;
	int failed;

	buffer_init(&report, MAX_ERRORS_BYTES);
	failed = test(folder, &report, &count);
	if (failed != 0)
		fail_msg("%d failed:\n%s", failed, buffer_text(&report));
	assert_true(count >= least);
}

#endif
