#include "daemon/pipeline_fixture.h"

#include "daemon/pipeline_parts.h"
#include "loop/packet_channel.h"
#include "remedy/protocol.h"
#include "state/store.h"

#include "loop/clock.h"

#include <errno.h>
#include <sys/un.h>

/* The probe is a program of the test's. */

/* ---- a helper of the test's: it answers as the test says, and counts */

static struct {
	int listening;
	uv_poll_t poll;
	struct packet_channel *channel;
	unsigned inspections, applies;
	unsigned inspections_at_apply, probes_at_apply;
	unsigned too_many; /* so many inspections are put off */
	bool breaks_the_disk; /* at the first inspection */
} helper;

static struct {
	bool broken, stays_broken;
	unsigned refused_commits;
} disk;

static struct {
	bool grows; /* a line comes with each commit */
	unsigned lines;
} busy_log;

static int open_world(void **state)
{
	memset(&helper, 0, sizeof(helper));
	memset(&disk, 0, sizeof(disk));
	memset(&told_before, 0, sizeof(told_before));
	memset(&busy_log, 0, sizeof(busy_log));
	return make_directory(state) < 0 ? -1 : open_loop(state);
}

static void write_program(const char *name, const char *text)
{
	char path[512];

	write_in(path, name, view_of_text(text));
	assert_int_equal(chmod(path, 0700), 0);
}

