#include "loop/service_manager.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/view.h"
#include "loop/clock.h"

/* A path, or a name of Linux's own after an @. */
static int address_of(const char *name, struct sockaddr_un *ret_address, socklen_t *ret_length)
{
	size_t length = strlen(name);

	if ((name[0] != '/' && name[0] != '@') || length < 2 ||
	    length >= sizeof(ret_address->sun_path))
		return -EINVAL;
	*ret_address = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(ret_address->sun_path, name, length);
	if (name[0] == '@')
		ret_address->sun_path[0] = '\0';
	*ret_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
	return 0;
}

bool service_manager_tell(const char *assignments)
{
	const char *name = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address;
	socklen_t length;
	ssize_t sent;
	int file;

	if (name == NULL || address_of(name, &address, &length) < 0)
		return true;
	file = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (file < 0)
		return false;
	sent = sendto(file, assignments, strlen(assignments), MSG_NOSIGNAL | MSG_DONTWAIT,
	    (const struct sockaddr *)&address, length);
	close(file);
	return sent >= 0;
}

void service_manager_tell_reloading(void)
{
	char text[64];

	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%lld",
	    (long long)clock_monotonic_us());
	(void)service_manager_tell(text);
}

/* The number in that variable; `missing` where there is none. */
static int64_t number_in(const char *variable, int64_t missing)
{
	const char *text = getenv(variable);
	int64_t number = 0;

	if (text == NULL)
		return missing;
	return view_to_int64(view_of_text(text), &number) < 0 ? -1 : number;
}

int service_manager_sockets(void)
{
	int64_t count = number_in("LISTEN_FDS", 0);

	if (number_in("LISTEN_PID", -1) != (int64_t)getpid() || count <= 0 ||
	    count > SERVICE_MANAGER_MAX_SOCKETS)
		return 0;
	for (int i = 0; i < (int)count; i++)
		if (fcntl(SERVICE_MANAGER_FIRST_SOCKET + i, F_SETFD, FD_CLOEXEC) < 0)
			return 0;
	return (int)count;
}

int64_t service_manager_watchdog_ms(void)
{
	int64_t usec = number_in("WATCHDOG_USEC", 0);
	int64_t pid = getpid();

	if (usec <= 0 || number_in("WATCHDOG_PID", pid) != pid)
		return 0;
	return usec < 1000 ? 1 : usec / 1000;
}
