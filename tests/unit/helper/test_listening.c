#include "harness.h"

#include <poll.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define STRANGER 12345

/* A copy of the user database in which the stranger is the daemon. */
static bool stand_in_for_daemon(void)
{
	FILE *users = fopen("/mnt/passwd", "we");

	if (users == NULL)
		return false;
	fprintf(users, "root:x:0:0::/root:/bin/sh\nauthmedic:x:%d:%d::/:/bin/false\n", STRANGER,
	    STRANGER);
	return fclose(users) == 0 &&
	       mount("/mnt/passwd", "/etc/passwd", "none", MS_BIND, NULL) == 0;
}

static enum protocol_refusal ask_for(const struct harness *harness, enum protocol_verb verb)
{
	const struct protocol_request request = harness_request(harness, verb);

	return harness_ask(harness, &request).refusal;
}

/* Root is served, by a socket of the helper's own or by systemd's. */
static void serves_root(void **state)
{
	struct harness *harness = *state;

	if (!harness_has_place)
		skip();
	harness_plugin(harness, "mark", "exit 0");
	harness_listen(harness, NULL);
	assert_int_equal(harness_apply(harness, "web", "i-1").result, PROTOCOL_DONE);
	harness_kill(harness);
	harness_listen(harness, NULL); /* in the place of the socket that was left behind */
	assert_int_equal(ask_for(harness, PROTOCOL_PAUSE), REFUSAL_NONE);
	assert_int_equal(ask_for(harness, PROTOCOL_RESUME), REFUSAL_NONE);
}

static void serves_by_systemd(void **state)
{
	struct harness *harness = *state;
	int listening;

	if (!harness_has_place)
		skip();
	harness_load_config(harness);
	listening = harness_bind(harness);
	harness_run_as_systemd(harness, listening);
	close(listening);
	assert_int_equal(ask_for(harness, PROTOCOL_STATUS), REFUSAL_NONE);
}

/* Anybody else is turned away, unless the command line names him. */
static void turns_strangers_away(void **state)
{
	static const char *const allowed[2] = {"--allow-uid", "12345"};
	struct harness *harness = *state;
	struct protocol_reply reply;

	if (!harness_has_place)
		skip();
	assert_int_equal(chmod(harness->folder, 0755), 0);
	harness_listen(harness, NULL);
	harness_connect(harness, STRANGER);
	assert_false(harness_receive(harness, &reply));
	harness_connect(harness, 0);
	assert_int_equal(ask_for(harness, PROTOCOL_STATUS), REFUSAL_NONE);
	harness_kill(harness);
	harness_listen(harness, allowed);
	harness_connect(harness, STRANGER);
	assert_int_equal(ask_for(harness, PROTOCOL_STATUS), REFUSAL_NONE);
}

/* The user authmedic, the daemon, may stand everything down, but not up again. */
static void serves_the_daemon(void **state)
{
	struct harness *harness = *state;

	if (!harness_has_place || !stand_in_for_daemon())
		skip();
	assert_int_equal(chmod(harness->folder, 0755), 0);
	harness_listen(harness, NULL);
	harness_connect(harness, STRANGER);
	assert_int_equal(ask_for(harness, PROTOCOL_STATUS), REFUSAL_NONE);
	assert_int_equal(ask_for(harness, PROTOCOL_PAUSE), REFUSAL_NONE);
	assert_int_equal(ask_for(harness, PROTOCOL_RESUME), REFUSAL_OPERATOR);
	assert_int_equal(ask_for(harness, PROTOCOL_APPLY), REFUSAL_PAUSED);
	assert_int_equal(ask_for(harness, PROTOCOL_LOCK), REFUSAL_NONE);
	for (uint32_t verb = PROTOCOL_UNLOCK; verb < PROTOCOL_VERBS; verb++)
		assert_int_equal(ask_for(harness, verb), REFUSAL_OPERATOR);
	harness_connect(harness, 0);
	assert_int_equal(ask_for(harness, PROTOCOL_RESUME), REFUSAL_NONE);
	assert_int_equal(umount("/etc/passwd"), 0);
}

/* However many lines the daemon holds open there is one for a person. */
static void leaves_people_a_place(void **state)
{
	struct harness *harness = *state;
	int sockets[2 * 8];

	if (!harness_has_place || !stand_in_for_daemon())
		skip();
	assert_int_equal(chmod(harness->folder, 0755), 0);
	harness_listen(harness, NULL);
	for (size_t i = 0; i < count_of(sockets); i++) {
		harness_connect(harness, STRANGER);
		sockets[i] = harness->socket;
		harness->socket = -1;
	}
	harness_connect(harness, 0);
	assert_int_equal(ask_for(harness, PROTOCOL_STATUS), REFUSAL_NONE);
	for (size_t i = 0; i < count_of(sockets); i++)
		close(sockets[i]);
	assert_int_equal(umount("/etc/passwd"), 0);
}

