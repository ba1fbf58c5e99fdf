/* One site's incident, from the first suspicion to resolved: a state machine that decides and never
 * does. Time and all that happened come in; what shall be done goes out through the effects. It
 * holds no clock and no connection, so a test can play any schedule. */
#ifndef AUTHMEDIC_REMEDY_CONTROLLER_H
#define AUTHMEDIC_REMEDY_CONTROLLER_H

#include "config/config.h"
#include "detect/detector.h"
#include "diagnose/rules.h"
#include "remedy/protocol.h"
#include "remedy/trials.h"

#define CONTROLLER_ID_BYTES PROTOCOL_NAME_BYTES

/* The same instant on two clocks: decisions use the steady one, people read the other. */
struct moment {
	int64_t wall_ms;
	int64_t steady_ms;
};

enum event_kind {
	EVENT_OPENED, /* a suspicion: the incident exists from here */
	EVENT_PROBED,
	EVENT_DIAGNOSED,
	EVENT_REFUSED, /* a remedy would help, or nothing does: why we do not act */
	EVENT_ACTING,
	EVENT_APPLIED, /* the plugin ended, however it ended */
	EVENT_NOT_VERIFIED, /* it did not help: the rung is locked */
	EVENT_RESOLVED,
	EVENT_PASSED, /* it went away before there was a diagnosis */
	EVENT_COUNTED, /* noise: no incident */
	EVENT_KIND_COUNT
};

struct authority_case;

struct controller_event {
	enum event_kind kind;
	struct moment now;
	const char *text; /* one sentence for a person; lives during the call */
	const char *reason; /* the refusal's or result's word; "" where there is none */
	bool calls_nobody; /* a refusal that ends without a person, or that a person wanted */
	const char *remedy; /* of the rung; "" where there is none */
	const struct authority_case *the_case; /* what was judged; NULL where nothing was */
};

struct controller_action {
	const char *incident;
	uint32_t rung;
	const char *reason; /* the diagnosis */
};

/* What the helper said to an apply, or to the question after an action. */
struct controller_answer {
	uint32_t result; /* enum protocol_result */
	uint32_t refusal; /* enum protocol_refusal */
	const char *text;
};

/* What the helper would refuse anyhow, as it last told. */
struct controller_allowance {
	bool budget_spent;
	bool paused;
	bool denied; /* a person said no, to any remedy for the incident */
	uint32_t locked, skipped, approved, applied; /* a bit for each rung */
	bool applied_unknown; /* the ledger could not be read: what was applied may be so still */
	int64_t asked_ms; /* boot clock, when it was asked for: it may be as old as that */
};

/* What the fleet means for the site, as of now. Zero where the host is in none. */
struct controller_fleet {
	bool takes_part; /* an action needs a slot */
	bool away; /* no slot can be had, and there is no action without */
	bool name_taken;
	bool holds_slot; /* and it is this site's */
	bool no_help; /* the same was not cured on another host */
	int64_t shared_hosts;
	int64_t fence; /* of the slot; -1: none */
};

/* What came of an inspection. */
struct controller_inspection {
	bool is_answered; /* the inspectors were run, whatever they could tell */
	int64_t worker_start_ms; /* wall: of the key holder; -1 where it could not be told */
};

struct controller_effects {
	void (*probe)(void *context); /* answered by controller_on_probe() */
	void (*inspect)(void *context); /* answered by controller_on_inspected() */
	const struct diagnosis *(*diagnose)(void *context); /* from the facts as they stand */
	/* By those, whether the incident's diagnosis holds that was found before. */
	enum truth (*still_holds)(void *context, const struct diagnosis *diagnosis);
	void (*apply)(void *context, const struct controller_action *action);
	void (*ask_action)(void *context, const struct controller_action *action);
	/* The rung did not help: said again until an allowance has it locked. */
	void (*lock)(void *context, const struct controller_action *action);
	void (*forget_outcomes)(void *context); /* the detector starts a new window */
	void (*on_event)(void *context, const struct controller_event *event);
};

struct controller_options {
	const struct config_site *site; /* borrowed */
	const struct config_safety *safety; /* borrowed */
	size_t minimum_voters;
	int64_t window_ms; /* so long after forgetting the detector's window is whole again */
	struct controller_effects effects;
	void *context;
};

struct controller;

must_check int controller_new(struct controller **ret_controller,
    const struct controller_options *options, struct moment now);
void controller_free(struct controller **controller);

/* At least once a second, and after each batch of lines. */
void controller_tick(
    struct controller *controller, struct moment now, const struct detector_window *window);
void controller_on_probe(
    struct controller *controller, struct moment now, enum probe_result result);
void controller_on_inspected(struct controller *controller, struct moment now,
    struct controller_inspection inspection);
void controller_on_answer(
    struct controller *controller, struct moment now, const struct controller_answer *answer);
void controller_on_allowance(
    struct controller *controller, struct controller_allowance allowance);
void controller_on_helper(struct controller *controller, struct moment now, bool connected);
/* Whether what is decided now would be on record before it is done. */
void controller_on_saving(struct controller *controller, bool works);

/* Decides anew at once where only the slot was missing. */
void controller_on_fleet(
    struct controller *controller, struct moment now, const struct controller_fleet *fleet);

/* A slot of the fleet is wanted: for an action that nothing else stands against, or for one that is
 * under way or not verified yet. */
bool controller_wants_slot(const struct controller *controller);
/* A person has approved the rung that would be next. */
bool controller_is_approved(const struct controller *controller);
/* A remedy did not help in the open incident. */
bool controller_was_no_help(const struct controller *controller);

const char *controller_state(const struct controller *controller); /* one word */
const char *controller_sentence(const struct controller *controller); /* for a person */
const char *controller_incident(const struct controller *controller); /* "" where none is open */
const struct diagnosis *controller_diagnosis(const struct controller *controller); /* or NULL */
int64_t controller_opened_ms(const struct controller *controller);
int64_t controller_last_accepted_ms(const struct controller *controller); /* -1: never */
int64_t controller_last_probe_ms(const struct controller *controller); /* -1: never */
/* The age at which the worker's handle is expected to fail: the configured one, or a lesser one at
 * which handles failed here before. */
int64_t controller_handle_limit_ms(const struct controller *controller);
/* How many such failures that is learned from; 0 where it is the configured one. */
size_t controller_lifetimes(const struct controller *controller);
/* The rung that the open incident's diagnosis asks for, whether or not it may run; false: none. */
bool controller_next_rung(const struct controller *controller, uint32_t *ret_rung);
/* Whether the latest result came often enough, over long enough; and whether rejections of
 * strangers alone made us look. */
bool controller_is_confirmed(const struct controller *controller);
bool controller_is_about_strangers(const struct controller *controller);

/* Grows whenever what controller_save() gives has changed, other than by time going by. */
uint64_t controller_revision(const struct controller *controller);
/* Everything it must know after a restart, as a JSON object. */
struct json *controller_save(const struct controller *controller, struct moment now);
/* -EINVAL on what it cannot read; the controller then starts afresh. */
must_check int controller_restore(struct controller *controller, const struct json *saved,
    const struct rules *rules, struct moment now);

/* Takes the incident out of what was saved: it was ended while nobody looked at the site. */
void controller_forget_incident(struct json *saved);

const char *event_kind_name(enum event_kind kind);

#endif
