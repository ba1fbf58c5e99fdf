/* Whatever packets come, from whomever, while time passes, clocks jump and the helper dies: each is
 * answered once, no site has more actions than its budget, none is repeated that may have changed
 * something, and the ledger keeps every line that was said to be in it. The plugins do nothing; the
 * ledger is the real one. */
#include "fuzz.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "ledger/ledger_line.h"
#include "ledger/pause.h"
#include "idle_plugins.h"

#define DIGEST      UINT64_C(42)
#define MAX_STEPS   400
#define MAX_ACTIONS MAX_STEPS
#define PER_HOUR    1
#define PER_DAY     3

/* ------------------------------------------------------------------------------- the world */

static char names[][8] = {"web", "twin", "other", "quiet", "mark", "fall", "inspect", "worker"};
static struct config_rung rungs[] = {
    {.remedy = names[4], .key = 11},
    {.remedy = names[4], .key = 12},
    {.remedy = names[5], .key = 13, .needs_approval = true, .revert_after_ms = BUDGET_HOUR_MS},
};
static char *inspectors[] = {names[6]};

#define LADDER {.items = rungs, .count = count_of(rungs)}
#define SERVER {.inspectors = {.items = inspectors, .count = 1}}
static struct config_site sites[] = {
    {.name = names[0], .mode = CONFIG_MODE_ACT, .ladder = LADDER, .server = SERVER,
        .worker = {.process = names[7]}},
    {.name = names[1], .mode = CONFIG_MODE_ACT, .ladder = LADDER, .server = SERVER,
        .worker = {.process = names[7]}},
    {.name = names[2], .mode = CONFIG_MODE_ACT, .ladder = LADDER, .server = SERVER},
    {.name = names[3], .mode = CONFIG_MODE_OBSERVE, .ladder = LADDER, .server = SERVER},
};

struct taken {
	int64_t true_ms;
	struct ledger_record intent;
	bool changed_nothing;
};

static struct world {
	struct config config;
	struct helper helper;
	char folder[64];
	int64_t true_ms;
	int boots;
	struct taken taken[MAX_ACTIONS];
	size_t taken_count;
	size_t intents, results, words[LEDGER_KINDS]; /* that the ledger must hold */
} world;

static bool shares_budget(const char *a, const char *b)
{
	return strcmp(a, b) == 0 || (a[0] != 'o' && b[0] != 'o' && a[0] != 'q' && b[0] != 'q');
}

static size_t count_since(const struct ledger_record *intent, int64_t since_ms)
{
	size_t count = 0;

	for (size_t i = 0; i < world.taken_count; i++)
		count += !world.taken[i].intent.reverts && world.taken[i].true_ms > since_ms &&
		         shares_budget(world.taken[i].intent.site, intent->site);
	return count;
}

static void check_is_first(const struct ledger_record *intent)
{
	for (size_t i = 0; i < world.taken_count; i++) {
		const struct ledger_record *other = &world.taken[i].intent;

		fuzz_check(world.taken[i].changed_nothing || other->reverts ||
		           other->key != intent->key ||
		           strcmp(other->site, intent->site) != 0 ||
		           strcmp(other->incident, intent->incident) != 0);
	}
}

static void on_action(void *context unused_parameter, const struct job *job, const char *verb)
{
	struct ledger_record intent = job->intent;

	fuzz_check(intent.reverts == (strcmp(verb, "revert") == 0));
	fuzz_check(world.taken_count < MAX_ACTIONS);
	if (!intent.reverts) {
		fuzz_check(job->site->mode == CONFIG_MODE_ACT);
		fuzz_check(!pause_is_set(world.helper.state_folder, NULL));
		check_is_first(&intent);
	}
	world.taken[world.taken_count++] =
	    (struct taken){.true_ms = world.true_ms, .intent = intent};
	world.intents++;
	if (intent.reverts)
		return;
	fuzz_check(count_since(&intent, world.true_ms - BUDGET_HOUR_MS) <= PER_HOUR);
	fuzz_check(count_since(&intent, world.true_ms - BUDGET_DAY_MS) <= PER_DAY);
}

static void start_helper(void)
{
	static const struct helper fresh = {
	    .signals = -1, .listening = -1, .state_folder = -1, .ledger.file = -1};
	int folder = world.helper.state_folder;
	struct moment now = world.helper.now;

	ledger_unlock(&world.helper.ledger);
	world.helper = fresh;
	world.helper.config = &world.config;
	world.helper.state_folder = world.helper.ledger.folder = folder;
	world.helper.now = now;
	history_note_time(&world.helper);
}

static void remove_folder(void)
{
	char name[128];

	unlinkat(world.helper.state_folder, "ledger", 0);
	unlinkat(world.helper.state_folder, "paused", 0);
	for (size_t i = 0; i < count_of(sites); i++)
		for (size_t j = 0; j < count_of(rungs); j++) {
			snprintf(name, sizeof(name), "%s-%016llx", sites[i].name,
			    (unsigned long long)rungs[j].key);
			unlinkat(world.helper.state_folder, name, AT_REMOVEDIR);
		}
	rmdir(world.folder);
}

