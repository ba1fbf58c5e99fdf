#include "loop/signals.h"

#include <errno.h>
#include <signal.h>
#include <uv.h>

static const int watched[] = {SIGINT, SIGTERM, SIGHUP};

struct signals {
	uv_signal_t handles[count_of(watched)];
	size_t open_handles;
	struct signals_callbacks callbacks;
};

static void on_signal(uv_signal_t *handle, int number)
{
	struct signals *signals = handle->data;

	if (number == SIGHUP)
		signals->callbacks.on_reload(signals->callbacks.context);
	else
		signals->callbacks.on_terminate(signals->callbacks.context);
}

static int watch(struct signals *signals, uv_loop_t *loop, int number)
{
	uv_signal_t *handle = &signals->handles[signals->open_handles];
	int error = uv_signal_init(loop, handle);

	if (error < 0)
		return error;
	handle->data = signals;
	signals->open_handles++;
	return uv_signal_start(handle, on_signal, number);
}

int signals_new(
    struct signals **ret_signals, uv_loop_t *loop, const struct signals_callbacks *callbacks)
{
	struct signals *signals = calloc(1, sizeof(*signals));
	int error = 0;

	if (signals == NULL)
		return -ENOMEM;
	signals->callbacks = *callbacks;
	for (size_t i = 0; i < count_of(watched) && error == 0; i++)
		error = watch(signals, loop, watched[i]);
	if (error < 0)
		goto fail;
	*ret_signals = signals;
	return 0;
fail:
	signals_close(&signals);
	return error;
}

static void on_closed(uv_handle_t *handle)
{
	struct signals *signals = handle->data;

	if (--signals->open_handles == 0)
		free(signals);
}

void signals_close(struct signals **signals)
{
	size_t count;

	if (*signals == NULL)
		return;
	count = (*signals)->open_handles;
	for (size_t i = 0; i < count; i++)
		uv_close((uv_handle_t *)&(*signals)->handles[i], on_closed);
	if (count == 0)
		free(*signals);
	*signals = NULL;
}

int signals_send_reload(int process_id)
{
	return uv_kill(process_id, SIGHUP);
}
