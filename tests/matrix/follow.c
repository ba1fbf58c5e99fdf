/* A follower for the tests: the intake and the store of authmedicd without what comes behind them,
 * so that a test sees the very lines that were handed on:
 *
 *     follow --channel FD --state DIRECTORY --log PATTERN [--format NAME] [--polling] [--live]
 *
 * It does with each log what agent/daemon does: watch, reconcile each second and at each hint, read
 * in slices, and commit cursors, totals and what the lines led to in one transaction. Here they
 * lead to themselves: each slice's lines are a row where the daemon has its detector's rows,
 * numbered by its first line. With --format each line is parsed, and what comes of it is the
 * record: client, status and user.
 *
 * Without --live time stands still until the test lets it pass, so that what happens between two of
 * its steps is for the test to say. FD is a SOCK_SEQPACKET socket; a command is a packet, answered
 * by a packet with the totals as JSON:
 *
 *     tick [COUNT]   a second passes, COUNT times: reconcile, read all, commit
 *     pass MS        that much time passes, in which the process does not run
 *     hints          reconcile, read and commit, if the directory's watcher has hinted
 *     look           reconcile and commit what was seen
 *     read BYTES     read a slice and commit
 *     status         nothing
 *
 * The end of the socket ends the program. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/log.h"
#include "intake/names.h"
#include "intake/watcher.h"
#include "loop/clock.h"
#include "loop/packet_channel.h"
#include "loop/timer.h"
#include "parse/parser.h"
#include "state/store.h"

#define SLICE_BYTES    ((size_t)1024 * 1024)
#define MAX_HEADER_BYTES ((size_t)64 * 1024)
#define MAX_KEPT_BYTES ((size_t)256 * 1024 * 1024)
#define MAX_STEPS      20000 /* of a single read: a file that grows faster than it is read */
#define HINT_DELAY_MS  5

struct follow {
	uv_loop_t *loop;
	struct packet_channel *channel;
	struct watcher *watcher;
	struct timer *soon; /* lets hints that came with a command go before it */
	struct timer *every_second;
	struct intake *intake;
	struct parser *parser; /* NULL: lines are handed on as they are */
	const char *format;
	struct store *store;
	struct store_log log;
	struct buffer lines; /* since the last commit */
	char command[64];
	int64_t now_ms; /* unless it is live */
	struct intake_totals saved; /* as of the last commit */
	uint64_t saved_digest; /* of the cursors; 0: there was none */
	uint64_t hints;
	bool polling, live;
	bool hinted, is_waiting;
	int store_error;
	bool failed;
};

static bool take_flag(bool *flag)
{
	bool was = *flag;

	*flag = false;
	return was;
}

static void end(struct follow *follow)
{
	packet_channel_close(&follow->channel);
	watcher_close(&follow->watcher);
	timer_close(&follow->soon);
	timer_close(&follow->every_second);
}

static void append_record(struct follow *follow, struct view line, bool new_file)
{
	struct parsed parsed;

	if (new_file && parser_restore(follow->parser, VIEW("")) < 0)
		follow->failed = true;
	parser_line(follow->parser, line, &parsed);
	if (parsed.kind == LINE_HEADER)
		return;
	if (parsed.kind == LINE_RECORD)
		buffer_append_format(&follow->lines, "%.*s %d %.*s\n",
		    VIEW_ARGUMENTS(parsed.record.client), parsed.record.status,
		    VIEW_ARGUMENTS(parsed.record.user));
	else
		buffer_append_format(&follow->lines, "%s: %.*s\n",
		    line_kind_name(parsed.kind), VIEW_ARGUMENTS(line));
}

static void on_line(void *context, struct view line, bool new_file)
{
	struct follow *follow = context;

	if (follow->parser != NULL) {
		append_record(follow, line, new_file);
		return;
	}
	buffer_append(&follow->lines, line);
	buffer_append_byte(&follow->lines, '\n');
}

static void on_file(void *context, struct view header)
{
	struct follow *follow = context;

	if (follow->parser != NULL && !view_is_empty(header) &&
	    parser_restore(follow->parser, header) < 0)
		follow->failed = true;
}

static void keep_header(void *context, struct buffer *ret_header)
{
	const struct follow *follow = context;

	if (follow->parser != NULL)
		parser_save(follow->parser, ret_header);
}

/* ---- the state ---- */

static int save_lines(struct follow *follow)
{
	char key[32];

	if (follow->lines.length == 0)
		return buffer_error(&follow->lines);
	snprintf(key, sizeof(key), "%020llu", (unsigned long long)follow->saved.lines);
	return store_put_row(
	    follow->store, follow->log.site, view_of_text(key), buffer_view(&follow->lines));
}

