#include "cli/demo.h"

#include <errno.h>
#include <limits.h>

#include "cli/demo_story.h"
#include "config/config.h"
#include "loop/child.h"
#include "loop/clock.h"
#include "loop/loop.h"
#include "loop/signals.h"
#include "loop/timer.h"
#include "probe/http_get.h"

#define LOOK_EVERY_MS 250
#define GIVE_UP_MS    60000
#define HTTP_MS       2000
#define FIRST_PORT    19401
#define PORTS         40

/* What the demo waits for, in this order. */
enum chapter { STARTING, LEARNING, FAILING, CURED };

struct demo {
	const struct invocation *invocation;
	const char *program; /* this one, by its absolute path */
	char directory[256];
	char programs[PATH_MAX]; /* where the other programs are */
	int endpoint_port, server_port;
	uv_loop_t *loop;
	struct child *master, *daemon;
	struct timer *look;
	struct signals *signals;
	struct story story;
	enum chapter chapter;
	int exit_code;
};

static void end(struct demo *demo, int exit_code)
{
	demo->exit_code = exit_code;
	child_close(&demo->daemon);
	child_close(&demo->master);
	timer_close(&demo->look);
	signals_close(&demo->signals);
}

/* -- reading what authmedicd says -- */

static struct json *get(const struct demo *demo, const char *path)
{
	char url[512];
	const struct http_request request = {
	    .url = url, .user_agent = "authmedic/demo", .timeout_ms = HTTP_MS};
	struct http_reply reply;
	struct json *document = NULL;

	snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", demo->endpoint_port, path);
	http_reply_init(&reply, CLI_MAX_DOCUMENT_BYTES);
	if (http_get(&request, &reply) < 0 || reply.status != 200 ||
	    json_parse(buffer_view(&reply.body), &document) < 0)
		document = NULL;
	http_reply_done(&reply);
	return document;
}

/* The newest incident with its timeline, or NULL. */
static struct json *get_incident(const struct demo *demo)
{
	struct json auto_json *list = get(demo, "/api/v1/incidents");
	const struct json *newest = json_next(json_get(list, "incidents"), NULL);
	const char *id = json_get_text(newest, "id");
	char path[256];

	if (id == NULL)
		return NULL;
	snprintf(path, sizeof(path), "/api/v1/incidents/%s", id);
	return get(demo, path);
}

/* -- the chapters -- */

static void on_ready(struct demo *demo)
{
	story_tell(&demo->story, clock_boot_ms(),
	    "authmedicd is up: http://127.0.0.1:%d/metrics and /api/v1/status; its files are in %s",
	    demo->endpoint_port, demo->directory);
	story_tell(&demo->story, clock_boot_ms(),
	    "%d people sign in to the simulated server; authmedicd learns who is known-good",
	    DEMO_CLIENTS);
	demo->chapter = LEARNING;
}

static void rotate_key(struct demo *demo)
{
	int error = demo_write_keytab(demo->directory, DEMO_ROTATED_KVNO);

	if (error == 0)
		error = demo_write_kvno(demo->directory, DEMO_ROTATED_KVNO);
	if (error < 0) {
		end(demo, complain(EXIT_UNAVAILABLE, "demo: %s", strerror(-error)));
		return;
	}
	story_tell(&demo->story, clock_boot_ms(),
	    "the service's key changes (kvno %d to %d); the keytab on disk is right, but the "
	    "worker still holds the old key",
	    DEMO_FIRST_KVNO, DEMO_ROTATED_KVNO);
	demo->chapter = FAILING;
}

static void look_learning(struct demo *demo, const struct json *site)
{
	const struct json *probe = json_get(site, "probe");
	const char *result = json_get_text(probe, "result");

	if (json_get_int(json_get(site, "window"), "known_good", 0) >= DEMO_CLIENTS &&
	    result != NULL && strcmp(result, "accepted") == 0)
		rotate_key(demo);
}

