#include "safety_world.h"

#include "unit.h"

#include "safety_config.h"

#define STEPS      160
#define MAX_QUEUED 8

enum message_kind { MESSAGE_STATUS, MESSAGE_ACTION, MESSAGE_INSPECT, MESSAGE_ORDER };

struct message {
	struct protocol_request request;
	size_t site;
	enum message_kind kind;
	uint64_t client;
	int64_t asked_true_ms;
};

struct answer {
	struct message to;
	struct protocol_reply reply;
};

struct site {
	struct safety_daemon *daemon;
	bool broken, curable, strangers, probing;
	enum safety_fact fact; /* as an inspector would find it */
	int64_t worker_start_ms; /* wall */
};

static struct world {
	uint64_t dice;
	struct safety_record record;
	size_t config; /* what is on the disk */
	struct site sites[SAFETY_SITES];
	bool connected;
	uint64_t last_request;
	struct message queue[MAX_QUEUED], asking;
	size_t queued;
	struct answer answers[MAX_QUEUED];
	size_t answered;
	struct safety_counts *counts;
} world;

static const struct safety_sabotage *safety_sabotage;

static uint64_t dice(uint64_t sides)
{
	world.dice ^= world.dice << 13;
	world.dice ^= world.dice >> 7;
	world.dice ^= world.dice << 17;
	return world.dice % sides;
}

static bool chance(uint64_t percent)
{
	return dice(100) < percent;
}

static int64_t true_now(void)
{
	return world.record.clocks.true_ms;
}

static int64_t wall_now(void)
{
	return true_now() + world.record.clocks.wall_offset_ms;
}

static void read_clocks(int64_t ret_clocks_ms[2])
{
	ret_clocks_ms[0] = wall_now();
	ret_clocks_ms[1] = true_now() - world.record.clocks.boot_ms + 1000000;
}

/* ------------------------------------------------------------------------------- the messages */

static void send_message(
    enum message_kind kind, const struct protocol_request *request, size_t site)
{
	if (world.queued == MAX_QUEUED || !world.connected)
		return;
	world.queue[world.queued++] = (struct message){.request = *request,
	    .site = site,
	    .kind = kind,
	    .client = SAFETY_DAEMON,
	    .asked_true_ms = true_now()};
}

static struct protocol_request request_of(uint32_t verb, size_t site, const struct config *config)
{
	struct protocol_request request = {.magic = PROTOCOL_MAGIC,
	    .verb = verb,
	    .request_id = (world.last_request += 2) + site,
	    .config_digest = config->digest};

	snprintf(request.site, sizeof(request.site), "%s", safety_site_names[site]);
	return request;
}

static void ask(enum message_kind kind, uint32_t verb, size_t index, uint32_t rung)
{
	struct safety_daemon *daemon = world.sites[index].daemon;
	struct protocol_request request = request_of(verb, index, safety_daemon_config(daemon));

	request.rung = rung;
	snprintf(request.incident, sizeof(request.incident), "%s", safety_daemon_incident(daemon));
	if (verb != PROTOCOL_ACTION || request.incident[0] != '\0')
		send_message(kind, &request, index);
}

static void break_line(void)
{
	world.queued = world.answered = 0;
	if (!world.connected)
		return;
	world.connected = false;
	for (size_t i = 0; i < SAFETY_SITES; i++)
		if (safety_daemon_is_up(world.sites[i].daemon))
			safety_daemon_on_helper(world.sites[i].daemon, false);
}

static void connect_line(void)
{
	if (world.connected || !safety_helper_is_up() ||
	    !safety_daemon_is_up(world.sites[0].daemon))
		return;
	world.connected = true;
	for (size_t i = 0; i < SAFETY_SITES; i++) {
		safety_daemon_on_helper(world.sites[i].daemon, true);
		ask(MESSAGE_STATUS, PROTOCOL_STATUS, i, 0);
	}
}

/* ---------------------------------------------------------------- the machine's dead and alive */

static void start_helper(void)
{
	safety_helper_start(safety_config(world.config, false));
}

static void kill_helper(bool plugin_runs_on)
{
	if (!safety_helper_is_up())
		return;
	safety_helper_kill(plugin_runs_on);
	world.counts->helper_crashes++;
	break_line();
}

static void start_daemon(void)
{
	const struct config *config = safety_config(world.config, true);
	int64_t clocks_ms[2];

	read_clocks(clocks_ms);
	for (size_t i = 0; i < SAFETY_SITES; i++) {
		safety_daemon_start(
		    world.sites[i].daemon, config, &config->sites.items[i], clocks_ms);
		safety_record_started(&world.record, i);
		world.sites[i].probing = false;
	}
}

