/* Random lives of a log against an oracle of numbered lines. AUTHMEDIC_SEED=N replays one of them
 * (AUTHMEDIC_VERBOSE=1 tells it step by step), AUTHMEDIC_LONG=1 runs many. */
#include "unit.h"

#include "faults.h"
#include "world.h"

#define SHORT_RUNS 400
#define LONG_RUNS  50000
#define STEPS      60

/* Over the network a truncation takes a minute and a half to be believed, which is too long for
 * these short lives; and without births a copy may get the very inode of the file that it repeats.
 */
static bool births_are_known(void)
{
	return !faults.remote;
}

static void copy(struct world *world)
{
	if (births_are_known())
		world_copy(world);
}

static void copy_and_truncate(struct world *world)
{
	if (births_are_known())
		world_copy_and_truncate(world);
}

static void truncate_current(struct world *world)
{
	if (births_are_known())
		world_truncate(world);
}

static void replace(struct world *world)
{
	world_replace(world, births_are_known() && world_random(world, 2) == 0);
}

static void write_current(struct world *world)
{
	world_write(world, world->current);
}

static void write_any(struct world *world)
{
	world_write(world, world->files.items[world_random(world, world->files.count)]);
}

static void pass(struct world *world)
{
	world_pass(world, (int64_t)world_random(world, 3000));
}

static struct world *racing;

static void rotate_meanwhile(void)
{
	racing->raced = true;
	world_rename(racing);
	world_write(racing, racing->current);
}

/* The log is rotated while it is looked at. */
static void race(struct world *world)
{
	racing = world;
	faults.after_open = rotate_meanwhile;
	world_reconcile(world);
	faults.after_open = NULL;
}

static void read_some(struct world *world)
{
	world_read(world, 1 + world_random(world, 500000));
}

static const struct {
	unsigned weight;
	void (*take)(struct world *world);
} steps[] = {
    {1, world_rename},
    {1, copy_and_truncate},
    {1, truncate_current},
    {1, world_delete},
    {1, replace},
    {1, copy},
    {1, world_kill},
    {1, world_stop},
    {1, world_compress},
    {1, world_preallocate},
    {2, world_start},
    {2, world_commit},
    {2, write_any},
    {6, write_current},
    {3, pass},
    {4, world_reconcile},
    {2, race},
    {4, read_some},
};

static void step(struct world *world)
{
	uint64_t all = 0;
	uint64_t pick;
	size_t i = 0;

	for (size_t j = 0; j < count_of(steps); j++)
		all += steps[j].weight;
	for (pick = world_random(world, all); pick >= steps[i].weight; i++)
		pick -= steps[i].weight;
	steps[i].take(world);
}

/* A third of the lives run on a system that fails now and then, some of them over a network. */
static void spoil(struct world *world)
{
	faults = (struct faults){.random = world->seed + 1};
	if (world->seed % 3 != 0)
		return;
	faults.short_reads = 100;
	faults.interruptions = 20;
	faults.read_errors = world->seed % 2 == 0 ? 20 : 0;
	faults.remote = world->seed % 4 == 0;
	world->unreliable = faults.read_errors > 0;
}

/* Returns false where a line was lost, repeated, torn or glued. */
static bool live(uint64_t seed)
{
	struct world world;
	bool fine;

	world_open(&world, seed);
	spoil(&world);
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
