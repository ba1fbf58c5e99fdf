/* What a person asked for is done, at last, whatever stood against it at first. */
#include "state/store_fixture.h"

#include "daemon/again.h"
#include "daemon/dead_letters.h"


static struct dead_letters letters;

static void bury_one(void)
{
	const struct store_message message = {
	    .target = "ops", .message_id = "m-1", .body = VIEW("{}")};
	const struct store_dead_letter letter = {.reason = ""};
	uint64_t dropped = 0;

	assert_int_equal(store_put_message(store, &message), 0);
	assert_int_equal(store_bury_message(store, 1, &letter, &dropped), 0);
	letters = (struct dead_letters){.directory = directory, .target = "ops"};
}

static void assert_waiting(uint64_t expected)
{
	uint64_t count = 0;

	assert_int_equal(store_count_messages(store, "ops", &count), 0);
	assert_int_equal(count, expected);
}

/* The state's file goes away, or comes back: nothing can be written meanwhile. */
static void move_file(const char *from, const char *to)
{
	char old_path[512], new_path[512];

	path_in(old_path, from);
	path_in(new_path, to);
	assert_int_equal(rename(old_path, new_path), 0);
}

/* Once it can be written again they are sent, without being asked anew, and once only. */
static void cannot_be_written(unused_parameter void **state)
{
	bury_one();
	assert_int_equal(again_ask(directory, "ops"), 0);
	move_file("authmedic.db", "away");
	assert_false(dead_letters_revive(&letters, store, 1000));
	assert_false(dead_letters_revive(&letters, store, 2000));
	move_file("away", "authmedic.db");
	assert_waiting(0);
	assert_true(dead_letters_revive(&letters, store, 3000));
	assert_waiting(1);
	assert_false(dead_letters_revive(&letters, store, 4000));
}

/* And where the run ends before that, by the next one. */
static void left_to_the_next_run(unused_parameter void **state)
{
	bury_one();
	assert_int_equal(again_ask(directory, "ops"), 0);
	move_file("authmedic.db", "away");
	assert_false(dead_letters_revive(&letters, store, 1000));
	dead_letters_leave(&letters);
	move_file("away", "authmedic.db");
	letters = (struct dead_letters){.directory = directory, .target = "ops"};
	assert_true(dead_letters_revive(&letters, store, 2000));
	assert_waiting(1);
	dead_letters_leave(&letters);
	assert_false(again_take(directory, "ops"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    store_test(cannot_be_written),
	    store_test(left_to_the_next_run),
	};

	return cmocka_run_group_tests_name("dead_letters", tests, NULL, NULL);
}
