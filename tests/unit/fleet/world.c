#include "unit.h"

#include <errno.h>

#include "world_store.h"

#define STEP_MS      100
#define LENGTH_MS    40000
#define LEASE_MS     6000
#define LOOK_MS      1500
#define ACTION_MS    2700 /* a plugin's deadline */
#define GUARD_MS     (1000 + LEASE_MS / 20)
#define TIMEOUT_MS   3000
#define MAX_MESSAGES 256
#define SITE         "s"
#define GROUP        "g"

enum trouble { TROUBLE_NONE, TROUBLE_HERE, TROUBLE_SHARED };

enum phase {
	PHASE_IDLE,
	PHASE_ASKED, /* the helper was told, and has not looked yet */
	PHASE_RUNNING, /* the plugin; the daemon may have died */
	PHASE_VERIFYING
};

struct host {
	struct member *member; /* NULL: the daemon does not run */
	char name[GROUP_NAME_BYTES];
	char run[GROUP_RUN_BYTES], previous_run[GROUP_RUN_BYTES];
	int64_t at_most;
	int64_t clock_ms, clock_ppm; /* its steady clock: when it began, how wrong it runs */
	int64_t dead_until_ms, paused_until_ms, cut_off_until_ms;
	enum trouble trouble;
	unsigned incidents;
	int64_t mended_ms; /* when a person mends what the remedy did not help; -1: it may help */
	int64_t shared_since_ms; /* two others have told of it in etcd; -1: they have not */
	int64_t no_help_since_ms; /* another has told there that it was not helped; as before */
	enum phase phase;
	int64_t phase_until_ms, begin_by_s;
	uint64_t asked; /* the message that is waited for; 0: none */
	int64_t asked_ms;
};

struct message {
	bool used;
	size_t host;
	uint64_t number;
	bool is_answer;
	bool is_ignored; /* who asks finds that nothing is taken of it */
	int64_t due_ms;
	int error;
	struct etcd_request request;
	struct etcd_answer answer;
};

struct world {
	uint64_t dice;
	int64_t now_ms;
	enum world_guard without;
	struct store store;
	struct host hosts[WORLD_HOSTS];
	struct message messages[MAX_MESSAGES];
	uint64_t last_message, last_run;
	int64_t frozen_until_ms, full_until_ms;
	int64_t fault_until_ms; /* of what all depend on */
	struct world_totals *totals;
};

static struct config_words shared_diagnoses = {
    .items = (char *[]){"kdc-unreachable"}, .count = 1, .capacity = 1};
static const struct world *wrapped; /* whose guards the wrapped functions leave out */

const char *world_guard_name(enum world_guard guard)
{
	static const char *const names[GUARD_COUNT] = {
	    "none", "room", "unchanged", "value", "clock", "late", "shared", "no-help",
	    "told"};

	return names[guard];
}

/* ---- guards in the code under test */

bool __real_group_has_room(const struct group *group, const char *host, int64_t at_most);
size_t __real_group_count_hosts(
    const struct group *group, const char *host, const struct config_words *diagnoses);
bool __wrap_group_has_room(const struct group *group, const char *host, int64_t at_most);
size_t __wrap_group_count_hosts(
    const struct group *group, const char *host, const struct config_words *diagnoses);
bool __real_group_was_no_help(const struct group *group, const char *host, const char *diagnosis);
bool __wrap_group_was_no_help(const struct group *group, const char *host, const char *diagnosis);

bool __wrap_group_has_room(const struct group *group, const char *host, int64_t at_most)
{
	return wrapped->without == GUARD_ROOM || __real_group_has_room(group, host, at_most);
}

size_t __wrap_group_count_hosts(
    const struct group *group, const char *host, const struct config_words *diagnoses)
{
	return wrapped->without == GUARD_SHARED ? 0
						: __real_group_count_hosts(group, host, diagnoses);
}

bool __wrap_group_was_no_help(const struct group *group, const char *host, const char *diagnosis)
{
	return wrapped->without != GUARD_NO_HELP &&
	    __real_group_was_no_help(group, host, diagnosis);
}

/* ---- chance */

