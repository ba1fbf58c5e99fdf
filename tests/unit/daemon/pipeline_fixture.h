/* The whole pipeline on a loop of its own, and a receiver of notifications. Nothing is waited for
 * by time: each test watches for what it wants to see; a limit ends one that never does. */
#ifndef AUTHMEDIC_TESTS_PIPELINE_FIXTURE_H
#define AUTHMEDIC_TESTS_PIPELINE_FIXTURE_H

#include "loop/loop_fixture.h"

#include "directory_fixture.h"
#include "daemon/pipeline.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#define LOOK_EVERY_MS 10
#define LIMIT_MS      30000

struct world {
	struct pipeline *pipeline;
	uv_timer_t look, limit;
	bool (*is_over)(void);
	bool in_time;
};

static struct saving told_before; /* by the pipeline before this one */
static struct pipeline *running;  /* while the loop runs */

static int close_world(void **state)
{
	int closed = close_loop(state);

	return remove_directory(state) < 0 ? -1 : closed;
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
	    "state_dir: %s\nhelper: %s/helper.sock\nrules_dir: %s/rules\n"
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
	struct estate estate = {.rulebook = *rulebook, .saving = told_before};
	const struct pipeline_options options = {
	    .loop = &loop, .estate = &estate, .config_file = "none"};
	struct world world = {.is_over = is_over, .look.data = &world, .limit.data = &world};
	struct buffer auto_buffer errors;

	buffer_init(&errors, 65536);
	if (estate_open(&estate, &errors) < 0 ||
	    pipeline_new(&world.pipeline, &options, &errors) < 0)
		fail_msg("%s", buffer_text(&errors));
	running = world.pipeline;
	uv_timer_init(&loop, &world.look);
	uv_timer_init(&loop, &world.limit);
	uv_timer_start(&world.look, on_look, LOOK_EVERY_MS, LOOK_EVERY_MS);
	uv_timer_start(&world.limit, on_limit, LIMIT_MS, 0);
	uv_run(&loop, UV_RUN_DEFAULT);
	return world.in_time;
}

/* ---- a receiver of notifications that only takes connections */

static int receiver;

static in_port_t start_receiver(void)
{
	struct sockaddr_in address = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);

	receiver = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(receiver >= 0);
	assert_int_equal(bind(receiver, (const struct sockaddr *)&address, length), 0);
	assert_int_equal(listen(receiver, 8), 0);
	assert_int_equal(getsockname(receiver, (struct sockaddr *)&address, &length), 0);
	return ntohs(address.sin_port);
}

/* A site of which nobody fails, and the receiver. */
static struct rulebook load_told_site(void)
{
	char config[512];

	snprintf(config, sizeof(config),
	    "sites: [{name: intranet, evidence: voters, logs: [{path: %s/x, format: iis-w3c}]}]\n"
	    "notify: [{name: ops, type: webhook, url: 'http://127.0.0.1:%u/'}]\n",
	    directory, (unsigned)start_receiver());
	return load_rulebook(config);
}

static bool is_knocked_at(void)
{
	struct pollfd asked = {.fd = receiver, .events = POLLIN};

	return poll(&asked, 1, 0) == 1;
}

static struct store *open_state(void)
{
	struct store *store = NULL;
	char *aside = NULL;

	assert_int_equal(store_open(&store, directory, &aside), 0);
	assert_null(aside);
	return store;
}

static int on_waiting(void *context, const struct store_message *message)
{
	struct buffer *bodies = context;

	buffer_append(bodies, message->body);
	return 0;
}

#endif
