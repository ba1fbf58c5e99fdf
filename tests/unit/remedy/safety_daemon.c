#include "safety_daemon.h"

#include "unit.h"

#include "remedy/authority_json.h"
#include "remedy/controller.h"

static const struct diagnosis stale_handle = {
    .id = "stale-handle", .cure = CURE_RECYCLE, .incident = true, .title = "t", .why = "w"};
static const struct diagnosis stale_soon = {
    .id = "stale-soon", .cure = CURE_PREVENT, .incident = true, .title = "t", .why = "w"};
static const struct diagnosis clock_skew = {
    .id = "clock-skew", .cure = CURE_NONE, .incident = true, .title = "t", .why = "w"};
static const struct diagnosis noise = {
    .id = "noise", .cure = CURE_NONE, .incident = false, .title = "t", .why = "w"};
static const struct diagnosis unknown = {.id = "unknown",
    .cure = CURE_NONE,
    .incident = true,
    .is_fallback = true,
    .title = "t",
    .why = "w"};
static const struct diagnosis *const all[] = {
    &stale_handle, &stale_soon, &clock_skew, &noise, &unknown};

const struct diagnosis *__wrap_rules_named(const struct rules *rules, const char *id);
const struct diagnosis *__wrap_rules_named(
    const struct rules *rules unused_parameter, const char *id)
{
	for (size_t i = 0; i < count_of(all); i++)
		if (strcmp(all[i]->id, id) == 0)
			return all[i];
	return NULL;
}

struct safety_daemon {
	struct controller *controller; /* NULL: it is dead */
	const struct config *config;
	struct json *saved; /* NULL: nothing */
	uint64_t saved_revision;
	struct moment now;
	enum safety_fact fact;
	enum probe_result result;
	bool strangers;
	struct safety_flaws flaws;
	bool is_full; /* the disk */
	bool knows_full; /* since the last commit */
	struct safety_wishes wishes;
	struct safety_told told;
};

/* --------------------------------------------------------------------------------- the effects */

static void effect_probe(void *context)
{
	((struct safety_daemon *)context)->wishes.probe = true;
}

static void effect_inspect(void *context)
{
	struct safety_daemon *daemon = context;

	daemon->fact = FACT_NONE;
	daemon->wishes.inspect = true;
}

/* As the rules would: by the facts, and by what the last probe met. */
static const struct diagnosis *effect_diagnose(void *context)
{
	const struct safety_daemon *daemon = context;

	if (daemon->flaws.believes_anything)
		return &stale_handle;
	if (daemon->fact == FACT_SKEW)
		return &clock_skew;
	if (daemon->fact == FACT_STALE && daemon->result == PROBE_ACCEPTED)
		return &stale_soon;
	if (daemon->fact == FACT_STALE &&
	    (daemon->result == PROBE_REJECTED || daemon->result == PROBE_NONE))
		return &stale_handle;
	return daemon->strangers && daemon->result == PROBE_ACCEPTED ? &noise : &unknown;
}

/* Of what was foreseen; nothing else is asked about. */
static enum truth effect_still_holds(
    void *context, const struct diagnosis *diagnosis unused_parameter)
{
	return truth_of(((const struct safety_daemon *)context)->fact == FACT_STALE);
}

static void note_action(struct safety_daemon *daemon, const struct controller_action *action)
{
	snprintf(daemon->wishes.incident, sizeof(daemon->wishes.incident), "%s", action->incident);
	daemon->wishes.rung = action->rung;
}

static void effect_apply(void *context, const struct controller_action *action)
{
	struct safety_daemon *daemon = context;

	note_action(daemon, action);
	daemon->wishes.apply = true;
	daemon->told.unrecorded |= daemon->knows_full;
}

static void effect_ask_action(void *context, const struct controller_action *action)
{
	note_action(context, action);
	((struct safety_daemon *)context)->wishes.ask = true;
}

