#include "world.h"

/* Our probe gets in, but all of so many clients are refused: what was known of them is forgotten.
 */
static void accept_in_spite_of(struct world *world, size_t refused)
{
	world_settle(world);
	world->window = (struct detector_window){
	    .spike = true, .active = refused, .rejected = refused};
	world_answer_probe(world, PROBE_ACCEPTED);
	assert_int_equal(world->forgets, 1);
	world->window = (struct detector_window){0};
}

/* The clients are seen in a second; there is a spike once enough are refused. */
static void see(struct world *world, size_t active, size_t refused)
{
	world->window = (struct detector_window){
	    .spike = refused >= 5, .active = active, .rejected = refused};
	world_pass(world, 1000);
	world_tick(world);
}

/* Each of six tries again every two minutes, or their log comes late: that a minute after our probe
 * too few have failed is not that they get in. They are asked for again once enough have. */
static void waits_for_those_who_try_seldom(void **state)
{
	struct world *world = *state;
	unsigned probes;

	world->diagnosis = &world_stale_keytab;
	accept_in_spite_of(world, 6);
	probes = world->probes;
	for (size_t second = 0; second < 240; second++) {
		see(world, second / 50, second / 50);
		assert_string_equal(world_state(world), "suspected");
	}
	assert_int_equal(world->probes, probes);
	assert_non_null(strstr(controller_sentence(world->controller), "our own sign-in works"));
	for (int i = 0; i < 100 && world->probes == probes; i++)
		see(world, 5, 5);
	controller_on_probe(world->controller, world->now, PROBE_ACCEPTED);
	assert_string_equal(world_state(world), "inspecting");
	world_inspected(world);
	assert_int_equal(world->events[EVENT_PASSED], 0);
	assert_int_equal(world->events[EVENT_DIAGNOSED], 1);
}

/* A restart meanwhile makes our probe sign in once more, and the wait no shorter. */
static void waits_over_a_restart(void **state)
{
	struct world *world = *state;
	int64_t forgotten_ms;

	accept_in_spite_of(world, 6);
	forgotten_ms = world->now.steady_ms;
	world_pass(world, 100000);
	world_restart(world);
	world_answer_probe(world, PROBE_ACCEPTED);
	assert_string_equal(world_state(world), "suspected");
	world_answer_probe(world, PROBE_ACCEPTED);
	assert_int_equal(world->now.steady_ms - forgotten_ms, 300000);
	assert_string_equal(world_state(world), "watching");
}

/* Where nobody comes again it has passed once that could have been seen. */
static void passes_after_a_window(void **state)
{
	struct world *world = *state;
	int64_t forgotten_ms;

	accept_in_spite_of(world, 6);
	forgotten_ms = world->now.steady_ms;
	world_answer_probe(world, PROBE_ACCEPTED);
	assert_int_equal(world->now.steady_ms - forgotten_ms, 300000);
	assert_string_equal(world_state(world), "watching");
	assert_int_equal(world->events[EVENT_PASSED], 1);
}

/* As soon as as many came again as there were, and got in all of them, nothing is waited for. */
static void passes_once_all_get_in(void **state)
{
	struct world *world = *state;
	int64_t forgotten_ms;

	accept_in_spite_of(world, 6);
	forgotten_ms = world->now.steady_ms;
	for (int second = 0; second < 100; second++)
		see(world, 6, 1);
	assert_string_equal(world_state(world), "suspected");
	world->window = (struct detector_window){.active = 6, .established = 6};
	world_answer_probe(world, PROBE_ACCEPTED);
	assert_true(world->now.steady_ms - forgotten_ms < 110000);
	assert_int_equal(world->events[EVENT_PASSED], 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(waits_for_those_who_try_seldom),
	    TEST(waits_over_a_restart),
	    TEST(passes_after_a_window),
	    TEST(passes_once_all_get_in),
	};

	return cmocka_run_group_tests_name("outcomes", tests, NULL, NULL);
}
