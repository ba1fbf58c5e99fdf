#include "safety_helper.h"

#include <errno.h>
#include <sys/stat.h>

#include "unit.h"

#include "base/process.h"
#include "idle_plugins.h"
#include "ledger/ledger_line.h"
#include "ledger/pause.h"

#define MAX_RECORDS 1024

static struct machine {
	struct safety_helper_callbacks callbacks;
	const struct safety_clocks *clocks;
	enum helper_guard without;
	struct helper helper;
	bool up, full, unreadable, paused;
	enum safety_crash crash;
	struct ledger_record records[MAX_RECORDS]; /* as they were read from their lines */
	size_t count;
	struct ledger_record orphan; /* its plugin runs on; without action_id: there is none */
} machine;

/* ----------------------------------------------------------- the ledger, in place of ledger.c */

int ledger_lock(struct ledger *ledger, const struct moment *now unused_parameter)
{
	if (ledger->file >= 0)
		return -EBUSY;
	if (machine.unreadable && machine.without != GUARD_LEDGER)
		return -EIO;
	ledger->file = 1000;
	return 0;
}

void ledger_unlock(struct ledger *ledger)
{
	ledger->file = -1;
}

static void keep(struct view line)
{
	assert_true(machine.count < MAX_RECORDS);
	assert_int_equal(ledger_line_read(line, &machine.records[machine.count++]), 0);
}

/* What was written of the line before the crash is ended by whoever comes next. */
static void keep_torn(struct view line)
{
	struct buffer auto_buffer torn;

	buffer_init(&torn, 2 * LEDGER_MAX_LINE_BYTES);
	buffer_append(&torn, view_first(line, line.length / 2));
	ledger_line_end_torn(&torn, &machine.helper.now);
	keep(view_first(buffer_view(&torn), torn.length - 1));
}

int ledger_add(struct ledger *ledger, const struct ledger_record *record)
{
	struct buffer auto_buffer line;
	enum safety_crash crash = machine.crash;

	assert_true(ledger->file >= 0);
	machine.crash = CRASH_NONE;
	buffer_init(&line, LEDGER_MAX_LINE_BYTES);
	if ((machine.full || machine.unreadable) && machine.without != GUARD_LEDGER)
		return -ENOSPC;
	ledger_line_write(record, &line);
	assert_int_equal(buffer_error(&line), 0);
	idle_plugins.dead |= crash != CRASH_NONE;
	if (crash == CRASH_HALF)
		keep_torn(view_first(buffer_view(&line), line.length - 1));
	else if (crash != CRASH_BEFORE)
		keep(view_first(buffer_view(&line), line.length - 1));
	return crash == CRASH_NONE ? 0 : -EIO;
}

int ledger_read(
    const struct ledger *ledger unused_parameter, ledger_on_record *on_record, void *context)
{
	if (machine.unreadable)
		return machine.without == GUARD_LEDGER ? 0 : -EBADMSG;
	for (size_t i = 0; i < machine.count; i++) {
		struct ledger_record record = machine.records[i];

		if (machine.without == GUARD_INCIDENT && record.kind == LEDGER_APPROVE)
			snprintf(record.incident, sizeof(record.incident), "%s",
			    ((const struct account *)context)->incident);
		on_record(context, &record);
	}
	return 0;
}

/* ----------------------------------------- the rest of the system, in place of pause.c and more */

bool pause_is_set(int state_folder unused_parameter, const char *disable_file unused_parameter)
{
	return machine.paused && machine.without != GUARD_PAUSED;
}

int pause_set(int state_folder unused_parameter)
{
	machine.paused = true;
	return 0;
}

int pause_clear(int state_folder unused_parameter)
{
	machine.paused = false;
	return 0;
}

int process_read(int64_t process_id, struct process *ret_process)
{
	if (machine.orphan.action_id[0] == '\0' || machine.orphan.process_id != process_id ||
	    machine.without == GUARD_IN_FLIGHT)
		return -ESRCH;
	*ret_process = (struct process){
	    .process_id = process_id, .start_ticks = machine.orphan.start_ticks};
	return 0;
}

int __wrap_kill(pid_t process_id, int signal);
int __wrap_kill(pid_t process_id, int signal unused_parameter)
{
	if (-(int64_t)process_id == machine.orphan.process_id)
		machine.orphan.action_id[0] = '\0';
	return 0;
}

int __wrap_mkdirat(int folder, const char *path, mode_t mode);
int __wrap_mkdirat(
    int folder unused_parameter, const char *path unused_parameter, mode_t mode unused_parameter)
{
	return 0;
}

/* --------------------------------------------------------------- guards that can be taken away */

enum protocol_refusal __real_account_refuses(
    const struct account *account, size_t rung, const struct account_order *order);
enum protocol_refusal __wrap_account_refuses(
    const struct account *account, size_t rung, const struct account_order *order);
enum protocol_refusal __wrap_account_refuses(
    const struct account *account, size_t rung, const struct account_order *order)
{
	static const enum helper_guard guards[REFUSAL_COUNT] = {
	    [REFUSAL_BUDGET] = GUARD_BUDGET,
	    [REFUSAL_REPEATED] = GUARD_REPEATED,
	    [REFUSAL_LOCKED] = GUARD_LOCKED,
	    [REFUSAL_APPROVAL] = GUARD_APPROVAL,
	    [REFUSAL_DENIED] = GUARD_DENIED,
	};
	enum protocol_refusal refusal = __real_account_refuses(account, rung, order);

	return guards[refusal] != GUARD_NONE && guards[refusal] == machine.without ? REFUSAL_NONE
										   : refusal;
}

