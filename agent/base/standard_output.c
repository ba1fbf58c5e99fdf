#include "base/standard_output.h"

#include <errno.h>
#include <string.h>

int standard_output_end(void)
{
	errno = EIO; /* for what failed before, and has left no reason */
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : -errno;
}

int standard_output_exit_status(const char *program)
{
	int error = standard_output_end();

	if (error < 0 && error != -EPIPE)
		fprintf(stderr, "%s: standard output: %s\n", program, strerror(-error));
	return error < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
