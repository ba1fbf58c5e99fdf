#include "unit.h"

#include "cli/progress.h"

static void assert_line(const struct progress *progress, int64_t now_ms, const char *expected)
{
	struct buffer auto_buffer line;

	buffer_init(&line, 256);
	progress_print(progress, now_ms, &line);
	assert_int_equal(buffer_error(&line), 0);
	assert_string_equal(buffer_text(&line), expected);
	assert_true(line.length < 80);
}

/* How far it is, how fast it goes and how long it takes yet; what is not known is left out. */
static void tells_how_far_it_is(unused_parameter void **state)
{
	struct progress progress = {
	    .total_bytes = 40 * 1024 * 1024, .done_bytes = 10 * 1024 * 1024, .started_ms = 1000};

	assert_line(&progress, 3000,
	    " 25 % [######..................] 10.0 MiB of 40.0 MiB, 5.0 MiB/s, 7 s left");
	assert_line(&progress, 1100, " 25 % [######..................] 10.0 MiB of 40.0 MiB");
	progress.done_bytes = 50 * 1024 * 1024;
	assert_line(&progress, 3000,
	    "100 % [########################] 50.0 MiB of 40.0 MiB, 25.0 MiB/s");
	progress.total_bytes = 0;
	assert_line(&progress, 3000, "50.0 MiB, 25.0 MiB/s");
	progress.done_bytes = 0;
	assert_line(&progress, 3000, "0 B");
	progress = (struct progress){.total_bytes = INT64_C(5) << 40,
	    .done_bytes = INT64_C(2) << 40,
	    .started_ms = 0};
	assert_line(&progress, 3600000,
	    " 40 % [#########...............] 2.0 TiB of 5.0 TiB, 583 MiB/s, 1 h 30 min left");
}

/* Where nobody looks nothing is drawn. */
static void is_silent_off_a_terminal(unused_parameter void **state)
{
	struct progress progress;

	progress_begin(&progress, 100);
	progress_at(&progress, 50);
	assert_false(progress.is_drawn);
	assert_int_equal(progress.done_bytes, 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tells_how_far_it_is),
	    cmocka_unit_test(is_silent_off_a_terminal),
	};

	return cmocka_run_group_tests_name("cli/progress", tests, NULL, NULL);
}
