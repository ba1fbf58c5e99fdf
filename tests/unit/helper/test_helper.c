#include "harness.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

/* An action runs once; its outcome, its words and what is left of the budget come back. */
static void applies_once(void **state)
{
	struct harness *harness = *state;
	struct protocol_reply reply;

	harness_plugin(harness, "mark", harness_mark);
	harness_start(harness);
	reply = harness_apply(harness, "web", "i-1");
	assert_int_equal(reply.result, PROTOCOL_DONE);
	assert_string_equal(reply.text, "marked");
	assert_int_equal(reply.budget_hour, 0);
	assert_int_equal(reply.budget_day, 2);
	assert_int_equal(reply.in_flight, 0);
	assert_int_equal(strlen(reply.action_id), 16);
	reply = harness_ask_action(harness, "i-1");
	assert_int_equal(reply.result, PROTOCOL_DONE);
	assert_int_equal(harness_ask_action(harness, "i-2").result, PROTOCOL_NEVER);
	assert_int_equal(harness_count_lines(harness, "marks"), 1);
	assert_true(harness_ledger_has(harness, " intent wall_ms="));
	assert_true(harness_ledger_has(harness, " result=done "));
	assert_int_equal(harness_close(harness), 0);
}

/* The same incident never runs the same rung again, and another one finds the hour's budget spent,
 * also with a new helper; another site has its own. */
static void keeps_the_budget(void **state)
{
	struct harness *harness = *state;
	struct protocol_reply reply;

	harness_plugin(harness, "mark", harness_mark);
	harness_start(harness);
	assert_int_equal(harness_apply(harness, "web", "i-1").result, PROTOCOL_DONE);
	for (int i = 0; i < 2; i++) {
		reply = harness_apply(harness, "web", "i-1");
		assert_refused(&reply, REFUSAL_REPEATED);
		reply = harness_apply(harness, "web", "i-2");
		assert_refused(&reply, REFUSAL_BUDGET);
		assert_int_equal(harness_close(harness), 0);
		harness_start(harness);
	}
	assert_int_equal(harness_apply(harness, "second", "i-1").result, PROTOCOL_DONE);
	assert_int_equal(harness_count_lines(harness, "marks"), 2);
}

/* The day has a limit of its own. */
static void keeps_the_day(void **state)
{
	struct harness *harness = *state;
	struct protocol_reply reply;

	harness_configure(
	    harness, "safety: {actions_per_hour: 60, actions_per_day: 2, cool_down: 0s}\n");
	harness_plugin(harness, "mark", harness_mark);
	harness_start(harness);
	assert_int_equal(harness_apply(harness, "web", "i-1").budget_day, 1);
	reply = harness_apply(harness, "web", "i-2");
	assert_int_equal(reply.result, PROTOCOL_DONE);
	assert_int_equal(reply.budget_hour, 58);
	reply = harness_apply(harness, "web", "i-3");
	assert_refused(&reply, REFUSAL_BUDGET);
	assert_int_equal(harness_count_lines(harness, "marks"), 2);
}

/* The outcomes of a plugin: its exit codes, and a signal. */
static void tells_outcomes(void **state)
{
	static const struct {
		const char *script;
		enum protocol_result result;
	} outcomes[] = {
	    {"exit 0", PROTOCOL_DONE},
	    {"exit 1", PROTOCOL_FAILED},
	    {"exit 3", PROTOCOL_FAILED},
	    {"exit 75", PROTOCOL_TRY_LATER},
	    {"exit 2", PROTOCOL_BAD_CONFIG},
	    {"kill -9 $$", PROTOCOL_FAILED},
	};
	struct harness *harness = *state;
	char incident[16];

	harness_configure(
	    harness, "safety: {actions_per_hour: 60, actions_per_day: 60, cool_down: 0s}\n");
	harness_start(harness);
	for (size_t i = 0; i < count_of(outcomes); i++) {
		harness_plugin(harness, "mark", outcomes[i].script);
		snprintf(incident, sizeof(incident), "i-%zu", i);
		assert_int_equal(
		    harness_apply(harness, "web", incident).result, outcomes[i].result);
		assert_int_equal(harness_ask_action(harness, incident).result, outcomes[i].result);
	}
}

