#include "daemon/message_clock.h"

#include "base/log.h"
#include "loop/clock.h"

#define STEP_MS 1000 /* less is a clock that is slow or fast */

struct message_clock message_clock_now(void)
{
	return (struct message_clock){.ahead_ms = clock_now_ms() - clock_boot_ms()};
}

int64_t message_clock_follow(struct message_clock *clock, struct store *store)
{
	const struct message_clock now = message_clock_now();
	int64_t step_ms = now.ahead_ms - clock->ahead_ms;
	int error = 0;

	if (step_ms <= -STEP_MS || step_ms >= STEP_MS)
		error = store_shift_messages(store, step_ms, clock_now_ms());
	else
		step_ms = 0;
	if (error < 0 && error != clock->told_error)
		log_error("the messages that wait cannot follow the clock: %s", strerror(-error));
	clock->told_error = error;
	if (error < 0)
		return 0;
	*clock = now;
	return step_ms;
}
