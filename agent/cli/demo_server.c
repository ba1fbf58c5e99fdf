/* The simulated web server: a master that keeps one worker alive and starts a new one on SIGHUP,
 * and the worker, which reads its key once, at its start, as the servers do that go stale. Each
 * ends with whoever started it, however that one ended: who closes a child kills it, and it has no
 * time to take its own along. */
#include "cli/demo.h"

#include <errno.h>
#include <limits.h>

#include "base/text.h"
#include "loop/child.h"
#include "loop/clock.h"
#include "loop/loop.h"
#include "loop/signals.h"
#include "loop/timer.h"
#include "report/http_server.h"

#define REQUEST_EVERY_MS 100
#define RESTART_AFTER_MS 100
#define LOOK_EVERY_MS    250
#define STAMP_BYTES      64

/* -- the master -- */

struct master {
	const struct invocation *invocation;
	uv_loop_t *loop;
	struct child *worker;
	struct timer *restart;
	struct timer *look;
	struct signals *signals;
	int parent_id;
};

static void on_worker_exit(void *context, const struct child_result *result unused_parameter)
{
	struct master *master = context;

	child_close(&master->worker);
	timer_start(master->restart, RESTART_AFTER_MS, 0);
}

static void on_restart(void *context)
{
	struct master *master = context;
	const char *argv[] = {master->invocation->program, "demo-worker",
	    master->invocation->arguments[0], master->invocation->arguments[1], NULL};
	const struct child_options options = {
	    .argv = argv, .share_stderr = true, .on_exit = on_worker_exit, .context = master};
	char path[DEMO_MAX_PATH];
	FILE *auto_fclose pidfile = NULL;

	if (child_new(&master->worker, master->loop, &options) < 0)
		return;
	demo_path(path, master->invocation->arguments[0], DEMO_PIDFILE);
	pidfile = fopen(path, "w");
	if (pidfile != NULL)
		fprintf(pidfile, "%d\n", child_pid(master->worker));
}

static void on_recycle(void *context)
{
	struct master *master = context;

	child_close(&master->worker);
	timer_start(master->restart, RESTART_AFTER_MS, 0);
}

static void on_master_end(void *context)
{
	struct master *master = context;

	child_close(&master->worker);
	timer_close(&master->restart);
	timer_close(&master->look);
	signals_close(&master->signals);
}

static void on_master_look(void *context)
{
	struct master *master = context;

	if (loop_parent_id() != master->parent_id)
		on_master_end(master);
}

int verb_demo_master(const struct invocation *invocation)
{
	struct master master = {.invocation = invocation, .parent_id = loop_parent_id()};
	const struct signals_callbacks callbacks = {on_master_end, on_recycle, &master};
	int error = invocation->argument_count == 2 ? loop_new(&master.loop) : -EINVAL;

	if (error == 0)
		error = timer_new(&master.restart, master.loop, on_restart, &master);
	if (error == 0)
		error = timer_new(&master.look, master.loop, on_master_look, &master);
	if (error == 0)
		error = signals_new(&master.signals, master.loop, &callbacks);
	if (error == 0) {
		timer_start(master.restart, 0, 0);
		timer_start(master.look, LOOK_EVERY_MS, LOOK_EVERY_MS);
		loop_run(master.loop);
	}
	loop_free(&master.loop);
	return error == 0 ? EXIT_DONE : complain(EXIT_UNAVAILABLE, "demo: %s", strerror(-error));
}

int verb_demo_recycle(const struct invocation *invocation)
{
	uint64_t process_id = 0;

	if (invocation->argument_count != 1 ||
	    view_to_uint64(view_of_text(invocation->arguments[0]), &process_id) < 0 ||
	    process_id < 2 || process_id > INT_MAX)
		return EXIT_USAGE;
	return signals_send_reload((int)process_id) == 0 ? EXIT_DONE : EXIT_FAILED;
}

/* -- the worker -- */

struct worker {
	const char *directory;
	uint32_t held_kvno; /* the handle: what it read at its start */
	unsigned next_client;
	FILE *log;
	struct http_server *server;
	struct timer *traffic;
	struct signals *signals;
	int parent_id;
};

/* What the simulated KDC puts into tickets now; the held one where that cannot be read. */
static uint32_t ticket_kvno(const struct worker *worker)
{
	uint32_t kvno = worker->held_kvno;

	if (demo_read_kvno(worker->directory, &kvno) < 0)
		return worker->held_kvno;
	return kvno;
}