static const char *in_directory(const char *name)
{
	static char path[512];

	path_in(path, name);
	return path;
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

/* A line of so long ago, as Apache's combined format has it. */
static void append_line(const char *name, int64_t ago_ms, const char *who, int status)
{
	time_t then_s = (time_t)((clock_now_ms() - ago_ms) / 1000);
	char path[512];
	char stamp[40];
	struct tm then;
	FILE *file;

	path_in(path, name);
	file = fopen(path, "a");
	assert_non_null(file);
	strftime(stamp, sizeof(stamp), "%d/%b/%Y:%H:%M:%S +0000", gmtime_r(&then_s, &then));
	fprintf(file, "%s [%s] \"GET / HTTP/1.1\" %d 5 \"-\" \"x\"\n", who, stamp, status);
	fclose(file);
}

int __real_store_commit(struct store *store);
int __wrap_store_commit(struct store *store);
int __wrap_store_commit(struct store *store)
{
	if (busy_log.grows)
		append_line("busy.log", 0, "192.0.2.1 - -", 200);
	busy_log.lines += busy_log.grows;
	if (!disk.broken)
		return __real_store_commit(store);
	store_rollback(store);
	disk.refused_commits++;
	disk.broken = disk.stays_broken || disk.refused_commits < 5;
	return -ENOSPC;
}

#define PROBES_UNTIL_CONFIRMED 3 /* accepted, rejected, rejected */

/* What the inspectors would tell of a worker older than its key, which fits. */
static const char stale[] = "worker.start=1700000000\nkeytab.readable=yes\nkeytab.kvnos=3\n"
			    "keytab.decrypts=yes\nkeytab.modified=1700000500\n"
			    "keytab.changed=1700000500\n";

static void answer(const struct protocol_request *request, struct protocol_reply *reply)
{
	if (request->verb == PROTOCOL_APPLY) {
		helper.inspections_at_apply = helper.inspections;
		helper.probes_at_apply = (unsigned)count_lines("probes");
		helper.applies++;
	}
	/* While sign-in works the inspectors are asked, too; they have nothing to tell. */
	if (request->verb != PROTOCOL_INSPECT || count_lines("probes") < PROBES_UNTIL_CONFIRMED)
		return;
	disk.broken |= helper.breaks_the_disk && helper.inspections == 0;
	if (helper.inspections++ < helper.too_many)
		reply->result = PROTOCOL_TRY_LATER;
	else
		snprintf(reply->facts, sizeof(reply->facts), "%s", stale);
}

static void on_request(unused_parameter void *context, struct view packet)
{
	struct protocol_request request;
	struct protocol_reply reply = {
	    .magic = PROTOCOL_MAGIC, .budget_hour = 1, .budget_day = 1};

	assert_int_equal(protocol_check_request(packet.data, packet.length), 0);
	memcpy(&request, packet.data, sizeof(request));
	reply.verb = request.verb;
	reply.request_id = request.request_id;
	answer(&request, &reply);
	assert_int_equal(packet_channel_send(helper.channel,
			     view_of((const char *)&reply, protocol_reply_bytes(&reply))),
	    0);
}

static void on_daemon_gone(unused_parameter void *context, unused_parameter int reason)
{
	packet_channel_close(&helper.channel);
	uv_close((uv_handle_t *)&helper.poll, NULL);
	close(helper.listening);
}

static void on_knock(
    unused_parameter uv_poll_t *poll, unused_parameter int status, unused_parameter int events)
{
	const struct packet_channel_callbacks callbacks = {on_request, on_daemon_gone, NULL};
	int socket = accept(helper.listening, NULL, NULL);

	assert_true(socket >= 0);
	assert_int_equal(packet_channel_new(&helper.channel, &loop, socket, &callbacks), 0);
}

static void start_helper(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char path[512];

	path_in(path, "helper.sock");
	assert_in_range(strlen(path), 1, sizeof(address.sun_path) - 1);
	memcpy(address.sun_path, path, strlen(path));
	helper.listening = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_true(helper.listening >= 0);
	assert_int_equal(
	    bind(helper.listening, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(helper.listening, 1), 0);
	assert_int_equal(uv_poll_init(&loop, &helper.poll, helper.listening), 0);
	assert_int_equal(uv_poll_start(&helper.poll, UV_READABLE, on_knock), 0);
}

/* A site whose first probe is accepted and all others rejected, and which may be acted on. */
static struct rulebook load_stale_site(void)
{
	struct buffer auto_buffer site;
	struct buffer auto_buffer program;

	buffer_init(&program, 4096);
	buffer_init(&site, 4096);
	buffer_append_format(&program,
	    "#!/bin/sh\necho >>%s/probes\necho ticket.kvno=3\n"
	    "test -e %s/good || exec false\nrm %s/good\n",
	    directory, directory, directory);
	write_program("probe", buffer_text(&program));
	write_program("good", "");
	assert_int_equal(mkdir(in_directory("plugins"), 0700), 0);
	assert_int_equal(mkdir(in_directory("plugins/recycle"), 0700), 0);
	write_program("plugins/recycle/recycle", "");
	buffer_append_format(&site,
	    "mode: act\nplugin_dir: %s/plugins\n"
	    "safety: {probe_interval: 100ms, confirm_over: 0s, warm_up: 0s, hold_off: 0s}\n"
	    "sites:\n"
	    "  - name: intranet\n"
	    "    logs: [{path: %s/access.log, format: apache-combined}]\n"
	    "    probe: {command: [%s/probe], every: 1s}\n"
	    "    ladder: [{remedy: recycle, with: {unit: x}, verify_within: 1s}]\n",
	    directory, directory, directory);
	return load_rulebook(buffer_text(&site));
}

static bool is_applied(void)
{
	return helper.applies > 0;
}

/* An action that could not be put on record is not asked for once the disk has room again: what it
 * was decided on is of long ago by then. It is found anew, with new facts. */
static void unsaved_action(unused_parameter void **state)
{
	struct rulebook rulebook;

	helper.breaks_the_disk = true;
	start_helper();
	rulebook = load_stale_site();
	assert_true(run_until(is_applied, &rulebook));
	assert_in_range(disk.refused_commits, 1, 5);
	assert_in_range(helper.inspections_at_apply, 2, 100);
}

/* A helper that has too many inspections to do is asked again, and nothing is decided without. */
static void inspection_put_off(unused_parameter void **state)
{
	struct rulebook rulebook;

	helper.too_many = 2;
	start_helper();
	rulebook = load_stale_site();
	assert_true(run_until(is_applied, &rulebook));
	assert_int_equal(helper.inspections_at_apply, 3);
	assert_int_equal(helper.probes_at_apply, PROBES_UNTIL_CONFIRMED);
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
	    "safety: {probe_interval: 100ms, confirm_over: 0s}\n"
	    "sites:\n"
	    "  - name: intranet\n"
	    "    logs: [{path: %s/access.log, format: apache-combined}]\n"
	    "    probe: {command: [%s/probe]}\n",
	    directory, directory);
	rulebook = load_rulebook(buffer_text(&site));
	assert_true(run_until(is_probed_often, &rulebook));
}

/* ---- sites beside each other */

static bool is_quiet_one_heard(void)
{
	struct detector_window window;

	detector_window(running->sites[0].detector, &window);
	return window.rejected == 5 && busy_log.lines > 20;
}

/* A log to which somebody writes at every moment does not stop the clock of another site: there a
 * refusal that only silence tells is told in time. */
static void busy_neighbour(unused_parameter void **state)
{
	static const int64_t ago_ms = 20000;
	struct buffer auto_buffer sites;
	struct rulebook rulebook;
	char who[40];

	buffer_init(&sites, 4096);
	buffer_append_text(&sites, "sites:\n");
	for (int i = 0; i < 2; i++)
		buffer_append_format(&sites,
		    "  - name: %s\n    evidence: voters\n"
		    "    logs: [{path: %s/%s.log, format: apache-combined}]\n",
		    i == 0 ? "quiet" : "busy", directory, i == 0 ? "quiet" : "busy");
	for (int i = 0; i < 5; i++) {
		snprintf(who, sizeof(who), "10.0.0.%d - u@X", i + 1);
		append_line("quiet.log", ago_ms, who, 200);
		snprintf(who, sizeof(who), "10.0.0.%d - -", i + 1);
		append_line("quiet.log", ago_ms - 1000, who, 401);
		append_line("quiet.log", ago_ms - 1000, who, 401);
	}
	busy_log.grows = true;
	rulebook = load_rulebook(buffer_text(&sites));
	assert_true(run_until(is_quiet_one_heard, &rulebook));
}

/* ---- after a pause */

#define SUSPECTED_BEFORE "20260101T000000Z-0001"

static void suspect_before(void)
{
	static const char memory[] =
	    "{\"version\":1,\"state\":\"suspected\",\"incident\":\"" SUSPECTED_BEFORE
	    "\",\"diagnosis\":\"\",\"rung\":\"\"}";
	const struct store_incident incident = {.id = SUSPECTED_BEFORE,
	    .site = "quiet",
	    .diagnosis = "",
	    .state = "suspected",
	    .opened_ms = 1000,
	    .changed_ms = 1000,
	    .closed_ms = -1};
	struct store *store = open_state();

	assert_int_equal(store_put_incident(store, &incident), 0);
	assert_int_equal(store_put_value(store, "quiet", "controller", view_of_text(memory)), 0);
	store_close(&store);
}

static char incident_at_the_end[CONTROLLER_ID_BYTES];

static bool is_read_to_its_end(void)
{
	const struct site *site = &running->sites[0];
	struct detector_window window;

	detector_window(site->detector, &window);
	snprintf(incident_at_the_end, sizeof(incident_at_the_end), "%s",
	    controller_incident(site->controller));
	return window.rejected == 5 && !site->catching_up && incident_at_the_end[0] != '\0';
}

/* Of what was written while the daemon was away no step reads all. Meanwhile there is no spike, but
 * the incident goes on: what comes last tells that people fail still. */
static void goes_on_behind_a_backlog(unused_parameter void **state)
{
	static const int64_t ago_ms = 3600000;
	static char filling[30000];
	struct buffer auto_buffer sites;
	struct rulebook rulebook;
	char who[40];

	suspect_before();
	buffer_init(&sites, 4096);
	buffer_append_format(&sites,
	    "sites:\n  - name: quiet\n    evidence: voters\n"
	    "    logs: [{path: %s/quiet.log, format: apache-combined}]\n",
	    directory);
	memset(filling, 'x', sizeof(filling) - 1);
	for (int i = 0; i < 5; i++) {
		snprintf(who, sizeof(who), "10.0.0.%d - u@X", i + 1);
		append_line("quiet.log", ago_ms, who, 200);
	}
	for (size_t bytes = 0; bytes < (size_t)2 * 1024 * 1024; bytes += sizeof(filling))
		append_line("quiet.log", ago_ms, filling, 200);
	for (int i = 0; i < 5; i++) {
		snprintf(who, sizeof(who), "10.0.0.%d - -", i + 1);
		append_line("quiet.log", 20000, who, 401);
		append_line("quiet.log", 20000, who, 401);
	}
	rulebook = load_rulebook(buffer_text(&sites));
	assert_true(run_until(is_read_to_its_end, &rulebook));
	assert_string_equal(incident_at_the_end, SUSPECTED_BEFORE);
}

static void put_message(struct store *store, const char *id, const char *body)
{
	const struct store_message message = {
	    .target = "ops", .message_id = id, .body = view_of_text(body), .created_ms = 1};

	assert_int_equal(store_put_message(store, &message), 0);
}

/* A message in the outbox that nobody can read is given up, and does not hold up the one behind. */
static void spoilt_message(unused_parameter void **state)
{
	struct store *store = open_state();
	struct rulebook rulebook;
	uint64_t dead = 0;

	put_message(store, "spoilt", "{");
	put_message(store, "sound",
	    "{\"type\":\"authmedic.incident.opened\",\"data\":{\"site\":\"intranet\"}}");
	store_close(&store);
	rulebook = load_told_site();
	assert_true(run_until(is_knocked_at, &rulebook));
	close(receiver);
	store = open_state();
	assert_int_equal(store_count_dead_letters(store, "ops", &dead), 0);
	assert_int_equal(dead, 1);
	store_close(&store);
}

static int on_closed(void *context, const struct store_incident *incident)
{
	*(bool *)context = incident->closed_ms >= 0;
	return 0;
}

static bool has_room_after_news(void)
{
	disk.broken = !deafness_is_open(running->sites[0].deafness, 0, DEAF_MISSING, NULL);
	return !disk.broken;
}

/* The end of what is not watched any more is told once it can be saved, where it could not be at
 * first; also that of a log, though of the site's other log, which is missing, there was news. */
static void unwatched_at_last(unused_parameter void **state)
{
	const struct store_incident gone = {.id = "gone",
	    .site = "old",
	    .diagnosis = "stale-handle",
	    .state = "standing",
	    .opened_ms = 1000,
	    .changed_ms = 1000,
	    .closed_ms = -1};
	static const char told[] = "{\"logs\":[{\"path\":\"/old.log\",\"conditions\":[{\"reason\":"
				   "\"missing\",\"open\":true,\"told\":true}]}]}";
	struct store *store = open_state();
	struct buffer auto_buffer bodies;
	struct rulebook rulebook;
	bool is_closed = false;

	assert_int_equal(store_put_incident(store, &gone), 0);
	assert_int_equal(store_put_value(store, "intranet", "deafness", view_of_text(told)), 0);
	store_close(&store);
	disk.broken = disk.stays_broken = true;
	rulebook = load_told_site();
	rulebook.config->deaf.file_trouble_for_ms = 0;
	assert_true(run_until(has_room_after_news, &rulebook));
	close(receiver);
	assert_true(disk.refused_commits > 1);
	store = open_state();
	assert_int_equal(store_get_incident(store, "gone", on_closed, &is_closed), 0);
	assert_true(is_closed);
	buffer_init(&bodies, 65536);
	assert_int_equal(store_each_message(store, "ops", on_waiting, &bodies), 0);
	assert_non_null(strstr(buffer_text(&bodies), "authmedic.log.deaf"));
	assert_non_null(strstr(buffer_text(&bodies), "authmedic.log.unwatched"));
	store_close(&store);
}

static bool has_room_at_last(void)
{
	disk.broken = disk.refused_commits < 2;
	return !disk.broken;
}

/* Where the last commit of all is the first that succeeds, those who were told that the state
 * cannot be saved are told that it is over, by whoever reads the outbox next. */
static void saved_at_the_end(unused_parameter void **state)
{
	struct buffer auto_buffer bodies;
	struct rulebook rulebook;
	struct store *store;

	told_before = (struct saving){.error = -ENOSPC, .told = -ENOSPC, .host = "www1"};
	disk.broken = disk.stays_broken = true;
	rulebook = load_told_site();
	assert_true(run_until(has_room_at_last, &rulebook));
	close(receiver);
	buffer_init(&bodies, 65536);
	store = open_state();
	assert_int_equal(store_each_message(store, "ops", on_waiting, &bodies), 0);
	store_close(&store);
	assert_non_null(strstr(buffer_text(&bodies), "authmedic.state.unsaved-ended"));
}

/* ---- metrics */

static const char *const names_of_metrics[] = {
#define METRIC(name, ...) "authmedic_" #name,
#include "report/metrics.def"
#undef METRIC
};

static struct buffer metrics;

static bool is_published(void)
{
	buffer_init(&metrics, 1024 * 1024);
	return metrics_print(publisher_metrics(running->publisher), METRICS_PROMETHEUS_TEXT,
		   &metrics) == 0;
}

/* All that is told of a log is there before it has a line, so that nobody takes for absent what has
 * not come yet. */
static void published_from_the_start(unused_parameter void **state)
{
	struct rulebook rulebook = load_told_site();
	char series[512];

	assert_true(run_until(is_published, &rulebook));
	close(receiver);
	for (enum metric metric = METRIC_log_bytes_total; metric <= METRIC_deaf; metric++) {
		snprintf(series, sizeof(series), "%s{site=\"intranet\",log=\"%s/x\"} ",
		    names_of_metrics[metric], directory);
		assert_non_null(strstr(buffer_text(&metrics), series));
	}
	buffer_done(&metrics);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(outlasted_interval, open_world, close_world),
	    cmocka_unit_test_setup_teardown(unsaved_action, open_world, close_world),
	    cmocka_unit_test_setup_teardown(inspection_put_off, open_world, close_world),
	    cmocka_unit_test_setup_teardown(busy_neighbour, open_world, close_world),
	    cmocka_unit_test_setup_teardown(goes_on_behind_a_backlog, open_world, close_world),
	    cmocka_unit_test_setup_teardown(spoilt_message, open_world, close_world),
	    cmocka_unit_test_setup_teardown(unwatched_at_last, open_world, close_world),
	    cmocka_unit_test_setup_teardown(saved_at_the_end, open_world, close_world),
	    cmocka_unit_test_setup_teardown(published_from_the_start, open_world, close_world),
	};

	return cmocka_run_group_tests_name("pipeline", tests, NULL, NULL);
}
