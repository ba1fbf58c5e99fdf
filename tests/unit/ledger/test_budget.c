#include "seed.h"

#include "ledger/budget.h"

#define MINUTE_MS INT64_C(60000)
#define YEAR_MS   (INT64_C(365) * BUDGET_DAY_MS)

static const struct budget_limits limits = {.actions_per_hour = 1, .actions_per_day = 3};

/* ------------------------------------------------------------------------------------ a world */

/* Time as it is, and the clocks of a machine that may show anything but that. */
struct world {
	int64_t true_ms;
	int64_t boot_ms;        /* the true time of the last start */
	int64_t wall_offset_ms; /* what the wall clock is wrong by */
	int boots;
};

static struct moment look(const struct world *world)
{
	struct moment now = {.wall_ms = world->true_ms + world->wall_offset_ms,
	    .boottime_ms = world->true_ms - world->boot_ms};

	snprintf(now.boot_id, sizeof(now.boot_id), "boot-%d", world->boots);
	return now;
}

static void reboot(struct world *world, int64_t down_ms)
{
	world->true_ms += down_ms;
	world->boot_ms = world->true_ms;
	world->boots++;
}

static struct budget_left left_in(const struct budget *budget, const struct world *world)
{
	const struct moment now = look(world);

	return budget_left(budget, &now, &limits);
}

static void add_line(struct budget *budget, const struct world *world, bool is_action)
{
	const struct moment now = look(world);

	budget_add_line(budget, &now, is_action);
}

/* ------------------------------------------------------------------------------- single cases */

static struct world new_world(void)
{
	return (struct world){.true_ms = 50 * YEAR_MS, .boot_ms = 50 * YEAR_MS - MINUTE_MS};
}

static void assert_left(const struct budget_left left, uint32_t hour, uint32_t day)
{
	assert_int_equal(left.hour, hour);
	assert_int_equal(left.day, day);
}

/* With no lines all is left; an action counts for an hour, and for a day. */
static void counts_and_forgets(unused_parameter void **state)
{
	struct world world = new_world();
	struct budget budget = {0};

	assert_left(left_in(&budget, &world), 1, 3);
	add_line(&budget, &world, false);
	assert_left(left_in(&budget, &world), 1, 3);
	add_line(&budget, &world, true);
	assert_left(left_in(&budget, &world), 0, 2);
	world.true_ms += BUDGET_HOUR_MS - 1;
	assert_left(left_in(&budget, &world), 0, 2);
	world.true_ms += 1;
	assert_left(left_in(&budget, &world), 1, 2);
	world.true_ms += BUDGET_DAY_MS - BUDGET_HOUR_MS - 1;
	assert_left(left_in(&budget, &world), 1, 2);
	world.true_ms += 1;
	assert_left(left_in(&budget, &world), 1, 3);
}

/* A wall clock set forward gives nothing back, in one boot or across boots. */
static void forward(unused_parameter void **state)
{
	struct world world = new_world();
	struct budget budget = {0};

	add_line(&budget, &world, true);
	world.wall_offset_ms = 10 * YEAR_MS;
	assert_left(left_in(&budget, &world), 0, 2);
	reboot(&world, 0);
	world.true_ms += BUDGET_HOUR_MS - 1;
	assert_left(left_in(&budget, &world), 0, 2);
	world.true_ms += 1;
	assert_left(left_in(&budget, &world), 1, 2);
}

/* One set back gives nothing back either, and costs no more than the step to the next line. */
static void backward(unused_parameter void **state)
{
	struct world world = new_world();
	struct budget budget = {0};

	add_line(&budget, &world, true);
	world.wall_offset_ms = -10 * YEAR_MS;
	world.true_ms += BUDGET_HOUR_MS;
	assert_left(left_in(&budget, &world), 0, 2);
	add_line(&budget, &world, false);
	world.true_ms += BUDGET_HOUR_MS;
	assert_left(left_in(&budget, &world), 1, 2);
}

/* A machine that starts anew every night comes by its day as well, by its clock lines. */
static void nightly(unused_parameter void **state)
{
	struct world world = new_world();
	struct budget budget = {0};

	for (int i = 0; i < 3; i++) {
		add_line(&budget, &world, true);
		world.true_ms += BUDGET_HOUR_MS;
	}
	assert_left(left_in(&budget, &world), 1, 0);
	for (int hour = 0; hour < 24; hour++) {
		add_line(&budget, &world, false);
		if (hour % 8 == 0) {
			reboot(&world, 5 * MINUTE_MS);
			add_line(&budget, &world, false);
		}
		world.true_ms += BUDGET_HOUR_MS;
	}
	assert_left(left_in(&budget, &world), 1, 3);
}

/* No limit lets more through than the ring remembers; a limit of 0 lets nothing through. */
static void keeps_to_its_ring(unused_parameter void **state)
{
	static const struct budget_limits much = {1000000, 1000000}, none = {0, 0};
	struct world world = new_world();
	struct budget budget = {0};
	const struct moment now = look(&world);

	assert_left(budget_left(&budget, &now, &none), 0, 0);
	for (int i = 0; i < BUDGET_MAX_ACTIONS; i++) {
		assert_int_equal(budget_left(&budget, &now, &much).day, BUDGET_MAX_ACTIONS - i);
		budget_add_line(&budget, &now, true);
	}
	budget_add_line(&budget, &now, true);
	assert_left(budget_left(&budget, &now, &much), 0, 0);
}

