#include "common/command.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

static int read_all(int file, struct buffer *content)
{
	char chunk[4096];
	ssize_t got;

	while ((got = read(file, chunk, sizeof(chunk))) > 0)
		buffer_append(content, view_of(chunk, (size_t)got));
	return got < 0 ? -errno : buffer_error(content);
}

int command_run(const char *const *argv, struct buffer *printed)
{
	posix_spawn_file_actions_t actions;
	int ends[2];
	pid_t child;
	int error, status = -1;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	error = -posix_spawnp(&child, argv[0], &actions, NULL, (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (error == 0) {
		error = read_all(ends[0], printed);
		if (waitpid(child, &status, 0) < 0 || status != 0)
			error = -EIO;
	}
	close(ends[0]);
	return error;
}