static uint64_t roll(struct world *world)
{
	world->dice ^= world->dice << 13;
	world->dice ^= world->dice >> 7;
	world->dice ^= world->dice << 17;
	return world->dice;
}

static int64_t between(struct world *world, int64_t low, int64_t high)
{
	return low + (int64_t)(roll(world) >> 16) % (high - low + 1);
}

static bool one_in(struct world *world, int64_t count)
{
	return between(world, 1, count) == 1;
}

/* Mostly short, and now and then longer than anybody waits. */
static int64_t delay_ms(struct world *world)
{
	return one_in(world, 12) ? between(world, 500, 2 * LEASE_MS) : between(world, 0, 200);
}

/* ---- hosts */

static int64_t steady_ms(const struct world *world, const struct host *host)
{
	return host->clock_ms + world->now_ms + world->now_ms * host->clock_ppm / 1000000;
}

static void start(struct world *world, struct host *host)
{
	struct member_options options = {.group = GROUP,
	    .host = host->name,
	    .run = host->run,
	    .previous_run = host->previous_run,
	    .at_most = host->at_most,
	    .lease_ms = LEASE_MS,
	    .look_every_ms = LOOK_MS,
	    .action_ms = ACTION_MS + GUARD_MS,
	    .shared_hosts = 2,
	    .shared_diagnoses = &shared_diagnoses};

	/* Sometimes the state was lost, and with it the number of the last run. */
	snprintf(host->previous_run, sizeof(host->previous_run), "%s",
	    one_in(world, 5) ? "" : host->run);
	snprintf(host->run, sizeof(host->run), "%032llx", (unsigned long long)++world->last_run);
	host->asked = 0;
	assert_int_equal(member_new(&host->member, &options, steady_ms(world, host)), 0);
}

static bool is_awake(const struct world *world, const struct host *host)
{
	return host->member != NULL && world->now_ms >= host->paused_until_ms;
}

static const char *diagnosis_of(const struct host *host)
{
	return host->trouble == TROUBLE_SHARED ? "kdc-unreachable" : "stale-handle";
}

static void tell_member(struct world *world, struct host *host)
{
	struct member_incident incident = {.site = SITE, .since_ms = (int64_t)(roll(world) >> 20)};
	struct member_wish wish = {0};
	bool was_no_help = host->mended_ms >= 0;
	bool wants = (host->trouble == TROUBLE_HERE && !was_no_help) || host->phase != PHASE_IDLE;

	snprintf(incident.incident, sizeof(incident.incident), "i%u", host->incidents);
	snprintf(incident.diagnosis, sizeof(incident.diagnosis), "%s", diagnosis_of(host));
	incident.since_ms = host->incidents; /* the same as long as the incident is */
	incident.not_helped = was_no_help &&
	    (world->without != GUARD_TOLD || member_fence(host->member) < 0);
	member_tell_incidents(host->member, &incident, host->trouble != TROUBLE_NONE ? 1 : 0);
	if (wants) {
		snprintf(wish.site, sizeof(wish.site), SITE);
		snprintf(wish.incident, sizeof(wish.incident), "i%u", host->incidents);
		snprintf(wish.diagnosis, sizeof(wish.diagnosis), "stale-handle");
	}
	member_wish(host->member, &wish);
}

/* ---- the network */

static struct message *new_message(struct world *world)
{
	for (size_t i = 0; i < MAX_MESSAGES; i++)
		if (!world->messages[i].used)
			return &world->messages[i];
	return NULL;
}

static void drop(struct message *message)
{
	if (message->is_answer)
		etcd_answer_done(&message->answer);
	message->used = false;
}

static bool is_cut_off(const struct world *world, const struct host *host)
{
	return world->now_ms < host->cut_off_until_ms;
}

static void post(struct world *world, size_t index, const struct etcd_request *request)
{
	struct host *host = &world->hosts[index];
	struct message *message = new_message(world);
	int copies = one_in(world, 8) ? 2 : 1;

	host->asked = ++world->last_message;
	host->asked_ms = world->now_ms;
	for (; copies > 0 && message != NULL; copies--, message = new_message(world)) {
		if (is_cut_off(world, host) || one_in(world, 40)) {
			world->totals->lost_messages++;
			continue;
		}
		message->used = true;
		message->host = index;
		message->number = host->asked;
		message->is_answer = false;
		message->is_ignored =
		    member_is_ignored(host->member, steady_ms(world, host));
		message->due_ms = world->now_ms + delay_ms(world);
		message->request = *request;
	}
}

