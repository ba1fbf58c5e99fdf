#include "trust/packet_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/view.h"

#define SYSTEMD_SOCKET  3
#define MAX_TURNED_AWAY 64

static bool has_option(int socket, int option, int expected)
{
	int value = -1;
	socklen_t value_bytes = sizeof(value);

	return getsockopt(socket, SOL_SOCKET, option, &value, &value_bytes) == 0 &&
	       value == expected;
}

int packet_socket_check(int socket, bool listens)
{
	if (!has_option(socket, SO_DOMAIN, AF_UNIX) ||
	    !has_option(socket, SO_TYPE, SOCK_SEQPACKET) ||
	    !has_option(socket, SO_ACCEPTCONN, listens))
		return -ENOTSOCK;
	if (fcntl(socket, F_SETFD, FD_CLOEXEC) < 0 || fcntl(socket, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	return 0;
}

bool packet_socket_ended(int socket)
{
	struct pollfd end = {socket, 0, 0};

	return poll(&end, 1, 0) != 0;
}

static bool says(const char *variable, int64_t expected)
{
	const char *text = getenv(variable);
	int64_t number;

	return text != NULL && view_to_int64(view_of_text(text), &number) == 0 &&
	       number == expected;
}

int packet_socket_of_systemd(void)
{
	return says("LISTEN_PID", getpid()) && says("LISTEN_FDS", 1) ? SYSTEMD_SOCKET : -ENOTSOCK;
}

void packet_socket_turn_away(void)
{
	int listening = packet_socket_of_systemd();

	if (listening < 0 || packet_socket_check(listening, true) < 0)
		return;
	for (int i = 0; i < MAX_TURNED_AWAY; i++) {
		int client = accept4(listening, NULL, NULL, SOCK_CLOEXEC);

		if (client < 0)
			return;
		close(client);
	}
}

int packet_socket_listen(const char *path, int backlog)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct stat status;
	mode_t mask;
	int file, error;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path));
	file = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (file < 0)
		return -errno;
	if (lstat(path, &status) == 0 && S_ISSOCK(status.st_mode))
		unlink(path); /* an earlier helper's */
	/* Anybody may knock: the kernel tells us who it is. It is made so; whoever may write the
	 * folder could have put another file there before its mode was changed. */
	mask = umask(0111);
	error = bind(file, (struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
	umask(mask);
	if (error == 0 && listen(file, backlog) < 0)
		error = -errno;
	if (error < 0)
		close(file);
	return error < 0 ? error : file;
}