static void effect_lock(void *context, const struct controller_action *action)
{
	struct safety_daemon *daemon = context;

	daemon->wishes.lock = true;
	daemon->wishes.locked_rung = action->rung;
}

static void effect_forget(void *context unused_parameter)
{
}

/* What is saved comes back as text. */
static struct json *as_stored(const struct json *json)
{
	struct json *stored;
	struct buffer auto_buffer text;

	buffer_init(&text, 65536);
	assert_int_equal(json_print(json, &text), 0);
	assert_int_equal(json_parse(buffer_view(&text), &stored), 0);
	return stored;
}

/* The case as it is stored leads to the same decision. */
static bool is_misjudged(const struct controller_event *event, bool forgets_case)
{
	const struct authority_case nothing = {0};
	struct json auto_json *told = authority_to_json(forgets_case ? &nothing : event->the_case);
	struct json auto_json *stored = as_stored(told);
	const struct authority_refusal *refusal;
	struct authority_case again;

	if (authority_from_json(&again, stored) < 0)
		return true;
	refusal = authority_refuses(&again);
	if (event->kind == EVENT_ACTING)
		return refusal != NULL;
	return refusal == NULL || strcmp(refusal->reason, event->reason) != 0;
}

static void effect_on_event(void *context, const struct controller_event *event)
{
	struct safety_daemon *daemon = context;

	daemon->told.applied |= event->kind == EVENT_APPLIED;
	daemon->told.not_verified |= event->kind == EVENT_NOT_VERIFIED;
	if (event->the_case != NULL &&
	    (event->kind == EVENT_ACTING || event->kind == EVENT_REFUSED))
		daemon->told.misjudged |= is_misjudged(event, daemon->flaws.forgets_case);
}

/* ---------------------------------------------------------------------------------- the daemon */

struct safety_daemon *safety_daemon_new(void)
{
	return calloc(1, sizeof(struct safety_daemon));
}

void safety_daemon_free(struct safety_daemon *daemon)
{
	controller_free(&daemon->controller);
	json_free(&daemon->saved);
	free(daemon);
}

void safety_daemon_begin(struct safety_daemon *daemon, struct safety_flaws flaws)
{
	controller_free(&daemon->controller);
	json_free(&daemon->saved);
	*daemon = (struct safety_daemon){.flaws = flaws};
}

void safety_daemon_fill_disk(struct safety_daemon *daemon, bool is_full)
{
	daemon->is_full = is_full;
}

void safety_daemon_set_clocks(struct safety_daemon *daemon, const int64_t clocks_ms[2])
{
	daemon->now = (struct moment){.wall_ms = clocks_ms[0], .steady_ms = clocks_ms[1]};
}

static void restore(struct safety_daemon *daemon)
{
	struct json auto_json *saved = as_stored(daemon->saved);

	assert_int_equal(controller_restore(daemon->controller, saved, NULL, daemon->now), 0);
}

void safety_daemon_start(struct safety_daemon *daemon, const struct config *config,
    const struct config_site *site, const int64_t clocks_ms[2])
{
	const struct controller_options options = {.site = site,
	    .safety = &config->safety,
	    .window_ms = 300000,
	    .minimum_voters = 5,
	    .effects = {effect_probe, effect_inspect, effect_diagnose, effect_still_holds,
		effect_apply, effect_ask_action, effect_lock, effect_forget, effect_on_event},
	    .context = daemon};

	safety_daemon_set_clocks(daemon, clocks_ms);
	daemon->config = config;
	daemon->fact = FACT_NONE;
	daemon->result = PROBE_NONE;
	daemon->strangers = false;
	daemon->wishes = (struct safety_wishes){0};
	daemon->told = (struct safety_told){0};
	daemon->knows_full = false;
	assert_int_equal(controller_new(&daemon->controller, &options, daemon->now), 0);
	if (daemon->saved != NULL)
		restore(daemon);
	daemon->saved_revision = 0;
}

void safety_daemon_kill(struct safety_daemon *daemon)
{
	controller_free(&daemon->controller);
}

