/* Whether we may act: the safety rules that the daemon can judge, as one table. The helper
 * judges again what it can (mode, pause, budget, repetition), from its own copy of the truth. */
#ifndef AUTHMEDIC_REMEDY_AUTHORITY_H
#define AUTHMEDIC_REMEDY_AUTHORITY_H

#include <stdbool.h>
#include <stdint.h>

enum authority_window { AUTHORITY_NO_WINDOW, AUTHORITY_WINDOW_CLOSED, AUTHORITY_WINDOW_OPEN };

struct authority_case {
	bool mode_act;
	bool evidence_voters;
	bool probe_confirmed_rejected;
	bool spike_confirmed; /* the known-good voters' spike has lasted */
	int64_t since_accepted_ms; /* since the last accepted probe; negative: never, or unknown */
	int64_t accepted_within_ms;
	bool has_cure; /* the diagnosis names a class of remedies that we have */
	bool preventive; /* nobody has failed yet: then these three count instead of the failures */
	bool warning_confirmed; /* what is foreseen was seen again, long enough afterwards */
	bool probe_accepted; /* the latest one */
	enum authority_window window; /* of the site's maintenance */
	bool has_rung; /* a rung of that kind is configured and not locked */
	bool all_rungs_locked; /* there are some, but each failed to verify */
	bool warming_up; /* too soon after our start, the worker's, or our own action */
	bool helper_away;
	bool unsaved; /* the state cannot be saved */
	bool paused;
	bool budget_spent;
	bool denied; /* a person said no */
	bool fallback_applied; /* people get in another way, until that is taken back */
	bool approved; /* a person said yes, to this rung, just now */
	bool needs_approval; /* no rung is left but one that a person could approve */
	bool fleet_away; /* etcd is silent or takes no writes, and this host acts only with it */
	bool fleet_name_taken; /* another authmedicd has this host's name in the group */
	bool fleet_no_help; /* the remedy did not help on another host that had the same */
	bool fleet_turn_missing; /* this host has no slot: it must wait for its turn */
	int64_t fleet_waited_ms; /* for nothing but its turn; negative: it has not */
	int64_t fleet_shared_hosts; /* on so many the failure is seen, and is not theirs; or 0 */
	int64_t fleet_fence; /* of the slot that is held; -1: there is none */
};

/* The reasons of who waits only for its turn in the fleet: until then, and from then on. */
#define AUTHORITY_TURN		   "fleet-turn"
#define AUTHORITY_OVERDUE	   "fleet-overdue"
#define AUTHORITY_TURN_PATIENCE_MS (INT64_C(15) * 60 * 1000)

struct authority_refusal {
	const char *reason; /* metric label and history: "observe", "warm-up", … */
	const char *sentence; /* for a person */
	bool may_pass; /* it ends soon without a person */
	bool is_wanted; /* a person brought it about, and need not be told of it */
};

/* NULL where the action is authorised, else the first rule that forbids it. */
const struct authority_refusal *authority_refuses(const struct authority_case *the_case);

/* Its sentence with what the case says of it. */
#define AUTHORITY_SENTENCE_BYTES 256
void authority_explain(const struct authority_case *the_case,
    const struct authority_refusal *refusal, char ret_sentence[AUTHORITY_SENTENCE_BYTES]);

/* For the helper's refusals too, by their names. */
bool authority_may_pass(const char *reason);
bool authority_is_wanted(const char *reason);

/* All of them, for metrics; NULL at the end. */
const struct authority_refusal *authority_refusal_at(unsigned index);

#endif