/* What changed nothing may be tried again for the same incident, as far as the budget goes. */
static void tries_again_what_changed_nothing(void **state)
{
	static const char *const nothing[] = {"exit 75", "exit 2"};
	struct harness *harness = *state;
	struct protocol_reply reply;

	harness_configure(
	    harness, "safety: {actions_per_hour: 3, actions_per_day: 3, cool_down: 0s}\n");
	harness_start(harness);
	for (size_t i = 0; i < count_of(nothing); i++) {
		harness_plugin(harness, "mark", nothing[i]);
		assert_int_not_equal(harness_apply(harness, "web", "i-1").result, PROTOCOL_REFUSED);
	}
	harness_plugin(harness, "mark", harness_mark);
	assert_int_equal(harness_apply(harness, "web", "i-1").result, PROTOCOL_DONE);
	reply = harness_apply(harness, "web", "i-1");
	assert_refused(&reply, REFUSAL_REPEATED);
	reply = harness_apply(harness, "web", "i-2");
	assert_refused(&reply, REFUSAL_BUDGET);
}

/* What stands against an action is told by its name, and nothing runs. */
static void refuses(void **state)
{
	struct harness *harness = *state;
	struct protocol_request request;
	struct protocol_reply reply;

	harness_plugin(harness, "mark", harness_mark);
	harness_start(harness);
	request = harness_request(harness, PROTOCOL_APPLY);
	request.config_digest++;
	reply = harness_ask(harness, &request);
	assert_refused(&reply, REFUSAL_CONFIG);
	request = harness_request(harness, PROTOCOL_APPLY);
	request.rung = 2;
	reply = harness_ask(harness, &request);
	assert_refused(&reply, REFUSAL_RUNG);
	reply = harness_apply(harness, "nosuch", "i-1");
	assert_refused(&reply, REFUSAL_SITE);
	reply = harness_apply(harness, "", "i-1");
	assert_refused(&reply, REFUSAL_SITE);
	reply = harness_apply(harness, "quiet", "i-1");
	assert_refused(&reply, REFUSAL_OBSERVE);
	assert_false(harness_has(harness, "marks"));
	assert_int_equal(harness_ask_status(harness).budget_hour, 1);
}

/* Paused means paused, also after a new start, until it is resumed; so does the disable file. */
static void pauses(void **state)
{
	struct harness *harness = *state;
	char options[HARNESS_PATH_BYTES + 64], path[HARNESS_PATH_BYTES];
	struct protocol_request request;
	struct protocol_reply reply;

	harness_path(harness, "disable", path);
	snprintf(options, sizeof(options), "safety: {disable_file: %s}\n", path);
	harness_configure(harness, options);
	harness_plugin(harness, "mark", harness_mark);
	harness_start(harness);
	request = harness_request(harness, PROTOCOL_PAUSE);
	assert_int_equal(harness_ask(harness, &request).paused, 1);
	harness_kill(harness);
	harness_start(harness);
	reply = harness_apply(harness, "web", "i-1");
	assert_refused(&reply, REFUSAL_PAUSED);
	request = harness_request(harness, PROTOCOL_RESUME);
	assert_int_equal(harness_ask(harness, &request).paused, 0);
	harness_write(harness, "disable", "");
	reply = harness_apply(harness, "web", "i-1");
	assert_refused(&reply, REFUSAL_PAUSED);
	assert_int_equal(remove(path), 0);
	assert_int_equal(harness_apply(harness, "web", "i-1").result, PROTOCOL_DONE);
}

/* While an action is under way no other begins, and it can be seen to be. */
static void one_at_a_time(void **state)
{
	struct harness *harness = *state;
	struct protocol_reply reply;

	harness_start(harness);
	harness_begin_action(harness);
	harness_wait_for_plugin(harness);
	reply = harness_apply(harness, "second", "i-2");
	assert_refused(&reply, REFUSAL_BUSY);
	assert_int_equal(harness_ask_action(harness, "incident-1").result, PROTOCOL_IN_FLIGHT);
	assert_int_equal(harness_ask_status(harness).in_flight, 1);
	harness_let_go(harness, "go");
	assert_true(harness_receive(harness, &reply));
	assert_int_equal(reply.result, PROTOCOL_DONE);
	assert_int_equal(harness_ask_status(harness).in_flight, 0);
}

