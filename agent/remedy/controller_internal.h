/* Shared by the controller's own files only. */
#ifndef AUTHMEDIC_REMEDY_CONTROLLER_INTERNAL_H
#define AUTHMEDIC_REMEDY_CONTROLLER_INTERNAL_H

#include "remedy/authority.h"
#include "remedy/controller.h"
#include "remedy/lifetimes.h"

enum state {
	STATE_WATCHING,
	STATE_WARNING,
	STATE_SUSPECTED,
	STATE_INSPECTING,
	STATE_STANDING,
	STATE_ACTING,
	STATE_HOLDING_OFF,
	STATE_VERIFYING,
	STATE_COUNT
};

#define CONTROLLER_REASON_BYTES    32
#define CONTROLLER_HELPER_GRACE_MS 60000 /* so long a helper that is away or silent is waited for */

struct controller {
	struct controller_options options;
	struct moment now; /* of the input that is being handled */
	struct detector_window window; /* the latest */

	int64_t started_ms; /* steady */
	int64_t spike_since_ms; /* steady; -1: no spike */
	int64_t worker_start_ms; /* wall; -1: not known */
	int64_t last_action_ms; /* steady; -1: none */
	int64_t last_accepted_ms, last_probe_ms; /* wall; -1: never */
	int64_t accepted_steady_ms; /* steady, where it is had: may be before 0 */
	int64_t next_probe_ms; /* steady: no probe before */
	int64_t deadline_ms; /* steady: of the present state */
	int64_t review_due_ms; /* steady: the machine is looked at while all is well */
	int64_t review_deadline_ms; /* steady: then we go on without the answer */
	int64_t warned_since_ms; /* steady: since when the present warning was seen each time */
	int64_t warning_seen_ms; /* steady: when it was last seen */
	int64_t alone_since_ms; /* steady: when the helper was last connected */
	int64_t outcomes_due_ms; /* steady: by then forgotten outcomes are made up for */
	int64_t silent_due_ms; /* steady: while acting, by when it should have told something */
	struct controller_fleet fleet;
	int64_t turn_since_ms; /* steady: since when it waits for its turn, where it does */
	struct controller_allowance allowance;

	char incident[CONTROLLER_ID_BYTES]; /* "" where none is open */
	int64_t opened_ms; /* wall */
	int64_t opened_steady_ms; /* what was asked until then is of no incident, or of another */
	int64_t failing_since_ms; /* wall: the first rejection of the incident; -1: none yet */
	int64_t failed_start_ms; /* wall: of the worker whose handle failed; -1: none did */
	struct lifetimes lifetimes;
	const struct diagnosis *diagnosis; /* of the open incident, or NULL */
	const struct diagnosis *doubt; /* another one, seen once; or NULL */
	/* The refusals last told, or "": of those that stay, and of those that pass. */
	char lasting_refusal[CONTROLLER_REASON_BYTES], passing_refusal[CONTROLLER_REASON_BYTES];
	size_t outcomes_wanted; /* known-good voters that were active when they were forgotten */
	struct trials trials;
	const struct authority_case *judged_case; /* while the decision is told; else NULL */
	uint32_t rung;
	uint32_t locked; /* bit per rung: what the helper does not know of yet */
	uint32_t spent; /* bit per rung: the incident had it already */
	uint32_t unfit; /* bit per rung: it could not run as it is configured, in the incident */
	int64_t lock_due_ms; /* steady: the helper is told of the locks then */
	uint64_t revision;

	enum state state;
	enum probe_result last_result; /* of the latest probe of this run */
	enum probe_result told; /* the last probe's result in the timeline */
	bool probe_running;
	bool review_running;
	bool is_answered; /* the inspection that is being handled: else nothing was looked at */
	bool helper_connected;
	bool unsaved;
	bool must_ask; /* an action may be under way: ask the helper */
	bool about_strangers;
	bool helper_refused; /* the last try; so the next one is a question, and no news */
	bool has_accepted_steady;
	bool waits_for_turn; /* of the fleet; nothing else is missing */
	bool was_no_help; /* a remedy, in the open incident */
};

/* -- incident.c: opening, closing, telling */
void incident_tell(
    struct controller *controller, enum event_kind kind, const char *text, const char *reason);
