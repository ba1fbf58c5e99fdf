/* The helper's own state, shared by its parts: clients.c talks, serve.c answers, inspection.c and
 * action.c run plugins, main.c turns the loop. Nothing here waits. */
#ifndef AUTHMEDIC_HELPER_HELPER_H
#define AUTHMEDIC_HELPER_HELPER_H

#include <poll.h>

#include "config/config.h"
#include "config/log_kinds.h"
#include "ledger/account.h"
#include "plugin/run.h"
#include "trust/trusted_path.h"

#define HELPER_MAX_CLIENTS     8
#define HELPER_MAX_DAEMONS     4 /* of them; so there is a place for people, whatever it does */
#define HELPER_MAX_INSPECTIONS 8 /* at a time; more are answered PROTOCOL_TRY_LATER */
#define HELPER_MAX_JOBS        (1 + HELPER_MAX_INSPECTIONS)
#define HELPER_ACTION          0 /* the job that is the action; the others inspect */
#define HELPER_DAEMON_USER     "authmedic"

struct client {
	int socket; /* -1: none */
	uint64_t id;
	bool is_operator; /* root, or whoever started us: not the packaged daemon */
	char name[PROTOCOL_NAME_BYTES]; /* USER, or USER/LOGIN, for the ledger */
};

/* A request, its answer as far as it is known, and the plugin that works on it. */
struct job {
	bool used;
	uint64_t client;
	bool is_operator;
	const struct config_site *site; /* NULL where there is none of that name */
	struct protocol_request request;
	struct protocol_reply reply;
	struct plugin_run run;
	size_t inspector;            /* inspections: which one runs */
	struct ledger_record intent; /* the action's; of all others only who asks */
};

struct helper {
	struct config *config;
	const char *config_file;
	bool spawned;
	struct trust trust;
	int state_folder;
	struct ledger ledger;
	int ledger_error;  /* the last that was told */
	struct moment now; /* of this turn of the loop */
	int64_t next_clock_ms;
	int64_t next_revert_ms; /* when to look what is to be reverted */
	unsigned reverts_overdue; /* as of the last look: they could not even begin */
	int signals;
	bool stopping; /* no more requests; an action under way comes to its end */
	int listening; /* -1: none */
	int64_t allowed_uid; /* one user more who may do what root may; -1: none */
	uint64_t last_client;
	struct client clients[HELPER_MAX_CLIENTS];
	struct job jobs[HELPER_MAX_JOBS];
};

/* --- clients.c: takes a socket that listens, or whoever started us; -errno where it is of no
 * use */
must_check int clients_take(struct helper *helper, int socket, bool listens);
void clients_poll(const struct helper *helper, struct pollfd polls[HELPER_MAX_CLIENTS + 1]);
/* Takes whoever connects, and one packet of each client. */
void clients_step(struct helper *helper);
void clients_send(struct helper *helper, uint64_t client, const struct protocol_reply *reply);

/* --- serve.c: -EBADMSG, answered as well, where the packet is no request */
must_check int serve(struct helper *helper, const struct client *client, struct view packet);
void serve_answer(struct helper *helper, struct job *job);
/* What stands against any request of a site, or of one of its rungs, or REFUSAL_NONE. */
enum protocol_refusal serve_check(
    const struct helper *helper, const struct job *job, bool of_rung);
/* Whether it is refused: not for REFUSAL_NONE. */
bool serve_refuse(struct job *job, enum protocol_refusal refusal);
const struct config_rung *job_rung(const struct job *job); /* one that serve_check() let pass */

/* --- launch.c: brings the job's plugin to its gate; where that cannot be, its answer says so. The
 * folder is a remedy's own, for what it must know to revert; NULL: run an inspector. */
must_check int launch_plugin(
    const struct helper *helper, struct job *job, const char *state_folder);

/* --- inspection.c, action.c: start says whether the job is answered already; if not, one of the
 * helper's jobs has taken it. step says whether that is over and its answer complete. */
bool inspection_start(struct helper *helper, struct job *job);
bool inspection_step(struct helper *helper, struct job *job);
bool action_start(struct helper *helper, struct job *job);
bool action_step(struct helper *helper, struct job *job);

/* --- orders.c: what goes into the ledger and runs nothing */
void order_take(struct helper *helper, struct job *job);

/* --- reverts.c: begins what is due, one after the other, whoever is there to see it */
void reverts_step(struct helper *helper);

/* --- history.c: reads the ledger for that site (NULL: all) and incident */
must_check int history_read(struct helper *helper, const struct config_site *site,
    const char *incident, struct account *ret_account);
/* Whether the plugin of the open intent runs on, its helper having died. At its deadline it is
 * killed. */
bool history_runs_on(const struct account *account, const struct moment *now);
struct budget_limits history_limits(const struct helper *helper);
/* What the job comes to as a record, with its site, and with its rung where it is about one. */
struct ledger_record history_record(
    const struct helper *helper, const struct job *job, enum ledger_kind kind, bool of_rung);
/* ledger_lock() and ledger_add(); of trouble with the ledger we tell once, and of its end. */
must_check int history_lock(struct helper *helper);
int history_add(struct helper *helper, const struct ledger_record *record);
/* Adds a clock line, where an action counts (budget.h). */
void history_note_time(struct helper *helper);

#endif
