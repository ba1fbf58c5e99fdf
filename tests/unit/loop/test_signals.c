#include "loop_fixture.h"

#include <signal.h>
#include <unistd.h>

#include "loop/signals.h"

struct seen {
	struct signals *signals;
	int terminations, reloads;
};

static void on_terminate(void *context)
{
	struct seen *seen = context;

	if (++seen->terminations == 2)
		signals_close(&seen->signals);
}

static void on_reload(void *context)
{
	struct seen *seen = context;

	seen->reloads++;
	kill(getpid(), SIGTERM);
}

/* SIGHUP means reload, SIGTERM and SIGINT mean the end; closing from within a callback is fine. */
static void tells_reload_from_termination(unused_parameter void **state)
{
	struct seen seen = {0};
	struct signals_callbacks callbacks = {on_terminate, on_reload, &seen};

	assert_int_equal(signals_new(&seen.signals, &loop, &callbacks), 0);
	kill(getpid(), SIGHUP);
	while (seen.terminations < 1)
		uv_run(&loop, UV_RUN_ONCE);
	kill(getpid(), SIGINT);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(seen.reloads, 1);
	assert_int_equal(seen.terminations, 2);
	assert_null(seen.signals);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    loop_test(tells_reload_from_termination),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
