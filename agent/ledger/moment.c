#include "ledger/moment.h"

#include <errno.h>
#include <time.h>

#include "base/file.h"

#define BOOT_ID_FILE "/proc/sys/kernel/random/boot_id"

static int64_t clock_ms(clockid_t clock)
{
	struct timespec time = {0};

	clock_gettime(clock, &time);
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

void moment_read(struct moment *now)
{
	now->wall_ms = clock_ms(CLOCK_REALTIME);
	now->boottime_ms = clock_ms(CLOCK_BOOTTIME);
}

int moment_init(struct moment *now)
{
	struct buffer auto_buffer text;
	int error;

	buffer_init(&text, 256);
	error = file_read(BOOT_ID_FILE, &text);
	snprintf(now->boot_id, sizeof(now->boot_id), "%s", buffer_text(&text));
	moment_read(now);
	return error == 0 && text.length < sizeof(now->boot_id) - 1 ? -EBADMSG : error;
}
