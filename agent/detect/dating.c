#include "detect/dating.h"

void dating_init(struct dating *dating, int64_t late_ms)
{
	*dating = (struct dating){.late_ms = late_ms, .now_ms = -1};
}

static enum dating_verdict believe(struct dating *dating)
{
	dating->now_ms = dating->waiting_ms;
	dating->waiting = 0;
	return DATING_BELIEVED;
}

static enum dating_verdict disbelieve(
    struct dating *dating, int64_t time_ms, int64_t *ret_instead_ms)
{
	*ret_instead_ms = dating->now_ms >= 0 ? dating->now_ms : time_ms;
	dating->misdated_total += dating->waiting;
	dating->waiting = 0;
	return DATING_DISBELIEVED;
}

static enum dating_verdict wait_for_more(struct dating *dating, int64_t time_ms)
{
	if (dating->waiting == 0 || time_ms > dating->waiting_ms)
		dating->waiting_ms = time_ms;
	dating->waiting++;
	return DATING_WAITS;
}

static bool is_after_pause(const struct dating *dating)
{
	return dating->now_ms >= 0 && dating->waiting_ms - dating->now_ms <= DATING_MAX_PAUSE_MS;
}

/* What goes back is not among those that wait, so they agree. */
static bool is_after_last_pause(const struct dating *dating)
{
	return dating->waiting > 1 &&
	    dating->waiting_ms - dating->now_ms <= DATING_MAX_LAST_PAUSE_MS;
}

static enum dating_verdict go_on(struct dating *dating, int64_t time_ms, int64_t *ret_instead_ms)
{
	if (time_ms < dating->waiting_ms - dating->late_ms)
		return disbelieve(dating, time_ms, ret_instead_ms);
	if (dating->waiting == DATING_MAX_WAITING ||
	    (time_ms > dating->waiting_ms + dating->late_ms && is_after_pause(dating)))
		return believe(dating);
	return wait_for_more(dating, time_ms);
}

static enum dating_verdict take_late(struct dating *dating, int64_t time_ms)
{
	bool agrees = dating->behind > 0 &&
	    time_ms - dating->behind_ms <= DATING_MAX_PAUSE_MS &&
	    dating->behind_ms - time_ms <= DATING_MAX_PAUSE_MS;

	dating->behind = agrees ? dating->behind + 1 : 1;
	dating->behind_ms = time_ms;
	if (dating->behind < DATING_MAX_BEHIND) {
		dating->misdated_total++;
	} else {
		dating->now_ms = time_ms;
		dating->behind = 0;
	}
	return DATING_TAKEN;
}

enum dating_verdict dating_line_apart(
    struct dating *dating, int64_t time_ms, int64_t *ret_instead_ms)
{
	if (dating->waiting > 0)
		return go_on(dating, time_ms, ret_instead_ms);
	if (dating->now_ms >= 0 && time_ms < dating->now_ms)
		return take_late(dating, time_ms);
	return wait_for_more(dating, time_ms);
}

enum dating_verdict dating_end(struct dating *dating, int64_t *ret_instead_ms)
{
	if (dating->waiting == 0)
		return DATING_TAKEN;
	if (dating->now_ms < 0 || is_after_pause(dating) || is_after_last_pause(dating))
		return believe(dating);
	return disbelieve(dating, dating->now_ms, ret_instead_ms);
}
