#include "base/journal_socket.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

bool journal_socket_is_standard_error(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char expected[64];
	struct stat status;

	if (stream == NULL || fstat(STDERR_FILENO, &status) < 0)
		return false;
	snprintf(expected, sizeof(expected), "%llu:%llu", (unsigned long long)status.st_dev,
	    (unsigned long long)status.st_ino);
	return strcmp(stream, expected) == 0;
}

int journal_socket_open(const char *path, int *ret_socket)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = strlen(path);
	int opened;

	if (length >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, length);
	opened = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (opened < 0)
		return -errno;
	if (connect(opened, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		int error = -errno;

		close(opened);
		return error;
	}
	*ret_socket = opened;
	return 0;
}

int journal_socket_send(int socket, struct view datagram)
{
	ssize_t sent =
	    send(socket, datagram.data, datagram.length, MSG_DONTWAIT | MSG_NOSIGNAL);

	return sent < 0 ? -errno : 0;
}
