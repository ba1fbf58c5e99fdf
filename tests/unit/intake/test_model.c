/* Random lives of a log against an oracle of numbered lines. AUTHMEDIC_SEED=N replays one of them
 * (AUTHMEDIC_VERBOSE=1 tells it step by step), AUTHMEDIC_LONG=1 runs many. */
#include "unit.h"

#include "world.h"

#define SHORT_RUNS 400
#define LONG_RUNS  50000
#define STEPS      60

static void step(struct world *world)
{
	switch (world_random(world, 30)) {
	case 0:
		world_rename(world);
		break;
	case 1:
		world_copy_and_truncate(world);
		break;
	case 2:
		world_truncate(world);
		break;
	case 3:
		world_delete(world);
		break;
	case 4:
		world_replace(world, world_random(world, 2) == 0);
		break;
	case 5:
		world_copy(world);
		break;
	case 6:
		world_kill(world);
		break;
	case 7:
	case 8:
		world_start(world);
		break;
	case 9:
	case 10:
		world_commit(world);
		break;
	case 11:
	case 12:
		world_write(world, world->files.items[world_random(world, world->files.count)]);
		break;
	case 13:
	case 14:
	case 15:
		world_pass(world, (int64_t)world_random(world, 3000));
		break;
	case 16:
	case 17:
	case 18:
	case 19:
		world_reconcile(world);
		break;
	case 20:
	case 21:
	case 22:
	case 23:
		world_read(world, 1 + world_random(world, 500000));
		break;
	default:
		world_write(world, world->current);
		break;
	}
}

/* Returns false where a line was lost, repeated, torn or glued. */
static bool live(uint64_t seed)
{
	struct world world;
	bool fine;

	world_open(&world, seed);
	if (world_random(&world, 4) != 0)
		world_start(&world);
	for (int i = 0; i < STEPS && world.problem[0] == '\0'; i++)
		step(&world);
	if (world.problem[0] == '\0')
		world_finish(&world);
	fine = world.problem[0] == '\0';
	if (!fine)
		print_error("AUTHMEDIC_SEED=%llu: %s\n", (unsigned long long)seed, world.problem);
	world_close(&world);
	return fine;
}

/* Whatever writer and rotator do, and whenever we are killed: no line is lost that could be read,
 * none is repeated, torn or glued, and the count is exact. */
static void loses_and_repeats_nothing(unused_parameter void **state)
{
	const char *one = getenv("AUTHMEDIC_SEED");
	uint64_t runs = getenv("AUTHMEDIC_LONG") != NULL ? LONG_RUNS : SHORT_RUNS;
	int failures = 0;

	if (one != NULL) {
		assert_true(live(strtoull(one, NULL, 10)));
		return;
	}
	for (uint64_t seed = 1; seed <= runs; seed++)
		failures += live(seed) ? 0 : 1;
	assert_int_equal(failures, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(loses_and_repeats_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