static int save(struct follow *follow)
{
	size_t count = intake_file_count(follow->intake);
	struct buffer auto_buffer header;
	int error;

	buffer_init(&header, MAX_HEADER_BYTES);
	if (follow->parser != NULL)
		parser_save(follow->parser, &header);
	error = store_put_log(
	    follow->store, follow->log, intake_totals(follow->intake), buffer_view(&header));

	for (size_t i = 0; error == 0 && i < count; i++) {
		struct intake_cursor cursor;

		intake_file_cursor(follow->intake, i, &cursor);
		error = store_put_cursor(follow->store, follow->log, i, &cursor);
	}
	if (error == 0)
		error = store_drop_cursors(follow->store, follow->log, count);
	if (error == 0)
		error = save_lines(follow);
	return error == 0 ? store_commit(follow->store) : error;
}

static void commit(struct follow *follow)
{
	const struct intake_totals *totals = intake_totals(follow->intake);
	uint64_t digest = intake_cursors_digest(follow->intake);
	int error;

	if (follow->saved_digest == digest &&
	    memcmp(&follow->saved, totals, sizeof(*totals)) == 0)
		return;
	error = store_begin(follow->store);
	if (error == 0) {
		error = save(follow);
		if (error < 0)
			store_rollback(follow->store);
	}
	follow->store_error = error;
	if (error < 0)
		return;
	follow->saved = *totals;
	follow->saved_digest = digest;
	buffer_clear(&follow->lines);
}

static int on_cursor(void *context, const struct intake_cursor *cursor)
{
	struct follow *follow = context;
	int error = intake_restore(follow->intake, cursor);

	if (error < 0)
		log_warning("a cursor could not be restored: %s", strerror(-error));
	return 0;
}

static int restore(struct follow *follow)
{
	struct intake_totals totals = {0};
	struct buffer auto_buffer header;
	int error;

	buffer_init(&header, MAX_HEADER_BYTES);
	error = store_get_log(follow->store, follow->log, &totals, &header);
	if (error < 0)
		return error == -ENOENT ? 0 : error;
	intake_restore_totals(follow->intake, &totals);
	follow->saved = totals;
	if (follow->parser != NULL && parser_restore(follow->parser, buffer_view(&header)) < 0)
		return -EINVAL;
	return store_each_cursor(follow->store, follow->log, on_cursor, follow);
}

/* ---- the work ---- */

static void on_hint(void *context)
{
	struct follow *follow = context;

	follow->hints++;
	follow->hinted = true;
	if (follow->live && !timer_is_running(follow->soon))
		timer_start(follow->soon, HINT_DELAY_MS, 0);
}

static void watch(struct follow *follow)
{
	const struct watcher_target target = {
	    .on_hint = on_hint, .start = names_start(follow->log.pattern), .context = follow};
	int error;

	if (follow->polling)
		return;
	if (follow->watcher != NULL && !watcher_is_alive(follow->watcher))
		watcher_close(&follow->watcher);
	if (follow->watcher != NULL)
		return;
	error =
	    watcher_new(&follow->watcher, follow->loop, intake_directory(follow->intake), &target);
	if (error < 0)
		log_debug("no watching: %s", strerror(-error));
}

static void look(struct follow *follow)
{
	follow->hinted = false;
	watch(follow);
	intake_reconcile(follow->intake, follow->live ? clock_monotonic_ms() : follow->now_ms);
}

static bool read_slice(struct follow *follow, size_t bytes)
{
	bool more = intake_read(follow->intake, bytes);

	commit(follow);
	return more;
}

static void work(struct follow *follow)
{
	int steps = 0;

	look(follow);
	while (read_slice(follow, SLICE_BYTES) && ++steps < MAX_STEPS)
		;
	if (steps == MAX_STEPS)
		log_error("reading does not come to an end");
	follow->failed = follow->failed || steps == MAX_STEPS;
}

/* One slice at a time, so that commands are answered meanwhile. */
static void live_step(struct follow *follow)
{
	if (follow->hinted)
		look(follow);
	if (read_slice(follow, SLICE_BYTES))
		timer_start(follow->soon, 0, 0);
}

static void on_second(void *context)
{
	struct follow *follow = context;

	follow->hinted = true;
	live_step(follow);
}

/* ---- the commands ---- */

static void answer(struct follow *follow)
{
	const struct intake_totals *totals = intake_totals(follow->intake);
	struct json auto_json *told = json_object_new();
	struct buffer auto_buffer text;
	const char *why;

	json_put_int(told, "lines", (int64_t)totals->lines);
	json_put_int(told, "committed_lines", (int64_t)follow->saved.lines);
	json_put_int(told, "bytes", (int64_t)totals->bytes);
	json_put_int(told, "rotations", (int64_t)totals->rotations);
	json_put_int(told, "truncations", (int64_t)totals->truncations);
	json_put_int(told, "lost_bytes", (int64_t)totals->lost_bytes);
	json_put_int(told, "overlong_lines", (int64_t)totals->overlong_lines);
	json_put_int(told, "lag_bytes", (int64_t)intake_lag_bytes(follow->intake));
	json_put_int(told, "condition", intake_condition(follow->intake, &why));
	json_put_text(told, "why", why);
	json_put_int(told, "hints", (int64_t)follow->hints);
	json_put_int(told, "clock_ms", clock_now_ms());
	json_put_bool(told, "watching", follow->watcher != NULL);
	json_put_int(told, "store_error", follow->store_error);
	buffer_init(&text, PACKET_CHANNEL_MAX_PACKET_BYTES);
	if (json_print(told, &text) < 0 ||
	    packet_channel_send(follow->channel, buffer_view(&text)) < 0)
		follow->failed = true;
}