void incident_tell_acting(struct controller *controller);
/* Once, however often the same is found again. */
void incident_tell_refusal(struct controller *controller, const char *text, const char *reason);
void incident_forget_refusals(struct controller *controller);
void incident_open(struct controller *controller, const char *why);
void incident_close(struct controller *controller, enum event_kind kind, const char *text);
/* Not while something is applied for a time: it weakens the site, and whether people would get in
 * without it nobody can see. */
bool incident_may_close(const struct controller *controller);
/* Whether the state is about an action of the present rung. */
bool incident_has_acted(const struct controller *controller);
const char *incident_remedy(const struct controller *controller);

/* -- rungs.c: which remedy is next */
struct rung_choice {
	bool found;
	uint32_t rung;
	bool is_approved; /* by a person, for now: his word goes before our evidence */
	bool needs_approval; /* none is found but one that a person could approve */
	size_t of_class; /* how many there are, locked or not, of the class that cures */
};
struct rung_choice rungs_choose(const struct controller *controller);
/* Whether what is applied now is to be taken back by itself: then people get in another way. */
bool rungs_is_fallback(const struct controller *controller);
void rungs_lock(struct controller *controller);
/* Tells the helper of what it does not have locked yet. */
void rungs_tell_locks(struct controller *controller);

/* -- decision.c: what follows from a diagnosis */
void decision_make(struct controller *controller);
/* For a diagnosis that was told: act where that is authorised, else tell why not and wait. */
void decision_act(struct controller *controller, int64_t wait_ms);
/* Nothing is to be done now: to the state to wait in, for so long. */
void decision_rest(struct controller *controller, int64_t wait_ms);
/* People get in, but the incident may not close yet: that is told, and waited for. */
void decision_stay(struct controller *controller);
/* The helper or the remedy itself did nothing: that is told, and the rung may be tried again. */
void decision_on_not_run(struct controller *controller, const struct controller_answer *answer);
bool decision_has_recovered(const struct controller *controller);
/* The remedy did not help in its time. Nothing is done while that is not known, since lines wait to
 * be read. */
void decision_lock_rung(struct controller *controller);

/* -- outcomes.c: whether we know how people's sign-ins end */
/* What people met until now counts no more, from now on. */
void outcomes_note_forgotten(struct controller *controller);
/* All that was written is read; and nothing was forgotten in the incident, or since then a window
 * has gone by, or as many known-good voters came again as there were and none was refused. */
bool outcomes_are_known(const struct controller *controller);
/* Our own sign-in works, and it is for the clients to show whether theirs does. */
bool outcomes_are_awaited(const struct controller *controller);

/* -- warning.c: what can be seen before anybody fails */
/* Where it is time: first the machine is looked at, then the probe is made. So what is about to
 * fail is seen before our own sign-in shows it. */
void warning_look_ahead(struct controller *controller);
void warning_on_looked_ahead(struct controller *controller);
/* Whether what people were told of is to come: nobody has failed by it yet. */
bool warning_is_told(const struct controller *controller);
/* Asks the inspectors, unless they are at it. */
void warning_review(struct controller *controller);
/* After the probe that strangers' rejections led to: where nothing is wrong they are counted. */
void warning_of_strangers(struct controller *controller);
void warning_on_tick(struct controller *controller);
/* A failure meanwhile has passed: what was foreseen may be there as before. */
void warning_go_on(struct controller *controller);
void warning_on_probe(struct controller *controller, enum probe_result result);
void warning_on_inspected(struct controller *controller);
/* Whether it is sure that what was told is so no more. */
bool warning_is_refuted(const struct controller *controller);
/* Whether the warning was seen for long enough. */
bool warning_is_confirmed(const struct controller *controller);

/* -- verification.c: whether the remedy helped */
void verification_on_tick(struct controller *controller);
void verification_on_probe(struct controller *controller, enum probe_result result);
void verification_on_inspected(struct controller *controller);

/* -- controller.c */
/* Starts a probe unless one runs or the last one is too recent; true where one runs now. */
bool controller_probe(struct controller *controller);
/* The same only where the schedule says so. */
void controller_probe_on_schedule(struct controller *controller);
/* A result that may count towards what is confirmed. */
void controller_add_trial(struct controller *controller, enum probe_result result);
bool controller_is_due(const struct controller *controller, int64_t time_ms);
/* How long the inspectors may take. */
int64_t controller_inspection_ms(const struct controller *controller);
void controller_enter(struct controller *controller, enum state state);
struct trials_rule controller_trials_rule(const struct controller *controller);

#endif
