#include "ledger/budget.h"

static int64_t step_ms(const struct moment *earlier, const struct moment *later)
{
	bool same_boot = strcmp(earlier->boot_id, later->boot_id) == 0;
	int64_t booted_ms = later->boottime_ms - (same_boot ? earlier->boottime_ms : 0);
	int64_t wall_ms = later->wall_ms - earlier->wall_ms;
	int64_t both_ms = booted_ms < wall_ms ? booted_ms : wall_ms;

	return both_ms > 0 ? both_ms : 0;
}

int64_t budget_idle_ms(const struct budget *budget, const struct moment *now)
{
	return budget->any ? step_ms(&budget->newest, now) : 0;
}

void budget_add_line(struct budget *budget, const struct moment *when, bool is_action)
{
	budget->elapsed_ms += budget_idle_ms(budget, when);
	budget->newest = *when;
	budget->any = true;
	if (is_action)
		budget->at_ms[budget->actions++ % BUDGET_MAX_ACTIONS] = budget->elapsed_ms;
}

static uint32_t left_within(
    const struct budget *budget, int64_t now_ms, int64_t window_ms, int64_t limit)
{
	uint64_t kept = budget->actions < BUDGET_MAX_ACTIONS ? budget->actions : BUDGET_MAX_ACTIONS;
	int64_t used = 0;

	for (uint64_t i = 0; i < kept; i++)
		if (now_ms - budget->at_ms[i] < window_ms)
			used++;
	if (limit > BUDGET_MAX_ACTIONS)
		limit = BUDGET_MAX_ACTIONS;
	return limit > used ? (uint32_t)(limit - used) : 0;
}

/* Whether the last action is too fresh. Only a day without any takes the doubling back. */
static bool is_cooling(const struct budget *budget, int64_t now_ms, int64_t cool_down_ms)
{
	uint32_t within_day = BUDGET_MAX_ACTIONS -
	                      left_within(budget, now_ms, BUDGET_DAY_MS, BUDGET_MAX_ACTIONS);
	int64_t last_ms = budget->at_ms[(budget->actions - 1) % BUDGET_MAX_ACTIONS];

	for (uint32_t i = 1; i < within_day && cool_down_ms < BUDGET_DAY_MS; i++)
		cool_down_ms *= 2;
	return within_day > 0 && now_ms - last_ms < cool_down_ms;
}

struct budget_left budget_left(
    const struct budget *budget, const struct moment *now, const struct budget_limits *limits)
{
	int64_t now_ms = budget->elapsed_ms + budget_idle_ms(budget, now);

	return (struct budget_left){
	    .hour = is_cooling(budget, now_ms, limits->cool_down_ms)
	                ? 0
	                : left_within(budget, now_ms, BUDGET_HOUR_MS, limits->actions_per_hour),
	    .day = left_within(budget, now_ms, BUDGET_DAY_MS, limits->actions_per_day),
	};
}