static void obey(struct follow *follow)
{
	unsigned long long number = 1;
	char verb[16] = "";

	if (sscanf(follow->command, "%15s %llu", verb, &number) < 1)
		follow->failed = true;
	if (strcmp(verb, "pass") == 0) {
		follow->now_ms += (int64_t)number;
	} else if (strcmp(verb, "tick") == 0) {
		for (; number > 0 && !follow->failed; number--) {
			follow->now_ms += 1000;
			work(follow);
		}
	} else if (strcmp(verb, "hints") == 0) {
		if (follow->hinted)
			work(follow);
	} else if (strcmp(verb, "look") == 0) {
		look(follow);
		commit(follow);
	} else if (strcmp(verb, "read") == 0) {
		read_slice(follow, (size_t)number);
	} else if (strcmp(verb, "status") != 0) {
		follow->failed = true;
	}
}

static void on_soon(void *context)
{
	struct follow *follow = context;

	if (take_flag(&follow->is_waiting)) {
		obey(follow);
		answer(follow);
	}
	if (follow->live)
		live_step(follow);
	if (follow->failed)
		end(follow);
}

static void on_packet(void *context, struct view packet)
{
	struct follow *follow = context;

	snprintf(follow->command, sizeof(follow->command), "%.*s", VIEW_ARGUMENTS(packet));
	follow->is_waiting = true;
	timer_start(follow->soon, 0, 0);
}

static void on_broken(void *context, int reason unused_parameter)
{
	end(context);
}

/* ---- the program ---- */

static int start(struct follow *follow, int descriptor, const char *state)
{
	const struct packet_channel_callbacks channel = {on_packet, on_broken, follow};
	const struct intake_callbacks lines = {.on_line = on_line,
	    .on_file = on_file,
	    .keep_header = keep_header,
	    .context = follow};
	char *auto_free aside = NULL;
	int error = store_open(&follow->store, state, &aside);

	if (error == 0)
		error = loop_new(&follow->loop);
	if (error == 0)
		error = intake_new(&follow->intake, follow->log.pattern, &lines);
	if (error == 0 && follow->format != NULL)
		error = parser_new(&follow->parser, follow->format, NULL);
	if (error == 0)
		error = restore(follow);
	if (error == 0)
		error = timer_new(&follow->soon, follow->loop, on_soon, follow);
	if (error == 0)
		error = timer_new(&follow->every_second, follow->loop, on_second, follow);
	if (error == 0)
		error = packet_channel_new(&follow->channel, follow->loop, descriptor, &channel);
	if (error == 0 && follow->live)
		timer_start(follow->every_second, 0, 1000);
	return error;
}

/* What main() returns. */
static int finish(struct follow *follow, int error)
{
	end(follow);
	if (follow->loop != NULL && loop_free(&follow->loop) < 0)
		error = error < 0 ? error : -EBUSY;
	intake_free(&follow->intake);
	parser_free(&follow->parser);
	store_close(&follow->store);
	buffer_done(&follow->lines);
	if (error < 0)
		log_error("%s", strerror(-error));
	return error < 0 || follow->failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int read_options(struct follow *follow, int argc, char **argv, const char **ret_state)
{
	static const struct option options[] = {{"channel", required_argument, NULL, 'c'},
	    {"state", required_argument, NULL, 's'}, {"log", required_argument, NULL, 'l'},
	    {"format", required_argument, NULL, 'f'},
	    {"polling", no_argument, NULL, 'p'}, {"live", no_argument, NULL, 'r'}, {0}};
	int64_t descriptor = -EINVAL;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'c' && view_to_int64(view_of_text(optarg), &descriptor) < 0)
			return -EINVAL;
		if (option == 's')
			*ret_state = optarg;
		if (option == 'l')
			follow->log.pattern = optarg;
		if (option == 'f')
			follow->format = optarg;
		follow->polling = follow->polling || option == 'p';
		follow->live = follow->live || option == 'r';
		if (option == '?')
			return -EINVAL;
	}
	return *ret_state != NULL && follow->log.pattern != NULL ? (int)descriptor : -EINVAL;
}

int main(int argc, char **argv)
{
	struct follow follow = {.log.site = "matrix", .now_ms = 1000000};
	const char *state = NULL;
	int descriptor;
	int error;

	log_open("follow", false, LOG_LEVEL_INFO);
	buffer_init(&follow.lines, MAX_KEPT_BYTES);
	descriptor = read_options(&follow, argc, argv, &state);
	error = descriptor < 0 ? descriptor : start(&follow, descriptor, state);
	if (error == 0)
		loop_run(follow.loop);
	return finish(&follow, error);
}