/* A client that goes leaves its place to the next; the helper stays until it is told to end. */
static void outlives_its_clients(void **state)
{
	struct harness *harness = *state;
	int status;

	if (!harness_has_place)
		skip();
	harness_listen(harness, NULL);
	for (int i = 0; i < 40; i++) {
		harness_connect(harness, 0);
		assert_int_equal(ask_for(harness, PROTOCOL_STATUS), REFUSAL_NONE);
	}
	kill(harness->helper, SIGTERM);
	assert_int_equal(waitpid(harness->helper, &status, 0), harness->helper);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	harness->helper = 0;
}

/* Told to end, it first sees its action to the end, and tells of it. */
static void ends_after_its_action(void **state)
{
	struct harness *harness = *state;
	struct protocol_request request;
	struct protocol_reply reply;

	if (!harness_has_place)
		skip();
	harness_make_fifo(harness, "begun");
	harness_make_fifo(harness, "go");
	harness_plugin(harness, "mark", "echo >$FOLDER/begun; read line <$FOLDER/go");
	harness_listen(harness, NULL);
	request = harness_request(harness, PROTOCOL_APPLY);
	harness_send(harness, &request, sizeof(request));
	free(harness_read_fifo(harness, "begun"));
	kill(harness->helper, SIGTERM);
	harness_let_go(harness, "go");
	assert_true(harness_receive(harness, &reply));
	assert_int_equal(reply.result, PROTOCOL_DONE);
	assert_false(harness_receive(harness, &reply));
	assert_int_equal(harness_close(harness), 0);
}

static int exit_status_of(struct harness *harness)
{
	int status;

	assert_int_equal(waitpid(harness->helper, &status, 0), harness->helper);
	harness->helper = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Told to read its configuration anew it ends, for the next of us to do so; but not where that one
 * could not. */
static void stays_where_none_could_follow(void **state)
{
	struct harness *harness = *state;
	char path[HARNESS_PATH_BYTES];

	if (!harness_has_place)
		skip();
	harness_listen(harness, NULL);
	harness_write(harness, "conf.d", NULL);
	harness_write(harness, "conf.d/more.yml", "mode: never\n");
	for (int i = 0; i < 2; i++) {
		kill(harness->helper, SIGHUP);
		assert_int_equal(ask_for(harness, PROTOCOL_STATUS), REFUSAL_NONE);
	}
	harness_write(harness, "conf.d/more.yml", "mode: observe\n");
	harness_path(harness, "state/helper", path);
	assert_int_equal(chmod(path, 0777), 0);
	kill(harness->helper, SIGHUP);
	assert_int_equal(ask_for(harness, PROTOCOL_STATUS), REFUSAL_NONE);
	assert_int_equal(chmod(path, 0700), 0);
	kill(harness->helper, SIGHUP);
	assert_int_equal(exit_status_of(harness), 0);
}

/* A configuration that others may write, or a file in conf.d, is not read. */
static void distrusts_the_configuration(void **state)
{
	struct harness *harness = *state;
	char path[HARNESS_PATH_BYTES];

	if (!harness_has_place)
		skip();
	harness_path(harness, "authmedic.yml", path);
	assert_int_equal(chmod(path, 0666), 0);
	harness_run_to_listen(harness, NULL);
	assert_int_equal(exit_status_of(harness), 78);
	assert_int_equal(chmod(path, 0644), 0);
	harness_write(harness, "conf.d", NULL);
	harness_write(harness, "conf.d/more.yml", "mode: observe\n");
	harness_path(harness, "conf.d/more.yml", path);
	assert_int_equal(chown(path, STRANGER, 0), 0);
	harness_run_to_listen(harness, NULL);
	assert_int_equal(exit_status_of(harness), 78);
}

/* With a configuration of no use it ends, and nobody is left waiting at systemd's socket, for whom
 * it would be started again at once. The next one serves. */
static void turns_away_without_a_configuration(void **state)
{
	struct harness *harness = *state;
	struct protocol_reply reply;
	char path[HARNESS_PATH_BYTES];
	int listening;

	if (!harness_has_place)
		skip();
	harness_load_config(harness);
	harness_path(harness, "authmedic.yml", path);
	assert_int_equal(chmod(path, 0666), 0);
	listening = harness_bind(harness);
	harness_run_as_systemd(harness, listening);
	assert_false(harness_receive(harness, &reply));
	assert_int_equal(exit_status_of(harness), 78);
	assert_int_equal(poll(&(struct pollfd){listening, POLLIN, 0}, 1, 0), 0);
	close(harness->socket);
	assert_int_equal(chmod(path, 0644), 0);
	harness_run_as_systemd(harness, listening);
	assert_int_equal(ask_for(harness, PROTOCOL_STATUS), REFUSAL_NONE);
	close(listening);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, harness_setup, harness_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(serves_root),
	    TEST(serves_by_systemd),
	    TEST(turns_strangers_away),
	    TEST(serves_the_daemon),
	    TEST(leaves_people_a_place),
	    TEST(outlives_its_clients),
	    TEST(ends_after_its_action),
	    TEST(stays_where_none_could_follow),
	    TEST(distrusts_the_configuration),
	    TEST(turns_away_without_a_configuration),
	};

	return cmocka_run_group_tests_name("listening", tests, harness_make_place, NULL);
}
