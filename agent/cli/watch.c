/* watch: the status, again and again, on one screen. */
#include "cli/api.h"

#include "cli/status.h"
#include "loop/signals.h"
#include "loop/timer.h"

#define EVERY_MS    2000
#define CLEAR_ABOVE "\033[H\033[J" /* home, and nothing below it */

struct watch {
	const struct invocation *invocation;
	struct timer *timer;
	struct signals *signals;
	int exit_code;
};

static void end(void *context)
{
	struct watch *watch = context;

	timer_close(&watch->timer);
	signals_close(&watch->signals);
}

/* A daemon that is away for a moment is told, and may come back. */
static void on_look(void *context)
{
	struct watch *watch = context;
	struct json auto_json *status = NULL;
	bool on_screen = output_is_terminal();

	if (on_screen && !watch->invocation->json)
		fputs(CLEAR_ABOVE, stdout);
	watch->exit_code = api_get(watch->invocation, "/api/v1/status", &status);
	if (watch->exit_code == EXIT_CONFIG)
		end(watch);
	if (status != NULL && watch->invocation->json)
		print_json(status);
	else if (status != NULL)
		status_print(status);
	if (!output_flush())
		end(watch);
}

int verb_watch(const struct invocation *invocation)
{
	struct watch watch = {.invocation = invocation};
	const struct signals_callbacks callbacks = {end, end, &watch};
	uv_loop_t *loop = NULL;
	int error;

	if (invocation->argument_count > 0)
		return complain(EXIT_USAGE, "watch takes no arguments");
	error = loop_new(&loop);
	if (error == 0)
		error = signals_new(&watch.signals, loop, &callbacks);
	if (error == 0)
		error = timer_new(&watch.timer, loop, on_look, &watch);
	if (error == 0)
		timer_start(watch.timer, 0, EVERY_MS);
	else
		end(&watch);
	if (loop != NULL) {
		loop_run(loop);
		loop_free(&loop);
	}
	return error == 0 ? watch.exit_code
			  : complain(EXIT_UNAVAILABLE, "cannot watch: %s", strerror(-error));
}