static void look_failing(struct demo *demo)
{
	struct json auto_json *incident = get_incident(demo);
	const char *state = json_get_text(incident, "state");

	story_follow(&demo->story, clock_boot_ms(), incident);
	if (state == NULL || strcmp(state, "resolved") != 0)
		return;
	demo->chapter = CURED;
	if (!demo->invocation->once)
		story_tell(&demo->story, clock_boot_ms(),
		    "the server has recovered; it all stays up until Ctrl-C");
	else
		story_tell(&demo->story, clock_boot_ms(), "the server has recovered");
	if (demo->invocation->once)
		end(demo, EXIT_DONE);
}

static void look(struct demo *demo)
{
	struct json auto_json *status = get(demo, "/api/v1/status");
	const struct json *site = json_next(json_get(status, "sites"), NULL);

	switch (demo->chapter) {
	case STARTING:
		if (json_get_bool(status, "ready"))
			on_ready(demo);
		break;
	case LEARNING:
		look_learning(demo, site);
		break;
	case FAILING:
		look_failing(demo);
		break;
	case CURED:
		break;
	}
}

static void on_look(void *context)
{
	struct demo *demo = context;

	look(demo);
	if (demo->look != NULL && demo->chapter != CURED &&
	    clock_boot_ms() - demo->story.started_ms > GIVE_UP_MS) {
		story_tell(&demo->story, clock_boot_ms(), "it did not get well in time");
		end(demo, EXIT_FAILED);
	}
}

/* -- setting the stage -- */

static bool is_free(int port)
{
	char url[64];
	const struct http_request request = {
	    .url = url, .user_agent = "authmedic/demo", .timeout_ms = HTTP_MS};
	struct http_reply reply;
	int error;

	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", port);
	http_reply_init(&reply, 0);
	error = http_get(&request, &reply);
	http_reply_done(&reply);
	return error == -ECONNREFUSED;
}

static int find_port(int after)
{
	for (int port = after; port < FIRST_PORT + PORTS; port++)
		if (is_free(port))
			return port;
	return -EADDRINUSE;
}

/* Beside this program in a build; otherwise where they are installed. */
static void find_programs(struct demo *demo, char daemon[DEMO_MAX_PATH], char rules[DEMO_MAX_PATH])
{
	const char *slash = strrchr(demo->program, '/');
	FILE *auto_fclose beside = NULL;

	snprintf(demo->programs, sizeof(demo->programs), "%.*s", (int)(slash - demo->program),
	    demo->program);
	snprintf(rules, DEMO_MAX_PATH, "%s/rules", demo->programs);
	snprintf(daemon, DEMO_MAX_PATH, "%s/authmedicd", demo->programs);
	beside = fopen(daemon, "rb");
	if (beside != NULL)
		return;
	snprintf(demo->programs, sizeof(demo->programs), "%s", AUTHMEDIC_PROGRAMS_DIR);
	snprintf(rules, DEMO_MAX_PATH, "%s", AUTHMEDIC_RULES_DIR);
	snprintf(daemon, DEMO_MAX_PATH, "%s", AUTHMEDIC_DAEMON);
}

/* The safety rules hold as always; only their times are shorter, so that nobody waits an hour. */
static int write_config(const struct demo *demo, const char *rules)
{
	const char *directory = demo->directory;
	char path[DEMO_MAX_PATH];
	FILE *file;

	demo_path(path, directory, DEMO_CONFIG);
	file = fopen(path, "w");
	if (file == NULL)
		return -errno;
	fprintf(file,
	    "mode: act\nhelper: spawn\nstate_dir: %s\nrules_dir: %s\nprograms_dir: %s\n"
	    "plugin_dir: %s/plugins\nhttp: {listen: \"127.0.0.1:%d\"}\n",
	    directory, rules, demo->programs, demo->programs, demo->endpoint_port);
	fprintf(file,
	    "detect: {window: 30s}\n"
	    "safety: {warm_up: 3s, hold_off: 3s, confirm_over: 3s, probe_interval: 1s}\n");
	fprintf(file,
	    "sites:\n  - name: intranet\n    server: other\n    service: %s\n"
	    "    keytab: %s/" DEMO_KEYTAB "\n"
	    "    logs: [{path: %s/" DEMO_ACCESS_LOG ", format: apache-authmedic}]\n"
	    "    worker: {pidfile: %s/" DEMO_PIDFILE "}\n",
	    DEMO_SERVICE, directory, directory, directory);
	fprintf(file,
	    "    probe: {command: [%s, demo-probe, %s, \"%d\"], every: 5m, timeout: 5s}\n"
	    "    ladder:\n      - {remedy: recycle, with: {command: [%s, demo-recycle, \"%d\"]}, "
	    "verify_within: 20s}\n",
	    demo->program, directory, demo->server_port, demo->program, child_pid(demo->master));
	return fclose(file) == 0 ? 0 : -EIO;
}

