/* How many actions a site may still take: at most N in an hour and M in a day, whatever the clocks
 * do.
 *
 * Time passes, for the budget, from line to line of the ledger: what both clocks vouch for, and no
 * less than nothing.
 *
 *	in one boot    the lesser of the differences of CLOCK_BOOTTIME and of the wall clock
 *	across boots   the lesser of CLOCK_BOOTTIME at the later line (the machine has run so long
 *	               since, and was started after the earlier line) and of the wall clock
 *
 * So a wall clock set forward gives nothing back, as CLOCK_BOOTTIME stands against it. One set back
 * costs one step, in which no time passes; the next step counts again. A machine that was switched
 * off gets nothing back for that time, as only the wall clock could tell how long it was. While an
 * action counts the helper writes a clock line when it starts, every hour and when it ends, so that
 * a machine that is started anew every night comes by its day as well; but not the one that a timer
 * starts each minute to look for reverts. */
#ifndef AUTHMEDIC_LEDGER_BUDGET_H
#define AUTHMEDIC_LEDGER_BUDGET_H

#include "ledger/moment.h"

#define BUDGET_HOUR_MS       INT64_C(3600000)
#define BUDGET_DAY_MS        (24 * BUDGET_HOUR_MS)
#define BUDGET_MAX_ACTIONS   256 /* in a day, whatever the configuration says */

/* Starts zeroed; is fed every line of the ledger in order. */
struct budget {
	bool any;
	struct moment newest;
	int64_t elapsed_ms;                /* from the first line to the newest */
	int64_t at_ms[BUDGET_MAX_ACTIONS]; /* of the last actions, on that scale; a ring */
	uint64_t actions;
};

struct budget_limits {
	int64_t actions_per_hour;
	int64_t actions_per_day;
	int64_t cool_down_ms; /* after a day's first action; twice as long after each more */
};

struct budget_left {
	uint32_t hour;
	uint32_t day;
};

void budget_add_line(struct budget *budget, const struct moment *when, bool is_action);

/* What is left at `now`; nothing for this hour while it cools down. */
struct budget_left budget_left(
    const struct budget *budget, const struct moment *now, const struct budget_limits *limits);

/* The time since the newest line, as told above. */
int64_t budget_idle_ms(const struct budget *budget, const struct moment *now);

#endif