static void kill_daemon(void)
{
	if (!safety_daemon_is_up(world.sites[0].daemon))
		return;
	for (size_t i = 0; i < SAFETY_SITES; i++)
		safety_daemon_kill(world.sites[i].daemon);
	world.connected = false;
	world.queued = world.answered = 0;
	world.counts->daemon_crashes++;
}

static void pass(int64_t passed_ms)
{
	world.record.clocks.true_ms += passed_ms;
	for (size_t i = 0; i < SAFETY_SITES; i++) {
		struct site *site = &world.sites[i];

		world.record.sites[i].unsaved_ms += passed_ms;
		if (site->broken)
			world.record.sites[i].broken_true_ms = true_now();
		safety_record_able(&world.record, i, passed_ms);
	}
}

/* --------------------------------------------------------------------------- what is recorded */

static void cure(struct site *site)
{
	site->worker_start_ms = wall_now();
	if (!site->curable)
		return;
	site->broken = false;
	site->fact = FACT_NONE;
}

static void on_action(void *context unused_parameter, const struct safety_action *action)
{
	size_t index = strcmp(action->site, safety_site_names[0]) != 0;
	struct site *site = &world.sites[index];

	safety_record_action(&world.record, index, action);
	world.counts->actions += !action->reverts;
	world.counts->reverts += action->reverts;
	if (!action->reverts)
		cure(site);
}

static void note_word(const struct message *message)
{
	const struct config_site *site = &safety_helper_config()->sites.items[message->site];

	safety_record_word(&world.record, message->site, &message->request,
	    site->ladder.items[message->request.rung].key);
}

static void on_reply(
    void *context unused_parameter, uint64_t client, const struct protocol_reply *reply)
{
	if (client == SAFETY_OPERATOR) {
		if (reply->result == PROTOCOL_DONE)
			note_word(&world.asking);
		return;
	}
	if (world.answered == MAX_QUEUED || !world.connected)
		return;
	world.answers[world.answered].to = world.asking;
	world.answers[world.answered].to.kind = reply->verb == PROTOCOL_INSPECT ? MESSAGE_INSPECT
	    : reply->verb == PROTOCOL_APPLY || reply->verb == PROTOCOL_ACTION   ? MESSAGE_ACTION
										: MESSAGE_STATUS;
	world.answers[world.answered++].reply = *reply;
}

/* ------------------------------------------------------------------------------- the schedule */

static enum probe_result probe(const struct site *site)
{
	if (safety_sabotage->believes_logs && site->strangers)
		return PROBE_REJECTED;
	if (site->broken)
		return chance(88) ? PROBE_REJECTED : PROBE_NO_TICKET;
	return chance(97) ? PROBE_ACCEPTED : PROBE_NO_TICKET;
}

static void note_told(size_t index, const struct safety_told *told)
{
	struct safety_site *seen = &world.record.sites[index];

	world.record.broken[RULE_RECOMPUTED] += told->misjudged;
	world.record.broken[RULE_RECORDED] += told->unrecorded;
	if (told->not_verified && seen->last_key > 0)
		seen->rungs[seen->last_key - 1].locked = true;
	if (told->applied)
		seen->ended_true_ms = true_now();
}

static void grant(size_t index, const struct safety_wishes *wishes)
{
	struct safety_site *seen = &world.record.sites[index];

	if (wishes->probe) {
		world.record.broken[RULE_PROBE_RATE] +=
		    seen->probed_true_ms >= 0 && true_now() - seen->probed_true_ms < 60000;
		seen->probed_true_ms = true_now();
		if (wishes->on_record)
			seen->saved.probed_true_ms = true_now();
		world.sites[index].probing = true;
	}
	if (wishes->inspect) {
		seen->fact = FACT_NONE;
		ask(MESSAGE_INSPECT, PROTOCOL_INSPECT, index, 0);
	}
	if (wishes->apply) {
		safety_record_wish(&world.record, index,
		    &(const struct safety_action){
			.incident = wishes->incident, .key = seen->last_key});
		ask(MESSAGE_ACTION, PROTOCOL_APPLY, index, wishes->rung);
	}
	if (wishes->ask)
		ask(MESSAGE_ACTION, PROTOCOL_ACTION, index, wishes->rung);
	if (wishes->lock)
		ask(MESSAGE_STATUS, PROTOCOL_LOCK, index, wishes->locked_rung);
}

/* All that was decided is saved first, unless it dies before. */
static bool commit(size_t index)
{
	struct site *site = &world.sites[index];
	struct safety_wishes wishes;
	struct safety_told told;

	if (dice(400) == 0)
		return false;
	if (safety_daemon_commit(site->daemon, &told, &wishes))
		safety_record_saved(&world.record, index);
	note_told(index, &told);
	if (wishes.apply || wishes.ask)
		world.record.sites[index].last_key = safety_daemon_config(site->daemon)
							 ->sites.items[index]
							 .ladder.items[wishes.rung]
							 .key;
	if (dice(400) == 0)
		return false;
	grant(index, &wishes);
	return true;
}

