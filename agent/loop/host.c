#include "loop/host.h"

#include <limits.h>
#include <uv.h>

void host_name(char ret_name[HOST_NAME_BYTES])
{
	size_t bytes = HOST_NAME_BYTES;

	if (uv_os_gethostname(ret_name, &bytes) < 0)
		snprintf(ret_name, HOST_NAME_BYTES, "localhost");
}

bool host_output_is_terminal(void)
{
	return uv_guess_handle(1) == UV_TTY;
}

bool host_errors_are_on_terminal(void)
{
	return uv_guess_handle(2) == UV_TTY;
}

static unsigned columns_of(uv_loop_t *loop)
{
	uv_tty_t screen;
	int columns = 0;
	int rows = 0;

	if (uv_tty_init(loop, &screen, 1, 0) < 0)
		return 0;
	if (uv_tty_get_winsize(&screen, &columns, &rows) < 0 || columns < 0)
		columns = 0;
	uv_close((uv_handle_t *)&screen, NULL);
	uv_run(loop, UV_RUN_DEFAULT);
	return (unsigned)columns;
}

unsigned host_output_columns(void)
{
	uv_loop_t loop;
	unsigned columns;

	if (!host_output_is_terminal() || uv_loop_init(&loop) < 0)
		return 0;
	columns = columns_of(&loop);
	uv_loop_close(&loop);
	return columns;
}

int host_read_some(FILE *file, void *bytes, size_t size, size_t *ret_length)
{
	const uv_buf_t room = uv_buf_init(bytes, (unsigned)(size < INT_MAX ? size : INT_MAX));
	ssize_t length;

	do {
		uv_fs_t request;

		length = uv_fs_read(NULL, &request, fileno(file), &room, 1, -1, NULL);
		uv_fs_req_cleanup(&request);
	} while (length == UV_EINTR);
	if (length < 0)
		return (int)length;
	*ret_length = (size_t)length;
	return 0;
}