/* Who gives its slot back, and was not helped, has told so; but where nothing it writes is taken,
 * or its name is another's. */
static void check_told(struct world *world, const struct message *message)
{
	const struct host *host = &world->hosts[message->host];
	const struct etcd_request *request = &message->request;
	char key[ETCD_MAX_KEY_BYTES];

	snprintf(key, sizeof(key), "/authmedic/" GROUP "/slots/%s", host->name);
	if (request->change_count == 0 || request->changes[0].value[0] != '\0' ||
	    strcmp(request->changes[0].key, key) != 0 || !message->answer.succeeded)
		return;
	snprintf(key, sizeof(key), "/hosts/%s", host->name);
	if (host->mended_ms < 0 || message->is_ignored ||
	    !store_says(&world->store, key, host->run))
		return;
	snprintf(key, sizeof(key), "/incidents/%s/", host->name);
	if (!store_says(&world->store, key, "\"not_helped\":true"))
		world->totals->broken[PROMISE_NO_HELP]++;
}

static void arrive_at_store(struct world *world, struct message *message)
{
	const struct host *host = &world->hosts[message->host];

	if (world->now_ms < world->frozen_until_ms) {
		message->due_ms = world->frozen_until_ms;
		return;
	}
	if (host->asked != message->number)
		world->totals->late_messages++; /* nobody waits for it any more; it counts */
	message->error =
	    store_answer(&world->store, world->now_ms, &message->request, &message->answer);
	if (message->error == 0)
		check_told(world, message);
	message->is_answer = true;
	message->due_ms = world->now_ms + delay_ms(world);
	if (one_in(world, 40) || is_cut_off(world, host)) {
		world->totals->lost_messages++;
		drop(message);
	}
}

static void arrive_at_host(struct world *world, struct message *message)
{
	struct host *host = &world->hosts[message->host];

	if (host->asked == message->number && host->member != NULL &&
	    world->now_ms < host->paused_until_ms) {
		message->due_ms = host->paused_until_ms;
		return;
	}
	if (host->asked == message->number && host->member != NULL) {
		host->asked = 0;
		member_answer(host->member, steady_ms(world, host), message->error,
		    message->error == 0 ? &message->answer : NULL);
	}
	drop(message);
}

static void deliver(struct world *world)
{
	for (size_t i = 0; i < MAX_MESSAGES; i++) {
		struct message *message = &world->messages[i];

		if (!message->used || world->now_ms < message->due_ms)
			continue;
		if (message->is_answer)
			arrive_at_host(world, message);
		else
			arrive_at_store(world, message);
	}
}

/* ---- acting */

static void check_at_most(struct world *world)
{
	int64_t least = WORLD_HOSTS;
	uint64_t count = 0;

	for (size_t i = 0; i < WORLD_HOSTS; i++) {
		if (world->hosts[i].phase != PHASE_RUNNING)
			continue;
		count++;
		if (world->hosts[i].at_most < least)
			least = world->hosts[i].at_most;
	}
	if (count > world->totals->most_at_a_time)
		world->totals->most_at_a_time = count;
	if ((int64_t)count > least)
		world->totals->broken[PROMISE_AT_MOST]++;
}

/* The helper looks at its clock, which is the host's, and begins. */
static void begin(struct world *world, struct host *host)
{
	if (world->without != GUARD_LATE && steady_ms(world, host) > host->begin_by_s * 1000) {
		world->totals->refused_late++;
		host->phase = PHASE_IDLE;
		return;
	}
	world->totals->actions++;
	host->phase = PHASE_RUNNING;
	host->phase_until_ms =
	    world->now_ms + (one_in(world, 2) ? ACTION_MS : between(world, STEP_MS, ACTION_MS));
	/* What was decided may rest on a look that is half a lease old. */
	if (host->shared_since_ms >= 0 &&
	    world->now_ms - host->shared_since_ms > LEASE_MS / 2 + GUARD_MS)
		world->totals->broken[PROMISE_SHARED]++;
	if (host->no_help_since_ms >= 0 &&
	    world->now_ms - host->no_help_since_ms > LEASE_MS / 2 + GUARD_MS)
		world->totals->broken[PROMISE_NO_HELP]++;
	check_at_most(world);
}

