#include "loop/loop_fixture.h"

#include "directory_fixture.h"
#include "daemon/pipeline.h"

/* The whole pipeline on a loop of its own, with a program of the test's as probe. Nothing is waited
 * for by time: each test watches for what it wants to see; a limit ends one that never does. */
#define LOOK_EVERY_MS 10
#define LIMIT_MS      30000

struct world {
	struct pipeline *pipeline;
	uv_timer_t look, limit;
	bool (*is_over)(void);
	bool in_time;
};

static int open_world(void **state)
{
	return make_directory(state) < 0 ? -1 : open_loop(state);
}

static int close_world(void **state)
{
	int closed = close_loop(state);

	return remove_directory(state) < 0 ? -1 : closed;
}

static void write_program(const char *name, const char *text)
{
	char path[512];

	write_in(path, name, view_of_text(text));
	assert_int_equal(chmod(path, 0700), 0);
}

/* How many lines the file has by now. */
static size_t count_lines(const char *name)
{
	char path[512];
	size_t count = 0;
	FILE *file;
	int byte;

	path_in(path, name);
	file = fopen(path, "r");
	if (file == NULL)
		return 0;
	while ((byte = getc(file)) != EOF)
		count += byte == '\n';
	fclose(file);
	return count;
}

static struct rulebook load_rulebook(const char *site)
{
	const char *source = getenv("AUTHMEDIC_SOURCE_DIR");
	struct buffer auto_buffer errors;
	struct buffer auto_buffer config;
	struct rulebook rulebook;
	char path[512];

	buffer_init(&errors, 65536);
	buffer_init(&config, 65536);
	buffer_append_format(&config,
	    "state_dir: %s\nhelper: %s/no-such.sock\nrules_dir: %s/rules\n"
	    "http: {listen: '127.0.0.1:0'}\n%s",
	    directory, directory, source != NULL ? source : ".", site);
	write_in(path, "authmedic.yml", buffer_view(&config));
	if (rulebook_load(&rulebook, path, &errors) < 0)
		fail_msg("%s", buffer_text(&errors));
	return rulebook;
}

static void end(struct world *world, bool in_time)
{
	world->in_time = in_time;
	pipeline_close(&world->pipeline, NULL);
	uv_close((uv_handle_t *)&world->look, NULL);
	uv_close((uv_handle_t *)&world->limit, NULL);
}

static void on_look(uv_timer_t *timer)
{
	struct world *world = timer->data;

	if (world->is_over())
		end(world, true);
}

static void on_limit(uv_timer_t *timer)
{
	end(timer->data, false);
}

/* Whether it was over before the limit. */
static bool run_until(bool (*is_over)(void), struct rulebook *rulebook)
{
	const struct pipeline_options options = {
	    .loop = &loop, .rulebook = rulebook, .config_file = "none"};
	struct world world = {.is_over = is_over, .look.data = &world, .limit.data = &world};
	struct buffer auto_buffer errors;

	buffer_init(&errors, 65536);
	if (pipeline_new(&world.pipeline, &options, &errors) < 0)
		fail_msg("%s", buffer_text(&errors));
	uv_timer_init(&loop, &world.look);
	uv_timer_init(&loop, &world.limit);
	uv_timer_start(&world.look, on_look, LOOK_EVERY_MS, LOOK_EVERY_MS);
	uv_timer_start(&world.limit, on_limit, LIMIT_MS, 0);
	uv_run(&loop, UV_RUN_DEFAULT);
	return world.in_time;
}

static bool is_probed_often(void)
{
	return count_lines("probes") >= 4;
}

/* A probe that takes longer than the interval between probes is followed by the next one at once,
 * from within the news of its end, and the site goes on being probed. */
static void outlasted_interval(unused_parameter void **state)
{
	struct buffer auto_buffer site;
	struct buffer auto_buffer program;
	struct rulebook rulebook;

	buffer_init(&program, 4096);
	buffer_init(&site, 4096);
	buffer_append_format(
	    &program, "#!/bin/sh\nsleep 0.2\necho >>%s/probes\nexit 1\n", directory);
	write_program("probe", buffer_text(&program));
	buffer_append_format(&site,
	    "safety: {probe_interval: 100ms, confirm_over: 100ms}\n"
	    "sites:\n"
	    "  - name: intranet\n"
	    "    logs: [{path: %s/access.log, format: apache-combined}]\n"
	    "    probe: {command: [%s/probe]}\n",
	    directory, directory);
	rulebook = load_rulebook(buffer_text(&site));
	assert_true(run_until(is_probed_often, &rulebook));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(outlasted_interval, open_world, close_world),
	};

	return cmocka_run_group_tests_name("pipeline", tests, NULL, NULL);
}
