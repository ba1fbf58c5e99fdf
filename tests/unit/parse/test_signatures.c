#include "lines.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parse/signatures.h"

#define MAX_ERRORS_BYTES 65536

static struct signatures *load_ours(void)
{
	auto_buffer struct buffer errors;
	struct signatures *signatures = NULL;
	char folder[4096];

	buffer_init(&errors, MAX_ERRORS_BYTES);
	if (signatures_load(&signatures, lines_signatures_folder(folder), &errors) < 0)
		fail_msg("%s", buffer_text(&errors));
	return signatures;
}

/* Every example beside the rules that we ship comes out as it says. */
static void examples_hold(unused_parameter void **state)
{
	auto_buffer struct buffer report;
	char folder[4096];
	size_t count = 0;
	int failed;

	buffer_init(&report, MAX_ERRORS_BYTES);
	failed = signatures_test(lines_signatures_folder(folder), &report, &count);
	if (failed != 0)
		fail_msg("%d failed:\n%s", failed, buffer_text(&report));
	assert_true(count >= 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(examples_hold),
	};

	(void)load_ours;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
