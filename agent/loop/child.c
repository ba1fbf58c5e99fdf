#include "loop/child.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <uv.h>

#include "base/buffer.h"

enum phase {
	RUNNING,
	TERMINATING, /* past the deadline, SIGTERM sent */
	KILLING,     /* SIGKILL sent */
	DRAINING,    /* it has ended; somebody may still hold its output open */
	REPORTED
};

struct output {
	uv_pipe_t pipe;
	bool open;
	struct buffer bytes;
	uint64_t dropped_bytes;
	char received[4096];
};

struct child {
	uv_process_t process;
	uv_timer_t timer; /* of the current phase */
	struct output out, err;
	size_t open_handles;
	enum phase phase;
	bool abandoned; /* child_close() came before the end */
	bool hangs; /* SIGKILL did not end it */
	int64_t grace_ms, hang_ms;
	int exit_status, term_signal;
	bool timed_out;
	void (*on_exit)(void *context, const struct child_result *result);
	void *context;
};

static size_t hanging; /* children, of all loops */
static pid_t abandoned[CHILD_MAX_ABANDONED]; /* that no loop looks after any more */
static size_t abandoned_count;

static void on_timer(uv_timer_t *handle);

static void enter(struct child *child, enum phase phase, int64_t duration_ms)
{
	child->phase = phase;
	uv_timer_stop(&child->timer);
	if (duration_ms > 0)
		uv_timer_start(&child->timer, on_timer, (uint64_t)duration_ms, 0);
}

static void on_handle_closed(uv_handle_t *handle)
{
	struct child *child = handle->data;

	if (--child->open_handles > 0)
		return;
	buffer_done(&child->out.bytes);
	buffer_done(&child->err.bytes);
	free(child);
}

static void close_handles(struct child *child)
{
	uv_close((uv_handle_t *)&child->process, on_handle_closed);
	uv_close((uv_handle_t *)&child->timer, on_handle_closed);
	uv_close((uv_handle_t *)&child->out.pipe, on_handle_closed);
	uv_close((uv_handle_t *)&child->err.pipe, on_handle_closed);
}

static void signal_group(const struct child *child, int number)
{
	kill(-child->process.pid, number); /* ESRCH: gone already, which is all we want */
}

static void report(struct child *child)
{
	struct child_result result = {
	    .exit_status = child->exit_status,
	    .term_signal = child->term_signal,
	    .timed_out = child->timed_out,
	    .out = buffer_view(&child->out.bytes),
	    .err = buffer_view(&child->err.bytes),
	    .out_dropped_bytes = child->out.dropped_bytes,
	    .err_dropped_bytes = child->err.dropped_bytes,
	};

	enter(child, REPORTED, 0);
	uv_read_stop((uv_stream_t *)&child->out.pipe);
	uv_read_stop((uv_stream_t *)&child->err.pipe);
	child->on_exit(child->context, &result);
}

static void report_if_drained(struct child *child)
{
	if (child->phase == DRAINING && !child->out.open && !child->err.open)
		report(child);
}

static void on_allocate(uv_handle_t *handle, size_t suggested unused_parameter, uv_buf_t *ret_buf)
{
	struct child *child = handle->data;
	struct output *output =
	    handle == (uv_handle_t *)&child->out.pipe ? &child->out : &child->err;

	*ret_buf = uv_buf_init(output->received, sizeof(output->received));
}

static void keep(struct output *output, struct view bytes)
{
	struct view kept = view_first(bytes, CHILD_MAX_OUTPUT_BYTES - output->bytes.length);

	buffer_append(&output->bytes, kept);
	if (buffer_error(&output->bytes) < 0)
		kept.length = 0;
	output->dropped_bytes += bytes.length - kept.length;
}

static void on_output(uv_stream_t *stream, ssize_t length, const uv_buf_t *buf)
{
	struct child *child = stream->data;
	struct output *output =
	    stream == (uv_stream_t *)&child->out.pipe ? &child->out : &child->err;

	if (length >= 0) {
		keep(output, view_of(buf->base, (size_t)length));
		return;
	}
	output->open = false; /* UV_EOF, or an error that ends it just the same */
	uv_read_stop(stream);
	report_if_drained(child);
}

/* It waits within the system for what may never come, as for a file on a server that is gone.
 * Nobody waits for it any more; should it end, its end is taken. */
static void give_up(struct child *child)
{
	child->hangs = true;
	hanging++;
	uv_unref((uv_handle_t *)&child->process);
	child->exit_status = -1;
	child->term_signal = SIGKILL;
	if (!child->abandoned)
		report(child);
}

static void on_timer(uv_timer_t *handle)
{
	struct child *child = handle->data;

	switch (child->phase) {
	case RUNNING:
		child->timed_out = true;
		signal_group(child, SIGTERM);
		enter(child, TERMINATING, child->grace_ms);
		break;
	case TERMINATING:
		signal_group(child, SIGKILL);
		enter(child, KILLING, child->hang_ms);
		break;
	case DRAINING:
		report(child);
		break;
	case KILLING:
		give_up(child);
		break;
	case REPORTED:
		break;
	}
}

