#include "daemon/membership.h"

#include <errno.h>

#include "base/log.h"
#include "base/random.h"
#include "daemon/journal.h"
#include "fleet/fleet.h"
#include "loop/clock.h"
#include "report/secret_file.h"

#define RUN_VALUE	 "fleet-run"
#define HINDERED_VALUE	 "fleet-hindered" /* of what people were told, or "joined" */
#define OF_THE_HOST	 "" /* a value of the store that is of no site */

struct membership {
	struct membership_parts parts;
	struct fleet *fleet;
	char host[GROUP_NAME_BYTES];
	char run[GROUP_RUN_BYTES], previous_run[GROUP_RUN_BYTES];
	char *password;
	size_t turn; /* the site that a slot is wished for; the number of sites: none */
	int64_t turn_since_ms;
	enum member_state said; /* in the log */
	enum member_state hindered; /* AWAY, NAME_TAKEN: people were told of it; JOINED: of none */
	enum member_state saved;    /* what the store has of that */
	int64_t hindered_since_ms;
	bool told_ignored; /* that etcd answers meanwhile, people were told or need not be */
	struct report_fleet model;
};

/* ---- what we say: our incidents, and for which site we want a slot */

static bool is_news(const struct site *site)
{
	return controller_incident(site->controller)[0] != '\0' &&
	    controller_diagnosis(site->controller) != NULL;
}

static void tell_incidents(struct membership *membership)
{
	struct member_incident incidents[MEMBER_MAX_INCIDENTS];
	size_t count = 0;

	for (size_t i = 0; i < membership->parts.site_count && count < count_of(incidents); i++) {
		const struct site *site = &membership->parts.sites[i];
		struct member_incident *incident = &incidents[count];

		if (!is_news(site))
			continue;
		count++;
		snprintf(incident->site, sizeof(incident->site), "%s", site->config->name);
		snprintf(incident->incident, sizeof(incident->incident), "%s",
		    controller_incident(site->controller));
		snprintf(incident->diagnosis, sizeof(incident->diagnosis), "%s",
		    controller_diagnosis(site->controller)->id);
		incident->since_ms = controller_opened_ms(site->controller);
		incident->not_helped = controller_was_no_help(site->controller);
	}
	member_tell_incidents(fleet_member(membership->fleet), incidents, count);
}

static bool is_asking(const struct membership *membership, size_t index)
{
	return index < membership->parts.site_count &&
	    controller_wants_slot(membership->parts.sites[index].controller);
}

/* A slot is for one site at a time. Who has it keeps it while it is wanted; who only waits makes
 * way for the next after a while, who may have better luck. */
static void choose_turn(struct membership *membership)
{
	const struct member *member = fleet_member(membership->fleet);
	size_t count = membership->parts.site_count;
	int64_t patience_ms = 2 * membership->parts.config->fleet.look_every_ms;
	int64_t now_ms = clock_boot_ms();

	if (is_asking(membership, membership->turn) &&
	    (member_fence(member) >= 0 || now_ms - membership->turn_since_ms < patience_ms))
		return;
	for (size_t i = 1; i <= count; i++) {
		size_t next = (membership->turn + i) % count; /* itself comes last */

		if (!is_asking(membership, next))
			continue;
		membership->turn = next;
		membership->turn_since_ms = now_ms;
		return;
	}
	membership->turn = count;
}

static void wish(struct membership *membership)
{
	struct member_wish wish = {0};
	const struct site *site;

	choose_turn(membership);
	site = membership->turn < membership->parts.site_count
	    ? &membership->parts.sites[membership->turn]
	    : NULL;
	if (site != NULL && is_news(site)) {
		snprintf(wish.site, sizeof(wish.site), "%s", site->config->name);
		snprintf(wish.incident, sizeof(wish.incident), "%s",
		    controller_incident(site->controller));
		snprintf(wish.diagnosis, sizeof(wish.diagnosis), "%s",
		    controller_diagnosis(site->controller)->id);
		wish.approved = controller_is_approved(site->controller);
	}
	member_wish(fleet_member(membership->fleet), &wish);
}

/* ---- what we are told */