/* ------------------------------------------------------------------------------- the property */

#define SCHEDULES 10000
#define EVENTS    60

static uint64_t dice_state;

static uint64_t dice(uint64_t sides)
{
	dice_state ^= dice_state << 13;
	dice_state ^= dice_state >> 7;
	dice_state ^= dice_state << 17;
	return dice_state % sides;
}

static void something_happens(struct world *world, struct budget *budget)
{
	switch (dice(8)) {
	case 0: /* the wall clock is set, by seconds or by years */
		world->wall_offset_ms =
		    (int64_t)dice(2) * ((int64_t)dice(20 * (uint64_t)YEAR_MS) - 10 * YEAR_MS);
		break;
	case 1:
		world->wall_offset_ms += (int64_t)dice(2 * (uint64_t)BUDGET_DAY_MS) - BUDGET_DAY_MS;
		break;
	case 2:
		reboot(world, (int64_t)dice((uint64_t)BUDGET_DAY_MS));
		break;
	case 3:
		add_line(budget, world, false);
		break;
	case 4:
		world->true_ms += (int64_t)dice(6 * (uint64_t)BUDGET_HOUR_MS);
		break;
	default:
		world->true_ms += (int64_t)dice(30 * (uint64_t)MINUTE_MS);
	}
}

/* What the property is about: actions that were taken, by the time as it is. */
struct taken {
	int64_t at_ms[EVENTS];
	size_t count;
};

static size_t count_since(const struct taken *taken, int64_t since_ms)
{
	size_t count = 0;

	for (size_t i = 0; i < taken->count; i++)
		count += taken->at_ms[i] > since_ms;
	return count;
}

typedef bool rule(const struct budget *budget, const struct world *world);

static bool our_rule(const struct budget *budget, const struct world *world)
{
	struct budget_left left = left_in(budget, world);

	return left.hour > 0 && left.day > 0;
}

/* Believes the wall clock. */
static int64_t last_wall_ms[3];

static bool wall_rule(unused_parameter const struct budget *budget, const struct world *world)
{
	int64_t wall_ms = look(world).wall_ms;

	return wall_ms - last_wall_ms[2] >= BUDGET_HOUR_MS &&
	       wall_ms - last_wall_ms[0] >= BUDGET_DAY_MS;
}

static void remember_wall(const struct world *world)
{
	last_wall_ms[0] = last_wall_ms[1];
	last_wall_ms[1] = last_wall_ms[2];
	last_wall_ms[2] = look(world).wall_ms;
}

/* Acts as often as the rule lets it; how often that was too often. */
static size_t run_schedule(rule *may_act)
{
	struct world world = new_world();
	struct budget budget = {0};
	struct taken taken = {0};
	size_t broken = 0;

	memset(last_wall_ms, 0, sizeof(last_wall_ms));
	for (int i = 0; i < EVENTS; i++) {
		something_happens(&world, &budget);
		if (!may_act(&budget, &world))
			continue;
		add_line(&budget, &world, true);
		remember_wall(&world);
		taken.at_ms[taken.count++] = world.true_ms;
		broken += count_since(&taken, world.true_ms - BUDGET_HOUR_MS) > 1 ||
		          count_since(&taken, world.true_ms - BUDGET_DAY_MS) > 3;
	}
	return broken;
}

/* Whatever the clocks do and however often the machine starts anew, an hour sees one action at most
 * and a day three. */
static void never_too_often(unused_parameter void **state)
{
	dice_state = seed_of(0);
	for (int i = 0; i < SCHEDULES; i++)
		assert_int_equal(run_schedule(our_rule), 0);
}

/* The same schedules break a rule that believes the wall clock, so they can break one. */
static void the_property_can_fail(unused_parameter void **state)
{
	size_t broken = 0;

	dice_state = seed_of(0);
	for (int i = 0; i < SCHEDULES; i++)
		broken += run_schedule(wall_rule);
	assert_true(broken > SCHEDULES / 10);
}

/* After each action of a day the site cools down for twice as long; a day without any begins
 * anew. */
static void cools_down(unused_parameter void **state)
{
	static const struct budget_limits cooling = {60, 60, BUDGET_HOUR_MS};
	static const int64_t hours[] = {1, 2, 4};
	struct world world = new_world();
	struct budget budget = {0};
	struct moment now;

	for (size_t i = 0; i < count_of(hours); i++) {
		add_line(&budget, &world, true);
		world.true_ms += hours[i] * BUDGET_HOUR_MS - 1;
		now = look(&world);
		assert_int_equal(budget_left(&budget, &now, &cooling).hour, 0);
		world.true_ms += 1;
		now = look(&world);
		assert_true(budget_left(&budget, &now, &cooling).hour > 0);
	}
	world.true_ms += BUDGET_DAY_MS;
	add_line(&budget, &world, true);
	world.true_ms += BUDGET_HOUR_MS;
	now = look(&world);
	assert_int_equal(budget_left(&budget, &now, &cooling).hour, 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cools_down),
	    cmocka_unit_test(counts_and_forgets),
	    cmocka_unit_test(forward),
	    cmocka_unit_test(backward),
	    cmocka_unit_test(nightly),
	    cmocka_unit_test(keeps_to_its_ring),
	    cmocka_unit_test(never_too_often),
	    cmocka_unit_test(the_property_can_fail),
	};

	return cmocka_run_group_tests_name("budget", tests, NULL, NULL);
}
