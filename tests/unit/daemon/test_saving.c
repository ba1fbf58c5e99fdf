/* When people are told that the state cannot be saved, and of what. */
#include "unit.h"

#include <errno.h>

#include "daemon/saving.h"

static struct notification_of_state news;

static bool note(struct saving *saving, int error, int64_t seconds)
{
	const struct moment now = {
	    .wall_ms = 1700000000000 + seconds * 1000, .steady_ms = seconds * 1000};

	return saving_note(saving, error, now, &news);
}

/* What passes within the time is told to nobody, neither its beginning nor its end. */
static void keeps_quiet_about_a_moment(unused_parameter void **state)
{
	struct saving saving = {0};

	assert_false(note(&saving, 0, 1));
	assert_false(note(&saving, -ENOSPC, 2));
	assert_false(note(&saving, -ENOSPC, 31));
	assert_false(saving_fails(&saving, &news));
	assert_false(note(&saving, 0, 32));
	/* It begins anew, so the time does, too. */
	assert_false(note(&saving, -ENOSPC, 33));
	assert_false(note(&saving, -ENOSPC, 62));
	assert_int_equal(saving.error, -ENOSPC);
}

/* What lasts is told once, as of its beginning, goes on being so, and its end is told once, by the
 * same word and as of now. */
static void tells_once_each_way(unused_parameter void **state)
{
	struct saving saving = {0};

	assert_false(note(&saving, -ENOSPC, 2));
	assert_true(note(&saving, -ENOSPC, 32));
	assert_true(news.opened);
	assert_int_equal(news.time_ms, 1700000002000);
	assert_int_equal(news.began_ms, 1700000002000);
	assert_string_equal(news.reason, "no-space");
	assert_string_equal(news.text,
	    "the state cannot be saved: No space left on device; nothing is done to any server "
	    "until it can");
	assert_true(news.host[0] != '\0');
	assert_false(note(&saving, -ENOSPC, 33));
	assert_true(saving_fails(&saving, &news));
	assert_true(news.opened);
	assert_true(note(&saving, 0, 99));
	assert_false(news.opened);
	assert_string_equal(news.reason, "no-space");
	assert_int_equal(news.began_ms, 1700000002000);
	assert_int_equal(news.time_ms, 1700000099000);
	assert_false(saving_fails(&saving, &news));
	assert_false(note(&saving, 0, 100));
}

/* Another cause is the same trouble: it is not told anew, and does not begin the time anew. What
 * goes on is told in its words, and the end by the word of the beginning. */
static void goes_on_for_another_reason(unused_parameter void **state)
{
	static const struct {
		int error;
		const char *word;
	} causes[] = {{-EDQUOT, "no-space"}, {-ESTALE, "taken-away"}, {-EBADMSG, "damaged"},
	    {-EIO, "failed"}};

	for (size_t i = 0; i < count_of(causes); i++) {
		struct saving saving = {0};

		assert_false(note(&saving, -EIO, 0));
		assert_true(note(&saving, causes[i].error, 30));
		assert_string_equal(news.reason, causes[i].word);
		assert_false(note(&saving, -ENOMEM, 31));
		assert_int_equal(saving.error, -ENOMEM);
		assert_true(saving_fails(&saving, &news));
		assert_non_null(strstr(news.text, strerror(ENOMEM)));
		assert_true(note(&saving, 0, 32));
		assert_string_equal(news.reason, causes[i].word);
	}
}

/* However the wall's clock jumps, the time that it lasts is counted by the other one. */
static void counts_by_the_steady_clock(unused_parameter void **state)
{
	static const int64_t jumps_ms[] = {-86400000, 86400000};

	for (size_t i = 0; i < count_of(jumps_ms); i++) {
		struct saving saving = {0};
		struct moment now = {.wall_ms = 1700000000000, .steady_ms = 1000};

		assert_false(saving_note(&saving, -EIO, now, &news));
		now.wall_ms += jumps_ms[i];
		now.steady_ms += SAVING_TOLD_AFTER_MS - 1;
		assert_false(saving_note(&saving, -EIO, now, &news));
		now.steady_ms++;
		assert_true(saving_note(&saving, -EIO, now, &news));
		assert_int_equal(news.time_ms, 1700000000000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keeps_quiet_about_a_moment),
	    cmocka_unit_test(tells_once_each_way),
	    cmocka_unit_test(goes_on_for_another_reason),
	    cmocka_unit_test(counts_by_the_steady_clock),
	};

	return cmocka_run_group_tests_name("saving", tests, NULL, NULL);
}
