#include "report/pace.h"

/* The place in the ring that comes next holds the oldest. */
static bool is_flood(const struct pace *pace, int64_t now_ms)
{
	return pace->count >= PACE_FREE &&
	    now_ms - pace->begun_ms[pace->count % PACE_FREE] < PACE_SPAN_MS;
}

bool pace_allows(const struct pace *pace, int64_t now_ms, int64_t waited_ms)
{
	if (waited_ms < 0)
		return true;
	return waited_ms >= (is_flood(pace, now_ms) ? PACE_FLOOD_MS : PACE_GATHER_MS);
}

void pace_note(struct pace *pace, int64_t now_ms)
{
	pace->begun_ms[pace->count % PACE_FREE] = now_ms;
	pace->count++;
}
