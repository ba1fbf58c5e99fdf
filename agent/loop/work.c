#include "loop/work.h"

#include <errno.h>
#include <uv.h>

struct request {
	uv_work_t handle;
	struct work work;
};

static void on_work(uv_work_t *handle)
{
	struct request *request = handle->data;

	request->work.run(request->work.context);
}

static void on_after_work(uv_work_t *handle, unused_parameter int status)
{
	struct request *request = handle->data;
	struct work work = request->work;

	free(request);
	work.on_done(work.context);
}

int work_start(uv_loop_t *loop, const struct work *work)
{
	struct request *request = calloc(1, sizeof(*request));
	int error;

	if (request == NULL)
		return -ENOMEM;
	request->work = *work;
	request->handle.data = request;
	error = uv_queue_work(loop, &request->handle, on_work, on_after_work);
	if (error < 0)
		free(request);
	return error;
}