/* "22/Nov/2026:10:04:34 +0000", out of "2026-11-22T10:04:34.000Z". */
static void print_stamp(char stamp[STAMP_BYTES])
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char time[TEXT_TIME_BYTES];
	int month;

	text_of_time(clock_now_ms(), time);
	month = (time[5] - '0') * 10 + time[6] - '0';
	snprintf(stamp, STAMP_BYTES, "%.2s/%.3s/%.4s:%.8s +0000", time + 8,
	    months + 3 * (month - 1), time, time + 11);
}

/* One sign-in of a browser: asked for a token, it comes back with one. */
static void log_sign_in(struct worker *worker, unsigned client)
{
	uint32_t kvno = ticket_kvno(worker);
	bool accepted = kvno == worker->held_kvno;
	char stamp[STAMP_BYTES];

	print_stamp(stamp);
	fprintf(worker->log,
	    "10.20.0.%u - - [%s] \"GET /start HTTP/1.1\" 401 636 \"-\" \"Browser/1.0\" "
	    "scheme=none k=0 merr=\"NO AUTH DATA\"\n",
	    client + 1, stamp);
	if (accepted)
		fprintf(worker->log,
		    "10.20.0.%u - user%u@" DEMO_REALM " [%s] \"GET /start HTTP/1.1\" 200 538 \"-\" "
		    "\"Browser/1.0\" scheme=negotiate-kerberos k=1 merr=\"-\"\n",
		    client + 1, client + 1, stamp);
	else
		fprintf(worker->log,
		    "10.20.0.%u - - [%s] \"GET /start HTTP/1.1\" 401 797 \"-\" \"Browser/1.0\" "
		    "scheme=negotiate-kerberos k=1 merr=\"GSS ERROR\" mtext=\"Unspecified GSS "
		    "failure.  Minor code may provide more information (Request ticket "
		    "server " DEMO_SERVICE "@" DEMO_REALM
		    " kvno %u not found in keytab; keytab is likely out of date)\"\n",
		    client + 1, stamp, kvno);
	fflush(worker->log);
}

static void on_worker_end(void *context)
{
	struct worker *worker = context;

	http_server_close(&worker->server);
	timer_close(&worker->traffic);
	signals_close(&worker->signals);
}

static void on_traffic(void *context)
{
	struct worker *worker = context;

	if (loop_parent_id() != worker->parent_id) {
		on_worker_end(worker);
		return;
	}
	log_sign_in(worker, worker->next_client);
	worker->next_client = (worker->next_client + 1) % DEMO_CLIENTS;
}

static void on_sign_in(void *context, const struct http_request *request unused_parameter,
    struct http_response *response)
{
	const struct worker *worker = context;

	response->status = ticket_kvno(worker) == worker->held_kvno ? 200 : 401;
	buffer_append_text(&response->body, "simulated\n");
}

static int serve(struct worker *worker, uv_loop_t *loop, const char *port)
{
	static const struct http_route routes[] = {{"/sign-in", false, on_sign_in}};
	const struct signals_callbacks callbacks = {on_worker_end, on_worker_end, worker};
	struct http_server_options options = {
	    .routes = routes, .route_count = count_of(routes), .context = worker};
	char listen[64];
	const char *address = listen;
	struct buffer auto_buffer errors;
	int error;

	buffer_init(&errors, CLI_MAX_ERROR_BYTES);
	snprintf(listen, sizeof(listen), "127.0.0.1:%s", port);
	options.listen = &address;
	options.listen_count = 1;
	error = http_server_new(&worker->server, loop, &options, &errors);
	if (error == 0)
		error = timer_new(&worker->traffic, loop, on_traffic, worker);
	if (error == 0)
		error = signals_new(&worker->signals, loop, &callbacks);
	if (error == 0) {
		timer_start(worker->traffic, REQUEST_EVERY_MS, REQUEST_EVERY_MS);
		loop_run(loop);
	}
	return error;
}

int verb_demo_worker(const struct invocation *invocation)
{
	struct worker worker = {.parent_id = loop_parent_id()};
	char path[DEMO_MAX_PATH];
	uv_loop_t *loop = NULL;
	int error;

	if (invocation->argument_count != 2)
		return EXIT_USAGE;
	worker.directory = invocation->arguments[0];
	error = demo_read_keytab(worker.directory, &worker.held_kvno);
	demo_path(path, worker.directory, DEMO_ACCESS_LOG);
	worker.log = fopen(path, "a");
	if (error == 0 && worker.log == NULL)
		error = -errno;
	if (error == 0)
		error = loop_new(&loop);
	if (error == 0)
		error = serve(&worker, loop, invocation->arguments[1]);
	loop_free(&loop);
	if (worker.log != NULL)
		fclose(worker.log);
	return error == 0 ? EXIT_DONE : complain(EXIT_UNAVAILABLE, "demo: %s", strerror(-error));
}
