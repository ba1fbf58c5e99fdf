/* What was seen of the machine, by the time as it is, and whether an action that is taken now
 * breaks a safety rule. It knows nothing of how the daemon or the helper decide. */
#ifndef AUTHMEDIC_TESTS_SAFETY_RULES_H
#define AUTHMEDIC_TESTS_SAFETY_RULES_H

#include "safety_helper.h"

#include "remedy/trials.h"
#include "safety_daemon.h"

#define SAFETY_SITES       2
#define SAFETY_RUNGS       3
#define SAFETY_OBSERVES    3 /* the digest of the configuration that only observes */
#define SAFETY_MAX_ACTIONS 256

#define SAFETY_CONFIRM_MS 60000 /* the defaults */
#define SAFETY_WARM_UP_MS 120000
#define SAFETY_REVERT_MS  INT64_C(14400000) /* of the third rung */
#define SAFETY_TOLD_MS    660000 /* so long the daemon goes by what the helper said */
#define SAFETY_HOUR_MS    INT64_C(3600000)
#define SAFETY_DAY_MS     (24 * SAFETY_HOUR_MS)

/* In the words of docs/safety.md. */
enum safety_rule {
	RULE_LOGS_ALONE,
	RULE_CONFIRMED,
	RULE_RECENTLY_ACCEPTED,
	RULE_LOCAL_FACT,
	RULE_MODE,
	RULE_BUDGET,
	RULE_LEDGER,
	RULE_ONCE,
	RULE_ONE_IN_FLIGHT,
	RULE_LOCKED,
	RULE_APPROVAL,
	RULE_REVERTED,
	RULE_SHARED,
	RULE_WARM_UP,
	RULE_PROBE_RATE,
	RULE_DENIED,
	RULE_PAUSED,
	RULE_RECOMPUTED,
	RULE_RECORDED,
	SAFETY_RULES
};

/* true_ms -1: never */
struct safety_moment {
	int64_t true_ms, wall_ms;
	int boot;
};

struct safety_rung {
	bool locked, approved;
	struct safety_moment approval; /* the last one */
	char approved_incident[PROTOCOL_NAME_BYTES];
	int64_t set_back_true_ms; /* when it last looked younger than it was; -1: never */
	char skipped[PROTOCOL_NAME_BYTES]; /* the incident */
};

struct safety_probe {
	enum probe_result result;
	int64_t true_ms;
};

struct safety_site {
	struct safety_moment applied, applied_before; /* what is to be taken back */
	int64_t able_ms; /* so long it was due and could have been taken back */
	/* what the daemon knows */
	struct safety_probe probes[3]; /* the newest is the first */
	int64_t accepted_true_ms, probed_true_ms, started_true_ms; /* -1: never */
	int64_t down_ms; /* since then, but in no record of the daemon that was started next */
	int64_t unsaved_ms; /* since the daemon saved anything */
	struct { /* what it has on record of that */
		struct safety_probe probes[3];
		int64_t accepted_true_ms, probed_true_ms, down_ms;
	} saved;
	int64_t spiking_since_ms; /* -1: it does not */
	int64_t broken_true_ms; /* when it last was so, or about to be; -1: never */
	enum safety_fact fact;
	/* what people said and the helper took down */
	struct safety_rung rungs[SAFETY_RUNGS];
	char denied[PROTOCOL_NAME_BYTES];
	uint64_t last_key; /* of what the daemon asked for; 0: nothing */
	int64_t ended_true_ms; /* the daemon's knowledge of it; -1: none */
};

struct safety_record {
	struct safety_clocks clocks;
	struct safety_site sites[SAFETY_SITES];
	struct {
		size_t site;
		uint64_t key;
		int64_t true_ms;
		char incident[PROTOCOL_NAME_BYTES];
		bool changed_nothing; /* and said so: it may come again */
	} actions[SAFETY_MAX_ACTIONS];
	size_t action_count;
	bool applying; /* the last of them, if anything runs */
	struct safety_site *falling_back; /* by the action that was begun last; or NULL */
	unsigned broken[SAFETY_RULES]; /* how often */
};

void safety_record_begin(struct safety_record *record);
void safety_record_probe(struct safety_record *record, size_t site, enum probe_result result);
/* The daemon has saved what it knows; it starts, and knows that alone. */
void safety_record_saved(struct safety_record *record, size_t site);
void safety_record_started(struct safety_record *record, size_t site);
/* The helper took down what a person said of the rung with that key. */
void safety_record_word(struct safety_record *record, size_t site,
    const struct protocol_request *request, uint64_t key);
/* The daemon asks for an action. */
void safety_record_wish(struct safety_record *record, size_t site,
    const struct safety_action *action);
/* An action begins. The site's rungs have the keys 1, 2, 3; the last one needs an approval. */
void safety_record_action(
    struct safety_record *record, size_t site, const struct safety_action *action);
/* The plugins that run end now, if they do, with that result. */
void safety_record_end(struct safety_record *record, bool has_ended, enum protocol_result result);
/* So much time has passed, in which the site's reverts may have been made. */
void safety_record_able(struct safety_record *record, size_t site, int64_t passed_ms);
/* Whether something should have been taken back by now. */
void safety_record_reverts(struct safety_record *record);
const char *safety_rule_name(enum safety_rule rule);

#endif