static void decide(struct world *world, struct host *host)
{
	int64_t now_ms = steady_ms(world, host);
	int64_t by_ms = member_begin_by_ms(host->member, now_ms, SITE);

	if (host->trouble != TROUBLE_HERE || host->mended_ms >= 0 || by_ms < 0 ||
	    member_state(host->member, now_ms) != MEMBER_JOINED ||
	    member_shared_hosts(host->member) > 0 ||
	    member_was_no_help(host->member, "stale-handle") || member_fence(host->member) < 0)
		return;
	host->phase = PHASE_ASKED;
	host->begin_by_s = by_ms / 1000;
	host->phase_until_ms = world->now_ms +
	    (one_in(world, 6) ? between(world, 0, 2 * LEASE_MS) : between(world, 0, 300));
}

/* What goes on though the daemon may be dead. */
static void go_on(struct world *world, struct host *host)
{
	if (host->phase == PHASE_IDLE || world->now_ms < host->phase_until_ms)
		return;
	if (host->phase == PHASE_ASKED) {
		begin(world, host);
	} else if (host->phase == PHASE_RUNNING) {
		host->phase = PHASE_VERIFYING;
		host->phase_until_ms = world->now_ms + between(world, 0, LEASE_MS);
	} else if (is_awake(world, host) && one_in(world, 4)) {
		world->totals->no_helps++;
		host->phase = PHASE_IDLE;
		host->mended_ms = world->now_ms + between(world, LEASE_MS / 2, 3 * LEASE_MS);
	} else if (is_awake(world, host)) {
		host->phase = PHASE_IDLE;
		host->trouble = TROUBLE_NONE;
	}
}

static void mend(const struct world *world, struct host *host)
{
	if (host->mended_ms < 0 || world->now_ms < host->mended_ms)
		return;
	host->mended_ms = -1;
	host->trouble = TROUBLE_NONE;
}

/* ---- what happens by chance */

static void happen_to_host(struct world *world, struct host *host)
{
	if (host->member != NULL && one_in(world, 500)) {
		world->totals->crashes++;
		member_free(&host->member);
		host->dead_until_ms = world->now_ms + between(world, 0, 2 * LEASE_MS);
	} else if (one_in(world, 500)) {
		world->totals->pauses++;
		host->paused_until_ms = world->now_ms + between(world, 0, 2 * LEASE_MS);
	} else if (one_in(world, 600)) {
		host->cut_off_until_ms = world->now_ms + between(world, 0, 2 * LEASE_MS);
	} else if (host->trouble == TROUBLE_NONE && one_in(world, 15)) {
		host->trouble = TROUBLE_HERE;
		host->incidents++;
	}
	if (host->member == NULL && world->now_ms >= host->dead_until_ms)
		start(world, host);
}

/* Not all hosts meet it, and not at once; some of them have a trouble of their own besides. */
static void spread_fault(struct world *world)
{
	for (size_t i = 0; i < WORLD_HOSTS; i++) {
		struct host *host = &world->hosts[i];
		bool faulty = world->now_ms < world->fault_until_ms;

		if (host->phase != PHASE_IDLE)
			continue;
		if (faulty && host->trouble == TROUBLE_NONE && i < 3 && one_in(world, 5)) {
			host->trouble = TROUBLE_SHARED;
			host->incidents++;
		} else if (!faulty && host->trouble == TROUBLE_SHARED) {
			host->trouble = TROUBLE_NONE;
		}
	}
}

