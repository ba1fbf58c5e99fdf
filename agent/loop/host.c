#include "loop/host.h"

#include <stdio.h>
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