static void commit_or_die(size_t index)
{
	if (!commit(index))
		kill_daemon();
}

static void set_clocks(void)
{
	int64_t clocks_ms[2];

	read_clocks(clocks_ms);
	for (size_t i = 0; i < SAFETY_SITES; i++)
		safety_daemon_set_clocks(world.sites[i].daemon, clocks_ms);
}

static void deliver_answer(void)
{
	size_t which = dice(world.answered);
	const struct answer answer = world.answers[which];
	size_t index = answer.reply.request_id & 1; /* its last bit says whose it is */
	struct site *site = &world.sites[index];

	world.answers[which] = world.answers[--world.answered];
	if (answer.to.kind == MESSAGE_INSPECT) {
		enum safety_fact fact = chance(5) ? FACT_NONE : site->fact;

		if (safety_sabotage->any_fact && fact == FACT_NONE)
			fact = FACT_STALE;
		if (safety_sabotage->no_shared && fact == FACT_SKEW)
			fact = FACT_STALE;
		world.record.sites[index].fact = site->fact;
		safety_daemon_on_inspected(site->daemon, fact, site->worker_start_ms);
	} else {
		safety_daemon_on_reply(site->daemon, &answer.reply,
		    answer.to.kind == MESSAGE_ACTION, true_now() - answer.to.asked_true_ms);
	}
	commit_or_die(index);
}

/* One of those that wait, whichever; now and then twice. */
static void deliver_message(void)
{
	size_t which = dice(world.queued);

	world.asking = world.queue[which];
	if (chance(97))
		world.queue[which] = world.queue[--world.queued];
	safety_helper_take(&world.asking.request, world.asking.client);
	if (!safety_helper_is_up())
		break_line();
}

static void tick(size_t index)
{
	struct safety_site *seen = &world.record.sites[index];
	struct site *site = &world.sites[index];

	if (site->probing && chance(70)) {
		enum probe_result result = probe(site);

		site->probing = false;
		safety_record_probe(&world.record, index, result);
		safety_daemon_on_probe(site->daemon, result);
		commit_or_die(index);
		if (!safety_daemon_is_up(site->daemon))
			return;
	}
	if (!site->broken)
		seen->spiking_since_ms = -1;
	else if (seen->spiking_since_ms < 0)
		seen->spiking_since_ms = true_now();
	safety_daemon_tick(site->daemon,
	    site->broken || (safety_sabotage->believes_logs && site->strangers), site->strangers);
	commit_or_die(index);
}

static void say(void)
{
	static const uint32_t verbs[] = {PROTOCOL_APPROVE, PROTOCOL_APPROVE, PROTOCOL_SKIP,
	    PROTOCOL_DENY, PROTOCOL_PAUSE, PROTOCOL_RESUME, PROTOCOL_RESUME, PROTOCOL_UNLOCK};
	size_t index = dice(SAFETY_SITES);
	const struct site *site = &world.sites[index];
	struct protocol_request request =
	    request_of(verbs[dice(count_of(verbs))], index, safety_config(world.config, false));

	if (!safety_helper_is_up() || !safety_daemon_is_up(site->daemon))
		return;
	request.rung = (uint32_t)dice(SAFETY_RUNGS);
	snprintf(
	    request.incident, sizeof(request.incident), "%s", safety_daemon_incident(site->daemon));
	if (request.incident[0] == '\0')
		return;
	world.asking = (struct message){.request = request, .site = index, .kind = MESSAGE_ORDER};
	safety_helper_take(&request, SAFETY_OPERATOR);
	if (safety_helper_is_up())
		return;
	/* Whether it was taken down nobody was told. */
	if (request.verb == PROTOCOL_APPROVE || request.verb == PROTOCOL_UNLOCK)
		note_word(&world.asking);
	break_line();
}

static void break_site(void)
{
	struct site *site = &world.sites[dice(SAFETY_SITES)];

	site->broken = true;
	site->curable = chance(60);
	site->fact = chance(80) ? FACT_STALE : chance(50) ? FACT_SKEW : FACT_NONE;
}

static void reboot(void)
{
	kill_daemon();
	kill_helper(false);
	safety_helper_end_orphan();
	pass((int64_t)dice(2 * (uint64_t)SAFETY_HOUR_MS));
	world.record.clocks.boot_ms = true_now();
	world.record.clocks.boots++;
	world.counts->reboots++;
	start_helper();
	start_daemon();
}

