#include "common/recycling.h"

#include <errno.h>

#include "common/plugin.h"
#include "common/worker.h"

int recycling_read_wait(struct recycling *recycling, int64_t otherwise_ms)
{
	recycling->wait_ms = remedy_duration_ms("wait", otherwise_ms);
	return recycling->wait_ms < 0 ? PLUGIN_BAD_CONFIG : PLUGIN_DONE;
}

int recycling_check(const struct recycling *recycling)
{
	int result =
	    recycling->test.count > 0 ? remedy_check_command(&recycling->test) : PLUGIN_DONE;

	if (result == PLUGIN_DONE && recycling->command.count > 0)
		result = remedy_check_command(&recycling->command);
	if (result != PLUGIN_DONE)
		return result;
	if (recycling->test.count > 0)
		remedy_tell_command(&recycling->test);
	if (recycling->command.count > 0)
		remedy_tell_command(&recycling->command);
	printf("would wait for a new %s\n", recycling->what);
	return PLUGIN_DONE;
}

static int test(const struct recycling *recycling)
{
	if (recycling->test.count == 0 || remedy_run_and_tell(&recycling->test) == PLUGIN_DONE)
		return PLUGIN_DONE;
	return remedy_complain("%s says that the server would not start again; nothing was done",
	    recycling->test.words[0]);
}

int recycling_begin(const struct recycling *recycling, struct renewal *renewal)
{
	int error = renewal_begin(renewal, recycling->kind);

	if (error == -EINVAL)
		return remedy_complain("the site's worker is needed, to see that it is a new one");
	if (error == -E2BIG)
		return remedy_complain("the site's worker leads to more than one process");
	if (error == 0)
		return PLUGIN_DONE;
	fprintf(stderr, "no %s is there that could be recycled: %s\n", recycling->what,
	    worker_error_text(error));
	return PLUGIN_TRY_LATER;
}

int recycling_finish(
    const struct recycling *recycling, const struct renewal *renewal, int64_t until_ms)
{
	struct renewal_state state = {0};
	int error = renewal_wait(renewal, until_ms, &state);

	if (error < 0) {
		fprintf(stderr, "waiting for a new %s: %s\n", recycling->what, strerror(-error));
		return PLUGIN_FAILED;
	}
	if (recycling->starts_on_demand && state.server_runs && state.left == 0 &&
	    state.fresh == 0) {
		printf("all %zu of before are gone; a new %s comes with the next sign-in\n",
		    renewal->before.count, recycling->what);
		return PLUGIN_DONE;
	}
	if (state.fresh == 0) {
		printf("no new %s has come in time; %zu of %zu of before are left\n",
		    recycling->what, state.left, renewal->before.count);
		return PLUGIN_FAILED;
	}
	if (state.left == 0) {
		printf("all %zu of before are gone; there is a new %s\n", renewal->before.count,
		    recycling->what);
		return PLUGIN_DONE;
	}
	printf("there is a new %s; %zu of %zu of before still end their requests\n",
	    recycling->what, state.left, renewal->before.count);
	return recycling->may_linger ? PLUGIN_DONE : PLUGIN_FAILED;
}

int recycling_apply(const struct recycling *recycling)
{
	struct renewal auto_call(renewal_done) renewal = {0};
	int result = test(recycling);

	if (result == PLUGIN_DONE)
		result = recycling_begin(recycling, &renewal);
	if (result == PLUGIN_DONE)
		result = remedy_run_and_tell(&recycling->command);
	if (result != PLUGIN_DONE)
		return result;
	return recycling_finish(recycling, &renewal, remedy_now_ms() + recycling->wait_ms);
}

int recycling_revert(void)
{
	return remedy_complain("a recycled worker cannot be taken back");
}
