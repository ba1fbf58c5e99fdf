#include "report/retry.h"

int64_t retry_delay_ms(int64_t attempts, int64_t wish_ms, uint64_t random)
{
	int64_t delay_ms = RETRY_FIRST_MS;

	while (attempts-- > 1 && delay_ms < RETRY_LONGEST_MS)
		delay_ms *= 2;
	if (delay_ms > RETRY_LONGEST_MS)
		delay_ms = RETRY_LONGEST_MS;
	delay_ms = delay_ms / 2 + (int64_t)(random % (uint64_t)(delay_ms / 2 + 1));
	if (wish_ms > RETRY_LONGEST_WISH_MS)
		wish_ms = RETRY_LONGEST_WISH_MS;
	return delay_ms > wish_ms ? delay_ms : wish_ms;
}

bool retry_gives_up(int64_t created_ms, int64_t now_ms)
{
	return now_ms - created_ms > RETRY_MAX_AGE_MS;
}