bool safety_daemon_is_up(const struct safety_daemon *daemon)
{
	return daemon->controller != NULL;
}

void safety_daemon_tick(struct safety_daemon *daemon, bool spike, bool strangers)
{
	const struct detector_window window = {.current = true,
	    .spike = spike,
	    .active = 10,
	    .rejected = spike ? 10 : 0,
	    .established = spike ? 0 : 10,
	    .rejected_strangers = strangers ? 1000000 : 0};

	daemon->strangers = strangers;
	controller_tick(daemon->controller, daemon->now, &window);
}

void safety_daemon_on_probe(struct safety_daemon *daemon, enum probe_result result)
{
	daemon->result = result;
	controller_on_probe(daemon->controller, daemon->now, result);
}

void safety_daemon_on_inspected(
    struct safety_daemon *daemon, enum safety_fact fact, int64_t worker_start_ms)
{
	daemon->fact = fact;
	controller_on_inspected(daemon->controller, daemon->now,
	    (struct controller_inspection){true, worker_start_ms});
}

void safety_daemon_on_reply(struct safety_daemon *daemon, const struct protocol_reply *reply,
    bool of_action, int64_t ago_ms)
{
	const struct controller_answer answer = {reply->result, reply->refusal, reply->text};

	controller_on_allowance(daemon->controller,
	    (struct controller_allowance){
		.budget_spent = reply->budget_hour == 0 || reply->budget_day == 0,
		.paused = reply->paused != 0,
		.denied = reply->denied != 0,
		.locked = reply->locked,
		.skipped = reply->skipped,
		.approved = reply->approved,
		.applied = reply->applied,
		.applied_unknown = reply->standing_known == 0,
		.asked_ms = daemon->now.steady_ms - ago_ms});
	if (of_action)
		controller_on_answer(daemon->controller, daemon->now, &answer);
}

void safety_daemon_on_helper(struct safety_daemon *daemon, bool connected)
{
	controller_on_helper(daemon->controller, daemon->now, connected);
}

static bool save(struct safety_daemon *daemon)
{
	bool changed = controller_revision(daemon->controller) != daemon->saved_revision;

	if (!changed)
		return false;
	daemon->saved_revision = controller_revision(daemon->controller);
	json_free(&daemon->saved);
	daemon->saved = controller_save(daemon->controller, daemon->now);
	return true;
}

/* As pipeline.c refuses them: what is wished now is not done later either, and that it did not help
 * is not known for good. */
static void refuse_wishes(struct safety_daemon *daemon, struct safety_wishes *wishes)
{
	static const struct controller_answer never = {PROTOCOL_NEVER, REFUSAL_NONE, "not asked"};
	bool apply = wishes->apply;

	wishes->apply = wishes->ask = wishes->lock = false;
	if (apply)
		controller_on_answer(daemon->controller, daemon->now, &never);
}

bool safety_daemon_commit(
    struct safety_daemon *daemon, struct safety_told *ret_told, struct safety_wishes *ret_wishes)
{
	bool saved = !daemon->is_full && save(daemon);

	daemon->knows_full = daemon->is_full;
	controller_on_saving(daemon->controller, !daemon->is_full || daemon->flaws.ignores_disk);
	*ret_told = daemon->told;
	*ret_wishes = daemon->wishes;
	ret_wishes->on_record = !daemon->is_full;
	daemon->told = (struct safety_told){
	    .not_verified = daemon->is_full && ret_told->not_verified};
	ret_told->not_verified &= !daemon->is_full;
	daemon->wishes.probe = daemon->wishes.inspect = daemon->wishes.apply = false;
	daemon->wishes.ask = daemon->wishes.lock = false;
	if (daemon->is_full)
		refuse_wishes(daemon, ret_wishes);
	return saved;
}

const char *safety_daemon_incident(const struct safety_daemon *daemon)
{
	return controller_incident(daemon->controller);
}

const struct config *safety_daemon_config(const struct safety_daemon *daemon)
{
	return daemon->config;
}
