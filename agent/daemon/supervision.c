#include "daemon/supervision.h"

#include <errno.h>

#include "loop/service_manager.h"
#include "loop/timer.h"

#define EVERY_MS       5000 /* at the latest a change of the line is told */
#define MAX_LINE_BYTES ((size_t)512)

struct supervision {
	struct supervision_options options;
	struct timer *timer;
	bool has_watchdog;
	bool owes_ready; /* it could not be told yet */
	struct buffer told; /* the line as it was told last */
};

static void tell_line(struct supervision *supervision)
{
	struct buffer auto_buffer line;

	buffer_init(&line, MAX_LINE_BYTES);
	buffer_append_text(&line, "STATUS=");
	supervision->options.describe(supervision->options.context, &line);
	if (buffer_error(&line) < 0 ||
	    view_equal(buffer_view(&line), buffer_view(&supervision->told)) ||
	    !service_manager_tell(buffer_text(&line)))
		return;
	buffer_clear(&supervision->told);
	buffer_append(&supervision->told, buffer_view(&line));
}

/* Whoever waits for it would end us at last. */
static void tell_ready(struct supervision *supervision)
{
	supervision->owes_ready = !service_manager_tell("READY=1");
}

static void on_timer(void *context)
{
	struct supervision *supervision = context;

	if (supervision->has_watchdog &&
	    supervision->options.is_going_on(supervision->options.context))
		(void)service_manager_tell("WATCHDOG=1");
	if (supervision->owes_ready)
		tell_ready(supervision);
	tell_line(supervision);
}

int supervision_new(struct supervision **ret_supervision, uv_loop_t *loop,
    const struct supervision_options *options)
{
	struct supervision *supervision = calloc(1, sizeof(*supervision));
	int64_t watchdog_ms = service_manager_watchdog_ms();
	int64_t every_ms = EVERY_MS;
	int error;

	if (supervision == NULL)
		return -ENOMEM;
	supervision->options = *options;
	supervision->has_watchdog = watchdog_ms > 0;
	buffer_init(&supervision->told, MAX_LINE_BYTES);
	error = timer_new(&supervision->timer, loop, on_timer, supervision);
	if (error < 0) {
		supervision_close(&supervision);
		return error;
	}
	/* Twice as often as it must be, as sd_watchdog_enabled(3) advises. */
	if (watchdog_ms > 0 && watchdog_ms / 2 < every_ms)
		every_ms = watchdog_ms > 1 ? watchdog_ms / 2 : 1;
	if (getenv("NOTIFY_SOCKET") != NULL)
		timer_start(supervision->timer, every_ms, every_ms);
	*ret_supervision = supervision;
	return 0;
}

void supervision_close(struct supervision **supervision)
{
	if (*supervision == NULL)
		return;
	timer_close(&(*supervision)->timer);
	buffer_done(&(*supervision)->told);
	free(*supervision);
	*supervision = NULL;
}

void supervision_tell_ready(struct supervision *supervision)
{
	tell_ready(supervision);
	tell_line(supervision);
}