static void on_process_exit(uv_process_t *process, int64_t exit_status, int term_signal)
{
	struct child *child = process->data;

	hanging -= child->hangs;
	if (child->abandoned)
		close_handles(child);
	if (child->abandoned || child->hangs)
		return;
	/* Its own children may have ignored the SIGTERM. The group's number cannot have been given
	 * to others in this instant: numbers are handed out in a circle. */
	if (child->timed_out)
		signal_group(child, SIGKILL);
	child->exit_status = term_signal == 0 ? (int)exit_status : -1;
	child->term_signal = term_signal;
	/* A daemon that it left behind may hold the pipes open for ever. */
	enter(child, DRAINING, CHILD_DRAIN_MS);
	report_if_drained(child);
}

static void init_output(struct child *child, struct output *output, uv_loop_t *loop)
{
	uv_pipe_init(loop, &output->pipe, 0); /* always 0 */
	output->pipe.data = child;
	buffer_init(&output->bytes, CHILD_MAX_OUTPUT_BYTES);
}

static int spawn(struct child *child, uv_loop_t *loop, const struct child_options *options)
{
	static const char *const nothing[] = {NULL};
	const char *const *environment =
	    options->environment != NULL ? options->environment : nothing;
	const uv_stdio_flags capture = UV_CREATE_PIPE | UV_WRITABLE_PIPE;
	uv_stdio_container_t stdio[] = {
	    {.flags = UV_IGNORE},
	    {.flags = capture, .data.stream = (uv_stream_t *)&child->out.pipe},
	    {.flags = capture, .data.stream = (uv_stream_t *)&child->err.pipe},
	    {.flags = UV_INHERIT_FD, .data.fd = options->descriptor},
	};
	/* libuv's lists are not const, but it only reads them. */
	uv_process_options_t process = {
	    .exit_cb = on_process_exit,
	    .file = options->argv[0],
	    .args = (char **)options->argv,
	    .env = (char **)environment,
	    .flags = UV_PROCESS_DETACHED,
	    .stdio = stdio,
	    .stdio_count = options->pass_descriptor ? 4 : 3,
	};

	if (options->share_stderr)
		stdio[2] = (uv_stdio_container_t){.flags = UV_INHERIT_FD, .data.fd = 2};
	return uv_spawn(loop, &child->process, &process);
}

static int capture(struct output *output)
{
	int error = uv_read_start((uv_stream_t *)&output->pipe, on_allocate, on_output);

	output->open = error == 0;
	return error;
}

/* Or a zombie would stay behind of each. Until then its number is nobody else's. */
static void reap_abandoned(void)
{
	size_t kept = 0;

	for (size_t i = 0; i < abandoned_count; i++)
		if (waitpid(abandoned[i], NULL, WNOHANG) == 0)
			abandoned[kept++] = abandoned[i];
	abandoned_count = kept;
}

int child_new(struct child **ret_child, uv_loop_t *loop, const struct child_options *options)
{
	struct child *child = hanging < CHILD_MAX_HANGING ? calloc(1, sizeof(*child)) : NULL;
	int error;

	reap_abandoned();
	if (hanging >= CHILD_MAX_HANGING)
		return -EAGAIN;
	if (child == NULL)
		return -ENOMEM;
	child->on_exit = options->on_exit;
	child->context = options->context;
	child->grace_ms = options->grace_ms > 0 ? options->grace_ms : CHILD_GRACE_MS;
	child->hang_ms = options->hang_ms > 0 ? options->hang_ms : CHILD_HANG_MS;
	uv_timer_init(loop, &child->timer); /* always 0 */
	child->timer.data = child;
	child->process.data = child;
	init_output(child, &child->out, loop);
	init_output(child, &child->err, loop);
	child->open_handles = 4;
	error = spawn(child, loop, options);
	if (error == 0)
		error = capture(&child->out);
	if (error == 0 && !options->share_stderr)
		error = capture(&child->err);
	if (error < 0)
		goto fail;
	enter(child, RUNNING, options->deadline_ms);
	*ret_child = child;
	return 0;
fail:
	child_close(&child);
	return error;
}

void child_close(struct child **child)
{
	struct child *closing = *child;

	*child = NULL;
	if (closing == NULL)
		return;
	if (!uv_is_active((uv_handle_t *)&closing->process)) {
		close_handles(closing);
		return;
	}
	/* Its end must be waited for, or a zombie stays behind. */
	closing->abandoned = true;
	enter(closing, KILLING, closing->hangs ? 0 : closing->hang_ms);
	uv_read_stop((uv_stream_t *)&closing->out.pipe);
	uv_read_stop((uv_stream_t *)&closing->err.pipe);
	signal_group(closing, SIGKILL);
}

void child_abandon(struct child **child)
{
	struct child *leaving = *child;

	*child = NULL;
	if (leaving == NULL)
		return;
	if (uv_is_active((uv_handle_t *)&leaving->process) &&
	    abandoned_count < CHILD_MAX_ABANDONED)
		abandoned[abandoned_count++] = leaving->process.pid;
	close_handles(leaving);
}

int child_pid(const struct child *child)
{
	return child->process.pid;
}
