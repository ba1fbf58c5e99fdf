/* What the ledger says about one site, or about one action of it. */
#ifndef AUTHMEDIC_HELPER_HISTORY_H
#define AUTHMEDIC_HELPER_HISTORY_H

#include "helper/ledger.h"

struct history {
	/* What was asked: actions of this site ("" for all) count in the budget, and the action of
	 * this incident and rung is looked for. */
	const char *site;
	const char *incident;
	uint64_t rung;

	struct budget budget;
	struct ledger_record action; /* its intent; no action_id: there is none */
	enum protocol_result result; /* PROTOCOL_NEVER, _UNKNOWN, or what it ended with */
	struct ledger_record open;   /* the newest intent without a result; no action_id: none */
};

/* Fills in the lower half. -errno as ledger_read() says. */
must_check int history_read(struct history *history, const struct ledger *ledger);

/* The same from outside an action, with or without the lock; and whether an action is in flight,
 * here or in another helper, or runs on after its helper's death. */
must_check int history_look(
    struct history *history, struct ledger *ledger, const struct moment *now, bool *ret_in_flight);

/* Whether the plugin of the open intent runs on, its helper having died. Past the deadline it is
 * killed. */
bool history_open_runs(const struct history *history, const struct moment *now);

#endif
