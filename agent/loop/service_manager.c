#include "loop/service_manager.h"

#include <errno.h>
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

void service_manager_tell(const char *assignments)
{
	const char *name = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address;
	socklen_t length;
	int file;

	if (name == NULL || address_of(name, &address, &length) < 0)
		return;
	file = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (file < 0)
		return;
	(void)sendto(file, assignments, strlen(assignments), MSG_NOSIGNAL | MSG_DONTWAIT,
	    (const struct sockaddr *)&address, length);
	close(file);
}

void service_manager_tell_reloading(void)
{
	char text[64];

	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%lld",
	    (long long)clock_monotonic_us());
	service_manager_tell(text);
}

int64_t service_manager_watchdog_ms(void)
{
	const char *wanted = getenv("WATCHDOG_USEC");
	const char *whose = getenv("WATCHDOG_PID");
	int64_t usec = 0;
	int64_t pid = 0;

	if (wanted == NULL || view_to_int64(view_of_text(wanted), &usec) < 0 || usec <= 0)
		return 0;
	if (whose != NULL &&
	    (view_to_int64(view_of_text(whose), &pid) < 0 || pid != (int64_t)getpid()))
		return 0;
	return usec < 1000 ? 1 : usec / 1000;
}