static void make_folder(void)
{
	const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

	log_open("fuzz", false, LOG_LEVEL_ERROR);
	snprintf(world.folder, sizeof(world.folder), "%s/authmedic-fuzz-XXXXXX", base);
	fuzz_check(mkdtemp(world.folder) != NULL);
	world.helper.state_folder = open(world.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fuzz_check(world.helper.state_folder >= 0);
	world.helper.ledger.file = -1;
	atexit(remove_folder);
}

static void begin(void)
{
	if (world.folder[0] == '\0')
		make_folder();
	unlinkat(world.helper.state_folder, "ledger", 0);
	unlinkat(world.helper.state_folder, "paused", 0);
	world.config = (struct config){.mode = CONFIG_MODE_ACT,
	    .helper_state_dir = world.folder,
	    .sites = {.items = sites, .count = count_of(sites)},
	    .digest = DIGEST,
	    .safety = {.actions_per_hour = PER_HOUR,
	        .actions_per_day = PER_DAY,
	        .plugin_timeout_ms = 30000}};
	world.true_ms = 0;
	world.boots = 0;
	world.taken_count = world.intents = world.results = 0;
	memset(world.words, 0, sizeof(world.words));
	world.helper.now = (struct moment){
	    .wall_ms = INT64_C(1763800000000), .boottime_ms = 60000, .boot_id = "boot-0"};
	idle_plugins = (struct idle_plugins){.on_action = on_action};
	start_helper();
}

/* --------------------------------------------------------------------------- what must hold */

struct counted {
	size_t kinds[LEDGER_KINDS];
	size_t open; /* results of no intent before them, or of an answered one */
	char last_intent[PROTOCOL_NAME_BYTES];
};

static void on_record(void *context, const struct ledger_record *record)
{
	struct counted *counted = context;

	counted->kinds[record->kind]++;
	if (record->kind == LEDGER_INTENT)
		memcpy(counted->last_intent, record->action_id, sizeof(counted->last_intent));
	else if (record->kind == LEDGER_RESULT &&
	         strcmp(record->action_id, PROTOCOL_BY_HAND) != 0) {
		counted->open += strcmp(record->action_id, counted->last_intent) != 0;
		counted->last_intent[0] = '\0';
	}
}

static void check_ledger(void)
{
	struct counted counted = {0};

	fuzz_check(ledger_read(&world.helper.ledger, on_record, &counted) == 0);
	fuzz_check(counted.kinds[LEDGER_INTENT] == world.intents);
	fuzz_check(counted.kinds[LEDGER_RESULT] == world.results);
	fuzz_check(counted.open == 0 && counted.kinds[LEDGER_TORN] == 0);
	for (size_t kind = LEDGER_LOCK; kind < LEDGER_KINDS; kind++)
		fuzz_check(counted.kinds[kind] == world.words[kind]);
}

static void note_word(const struct protocol_reply *reply)
{
	static const enum ledger_kind kinds[PROTOCOL_VERBS] = {
	    [PROTOCOL_PAUSE] = LEDGER_PAUSE, [PROTOCOL_RESUME] = LEDGER_RESUME,
	    [PROTOCOL_LOCK] = LEDGER_LOCK, [PROTOCOL_UNLOCK] = LEDGER_UNLOCK,
	    [PROTOCOL_APPROVE] = LEDGER_APPROVE, [PROTOCOL_SKIP] = LEDGER_SKIP,
	    [PROTOCOL_DENY] = LEDGER_DENY};

	world.results += reply->verb == PROTOCOL_REVERTED && reply->result == PROTOCOL_DONE;
	if (reply->result == PROTOCOL_DONE && reply->verb < PROTOCOL_VERBS)
		world.words[kinds[reply->verb]] += kinds[reply->verb] != 0;
}

static void check_reply(const struct protocol_request *request)
{
	const struct protocol_reply *reply = &idle_plugins.reply;
	struct protocol_reply read;

	fuzz_check(protocol_read_reply(&read, reply, protocol_reply_bytes(reply)) == 0);
	fuzz_check(reply->verb == 0 || request == NULL || reply->verb == request->verb);
	note_word(reply);
}

/* --------------------------------------------------------------------------- what happens */

struct input {
	const uint8_t *data;
	size_t size;
};

static uint8_t next(struct input *input)
{
	uint8_t byte = input->size > 0 ? *input->data : 0;

	input->data += input->size > 0;
	input->size -= input->size > 0;
	return byte;
}

static size_t jobs_used(void)
{
	size_t used = 0;

	for (size_t i = 0; i < HELPER_MAX_JOBS; i++)
		used += world.helper.jobs[i].used;
	return used;
}

/* A packet is answered at once, or a job has taken it. */
static void send_packet(const void *packet, size_t bytes, bool is_operator)
{
	const struct client client = {
	    .socket = -1, .id = 7, .is_operator = is_operator, .name = "fuzz"};
	unsigned replies = idle_plugins.replies;
	size_t used = jobs_used();
	int error = serve(&world.helper, &client, view_of(packet, bytes));

	fuzz_check(idle_plugins.replies - replies + jobs_used() - used == 1);
	fuzz_check((error == 0) == (protocol_check_request(packet, bytes) == 0));
	if (idle_plugins.replies > replies)
		check_reply(bytes == sizeof(struct protocol_request) ? packet : NULL);
}

/* Mostly a request that means something; a byte of it may be another one. */
static void send_request(struct input *input)
{
	static const char *const incidents[] = {
	    "i-1", "i-2", "i-3", "i-4", "i-5", "", "i 6", "i-7"};
	struct protocol_request request = {.magic = PROTOCOL_MAGIC, .config_digest = DIGEST};
	uint8_t verb = next(input), about = next(input), how = next(input);

	request.verb = verb % (PROTOCOL_VERBS + 1);
	request.request_id = verb;
	request.rung = about >> 3 & 3;
	request.for_ms = (how >> 4 & 3) * INT64_C(600000);
	if (request.verb == PROTOCOL_REVERTED)
		request.key = rungs[request.rung % count_of(rungs)].key;
	snprintf(request.site, sizeof(request.site), "%s", names[about & 3]);
	snprintf(request.incident, sizeof(request.incident), "%s", incidents[about >> 5]);
	if ((how & 1) != 0)
		request.config_digest++;
	if ((how & 2) != 0) {
		size_t at = (size_t)next(input) << 8;

		at = (at | next(input)) % sizeof(request);
		((uint8_t *)&request)[at] ^= next(input);
	}
	send_packet(&request, sizeof(request), (how & 4) == 0);
}

static void send_bytes(struct input *input)
{
	uint8_t bytes[sizeof(struct protocol_request) + 16] = {0};
	size_t length = next(input) | (size_t)next(input) << 8;

	length %= sizeof(bytes);
	for (size_t i = 0; i < length && input->size > 0; i++)
		bytes[i] = next(input);
	send_packet(bytes, length, true);
}

static void pass_time(struct input *input)
{
	static const int64_t units_ms[] = {1, 1000, 60000, BUDGET_HOUR_MS};
	uint8_t how = next(input);
	int64_t passed_ms = (how >> 2) * units_ms[how & 3];

	world.true_ms += passed_ms;
	world.helper.now.boottime_ms += passed_ms;
	world.helper.now.wall_ms += passed_ms;
}

static void jump(struct input *input)
{
	int64_t by_ms = (next(input) - 128) * INT64_C(8640000) * (next(input) + 1);

	world.helper.now.wall_ms += by_ms;
}

static void note_end(const struct job *job)
{
	for (size_t i = 0; i < world.taken_count; i++)
		if (strcmp(world.taken[i].intent.action_id, job->intent.action_id) == 0)
			world.taken[i].changed_nothing =
			    protocol_changed_nothing(job->reply.result);
}

static void step_jobs(struct input *input)
{
	static const enum protocol_result results[] = {
	    PROTOCOL_DONE, PROTOCOL_FAILED, PROTOCOL_TRY_LATER, PROTOCOL_BAD_CONFIG};
	uint8_t how = next(input);

	idle_plugins.has_ended = (how & 4) != 0;
	idle_plugins.result = results[how & 3];
	for (size_t i = 0; i < HELPER_MAX_JOBS; i++) {
		struct job *job = &world.helper.jobs[i];
		unsigned replies = idle_plugins.replies;

		if (!job->used || !(i == HELPER_ACTION ? action_step(&world.helper, job)
		                                       : inspection_step(&world.helper, job)))
			continue;
		if (i == HELPER_ACTION) {
			world.results++;
			note_end(job);
		}
		job->used = false;
		serve_answer(&world.helper, job);
		fuzz_check(idle_plugins.replies == replies + 1);
		if (idle_plugins.reply_client != 0) /* a revert at its deadline is nobody's */
			check_reply(NULL);
	}
	reverts_step(&world.helper);
	if (world.helper.now.boottime_ms >= world.helper.next_clock_ms)
		history_note_time(&world.helper);
}

/* It is killed, or the machine is. */
static void crash(struct input *input)
{
	if ((next(input) & 1) != 0) {
		snprintf(world.helper.now.boot_id, sizeof(world.helper.now.boot_id), "boot-%d",
		    ++world.boots);
		world.helper.now.boottime_ms = 0;
	}
	start_helper();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const events[])(struct input *input) = {send_request, send_request,
	    send_request, send_bytes, pass_time, jump, step_jobs, crash};
	struct input input = {data, size};

	begin();
	for (int i = 0; i < MAX_STEPS && input.size > 0; i++) {
		events[next(&input) % count_of(events)](&input);
		check_ledger();
	}
	return 0;
}
