/* Safety rule 5, by random schedules: an empty target, an unknown one and several at once are
 * refused, whoever asks for what; only what was asked for by its whole name is touched. */
#include "chance.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/log.h"
#include "idle_plugins.h"
#include "ledger/pause.h"

#define DIGEST UINT64_C(42)

/* ----------------------------------------------------------------- the ledger, kept in memory */

static unsigned records; /* of intents, results and words: what was done, or said of a rung */
static char recorded_site[PROTOCOL_NAME_BYTES];

int ledger_lock(struct ledger *ledger, const struct moment *now unused_parameter)
{
	ledger->file = 1000;
	return 0;
}

void ledger_unlock(struct ledger *ledger)
{
	ledger->file = -1;
}

int ledger_add(struct ledger *ledger unused_parameter, const struct ledger_record *record)
{
	records++;
	memcpy(recorded_site, record->site, sizeof(recorded_site));
	return 0;
}

int ledger_read(const struct ledger *ledger unused_parameter,
    ledger_on_record *on_record unused_parameter, void *context unused_parameter)
{
	return 0;
}

bool pause_is_set(int state_folder unused_parameter, const char *disable_file unused_parameter)
{
	return false;
}

int pause_set(int state_folder unused_parameter)
{
	return 0;
}

int pause_clear(int state_folder unused_parameter)
{
	return 0;
}

int __wrap_mkdirat(int folder, const char *path, mode_t mode);
int __wrap_mkdirat(
    int folder unused_parameter, const char *path unused_parameter, mode_t mode unused_parameter)
{
	return 0;
}

/* -------------------------------------------------------- guards that can be taken away */

enum laxness { STRICT, EMPTY_IS_ALL, UNKNOWN_IS_NEAR, SEVERAL_IS_FIRST };
static enum laxness laxness;

static char names[][8] = {"web", "web2", "other", "mark", "look", "second"};
static struct config_rung rungs[] = {{.remedy = names[3], .key = 11},
    {.remedy = names[5], .key = 12}};
static char *inspectors[] = {names[4]};

#define SITE(number)                                                                               \
	{                                                                                          \
		.name = names[number], .mode = CONFIG_MODE_ACT,                                    \
		.ladder = {.items = rungs, .count = count_of(rungs)},                              \
		.server = {.inspectors = {.items = inspectors, .count = 1}}                        \
	}
static struct config_site sites[] = {SITE(0), SITE(1), SITE(2)};
static struct config config = {.digest = DIGEST,
    .sites = {.items = sites, .count = count_of(sites)},
    .helper_state_dir = names[3],
    .safety = {.actions_per_hour = 60, .actions_per_day = 240, .plugin_timeout_ms = 1000}};

const struct config_site *__real_config_site_named(const struct config *of, const char *name);
const struct config_site *__wrap_config_site_named(const struct config *of, const char *name);
const struct config_site *__wrap_config_site_named(const struct config *of, const char *name)
{
	const struct config_site *site = __real_config_site_named(of, name);

	if (site != NULL)
		return site;
	if (laxness == EMPTY_IS_ALL && name[0] == '\0')
		return &sites[0];
	for (size_t i = 0; i < count_of(sites); i++) {
		size_t length = strlen(sites[i].name);

		if (laxness == UNKNOWN_IS_NEAR && name[0] != '\0' &&
		    strncmp(name, sites[i].name, strlen(name)) == 0)
			return &sites[i];
		if (laxness == SEVERAL_IS_FIRST && strncmp(name, sites[i].name, length) == 0 &&
		    strchr(",;*|/", name[length]) != NULL)
			return &sites[i];
	}
	return NULL;
}

/* ------------------------------------------------------------------------------ the schedules */

static struct helper helper;
static const char *acted_on; /* the last action's site */
static unsigned actions;

static void on_action(
    void *context unused_parameter, const struct job *job, const char *verb unused_parameter)
{
	acted_on = job->site->name;
	actions++;
}

static size_t append_name(char *text, size_t length)
{
	const char *name = sites[chance(count_of(sites))].name;
	size_t bytes = chance_percent(70) ? strlen(name) : chance(strlen(name) + 1);

	memcpy(text + length, name, bytes);
	return length + bytes;
}