static bool acts_alone(const struct membership *membership, enum member_state state)
{
	return state == MEMBER_AWAY && !membership->parts.config->fleet.required;
}

static void tell_controller(const struct membership *membership, struct site *site)
{
	const struct member *member = fleet_member(membership->fleet);
	const struct diagnosis *diagnosis = controller_diagnosis(site->controller);
	enum member_state state = member_state(member, clock_boot_ms());
	struct controller_fleet fleet = {.fence = -1};

	if (!acts_alone(membership, state)) {
		fleet.takes_part = true;
		fleet.away = state == MEMBER_AWAY;
		fleet.name_taken = state == MEMBER_NAME_TAKEN;
		fleet.holds_slot = member_begin_by_ms(
				       member, clock_boot_ms(), site->config->name) >= 0;
		fleet.fence = member_fence(member);
		fleet.shared_hosts = (int64_t)member_shared_hosts(member);
		fleet.no_help =
		    diagnosis != NULL && member_was_no_help(member, diagnosis->id);
	}
	controller_on_fleet(site->controller, site_now(), &fleet);
}

/* ---- what people are told */

static const char *sentence_of(const struct membership *membership, enum member_state state)
{
	/* Whether etcd is silent or ignores us, and whether the fleet is required. */
	static const char *const away[2][2] = {
	    {"etcd has not answered for as long as a lease: this host acts on its own",
		"etcd has not answered for as long as a lease: no action here until it does"},
	    {"etcd answers, but takes nothing that this host writes (its room? our rights?): this "
	     "host acts on its own",
		"etcd answers, but takes nothing that this host writes (its room? our rights?): no "
		"action here until it does"}};

	if (state == MEMBER_NAME_TAKEN)
		return "another authmedicd has this host's name in the fleet: no action here until "
		       "that has changed";
	return away[member_is_ignored(fleet_member(membership->fleet), clock_boot_ms())]
		   [membership->parts.config->fleet.required];
}

bool membership_is_hindered(
    const struct membership *membership, struct notification_of_fleet *ret_notification)
{
	if (membership == NULL || membership->hindered == MEMBER_JOINED)
		return false;
	*ret_notification = (struct notification_of_fleet){.opened = true,
	    .time_ms = membership->hindered_since_ms,
	    .fleet = membership->parts.config->fleet.group,
	    .host = membership->host,
	    .reason = member_state_name(membership->hindered),
	    .text = sentence_of(membership, membership->hindered)};
	return true;
}

static void end_hindrance(struct membership *membership)
{
	struct notification_of_fleet notification;

	if (!membership_is_hindered(membership, &notification))
		return;
	notification.opened = false;
	notification.time_ms = clock_now_ms();
	notification.text = "this host takes part again";
	journal_tell_fleet(membership->parts.journal, &notification);
	membership->hindered = MEMBER_JOINED;
}

/* Once; and once more where a silent etcd answers again and takes nothing: that wants another
 * cure. */
static void tell_people(struct membership *membership, enum member_state state)
{
	bool is_ignored = member_is_ignored(fleet_member(membership->fleet), clock_boot_ms());
	bool is_told = state == membership->hindered && (!is_ignored || membership->told_ignored);
	struct notification_of_fleet notification;

	if (state == MEMBER_JOINING || is_told)
		return;
	if (state != membership->hindered)
		end_hindrance(membership);
	membership->hindered = state;
	membership->told_ignored = is_ignored;
	membership->hindered_since_ms = clock_now_ms();
	if (membership_is_hindered(membership, &notification))
		journal_tell_fleet(membership->parts.journal, &notification);
}

int membership_save(const struct membership *membership, struct store *store)
{
	if (membership == NULL || membership->saved == membership->hindered)
		return 0;
	return store_put_value(store, OF_THE_HOST, HINDERED_VALUE,
	    view_of_text(member_state_name(membership->hindered)));
}

void membership_committed(struct membership *membership)
{
	if (membership != NULL)
		membership->saved = membership->hindered;
}