/* The daemon must not learn of it either, for it asks for nothing that would be refused. */
static void hide(struct protocol_reply *reply)
{
	static const struct protocol_reply untold = {.budget_hour = 1, .budget_day = 3};

	switch (machine.without) {
	case GUARD_BUDGET:
	case GUARD_LEDGER:
		reply->budget_hour = untold.budget_hour;
		reply->budget_day = untold.budget_day;
		break;
	case GUARD_LOCKED:
		/* With that its own lock is at an end; with the next reply this one. */
		reply->locked = reply->verb == PROTOCOL_LOCK ? UINT32_MAX : 0;
		break;
	case GUARD_DENIED:
		reply->denied = reply->skipped = 0;
		break;
	default:
		break;
	}
}

/* ---------------------------------------------------------------------------------- the helper */

static void look(struct moment *now)
{
	const struct safety_clocks *clocks = machine.clocks;

	now->wall_ms = clocks->true_ms + clocks->wall_offset_ms;
	now->boottime_ms = clocks->true_ms - clocks->boot_ms;
	snprintf(now->boot_id, sizeof(now->boot_id), "boot-%d", clocks->boots);
}

static void on_action(void *context unused_parameter, const struct job *job, const char *verb)
{
	const struct safety_action action = {.site = job->site->name,
	    .incident = job->intent.incident,
	    .key = job->intent.key,
	    .reverts = strcmp(verb, "revert") == 0};

	machine.callbacks.on_action(machine.callbacks.context, &action);
}

void safety_helper_begin(const struct safety_helper_callbacks *callbacks,
    const struct safety_clocks *clocks, enum helper_guard without)
{
	machine.callbacks = *callbacks;
	machine.clocks = clocks;
	machine.without = without;
	machine.up = machine.full = machine.unreadable = machine.paused = false;
	machine.crash = CRASH_NONE;
	machine.count = 0;
	machine.orphan.action_id[0] = '\0';
	idle_plugins = (struct idle_plugins){.on_action = on_action};
}

static void turn_begins(void)
{
	look(&machine.helper.now);
	idle_plugins.dead = false;
}

void safety_helper_start(const struct config *config)
{
	static const struct helper fresh = {
	    .signals = -1, .listening = -1, .state_folder = -1, .ledger.file = -1};

	machine.helper = fresh;
	machine.helper.config = (struct config *)config;
	machine.helper.ledger_error = machine.unreadable ? -EBADMSG : 0;
	machine.up = true;
	turn_begins();
	history_note_time(&machine.helper);
}

void safety_helper_kill(bool plugin_runs_on)
{
	const struct job *action = &machine.helper.jobs[HELPER_ACTION];

	if (machine.up && action->used && plugin_runs_on)
		machine.orphan = action->intent;
	machine.up = false;
}

void safety_helper_end_orphan(void)
{
	machine.orphan.action_id[0] = '\0';
}

bool safety_helper_is_up(void)
{
	return machine.up;
}

const struct config *safety_helper_config(void)
{
	return machine.helper.config;
}

bool safety_helper_is_paused(void)
{
	return machine.paused;
}

unsigned safety_helper_running(void)
{
	unsigned running = machine.orphan.action_id[0] != '\0';

	return machine.up && machine.helper.jobs[HELPER_ACTION].used ? running + 1 : running;
}

void safety_helper_set_trouble(bool full, bool unreadable)
{
	machine.full = full;
	machine.unreadable = unreadable;
}

bool safety_helper_has_trouble(void)
{
	return machine.full || machine.unreadable;
}

void safety_helper_aim(enum safety_crash crash)
{
	machine.crash = crash;
}

static void pass_reply(unsigned replies_before)
{
	if (idle_plugins.replies == replies_before || idle_plugins.reply_client == 0)
		return;
	hide(&idle_plugins.reply);
	machine.callbacks.on_reply(
	    machine.callbacks.context, idle_plugins.reply_client, &idle_plugins.reply);
}

static void turn_ends(void)
{
	if (idle_plugins.dead)
		safety_helper_kill(false);
}

void safety_helper_take(const struct protocol_request *request, uint64_t client)
{
	const struct client from = {
	    .socket = -1, .id = client, .is_operator = client == SAFETY_OPERATOR, .name = "x"};
	unsigned replies = idle_plugins.replies;

	turn_begins();
	assert_int_equal(
	    serve(&machine.helper, &from, view_of((const char *)request, sizeof(*request))), 0);
	pass_reply(replies);
	turn_ends();
}

void safety_helper_turn(bool has_ended, enum protocol_result result)
{
	turn_begins();
	idle_plugins.has_ended = has_ended;
	idle_plugins.result = result;
	for (size_t i = 0; i < HELPER_MAX_JOBS; i++) {
		struct job *job = &machine.helper.jobs[i];
		unsigned replies = idle_plugins.replies;

		if (!job->used || !(i == HELPER_ACTION ? action_step(&machine.helper, job)
						       : inspection_step(&machine.helper, job)))
			continue;
		job->used = false;
		serve_answer(&machine.helper, job);
		pass_reply(replies);
	}
	if (machine.without != GUARD_REVERTS && !idle_plugins.dead)
		reverts_step(&machine.helper);
	if (!idle_plugins.dead && machine.helper.now.boottime_ms >= machine.helper.next_clock_ms)
		history_note_time(&machine.helper);
	turn_ends();
}

size_t safety_helper_applied(void)
{
	struct account account = {.site = "", .incident = ""};

	for (size_t i = 0; i < machine.count; i++)
		account_add(&account, &machine.records[i]);
	return account.applied_count;
}
