#include "unit.h"

#include "base/json.h"
#include "daemon/hearing.h"
#include "loop/clock.h"

#define DAY_MS INT64_C(86400000)

/* A site with one log, of which much is known. */
struct world {
	struct config_site config;
	struct config_log log_config;
	struct site_log log;
	struct site site;
	char *command;
};

static const struct deaf_memory known = {.rhythm = 10,
    .usual_slots = 20,
    .learned_ms = DEAFNESS_UNKNOWN_MS,
    .seen_probes = 7,
    .unshown_probes = 3,
    .shows_probes = true,
    .had_successes = true};

static int set_up(void **state)
{
	static const struct deaf_options options = {.silent_for_ms = 600000};
	static struct world world;

	world = (struct world){.command = (char *)"/probe"};
	world.log_config = (struct config_log){.path = (char *)"/x", .format = (char *)"auto"};
	world.log.site = &world.site;
	world.log.reading.log = &world.log_config;
	world.site = (struct site){.config = &world.config, .logs = &world.log, .log_count = 1};
	*state = &world;
	return deafness_new(&world.site.deafness, &options, 1);
}

static int tear_down(void **state)
{
	struct world *world = *state;

	deafness_free(&world->site.deafness);
	return 0;
}

/* As the next run finds it in the state. */
static struct json *save(struct world *world, const struct deaf_memory *memory)
{
	struct json auto_json *saved = NULL;
	struct buffer auto_buffer text;
	struct json *read = NULL;

	deafness_restore(world->site.deafness, 0, memory);
	saved = hearing_save(&world->site);
	buffer_init(&text, 65536);
	assert_int_equal(json_print(saved, &text), 0);
	assert_int_equal(json_parse(buffer_view(&text), &read), 0);
	return read;
}

/* What the next run knows. */
static struct deaf_memory restored(void **state, const struct json *saved)
{
	static const struct deaf_memory nothing = {.learned_ms = DEAFNESS_UNKNOWN_MS};
	struct world *world = *state;
	struct deaf_memory memory;

	deafness_restore(world->site.deafness, 0, &nothing);
	hearing_restore(&world->site, saved);
	deafness_remember(world->site.deafness, 0, &memory);
	return memory;
}

/* What was known of a log is known in the next run. */
static void remembers(void **state)
{
	struct json auto_json *saved = save(*state, &known);
	struct deaf_memory memory = restored(state, saved);

	assert_int_equal(memory.rhythm, known.rhythm);
	assert_int_equal(memory.usual_slots, known.usual_slots);
	assert_int_equal(memory.seen_probes, known.seen_probes);
	assert_int_equal(memory.unshown_probes, known.unshown_probes);
	assert_true(memory.shows_probes);
	assert_true(memory.had_successes);
}

/* And when its longest silence was learned, also where that was before the machine started; not
 * where the state does not tell. */
static void remembers_since_when(void **state)
{
	const int64_t ago_ms[] = {DAY_MS / 100, 6 * DAY_MS, 300 * DAY_MS};
	struct world *world = *state;
	struct json auto_json *unknown = save(world, &known);

	assert_int_equal(restored(state, unknown).learned_ms, DEAFNESS_UNKNOWN_MS);
	for (size_t i = 0; i < count_of(ago_ms); i++) {
		struct json auto_json *saved = NULL;
		struct deaf_memory memory = known;
		int64_t off_ms;

		memory.learned_ms = clock_boot_ms() - ago_ms[i];
		saved = save(world, &memory);
		off_ms = restored(state, saved).learned_ms - memory.learned_ms;
		assert_true(llabs(off_ms) < DAY_MS / 200);
	}
}

static void assert_probes_forgotten(void **state, const struct json *saved)
{
	struct deaf_memory memory = restored(state, saved);

	assert_int_equal(memory.rhythm, known.rhythm);
	assert_int_equal(memory.seen_probes, 0);
	assert_int_equal(memory.unshown_probes, 0);
	assert_false(memory.shows_probes);
}

/* How the log showed our probe is no longer known where it is read in another way, or where the
 * probe is another program. */
static void forgets_probes_where_they_look_otherwise(void **state)
{
	struct world *world = *state;
	struct json auto_json *saved = save(world, &known);

	world->log_config.format = (char *)"apache-common";
	assert_probes_forgotten(state, saved);
	world->log_config.format = (char *)"auto";
	world->log_config.logformat = (char *)"%h %t %>s";
	assert_probes_forgotten(state, saved);
	world->log_config.logformat = NULL;
	world->log_config.fields.agent = (char *)"ua";
	assert_probes_forgotten(state, saved);
	world->log_config.fields.agent = NULL;
	world->config.probe.command.items = &world->command;
	world->config.probe.command.count = 1;
	assert_probes_forgotten(state, saved);
	world->config.probe.command.count = 0;
	assert_true(restored(state, saved).shows_probes);
}

/* A state from before that was told: nobody knows whose lines were seen there. */
static void forgets_probes_of_older_states(void **state)
{
	struct json auto_json *saved = NULL;

	assert_int_equal(json_parse(VIEW("{\"logs\":[{\"path\":\"/x\",\"rhythm\":10,"
					 "\"seen_probes\":7,\"shows_probes\":true}]}"),
			     &saved),
	    0);
	assert_probes_forgotten(state, saved);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(remembers, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(remembers_since_when, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		forgets_probes_where_they_look_otherwise, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(forgets_probes_of_older_states, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("hearing", tests, NULL, NULL);
}