static void say_state(struct membership *membership)
{
	const struct config_fleet *config = &membership->parts.config->fleet;
	enum member_state state =
	    member_state(fleet_member(membership->fleet), clock_boot_ms());
	const char *trouble = fleet_trouble(membership->fleet);

	tell_people(membership, state);
	if (state == membership->said)
		return;
	membership->said = state;
	if (state == MEMBER_AWAY || state == MEMBER_NAME_TAKEN)
		log_error("the fleet %s: %s, as %s: %s (%s)", config->group,
		    member_state_name(state), membership->host, sentence_of(membership, state),
		    trouble[0] != '\0' ? trouble : "the last answer was well");
	else
		log_notice("the fleet %s: %s as %s", config->group, member_state_name(state),
		    membership->host);
}

static void tell_controllers(struct membership *membership)
{
	say_state(membership);
	for (size_t i = 0; i < membership->parts.site_count; i++)
		tell_controller(membership, &membership->parts.sites[i]);
}

static void tell_member(struct membership *membership)
{
	tell_incidents(membership);
	wish(membership);
}

static void on_answer(void *context)
{
	struct membership *membership = context;

	tell_controllers(membership);
	tell_member(membership);
	membership->parts.on_change(membership->parts.context);
}

void membership_work(struct membership *membership)
{
	if (membership == NULL)
		return;
	tell_controllers(membership);
	tell_member(membership);
	fleet_work(membership->fleet);
}

int64_t membership_begin_by_ms(const struct membership *membership, const struct site *site)
{
	const struct member *member;
	int64_t now_ms = clock_boot_ms();

	if (membership == NULL)
		return 0;
	member = fleet_member(membership->fleet);
	if (acts_alone(membership, member_state(member, now_ms)))
		return 0;
	return member_begin_by_ms(member, now_ms, site->config->name);
}

/* ---- for people and machines */

static void fill_times(const struct member *member, struct report_fleet *model)
{
	int64_t answered_ms = member_answered_ms(member);

	model->answered_ms = answered_ms < 0
	    ? -1
	    : clock_now_ms() - (clock_boot_ms() - answered_ms);
}

const struct report_fleet *membership_model(struct membership *membership)
{
	const struct member *member;
	const struct config_fleet *config;

	if (membership == NULL)
		return NULL;
	member = fleet_member(membership->fleet);
	config = &membership->parts.config->fleet;
	membership->model = (struct report_fleet){.group_name = config->group,
	    .host = membership->host,
	    .state = member_state_name(member_state(member, clock_boot_ms())),
	    .trouble = fleet_trouble(membership->fleet),
	    .required = config->required,
	    .at_most = config->at_most,
	    .fence = member_fence(member),
	    .shared_hosts = (int64_t)member_shared_hosts(member),
	    .errors = fleet_errors_total(membership->fleet),
	    .lost_leases = member_totals(member)->lost_leases,
	    .refused_takes = member_totals(member)->refused_takes,
	    .group = member_group(member)};
	fill_times(member, &membership->model);
	return &membership->model;
}

static void set(struct metrics *metrics, enum metric metric, double value)
{
	metrics_set(metrics, metric, LABELS(NULL), value);
}

void membership_put_metrics(const struct report_fleet *model, struct metrics *metrics)
{
	if (model == NULL)
		return;
	for (enum member_state state = 0; state < MEMBER_STATES; state++)
		metrics_set(metrics, METRIC_fleet_state, LABELS(member_state_name(state)),
		    strcmp(member_state_name(state), model->state) == 0);
	set(metrics, METRIC_fleet_hosts,
	    model->group != NULL ? (double)model->group->hosts.count : 0);
	set(metrics, METRIC_fleet_slots_taken,
	    model->group != NULL ? (double)model->group->slots.count : 0);
	set(metrics, METRIC_fleet_slot_held, model->fence >= 0);
	set(metrics, METRIC_fleet_shared_hosts, (double)model->shared_hosts);
	set(metrics, METRIC_fleet_last_answer_timestamp_seconds,
	    model->answered_ms < 0 ? 0 : (double)model->answered_ms / 1000);
	set(metrics, METRIC_fleet_errors_total, (double)model->errors);
	set(metrics, METRIC_fleet_lost_leases_total, (double)model->lost_leases);
	set(metrics, METRIC_fleet_refused_takes_total, (double)model->refused_takes);
}

