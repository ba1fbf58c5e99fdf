#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper/helper.h"

/* What is in the ledger before it is on the disk may be lost: in these tests fsync() looks whether
 * the plugin has begun by then, for which it is given some time, and fails where it is told to. */
#define TIME_TO_BEGIN_MS 300

int __wrap_fsync(int file);
int __real_fsync(int file);

static struct {
	const struct harness *harness;
	bool fails;
	bool has_begun;
	int calls;
} watch;

static bool plugin_begins(void)
{
	char path[HARNESS_PATH_BYTES];
	struct pollfd poll_fifo = {.events = POLLIN};

	harness_path(watch.harness, "begun", path);
	poll_fifo.fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	poll(&poll_fifo, 1, TIME_TO_BEGIN_MS);
	close(poll_fifo.fd);
	return poll_fifo.revents != 0;
}

int __wrap_fsync(int file)
{
	if (watch.harness != NULL) {
		watch.calls++;
		watch.has_begun = watch.has_begun || plugin_begins();
		if (watch.fails) {
			errno = EIO;
			return -1;
		}
	}
	return __real_fsync(file);
}

/* The helper as main.c sets it up, with no client. */
static struct helper new_helper(const struct harness *harness)
{
	struct helper helper = {.config = harness->config,
	    .trust = trust_of_process(true),
	    .listening = -1,
	    .now = {1763800000000, 5000, "2f1d1b1e-0000-4000-8000-000000000001"}};
	char path[HARNESS_PATH_BYTES];

	harness_write(harness, "state/helper", NULL);
	harness_path(harness, "state/helper", path);
	helper.state_folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(helper.state_folder >= 0);
	helper.ledger = (struct ledger){.folder = helper.state_folder, .file = -1};
	for (size_t i = 0; i < HELPER_MAX_CLIENTS; i++)
		helper.clients[i].socket = -1;
	return helper;
}

static struct helper prepare(struct harness *harness)
{
	harness_make_fifo(harness, "begun");
	harness_plugin(harness, "mark", "echo >$FOLDER/begun");
	harness_load_config(harness);
	watch.harness = harness;
	watch.fails = false;
	watch.has_begun = false;
	watch.calls = 0;
	return new_helper(harness);
}

static struct job new_job(const struct harness *harness)
{
	return (struct job){.site = config_site_named(harness->config, "web"),
	    .request = harness_request(harness, PROTOCOL_APPLY),
	    .reply.verb = PROTOCOL_APPLY};
}

/* Nothing of the plugin has run when its intent goes to the disk. */
static void intent_comes_first(void **state)
{
	struct harness *harness = *state;
	struct helper helper = prepare(harness);
	struct job job = new_job(harness);

	assert_false(action_start(&helper, &job));
	assert_true(watch.calls > 0);
	assert_false(watch.has_begun);
	watch.harness = NULL;
	free(harness_read_fifo(harness, "begun")); /* now it begins */
	while (!action_step(&helper, &helper.jobs[HELPER_ACTION]))
		;
	assert_int_equal(helper.jobs[HELPER_ACTION].reply.result, PROTOCOL_DONE);
	close(helper.state_folder);
}

/* And where the disk does not take the intent it never runs, nor stays anything in the ledger. */
static void without_intent_nothing(void **state)
{
	struct harness *harness = *state;
	struct helper helper = prepare(harness);
	struct job job = new_job(harness);
	char auto_free *ledger = NULL;

	watch.calls = 0;
	harness_write(harness, "state/helper/ledger", ""); /* or making it would fail first */
	watch.fails = true;
	assert_true(action_start(&helper, &job));
	assert_int_equal(job.reply.refusal, REFUSAL_BUDGET);
	assert_true(watch.calls > 0);
	assert_false(watch.has_begun);
	assert_false(plugin_begins());
	ledger = harness_read(harness, "state/helper/ledger");
	assert_string_equal(ledger, "");
	watch.harness = NULL;
	close(helper.state_folder);
}

/* What comes when its slot may be another host's is not begun, nor in the ledger. */
static void comes_too_late(void **state)
{
	struct harness *harness = *state;
	struct helper helper = prepare(harness);
	struct job job = new_job(harness);

	job.request.begin_by_s = 4; /* it is 5 s since the boot */
	assert_true(action_start(&helper, &job));
	assert_int_equal(job.reply.refusal, REFUSAL_LATE);
	assert_int_equal(watch.calls, 0);
	assert_false(plugin_begins());
	watch.harness = NULL;
	close(helper.state_folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(intent_comes_first, harness_setup, harness_teardown),
	    cmocka_unit_test_setup_teardown(
		without_intent_nothing, harness_setup, harness_teardown),
	    cmocka_unit_test_setup_teardown(comes_too_late, harness_setup, harness_teardown),
	};

	return cmocka_run_group_tests_name("action", tests, NULL, NULL);
}