static void jump(void)
{
	int64_t span_ms = chance(30) ? 3650 * SAFETY_DAY_MS : chance(50) ? SAFETY_DAY_MS : 600000;

	world.record.clocks.wall_offset_ms =
	    chance(30) ? 0 : (int64_t)dice(2 * (uint64_t)span_ms) - span_ms;
}

static void reload(void)
{
	world.config = dice(SAFETY_CONFIGS + 1) % SAFETY_CONFIGS;
	if (chance(60)) {
		kill_daemon();
		start_daemon();
	}
	if (chance(60)) {
		kill_helper(true);
		start_helper();
	}
}

static void fill_disk(bool is_full)
{
	for (size_t i = 0; i < SAFETY_SITES; i++)
		safety_daemon_fill_disk(world.sites[i].daemon, is_full);
}

static void happen(void)
{
	static const enum safety_crash crashes[] = {CRASH_BEFORE, CRASH_HALF, CRASH_AFTER};

	switch (dice(40)) {
	case 0:
		kill_daemon();
		break;
	case 1:
		kill_helper(chance(70));
		break;
	case 2:
		jump();
		break;
	case 3:
		safety_helper_aim(crashes[dice(3)]);
		break;
	case 4:
		safety_helper_set_trouble(chance(30), chance(30));
		break;
	case 5:
	case 6:
		say();
		break;
	case 7:
		if (chance(50))
			reload();
		break;
	case 8:
		if (chance(30))
			reboot();
		break;
	case 9:
		world.sites[dice(SAFETY_SITES)].strangers ^= true;
		break;
	case 10:
		break_line();
		break;
	case 11:
	case 12:
		if (!safety_sabotage->believes_logs)
			break_site();
		break;
	case 14:
		fill_disk(chance(50));
		break;
	case 13:
		fill_disk(false);
		safety_helper_set_trouble(false, false);
		safety_helper_end_orphan();
		break;
	default:
		break;
	}
}

static void revive(void)
{
	if (!safety_helper_is_up() && chance(40))
		start_helper();
	if (!safety_daemon_is_up(world.sites[0].daemon) && chance(30))
		start_daemon();
	connect_line();
}

static void turn_helper(void)
{
	static const enum protocol_result results[] = {
	    PROTOCOL_DONE, PROTOCOL_DONE, PROTOCOL_DONE, PROTOCOL_FAILED, PROTOCOL_TRY_LATER};

	enum protocol_result result = results[dice(count_of(results))];
	bool has_ended = chance(60);

	safety_record_end(&world.record, has_ended, result);
	safety_helper_turn(has_ended, result);
	if (!safety_helper_is_up())
		break_line();
	for (int i = 0; i < 3 && safety_helper_is_up() && world.queued > 0; i++)
		if (chance(80))
			deliver_message();
}

static void step(void)
{
	uint64_t how = dice(200);

	pass(how == 0      ? (int64_t)dice(30 * (uint64_t)SAFETY_HOUR_MS)
		: how < 10 ? (int64_t)dice(1800000)
			   : 1000 + (int64_t)dice(39000));
	set_clocks();
	happen();
	revive();
	set_clocks();
	if (safety_helper_is_up())
		turn_helper();
	for (int i = 0; i < 3 && world.answered > 0; i++)
		if (chance(80))
			deliver_answer();
	for (size_t i = 0; i < SAFETY_SITES; i++) {
		if (!safety_daemon_is_up(world.sites[i].daemon))
			break;
		tick(i);
		if (chance(30) && safety_daemon_is_up(world.sites[i].daemon))
			ask(MESSAGE_STATUS, PROTOCOL_STATUS, i, 0);
	}
	safety_record_reverts(&world.record);
}

void safety_schedule(uint64_t seed, const struct safety_sabotage *sabotage,
    unsigned ret_broken[SAFETY_RULES], struct safety_counts *counts)
{
	static const struct safety_helper_callbacks callbacks = {on_action, on_reply, NULL};

	world.dice = seed | 1;
	world.counts = counts;
	safety_sabotage = sabotage;
	world.config = world.queued = world.answered = 0;
	world.connected = false;
	safety_record_begin(&world.record);
	safety_configure(sabotage);
	for (size_t i = 0; i < SAFETY_SITES; i++) {
		struct site *site = &world.sites[i];

		if (site->daemon == NULL)
			site->daemon = safety_daemon_new();
		*site = (struct site){.daemon = site->daemon};
		safety_daemon_begin(site->daemon,
		    (struct safety_flaws){sabotage->believes_logs, sabotage->forgets_case,
			sabotage->ignores_disk});
	}
	safety_helper_begin(&callbacks, &world.record.clocks, sabotage->helper);
	start_helper();
	start_daemon();
	for (int i = 0; i < STEPS; i++)
		step();
	for (size_t i = 0; i < SAFETY_RULES; i++)
		ret_broken[i] += world.record.broken[i];
}
