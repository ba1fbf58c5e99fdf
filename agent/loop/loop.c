#include "loop/loop.h"

#include <errno.h>
#include <uv.h>

#define MAX_PATH_BYTES 4096

int loop_new(uv_loop_t **ret_loop)
{
	uv_loop_t *loop = calloc(1, sizeof(*loop));
	int error;

	if (loop == NULL)
		return -ENOMEM;
	error = uv_loop_init(loop);
	if (error < 0) {
		free(loop);
		return error;
	}
	*ret_loop = loop;
	return 0;
}

void loop_run(uv_loop_t *loop)
{
	uv_run(loop, UV_RUN_DEFAULT);
}

int loop_program_path(char *ret_path, size_t path_bytes)
{
	return uv_exepath(ret_path, &path_bytes);
}

int loop_parent_id(void)
{
	return uv_os_getppid();
}

int loop_temporary_directory(char *ret_path, size_t path_bytes)
{
	char temporary[MAX_PATH_BYTES];
	char pattern[MAX_PATH_BYTES + 32];
	size_t length = sizeof(temporary);
	uv_fs_t request;
	int error = uv_os_tmpdir(temporary, &length);

	if (error < 0)
		return error;
	snprintf(pattern, sizeof(pattern), "%s/authmedic.XXXXXX", temporary);
	error = uv_fs_mkdtemp(NULL, &request, pattern, NULL);
	if (error == 0 && strlen(request.path) >= path_bytes)
		error = -ENAMETOOLONG;
	if (error == 0)
		memcpy(ret_path, request.path, strlen(request.path) + 1);
	uv_fs_req_cleanup(&request);
	return error;
}

int loop_free(uv_loop_t **loop)
{
	int error;

	if (*loop == NULL)
		return 0;
	uv_run(*loop, UV_RUN_DEFAULT);
	error = uv_loop_close(*loop);
	if (error == 0)
		free(*loop);
	*loop = NULL;
	return error;
}
