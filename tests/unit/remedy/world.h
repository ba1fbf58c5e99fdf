/* A world that answers the controller, for the tests of remedy/: its effects only count and
 * remember. */
#ifndef AUTHMEDIC_TESTS_REMEDY_WORLD_H
#define AUTHMEDIC_TESTS_REMEDY_WORLD_H

#include "unit.h"

#include "remedy/controller.h"

#define WORLD_DIAGNOSES 6

struct world {
	struct config_site site;
	struct config_rung rungs[2];
	struct config_safety safety;
	struct controller *controller;
	struct moment now;
	struct detector_window window;
	bool is_behind; /* lines wait to be read: what the window shows is of long ago */
	const struct diagnosis *diagnosis; /* once somebody fails */
	const struct diagnosis *foreseen; /* while sign-in works */
	bool cannot_tell; /* whether what was told is still so, where it is not found */
	unsigned reviews, answered_reviews; /* inspections while sign-in works */
	unsigned probes, inspections, applies, questions, forgets;
	unsigned events[EVENT_KIND_COUNT];
	char last_reason[64], last_text[512];
	uint32_t applied_rung;
	unsigned locks; /* how often the helper was told */
	uint32_t locked_rung;
	bool has_other_rules; /* by now: none of the diagnoses is among them */
};

extern const struct diagnosis world_stale_handle, world_stale_keytab, world_noise,
    world_stale_soon, world_clock_skew, world_unknown;
extern const struct diagnosis *const world_diagnoses[WORLD_DIAGNOSES];

/* For cmocka: *state is the world, with a controller in mode act. */
int world_set_up(void **state);
int world_tear_down(void **state);
struct controller_options world_options(struct world *world);

void world_pass(struct world *world, int64_t duration_ms);
void world_tick(struct world *world);
/* Lets time go by, a second at a time, until the controller asks for a probe; answers it. */
void world_answer_probe(struct world *world, enum probe_result result);
/* Lets time go by until the machine is looked at while sign-in works; answers it. */
void world_answer_review(struct world *world);
/* The inspectors have run: the worker started a day ago. */
void world_inspected(struct world *world);
/* Lets time go by until the machine is looked at; the helper does not run the inspectors. */
void world_leave_review_unanswered(struct world *world);
/* The helper's answer. */
void world_answer(struct world *world, enum protocol_result result, enum protocol_refusal refusal);
const char *world_state(const struct world *world);

/* An accepted probe, a while ago, and the start long past: the common beginning. */
void world_settle(struct world *world);
/* Everybody fails from now on. */
void world_break_handle(struct world *world);
/* Everybody fails, the probe was rejected often enough, the inspectors have run. */
void world_reach_decision(struct world *world);
/* And the helper was asked to act. */
void world_reach_acting(struct world *world);
/* The daemon ends and starts again: what it saved goes through text and back. */
void world_restart(struct world *world);
/* The same with another configuration, which `change` makes in between. */
void world_restart_changed(struct world *world, void (*change)(struct world *world));

#endif
