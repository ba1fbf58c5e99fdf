/* authmedicd: follows the logs, finds out why sign-in fails, and has the cure applied. */
#include <errno.h>
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <uv.h>

#include "base/log.h"
#include "base/standard_output.h"
#include "config/log_kinds.h"
#include "daemon/bounds.h"
#include "daemon/pipeline.h"
#include "daemon/supervision.h"
#include "loop/clock.h"
#include "loop/service_manager.h"
#include "loop/signals.h"

#define EXIT_USAGE        2
#define EXIT_UNAVAILABLE  69
#define EXIT_CONFIG       78
#define MAX_ERROR_BYTES   ((size_t)64 * 1024)
#define MAX_TOLD_BYTES    512
#define LARGE_TABLE_BYTES (8 * 1024)

struct daemon {
	uv_loop_t loop;
	const char *config_file;
	int64_t started_ms; /* wall */
	struct pipeline *pipeline;
	struct signals *signals;
	struct supervision *supervision;
	struct bounds *bounds; /* kept to since the start */
	char confinement[MAX_TOLD_BYTES];
	bool failed;
};

/* What is of the daemon itself, and of no site. */
static const struct log_about nothing;

static const char usage[] =
    "Usage: authmedicd [--config FILE]\n"
    "Follows web servers' logs, finds out why sign-in fails, and has the cure applied.\n"
    "Runs in the foreground.\n\n"
    "  --config FILE   the configuration (default: " AUTHMEDIC_CONFIG_FILE ")\n"
    "  --help          this text\n"
    "  --version       the version\n"
    "Signals: HUP reads the configuration again, a bad one is refused; TERM and INT end it.\n";

static void print_errors(const struct buffer *errors)
{
	fwrite(buffer_text(errors), 1, errors->length, stderr);
}

/* All that was written, judged before anything is changed for it. */
static int load(struct rulebook *ret_rulebook, const char *config_file, struct buffer *errors)
{
	struct rulebook rulebook;
	int error = rulebook_load(&rulebook, config_file, errors);

	if (error < 0)
		return error;
	error = rulebook_load_files(&rulebook, NULL, errors);
	if (error < 0)
		rulebook_done(&rulebook);
	else
		*ret_rulebook = rulebook;
	return error;
}

/* What cannot be taken up stays the caller's. */
static int take_up(struct daemon *daemon, struct estate *estate, struct buffer *errors)
{
	const struct pipeline_options options = {.loop = &daemon->loop,
	    .estate = estate,
	    .config_file = daemon->config_file,
	    .started_ms = daemon->started_ms,
	    .confinement = daemon->confinement};

	return pipeline_new(&daemon->pipeline, &options, errors);
}

static void describe(void *context, struct buffer *line)
{
	const struct daemon *daemon = context;

	if (daemon->pipeline != NULL)
		pipeline_describe(daemon->pipeline, line);
}

/* Where there is no pipeline just now, one is being made. */
static bool is_going_on(void *context)
{
	const struct daemon *daemon = context;

	return daemon->pipeline == NULL || pipeline_is_going_on(daemon->pipeline);
}

/* Nothing more is heard from outside, and nobody told: the loop ends. */
static void end_listening(struct daemon *daemon)
{
	supervision_close(&daemon->supervision);
	signals_close(&daemon->signals);
}

/* What looked good cannot be used: a port is taken. */
static void go_back(struct daemon *daemon, struct estate *old, struct buffer *errors)
{
	print_errors(errors);
	buffer_clear(errors);
	if (take_up(daemon, old, errors) == 0) {
		log_told(LOG_KIND_reload_refused, nothing,
		    "the new configuration cannot be used; the old one stays");
		return;
	}
	estate_done(old);
	print_errors(errors);
	log_error("neither the new configuration nor the old one can be used");
	daemon->failed = true;
	end_listening(daemon);
}

/* Not one that needs what we have given up, nor one whose state cannot be opened now. */
static int load_within(struct daemon *daemon, struct estate *next, struct buffer *errors)
{
	struct bounds auto_call(bounds_free) *wanted = NULL;
	int error = load(&next->rulebook, daemon->config_file, errors);

	if (error < 0)
		return error;
	error = bounds_new(&wanted, next->rulebook.config, daemon->config_file);
	if (error == 0 && !bounds_hold(daemon->bounds, wanted, errors))
		error = -EACCES;
	if (error == 0)
		error = pipeline_prepare(daemon->pipeline, next, errors);
	if (error < 0)
		estate_done(next);
	return error;
}

/* A bad configuration leaves everything as it is. A good one takes over from the state that the old
 * pipeline committed, so that nothing is lost or repeated. */