/* Whole names, parts, lists of them, nothing, and what else may stand there. */
static void make_name(char name[PROTOCOL_NAME_BYTES])
{
	static const char between[] = ",;*|/.-_ \t\n";
	size_t length = 0, parts = chance(4);

	memset(name, 0, PROTOCOL_NAME_BYTES);
	for (size_t i = 0; i < parts; i++) {
		if (i > 0 && chance_percent(80))
			name[length++] = between[chance(sizeof(between) - 1)];
		length = append_name(name, length);
	}
	if (chance_percent(10))
		name[length++] = (char)chance(256);
	if (chance_percent(10)) /* behind the end, where nobody looks */
		append_name(name, length + 1);
	if (chance_percent(5) && length > 0)
		name[chance(length)] ^= ' ';
}

/* Whether the words of the request are those of one site, as they are. */
static const char *only_target(const struct protocol_request *request)
{
	for (size_t i = 0; i < count_of(sites); i++)
		if (strncmp(request->site, sites[i].name, PROTOCOL_NAME_BYTES) == 0)
			return sites[i].name;
	return NULL;
}

static struct protocol_request make_request(void)
{
	static const uint32_t verbs[] = {PROTOCOL_INSPECT, PROTOCOL_APPLY, PROTOCOL_APPLY,
	    PROTOCOL_ACTION, PROTOCOL_LOCK, PROTOCOL_UNLOCK, PROTOCOL_APPROVE, PROTOCOL_SKIP,
	    PROTOCOL_DENY, PROTOCOL_REVERT, PROTOCOL_REVERTED};
	struct protocol_request request = {.magic = PROTOCOL_MAGIC,
	    .verb = verbs[chance(count_of(verbs))],
	    .config_digest = DIGEST,
	    .rung = (uint32_t)chance(chance_percent(80) ? count_of(rungs) : 1000)};

	snprintf(request.incident, sizeof(request.incident), "i-%u", (unsigned)chance(1000));
	make_name(request.site);
	return request;
}

/* What was touched, if anything, is what was named. */
static bool is_right(const struct protocol_request *request, unsigned launched)
{
	const char *target = only_target(request);
	bool touched = launched > 0 || records > 0;

	if (target == NULL)
		return !touched && idle_plugins.reply.result == PROTOCOL_REFUSED;
	if (request->verb != PROTOCOL_INSPECT && request->verb != PROTOCOL_DENY &&
	    request->rung >= count_of(rungs))
		return !touched && idle_plugins.reply.refusal == REFUSAL_RUNG;
	if (acted_on != NULL && acted_on != target)
		return false;
	return records == 0 || strcmp(recorded_site, target) == 0;
}

static bool schedule_holds(void)
{
	const struct client client = {.socket = -1, .id = 1, .is_operator = true, .name = "root"};
	const struct protocol_request request = make_request();
	pid_t before = idle_plugins.last_process;

	helper = (struct helper){.config = &config,
	    .state_folder = -1,
	    .listening = -1,
	    .ledger.file = -1,
	    .now = {1763800000000, 5000, "a boot"}};
	idle_plugins.on_action = on_action;
	idle_plugins.reply = (struct protocol_reply){.result = PROTOCOL_REFUSED};
	acted_on = NULL;
	records = 0;
	if (serve(&helper, &client, view_of((const char *)&request, sizeof(request))) == -EBADMSG &&
	    idle_plugins.reply.refusal != REFUSAL_MALFORMED)
		return false;
	return is_right(&request, (unsigned)(idle_plugins.last_process - before));
}

/* So many times that every kind of name has its turn with every verb. */
static bool many_hold(void)
{
	for (int i = 0; i < 30; i++)
		if (!schedule_holds())
			return false;
	return true;
}

static void only_what_is_named_is_touched(unused_parameter void **state)
{
	/* And all is, by its name. */
	laxness = STRICT;
	chance_all_hold(many_hold);
	assert_true(actions > CHANCE_SCHEDULES / 10);
}

static void laxness_is_found(unused_parameter void **state)
{
	/* The controls: an empty name means the first site, a part the site that begins so, a list
	 * its first. */
	laxness = EMPTY_IS_ALL;
	chance_one_breaks(many_hold, "the refusal of nothing");
	laxness = UNKNOWN_IS_NEAR;
	chance_one_breaks(many_hold, "the refusal of the unknown");
	laxness = SEVERAL_IS_FIRST;
	chance_one_breaks(many_hold, "the refusal of several");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_what_is_named_is_touched),
	    cmocka_unit_test(laxness_is_found),
	};

	log_open("targets", false, LOG_LEVEL_ERROR);
	return cmocka_run_group_tests_name("targets", tests, NULL, NULL);
}