static void happen_to_all(struct world *world)
{
	if (world->now_ms >= world->fault_until_ms && one_in(world, 400)) {
		world->totals->shared_faults++;
		world->fault_until_ms = world->now_ms + between(world, LEASE_MS, 3 * LEASE_MS);
	}
	spread_fault(world);
	if (one_in(world, 600)) {
		world->totals->freezes++;
		world->frozen_until_ms = world->now_ms + between(world, 0, 2 * LEASE_MS);
	}
	if (one_in(world, 600)) {
		world->totals->fillings++;
		world->full_until_ms = world->now_ms + between(world, 0, 3 * LEASE_MS);
	}
	world->store.is_full = world->now_ms < world->full_until_ms;
	if (one_in(world, 600))
		store_change_leader(&world->store, world->now_ms);
}

/* How many others have told of it by now. What stands there of the host itself may be over: it
 * knows better. */
static size_t count_others(const struct world *world, const struct host *host, const char *text)
{
	char own[ETCD_MAX_KEY_BYTES];
	size_t count = 0;

	snprintf(own, sizeof(own), "/incidents/%s/", host->name);
	for (size_t i = 0; i < world->store.key_count; i++) {
		const struct store_key *key = &world->store.keys[i];

		count += strstr(key->value, text) != NULL && strstr(key->key, own) == NULL;
	}
	return count;
}

/* As long as it lasts without a break. */
static void note_since(const struct world *world, int64_t *since_ms, bool is_so)
{
	if (!is_so)
		*since_ms = -1;
	else if (*since_ms < 0)
		*since_ms = world->now_ms;
}

static void look_at_others(const struct world *world, struct host *host)
{
	note_since(world, &host->shared_since_ms,
	    count_others(world, host, "kdc-unreachable") >= 2);
	note_since(world, &host->no_help_since_ms,
	    count_others(world, host, "\"not_helped\":true") >= 1);
}

/* ---- a schedule */

static void step_host(struct world *world, size_t index)
{
	struct host *host = &world->hosts[index];
	const struct etcd_request *request;

	happen_to_host(world, host);
	go_on(world, host);
	mend(world, host);
	if (!is_awake(world, host))
		return;
	if (host->asked != 0 && world->now_ms - host->asked_ms >= TIMEOUT_MS) {
		host->asked = 0;
		member_answer(host->member, steady_ms(world, host), -ETIMEDOUT, NULL);
	}
	tell_member(world, host);
	if (host->phase == PHASE_IDLE)
		decide(world, host);
	tell_member(world, host);
	if (host->asked != 0)
		return;
	request = member_ask(host->member, steady_ms(world, host));
	if (request != NULL)
		post(world, index, request);
}

static void begin_world(struct world *world)
{
	/* Sometimes one host has the name of another. */
	bool twins = one_in(world, 10);

	for (size_t i = 0; i < WORLD_HOSTS; i++) {
		struct host *host = &world->hosts[i];

		snprintf(host->name, sizeof(host->name), "h%zu", twins && i == 4 ? 3 : i);
		host->at_most = one_in(world, 3) ? between(world, 2, 3) : 1;
		host->mended_ms = -1;
		host->shared_since_ms = -1;
		host->no_help_since_ms = -1;
		host->clock_ms = between(world, 1, INT64_C(1) << 40);
		host->clock_ppm =
		    world->without == GUARD_CLOCK ? -900000 : between(world, -2000, 2000);
		start(world, host);
	}
}

static void end_world(struct world *world)
{
	for (size_t i = 0; i < WORLD_HOSTS; i++)
		member_free(&world->hosts[i].member);
	for (size_t i = 0; i < MAX_MESSAGES; i++)
		if (world->messages[i].used)
			drop(&world->messages[i]);
}

void world_play(uint64_t seed, enum world_guard without, struct world_totals *totals)
{
	static struct world world; /* large */

	world = (struct world){.dice = seed | 1, .without = without, .totals = totals};
	wrapped = &world;
	store_init(&world.store, without);
	begin_world(&world);
	for (; world.now_ms < LENGTH_MS; world.now_ms += STEP_MS) {
		if (world.now_ms >= world.frozen_until_ms)
			store_expire(&world.store, world.now_ms);
		happen_to_all(&world);
		deliver(&world);
		for (size_t i = 0; i < WORLD_HOSTS; i++) {
			look_at_others(&world, &world.hosts[i]);
			step_host(&world, i);
		}
	}
	end_world(&world);
}