static void on_program_exit(void *context, const struct child_result *result)
{
	struct demo *demo = context;

	fwrite(result->err.data, 1, result->err.length, stderr);
	end(demo, complain(EXIT_FAILED, "demo: a program ended too early"));
}

static int start_master(struct demo *demo)
{
	char port[16];
	const char *argv[] = {demo->program, "demo-master", demo->directory, port, NULL};
	const struct child_options options = {
	    .argv = argv, .on_exit = on_program_exit, .context = demo};

	snprintf(port, sizeof(port), "%d", demo->server_port);
	return child_new(&demo->master, demo->loop, &options);
}

static int start_daemon(struct demo *demo, const char *program)
{
	char config[DEMO_MAX_PATH];
	const char *argv[] = {program, "--config", config, NULL};
	const struct child_options options = {
	    .argv = argv, .on_exit = on_program_exit, .context = demo};

	demo_path(config, demo->directory, DEMO_CONFIG);
	return child_new(&demo->daemon, demo->loop, &options);
}

static int set_stage(struct demo *demo)
{
	char daemon[DEMO_MAX_PATH];
	char rules[DEMO_MAX_PATH];
	int error;

	error = loop_temporary_directory(demo->directory, sizeof(demo->directory));
	if (error < 0)
		return error;
	demo->endpoint_port = find_port(FIRST_PORT);
	demo->server_port =
	    demo->endpoint_port < 0 ? -EADDRINUSE : find_port(demo->endpoint_port + 1);
	if (demo->server_port < 0)
		return demo->server_port;
	find_programs(demo, daemon, rules);
	error = demo_write_keytab(demo->directory, DEMO_FIRST_KVNO);
	if (error == 0)
		error = demo_write_kvno(demo->directory, DEMO_FIRST_KVNO);
	if (error == 0)
		error = start_master(demo);
	if (error == 0)
		error = write_config(demo, rules);
	return error < 0 ? error : start_daemon(demo, daemon);
}

static void on_interrupt(void *context)
{
	struct demo *demo = context;

	end(demo, demo->chapter == CURED ? EXIT_DONE : EXIT_FAILED);
}

int verb_demo(const struct invocation *invocation)
{
	struct demo demo = {.invocation = invocation, .exit_code = EXIT_FAILED};
	const struct signals_callbacks callbacks = {on_interrupt, on_interrupt, &demo};
	char program[PATH_MAX];
	int error;

	error = loop_program_path(program, sizeof(program));
	if (error < 0)
		return complain(EXIT_UNAVAILABLE, "demo: %s", strerror(-error));
	demo.program = program;
	if (invocation->argument_count > 0)
		return complain(EXIT_USAGE, "demo takes no arguments");
	story_begin(&demo.story, clock_boot_ms());
	error = loop_new(&demo.loop);
	if (error == 0)
		error = timer_new(&demo.look, demo.loop, on_look, &demo);
	if (error == 0)
		error = signals_new(&demo.signals, demo.loop, &callbacks);
	if (error == 0)
		error = set_stage(&demo);
	if (error == 0)
		timer_start(demo.look, LOOK_EVERY_MS, LOOK_EVERY_MS);
	else
		end(&demo, complain(EXIT_UNAVAILABLE, "demo: %s", strerror(-error)));
	loop_run(demo.loop);
	loop_free(&demo.loop);
	return demo.exit_code;
}
