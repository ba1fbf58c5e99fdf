/* One protected service as the daemon holds it: its logs, its detector, its facts, its incident. */
#ifndef AUTHMEDIC_DAEMON_SITE_H
#define AUTHMEDIC_DAEMON_SITE_H

#include "daemon/reading.h"
#include "diagnose/rules.h"
#include "intake/intake.h"
#include "intake/watcher.h"
#include "remedy/controller.h"
#include "report/course.h"

#define SITE_MAX_JUDGEMENT_BYTES ((size_t)512 * 1024)
#define SITE_LOG_LAG_MS          5000 /* how late a server may write a line */

struct child;
struct pipeline;
struct site;

struct site_log {
	struct site *site;
	struct reading reading;
	struct intake *intake;
	struct watcher *watcher; /* NULL where watching is not possible: the reconcile is enough */
	struct intake_totals saved_totals; /* as of the last commit */
	uint64_t saved_digest; /* of the cursors, as of the last commit; 0: there was none */
	bool watch_tried;
	int watch_error; /* why there is no watcher */
	bool is_read; /* there was no more when it was looked at last */
	bool hinted, was_ever_hinted; /* since the last reconcile; ever */
	unsigned unhinted; /* reconciles in a row that found new bytes without a hint */
	uint64_t reconciled_bytes; /* in the files, as of the last reconcile */
};

struct site {
	struct pipeline *pipeline;
	const struct config_site *config;
	struct detector *detector;
	struct deafness *deafness;
	struct course *course; /* of the last day */
	uint64_t saved_deafness; /* its revision as of the last commit */
	struct site_log *logs;
	size_t log_count;
	bool catching_up; /* some log has more than was read */
	struct facts *facts; /* the latest of probe and inspectors */
	struct facts *grounds; /* by which the incident's diagnosis last held; NULL: not known */
	struct controller *controller;
	uint64_t saved_revision; /* of the controller, as of the last commit */
	struct child *probe; /* running, or NULL */
	struct moment probe_started;
	bool probe_failed; /* it could not be started; told in the next step */
	bool wants_inspection; /* asked of the helper after the commit */
	bool wants_apply;
	bool wants_action;
	bool wants_lock;
	struct controller_action lock;
	struct controller_action
	    action; /* of the apply or the question; points into the controller */
	int64_t begin_by_ms; /* of the apply: boot time; 0: ever */
	int64_t budget_hour, budget_day; /* -1: not known yet */
	struct controller_allowance allowance; /* as the helper last told */
	struct buffer judgement; /* the last diagnosis and what it was computed from, as JSON */
};

struct site_parts {
	const struct rulebook *rulebook;
	const struct controller_effects *effects;
	struct hash_seed seed;
};

/* In place, because the logs and the effects point back to it. */
must_check int site_init(struct site *site, struct pipeline *pipeline,
    const struct config_site *config, const struct site_parts *parts);
void site_done(struct site *site);

/* The moment on both clocks. */
struct moment site_now(void);

void site_set_fact(struct site *site, const char *name, const char *value);
void site_set_fact_time(struct site *site, const char *name, int64_t time_ms);

/* Everything a diagnosis may ask that neither probe nor inspectors tell, put among the facts. */
void site_gather_facts(struct site *site, const struct signatures *signatures);

/* The facts as they stand are those by which the incident's diagnosis holds. */
void site_keep_grounds(struct site *site);

/* When the worker's handle reaches the age at which it is expected to fail; -1: never, or the
 * worker's start is not known. */
int64_t site_expected_failure_ms(const struct site *site);

/* Reads what a probe or an inspection told into the facts, in place of what it told before. */
void site_take_probe(struct site *site, struct view lines);
void site_take_inspection(struct site *site, struct view lines);

#endif