/* ---- life */

static int name_host(struct membership *membership, struct buffer *errors)
{
	int error = fleet_name_host(membership->parts.config->fleet.host, membership->host);

	if (error < 0)
		buffer_append_text(errors,
		    "the fleet: the machine's name cannot be this host's name in it; give a "
		    "fleet.host\n");
	return error;
}

static int read_password(struct membership *membership, struct buffer *errors)
{
	const char *file = membership->parts.config->fleet.password_file;
	int error = file != NULL ? secret_file_read_line(file, &membership->password) : 0;

	if (error < 0)
		buffer_append_format(errors, "the fleet: the password file %s cannot be used: %s\n",
		    file, secret_file_why(error));
	return error;
}

static int keep_value(struct store *store, const char *name, const char *value)
{
	int error = store_begin(store);

	if (error < 0)
		return error;
	error = store_put_value(store, OF_THE_HOST, name, view_of_text(value));
	if (error == 0)
		return store_commit(store);
	store_rollback(store);
	return error;
}

static int name_run(struct membership *membership)
{
	uint64_t bits[2];
	struct buffer auto_buffer previous;
	int error = random_bytes(bits, sizeof(bits));

	buffer_init(&previous, GROUP_RUN_BYTES - 1);
	if (error < 0)
		return error;
	snprintf(membership->run, sizeof(membership->run), "%016llx%016llx",
	    (unsigned long long)bits[0], (unsigned long long)bits[1]);
	if (store_get_value(membership->parts.store, OF_THE_HOST, RUN_VALUE, &previous) == 0)
		snprintf(membership->previous_run, sizeof(membership->previous_run), "%s",
		    buffer_text(&previous));
	/* So that the next run knows what it left in etcd for its own. */
	return keep_value(membership->parts.store, RUN_VALUE, membership->run);
}

/* What the last run told people goes on, or has an end. */
static void load_hindrance(struct membership *membership)
{
	struct buffer auto_buffer told;

	membership->hindered = MEMBER_JOINED;
	membership->saved = MEMBER_JOINED;
	membership->hindered_since_ms = clock_now_ms();
	buffer_init(&told, GROUP_NAME_BYTES);
	if (store_get_value(membership->parts.store, OF_THE_HOST, HINDERED_VALUE, &told) < 0)
		return;
	for (enum member_state state = MEMBER_AWAY; state < MEMBER_STATES; state++)
		if (strcmp(buffer_text(&told), member_state_name(state)) == 0)
			membership->hindered = membership->saved = state;
	membership->told_ignored = membership->hindered != MEMBER_JOINED;
}

static int open_fleet(struct membership *membership, struct buffer *errors)
{
	struct fleet_options options = {.loop = membership->parts.loop,
	    .config = &membership->parts.config->fleet,
	    .host = membership->host,
	    .run = membership->run,
	    .previous_run = membership->previous_run,
	    .on_answer = on_answer,
	    .context = membership};
	int error = name_host(membership, errors);

	if (error == 0)
		error = read_password(membership, errors);
	if (error == 0)
		error = name_run(membership);
	load_hindrance(membership);
	options.password = membership->password;
	return error < 0 ? error : fleet_new(&membership->fleet, &options);
}

int membership_new(struct membership **ret_membership, const struct membership_parts *parts,
    struct buffer *errors)
{
	struct membership *membership;
	int error;

	*ret_membership = NULL;
	if (!parts->config->fleet.configured)
		return 0;
	membership = calloc(1, sizeof(*membership));
	if (membership == NULL)
		return -ENOMEM;
	membership->parts = *parts;
	membership->turn = parts->site_count;
	membership->said = MEMBER_STATES;
	error = open_fleet(membership, errors);
	if (error < 0)
		membership_close(&membership);
	*ret_membership = membership;
	return error;
}

void membership_close(struct membership **membership)
{
	if (*membership == NULL)
		return;
	fleet_close(&(*membership)->fleet);
	secret_file_forget_line(&(*membership)->password);
	free(*membership);
	*membership = NULL;
}