/* An action that does not end is killed at its deadline, with all its children. */
static void kills_at_the_deadline(void **state)
{
	struct harness *harness = *state;
	struct protocol_reply reply;

	harness_configure(harness, "safety: {plugin_timeout: 300ms}\n");
	harness_make_fifo(harness, "never");
	harness_plugin(
	    harness, "mark", "cat $FOLDER/never & cat $FOLDER/never; echo x >$FOLDER/marks");
	harness_start(harness);
	reply = harness_apply(harness, "web", "i-1");
	assert_int_equal(reply.result, PROTOCOL_FAILED);
	assert_string_equal(reply.text, "the plugin did not end in time");
	assert_false(harness_has(harness, "marks"));
}

/* A ledger that was tampered with, that others may write, or that is no file spends every budget.
 */
static void distrusts_the_ledger(void **state)
{
	struct harness *harness = *state;
	char path[HARNESS_PATH_BYTES];
	struct protocol_reply reply;

	harness_plugin(harness, "mark", harness_mark);
	harness_start(harness);
	assert_int_equal(harness_ask_status(harness).budget_hour, 1);
	harness_await_ledger(harness);
	harness_path(harness, "state/helper/ledger", path);
	assert_int_equal(chmod(path, 0666), 0);
	reply = harness_apply(harness, "web", "i-1");
	assert_refused(&reply, REFUSAL_BUDGET);
	assert_int_equal(chmod(path, 0600), 0);
	harness_write(harness, "state/helper/ledger", "2026 intent site=web check=0\n");
	reply = harness_apply(harness, "web", "i-1");
	assert_refused(&reply, REFUSAL_BUDGET);
	assert_int_equal(reply.budget_hour, 0);
	assert_int_equal(reply.budget_day, 0);
	reply = harness_apply(harness, "second", "i-1");
	assert_refused(&reply, REFUSAL_BUDGET);
	assert_int_equal(remove(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	reply = harness_apply(harness, "web", "i-1");
	assert_refused(&reply, REFUSAL_BUDGET);
	assert_int_equal(remove(path), 0);
	assert_false(harness_has(harness, "marks"));
	assert_int_equal(harness_apply(harness, "web", "i-1").result, PROTOCOL_DONE);
}

/* Writes until there is no room. */
static void fill_up(const char *path)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	while (putc('x', file) != EOF && fflush(file) == 0)
		;
	assert_int_equal(errno, ENOSPC);
	fclose(file);
}

/* The ledger gets a disk of its own, of that size. */
static void mount_disk(const struct harness *harness, const char *options)
{
	char path[HARNESS_PATH_BYTES];

	harness_write(harness, "state/helper", NULL);
	harness_path(harness, "state/helper", path);
	assert_int_equal(chmod(path, 0700), 0);
	/* In a name space of our own, where the mount ends with us. */
	if (geteuid() != 0 || unshare(CLONE_NEWNS) < 0 ||
	    mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", path, "tmpfs", 0, options) < 0)
		skip();
}

/* What was applied for a time is taken back though the disk has become full meanwhile. */
static void has_room_to_revert(void **state)
{
	struct harness *harness = *state;
	char path[HARNESS_PATH_BYTES];
	struct protocol_reply reply;
	struct stat status;

	mount_disk(harness, "size=256k,mode=0700");
	harness_plugin(harness, "mark", harness_mark);
	harness_start(harness);
	/* So that the action just fits into a page of that disk. */
	harness_path(harness, "state/helper/ledger", path);
	for (status.st_size = 0; status.st_size < 3700; assert_int_equal(stat(path, &status), 0))
		assert_int_equal(
		    harness_say(harness, PROTOCOL_APPROVE, "fallback", 0).result, PROTOCOL_DONE);
	assert_int_equal(harness_say(harness, PROTOCOL_APPLY, "fallback", 0).result, PROTOCOL_DONE);
	harness_path(harness, "state/helper/ballast", path);
	fill_up(path);
	reply = harness_say(harness, PROTOCOL_REVERT, "fallback", 0);
	assert_int_equal(reply.refusal, REFUSAL_NONE);
	assert_int_equal(reply.result, PROTOCOL_DONE);
	assert_int_equal(harness_count_lines(harness, "marks"), 2);
	assert_int_equal(harness_close(harness), 0);
	harness_path(harness, "state/helper", path);
	assert_int_equal(umount(path), 0);
}

/* No room for the intent: no action; the ledger stays as it was, and with room it goes on. */
static void needs_room(void **state)
{
	struct harness *harness = *state;
	char path[HARNESS_PATH_BYTES];
	struct protocol_reply reply;

	mount_disk(harness, "size=8k,mode=0700");
	harness_plugin(harness, "mark", harness_mark);
	harness_start(harness);
	assert_int_equal(harness_ask_status(harness).budget_hour, 1);
	harness_path(harness, "state/helper/ballast", path);
	fill_up(path);
	reply = harness_apply(harness, "web", "i-1");
	assert_refused(&reply, REFUSAL_BUDGET);
	assert_int_equal(harness_count_lines(harness, "state/helper/ledger"), 0);
	assert_false(harness_has(harness, "marks"));
	assert_int_equal(remove(path), 0);
	assert_int_equal(harness_apply(harness, "web", "i-1").result, PROTOCOL_DONE);
	assert_int_equal(harness_close(harness), 0);
	harness_path(harness, "state/helper", path);
	assert_int_equal(umount(path), 0);
}

/* A packet that is no request is refused, and whoever sent it is heard no more. */
static void hangs_up_on_nonsense(void **state)
{
	struct harness *harness = *state;
	struct protocol_request request;
	struct protocol_reply reply;
	char longer[sizeof(request) + 1] = {0};

	harness_start(harness);
	request = harness_request(harness, PROTOCOL_STATUS);
	request.magic = 0;
	harness_send(harness, &request, sizeof(request));
	assert_true(harness_receive(harness, &reply));
	assert_refused(&reply, REFUSAL_MALFORMED);
	assert_false(harness_receive(harness, &reply));
	assert_int_equal(harness_close(harness), 0);
	harness_start(harness);
	request = harness_request(harness, PROTOCOL_STATUS);
	memcpy(longer, &request, sizeof(request));
	harness_send(harness, longer, sizeof(longer));
	assert_true(harness_receive(harness, &reply));
	assert_refused(&reply, REFUSAL_MALFORMED);
	assert_int_equal(harness_close(harness), 0);
	harness_start(harness);
	harness_send(harness, "x", 1);
	assert_true(harness_receive(harness, &reply));
	assert_refused(&reply, REFUSAL_MALFORMED);
	assert_int_equal(harness_close(harness), 0);
}

/* Who is slow to take his replies gets all of them. */
static void waits_for_the_slow(void **state)
{
	struct harness *harness = *state;
	struct protocol_request requests[64];
	struct protocol_reply reply;

	harness_start(harness);
	for (size_t i = 0; i < count_of(requests); i++) {
		requests[i] = harness_request(harness, PROTOCOL_STATUS);
		harness_send(harness, &requests[i], sizeof(requests[i]));
	}
	harness_ask_no_more(harness);
	for (size_t i = 0; i < count_of(requests); i++) {
		assert_true(harness_receive(harness, &reply));
		assert_int_equal(reply.request_id, requests[i].request_id);
	}
	assert_int_equal(harness_close(harness), 0);
}

/* Inspectors run one after the other and their facts come back together; other lines do not. */
static void inspects(void **state)
{
	static const char *const silent[] = {"inspect-config", "inspect-clock", "inspect-unit"};
	struct harness *harness = *state;
	struct protocol_request request;
	struct protocol_reply reply;

	harness_plugin(harness, "inspect-worker",
	    "echo worker.pid=12; echo noise; echo @forged=1; printf 'x.y=a\\tb\\n'");
	harness_plugin(harness, "inspect-keytab", "echo keytab.kvno=3; printf cut.short=");
	for (size_t i = 0; i < count_of(silent); i++)
		harness_plugin(harness, silent[i], "exit 0");
	harness_start(harness);
	request = harness_request(harness, PROTOCOL_INSPECT);
	reply = harness_ask(harness, &request);
	assert_int_equal(reply.result, PROTOCOL_DONE);
	assert_string_equal(reply.facts,
	    "@inspect-worker\nworker.pid=12\n@inspect-keytab\nkeytab.kvno=3\n"
	    "@inspect-config\n@inspect-clock\n@inspect-unit\n");
	assert_int_equal(reply.facts_truncated, 0);
	request.config_digest++; /* facts of another keytab than the daemon's would mislead it */
	reply = harness_ask(harness, &request);
	assert_refused(&reply, REFUSAL_CONFIG);
	request.config_digest--;
	harness_plugin(harness, "inspect-worker", "exit 1");
	reply = harness_ask(harness, &request);
	assert_int_equal(reply.result, PROTOCOL_FAILED);
	assert_string_equal(reply.facts,
	    "@inspect-worker\n@inspect-keytab\nkeytab.kvno=3\n"
	    "@inspect-config\n@inspect-clock\n@inspect-unit\n");
	harness_plugin(harness, "inspect-worker",
	    "i=0; while [ $i -lt 3000 ]; do echo fact.$i=value; i=$((i + 1)); done");
	reply = harness_ask(harness, &request);
	assert_int_equal(reply.facts_truncated, 1);
	assert_true(strlen(reply.facts) > PROTOCOL_FACTS_BYTES - 64);
	snprintf(request.site, sizeof(request.site), "nosuch");
	reply = harness_ask(harness, &request);
	assert_refused(&reply, REFUSAL_SITE);
}

/* The plugin's world: what it is told, and nothing else of ours. */
static void isolates(void **state)
{
	struct harness *harness = *state;
	char auto_free *world = NULL;

	setenv("AUTHMEDIC_TEST_SECRET", "s", 1);
	harness_plugin(harness, "mark",
	    "{ env | grep -v '^_=\\|^PWD=\\|^SHLVL=\\|^OLDPWD='"
	    " | grep -v '^AUTHMEDIC_ACTION_ID=[0-9a-f]\\{16\\}$'"
	    " | grep -v '^AUTHMEDIC_STATE_DIR=/.*/state/helper/web-[0-9a-f]\\{16\\}$'"
	    " | sort; pwd; umask;"
	    " ls /proc/self/fd | tr '\\n' ' '; } >$FOLDER/world");
	harness_start(harness);
	assert_int_equal(harness_apply(harness, "web", "i-1").result, PROTOCOL_DONE);
	unsetenv("AUTHMEDIC_TEST_SECRET");
	world = harness_read(harness, "world");
	assert_string_equal(world, "AUTHMEDIC_CONTRACT=1\n"
				   "AUTHMEDIC_KRB5_CONFIG=/etc/krb5.conf\n"
				   "AUTHMEDIC_SERVER=other\n"
				   "AUTHMEDIC_SERVICE=HTTP/www.example.com\n"
				   "AUTHMEDIC_SITE=web\n"
				   "AUTHMEDIC_WITH_TEXT=plain\n"
				   "AUTHMEDIC_WITH_WORDS_1=one\n"
				   "AUTHMEDIC_WITH_WORDS_2=two words\n"
				   "AUTHMEDIC_WITH_WORDS_3=\n"
				   "AUTHMEDIC_WITH_WORDS_COUNT=3\n"
				   "AUTHMEDIC_WORKER_PROCESS=nothing-of-that-name\n"
				   "LC_ALL=C.UTF-8\n"
				   "PATH=/usr/sbin:/usr/bin:/sbin:/bin\n"
				   "/\n"
				   "0077\n"
				   "0 1 2 3 4 "); /* 3: the script; 4: the folder that ls reads */
}

/* The example of docs/plugins.md, as it stands there, does its work. */
static void runs_the_documented_example(void **state)
{
	struct harness *harness = *state;
	const char *source = getenv("AUTHMEDIC_SOURCE_DIR");
	char page[HARNESS_PATH_BYTES], text[2048];
	struct buffer auto_buffer docs;
	struct protocol_reply reply;
	size_t start, end;
	struct view script;

	buffer_init(&docs, 65536);
	snprintf(page, sizeof(page), "%s/docs/plugins.md", source != NULL ? source : ".");
	assert_int_equal(file_read(page, &docs), 0);
	assert_true(view_find(buffer_view(&docs), VIEW("```sh\n#!/bin/sh\n"), &start));
	script = view_skip(buffer_view(&docs), start + strlen("```sh\n"));
	assert_true(view_find(script, VIEW("```\n"), &end));
	harness_plugin(harness, "touch-reload", "");
	snprintf(text, sizeof(text), "%.*s", (int)end, script.data);
	harness_write(harness, "plugins/touch-reload/touch-reload", text);
	snprintf(text, sizeof(text),
	    "mode: act\nhelper: spawn\nstate_dir: %1$s/state\nplugin_dir: %1$s/plugins\n"
	    "rules_dir: %2$s/rules\nsites:\n  - name: web\n    logs: [{path: %1$s/access.log}]\n"
	    "    evidence: voters\n"
	    "    ladder: [{remedy: touch-reload, with: {file: %1$s/reload}}]\n",
	    harness->folder, source != NULL ? source : ".");
	harness_write(harness, "authmedic.yml", text);
	harness_write(harness, "reload", "");
	harness_start(harness);
	reply = harness_apply(harness, "web", "i-1");
	assert_int_equal(reply.result, PROTOCOL_DONE);
	assert_string_equal(reply.text, "touched the file for site web");
}

/* A plugin that somebody else could have changed, or that is missing, is not run and costs nothing.
 */
static void distrusts_plugins(void **state)
{
	struct harness *harness = *state;
	char path[HARNESS_PATH_BYTES];
	struct protocol_reply reply;

	harness_start(harness);
	harness_path(harness, "plugins/mark/mark", path);
	assert_int_equal(harness_ask_status(harness).budget_hour, 1);
	assert_int_equal(remove(path), 0);
	reply = harness_apply(harness, "web", "i-1");
	assert_int_equal(reply.result, PROTOCOL_BAD_CONFIG);
	harness_plugin(harness, "mark", harness_mark);
	assert_int_equal(chmod(path, 0757), 0);
	reply = harness_apply(harness, "web", "i-1");
	assert_int_equal(reply.result, PROTOCOL_BAD_CONFIG);
	assert_non_null(strstr(reply.text, "may be written by others"));
	assert_int_equal(chmod(path, 0644), 0);
	reply = harness_apply(harness, "web", "i-1");
	assert_int_equal(reply.result, PROTOCOL_BAD_CONFIG);
	assert_int_equal(reply.budget_hour, 1);
	assert_int_equal(chmod(path, 0755), 0);
	assert_int_equal(harness_apply(harness, "web", "i-1").result, PROTOCOL_DONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, harness_setup, harness_teardown)
	    TEST(applies_once),
	    TEST(keeps_the_budget),
	    TEST(keeps_the_day),
	    TEST(tells_outcomes),
	    TEST(tries_again_what_changed_nothing),
	    TEST(refuses),
	    TEST(pauses),
	    TEST(one_at_a_time),
	    TEST(kills_at_the_deadline),
	    TEST(distrusts_the_ledger),
	    TEST(has_room_to_revert),
	    TEST(needs_room),
	    TEST(hangs_up_on_nonsense),
	    TEST(waits_for_the_slow),
	    TEST(inspects),
	    TEST(isolates),
	    TEST(runs_the_documented_example),
	    TEST(distrusts_plugins),
	};

	return cmocka_run_group_tests_name("helper", tests, NULL, NULL);
}