static void reload(struct daemon *daemon)
{
	struct estate next = {0};
	struct estate old;
	struct buffer auto_buffer errors;

	buffer_init(&errors, MAX_ERROR_BYTES);
	if (load_within(daemon, &next, &errors) < 0) {
		print_errors(&errors);
		log_told(LOG_KIND_reload_refused, nothing,
		    "the new configuration is not used; the old one stays");
		return;
	}
	pipeline_close(&daemon->pipeline, &old);
	estate_take_over(&next, &old);
	if (take_up(daemon, &next, &errors) < 0) {
		estate_take_over(&old, &next);
		estate_done(&next);
		go_back(daemon, &old, &errors);
		return;
	}
	estate_done(&old);
	log_told(LOG_KIND_reloaded, nothing, "the configuration was read again");
}

static void on_reload(void *context)
{
	struct daemon *daemon = context;

	service_manager_tell_reloading();
	reload(daemon);
	if (daemon->supervision != NULL)
		supervision_tell_ready(daemon->supervision);
}

static void on_terminate(void *context)
{
	struct daemon *daemon = context;

	(void)service_manager_tell("STOPPING=1");
	pipeline_close(&daemon->pipeline, NULL);
	end_listening(daemon);
}

/* What is needed for good is open; no line of a log has been read. */
static void give_up_the_rest(struct daemon *daemon)
{
	const struct confinement confinement = bounds_enter(daemon->bounds);
	struct buffer auto_buffer told;

	buffer_init(&told, MAX_TOLD_BYTES);
	confinement_describe(&confinement, &told);
	snprintf(daemon->confinement, sizeof(daemon->confinement), "%s", buffer_text(&told));
}

/* What main() returns where it did not work. */
static int start(struct daemon *daemon)
{
	const struct signals_callbacks callbacks = {on_terminate, on_reload, daemon};
	const struct supervision_options supervision = {describe, is_going_on, daemon};
	struct estate estate = {0};
	struct buffer auto_buffer errors;
	int error;

	buffer_init(&errors, MAX_ERROR_BYTES);
	/* First of all, or a HUP that comes early would end us. */
	error = signals_new(&daemon->signals, &daemon->loop, &callbacks);
	if (error == 0)
		error = supervision_new(&daemon->supervision, &daemon->loop, &supervision);
	if (error < 0) {
		log_error("cannot start: %s", strerror(-error));
		end_listening(daemon);
		return EXIT_UNAVAILABLE;
	}
	if (load(&estate.rulebook, daemon->config_file, &errors) < 0) {
		print_errors(&errors);
		end_listening(daemon);
		return EXIT_CONFIG;
	}
	error = bounds_new(&daemon->bounds, estate.rulebook.config, daemon->config_file);
	if (error == 0)
		error = estate_open(&estate, &errors);
	if (error == 0)
		error = take_up(daemon, &estate, &errors);
	if (error == 0) {
		give_up_the_rest(daemon);
		return EXIT_SUCCESS;
	}
	estate_done(&estate);
	print_errors(&errors);
	log_error("cannot start: %s", strerror(-error));
	end_listening(daemon);
	return EXIT_UNAVAILABLE;
}

static int run(const char *config_file)
{
	struct daemon daemon = {.config_file = config_file, .started_ms = clock_now_ms()};
	int status;

	if (uv_loop_init(&daemon.loop) < 0)
		return EXIT_UNAVAILABLE;
	status = start(&daemon);
	if (status == EXIT_SUCCESS) {
		log_told(LOG_KIND_started, nothing, "authmedicd " AUTHMEDIC_VERSION " is running");
		supervision_tell_ready(daemon.supervision);
	}
	uv_run(&daemon.loop, UV_RUN_DEFAULT);
	if (uv_loop_close(&daemon.loop) != 0)
		log_error("a handle was left open at the end");
	bounds_free(&daemon.bounds);
	return daemon.failed ? EXIT_UNAVAILABLE : status;
}

/* Tables for what may come are mostly never touched, and cost nothing while they are pages of their
 * own. By itself malloc() would put those of the next configuration among the rest once such a
 * table was freed, and write zeros to all of it. */
static void keep_tables_apart(void)
{
	(void)mallopt(M_MMAP_THRESHOLD, LARGE_TABLE_BYTES);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"config", required_argument, NULL, 'c'},
	    {"help", no_argument, NULL, 'h'}, {"version", no_argument, NULL, 'v'}, {0}};
	const char *config_file = AUTHMEDIC_CONFIG_FILE;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			config_file = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			return standard_output_exit_status("authmedicd");
		case 'v':
			puts("authmedicd " AUTHMEDIC_VERSION);
			return standard_output_exit_status("authmedicd");
		default:
			fputs("Try 'authmedicd --help'.\n", stderr);
			return EXIT_USAGE;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "authmedicd: unexpected argument '%s'\n", argv[optind]);
		return EXIT_USAGE;
	}
	signal(SIGPIPE, SIG_IGN);
	keep_tables_apart();
	/* Whether the configuration uses them or not, no child of ours shall have them. */
	(void)service_manager_sockets();
	log_open_service("authmedicd", LOG_LEVEL_INFO);
	return run(config_file);
}
