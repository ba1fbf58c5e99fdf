/* A site's controller with what authmedicd does around it: it saves what was decided before it
 * grants any wish, and dies and comes back. For test_safety.c. */
#ifndef AUTHMEDIC_TESTS_SAFETY_DAEMON_H
#define AUTHMEDIC_TESTS_SAFETY_DAEMON_H

#include "config/config.h"
#include "remedy/protocol.h"
#include "remedy/trials.h"

/* What the inspectors found. */
enum safety_fact { FACT_NONE, FACT_STALE, FACT_SKEW };

struct safety_wishes {
	bool probe, inspect, apply, ask, lock;
	bool on_record;
	char incident[PROTOCOL_NAME_BYTES]; /* of an apply or a question */
	uint32_t rung;
	uint32_t locked_rung;
};

struct safety_told { /* since the last commit */
	bool applied, not_verified;
	bool misjudged; /* a decision that its own stored case does not lead to */
	bool unrecorded; /* an action wished while nothing can be saved */
};

struct safety_daemon;

struct safety_daemon *safety_daemon_new(void);
void safety_daemon_free(struct safety_daemon *daemon);
/* What is wrong with it, for a control. */
struct safety_flaws {
	bool believes_anything; /* logs alone make its diagnosis */
	bool forgets_case;      /* stores another one than was judged */
	bool ignores_disk;      /* its controller is not told that nothing can be saved */
};
/* Forgets everything, what was saved too. */
void safety_daemon_begin(struct safety_daemon *daemon, struct safety_flaws flaws);
/* While the disk is full nothing is saved, and no wish granted but to look. */
void safety_daemon_fill_disk(struct safety_daemon *daemon, bool is_full);
/* Starts from what was saved. The clocks: the wall's, and one that only goes on. */
void safety_daemon_start(struct safety_daemon *daemon, const struct config *config,
    const struct config_site *site, const int64_t clocks_ms[2]);
void safety_daemon_kill(struct safety_daemon *daemon);
bool safety_daemon_is_up(const struct safety_daemon *daemon);
void safety_daemon_set_clocks(struct safety_daemon *daemon, const int64_t clocks_ms[2]);

void safety_daemon_tick(struct safety_daemon *daemon, bool spike, bool strangers);
void safety_daemon_on_probe(struct safety_daemon *daemon, enum probe_result result);
void safety_daemon_on_inspected(
    struct safety_daemon *daemon, enum safety_fact fact, int64_t worker_start_ms);
/* A reply to an apply or a question, or to anything else that tells how things stand, asked for
 * so long ago. */
void safety_daemon_on_reply(struct safety_daemon *daemon, const struct protocol_reply *reply,
    bool of_action, int64_t ago_ms);
void safety_daemon_on_helper(struct safety_daemon *daemon, bool connected);

/* All of it is on the disk now: what was told and what is wished. Whether anything was to be saved;
 * not where the disk is full, and then only what it knows by itself is told. */
bool safety_daemon_commit(
    struct safety_daemon *daemon, struct safety_told *ret_told, struct safety_wishes *ret_wishes);
const char *safety_daemon_incident(const struct safety_daemon *daemon);
const struct config *safety_daemon_config(const struct safety_daemon *daemon);

#endif
