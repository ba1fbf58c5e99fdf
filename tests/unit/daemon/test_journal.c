/* Messages that no store has yet: who is told of them, and what the outbox gets afterwards. */
#include "state/store_fixture.h"

#include "daemon/journal.h"

#define UNSAVED "state-eea12068968d3cf7-unsaved-1000"
#define ENDED   "state-eea12068968d3cf7-unsaved-ended-1000"
#define AWAY    "fleet-web-away-hindered-3000"

static struct config_notify targets[] = {
    {.name = (char *)"first", .type = (char *)"webhook"},
    {.name = (char *)"second", .type = (char *)"webhook"}};
static const struct config config = {
    .notify = {.items = targets, .count = count_of(targets)}};
static const struct notification_of_state news = {.opened = true,
    .time_ms = 2000,
    .began_ms = 1000,
    .host = "www1",
    .reason = "no-space",
    .text = "the state cannot be saved"};

static const struct notification_of_fleet hindered = {.opened = true,
    .time_ms = 3000,
    .fleet = "web",
    .host = "www1",
    .reason = "away",
    .text = "etcd cannot be asked"};

static struct journal *journal;

static int open_journal(void **state)
{
	return open_store(state) < 0 ? -1 : journal_new(&journal, &config);
}

static int close_journal(void **state)
{
	journal_free(&journal);
	return close_store(state);
}

static int on_message(void *context, const struct store_message *message)
{
	struct buffer *ids = context;

	buffer_append_format(ids, "%s ", message->message_id);
	return 0;
}

/* The ids that wait in the outbox, each with a space behind it. */
static void assert_stored(const char *target, const char *expected)
{
	struct buffer auto_buffer ids;

	buffer_init(&ids, 4096);
	assert_int_equal(store_each_message(store, target, on_message, &ids), 0);
	assert_string_equal(buffer_text(&ids), expected);
}

static void commit(void)
{
	assert_int_equal(store_begin(store), 0);
	assert_int_equal(journal_write(journal, store), 0);
	assert_int_equal(store_commit(store), 0);
	journal_forget(journal);
}

static const char *next_where(const char *target, bool is_waiting)
{
	struct notification_message message;

	return journal_next_untold(journal, target, is_waiting, &message) ? message.id : "none";
}

static const char *next(const char *target)
{
	return next_where(target, false);
}

static void tell_both_ways(void)
{
	struct notification_of_state ended = news;

	ended.opened = false;
	journal_tell_state(journal, &news);
	journal_tell_state(journal, &ended);
}

/* Who was told from the journal is not told again by the outbox; the others are, in order. */
static void told_once(unused_parameter void **state)
{
	tell_both_ways();
	assert_string_equal(next("first"), UNSAVED);
	journal_settle(journal, "first", UNSAVED, JOURNAL_TOLD);
	assert_string_equal(next("first"), ENDED);
	assert_string_equal(next("second"), UNSAVED);
	assert_string_equal(next("third"), "none");
	commit();
	assert_stored("first", ENDED " ");
	assert_stored("second", UNSAVED " " ENDED " ");
}

/* What a receiver refused is left to the outbox, as a dead letter, and holds up nothing. */
static void refused_once(unused_parameter void **state)
{
	tell_both_ways();
	journal_tell_fleet(journal, &hindered);
	assert_int_equal(journal_count_untold(journal, "first"), 3);
	assert_true(journal_settle(journal, "first", UNSAVED, JOURNAL_LEFT));
	assert_int_equal(journal_count_untold(journal, "first"), 2);
	assert_string_equal(next("first"), ENDED);
	journal_settle(journal, "first", ENDED, JOURNAL_TOLD);
	assert_string_equal(next("first"), AWAY);
	journal_settle(journal, "first", AWAY, JOURNAL_TOLD);
	assert_string_equal(next("first"), "none");
	commit();
	assert_stored("first", UNSAVED " ");
}

/* While the outbox itself has something for the target, which may be any beginning, no end
 * overtakes it; nor does what comes after that end. */
static void no_end_overtakes(unused_parameter void **state)
{
	struct notification_of_state again = news;

	tell_both_ways();
	again.began_ms = 5000;
	journal_tell_state(journal, &again);
	journal_tell_fleet(journal, &hindered);
	assert_string_equal(next_where("first", true), UNSAVED);
	journal_settle(journal, "first", UNSAVED, JOURNAL_TOLD);
	assert_string_equal(next_where("first", true), AWAY);
	journal_settle(journal, "first", AWAY, JOURNAL_TOLD);
	assert_string_equal(next_where("first", true), "none");
	assert_string_equal(next_where("first", false), ENDED);
}

static const struct diagnosis stale = {
    .id = "stale-handle", .cure = CURE_RECYCLE, .incident = true, .title = "t", .why = "w"};

static const struct diagnosis *effect_diagnose(unused_parameter void *context)
{
	return &stale;
}

static void effect_nothing(unused_parameter void *context)
{
}

static void effect_on_event(unused_parameter void *context,
    unused_parameter const struct controller_event *event)
{
}

/* An incident of a site of which nobody but voters tells. */
static void open_incident(struct site *site)
{
	static const struct config_site intranet = {
	    .name = (char *)"intranet", .evidence = CONFIG_EVIDENCE_VOTERS};
	static const struct config_safety safety = {.warm_up_ms = 1};
	static const struct detector_window spike = {.spike = true};
	const struct controller_options options = {.site = &intranet,
	    .safety = &safety,
	    .effects = {.probe = effect_nothing,
		.inspect = effect_nothing,
		.diagnose = effect_diagnose,
		.forget_outcomes = effect_nothing,
		.on_event = effect_on_event}};
	const struct moment now = {.wall_ms = 1, .steady_ms = 1};

	*site = (struct site){.config = &intranet};
	assert_int_equal(facts_new(&site->facts), 0);
	assert_int_equal(controller_new(&site->controller, &options, now), 0);
	controller_tick(site->controller, now, &spike);
	assert_string_not_equal(controller_incident(site->controller), "");
}

static void note(const struct site *site, enum event_kind kind)
{
	const struct controller_event event = {
	    .kind = kind, .now.wall_ms = 7, .text = "t", .reason = "r", .remedy = ""};

	journal_note(journal, site, &event);
}

/* An incident's end, too, comes after its beginning, and after what the outbox has already. */
static void incident_in_order(unused_parameter void **state)
{
	struct site site;
	char opened[JOURNAL_ID_BYTES];

	open_incident(&site);
	note(&site, EVENT_DIAGNOSED);
	note(&site, EVENT_RESOLVED);
	snprintf(opened, sizeof(opened), "%s-diagnosed-7", controller_incident(site.controller));
	assert_string_equal(next("first"), opened);
	journal_settle(journal, "first", opened, JOURNAL_TOLD);
	assert_string_equal(next_where("first", true), "none");
	assert_non_null(strstr(next("first"), "-resolved-7"));
	controller_free(&site.controller);
	facts_free(&site.facts);
}

/* Whatever a host is called, what is told of it can be sent: an id is printable ASCII. */
static void any_host(unused_parameter void **state)
{
	struct notification_of_state strange = news;
	const char *id;

	strange.host = "b\303\274ro 1\r\nX-Evil: 1";
	journal_tell_state(journal, &strange);
	id = next("first");
	assert_int_equal(strncmp(id, "state-", 6), 0);
	for (size_t i = 0; id[i] != '\0'; i++)
		assert_true(id[i] > ' ' && id[i] <= '~');
}

/* An outcome that comes when all was committed changes nothing, and says so. */
static void settled_too_late(unused_parameter void **state)
{
	tell_both_ways();
	commit();
	assert_false(journal_settle(journal, "first", UNSAVED, JOURNAL_TOLD));
	assert_int_equal(journal_count_untold(journal, "first"), 0);
	assert_string_equal(next("first"), "none");
	assert_stored("first", UNSAVED " " ENDED " ");
}

/* A message that the full outbox has no room for is counted, once it is committed without. */
static void full_outbox(unused_parameter void **state)
{
	struct store_message other = {.target = "first", .body = VIEW("{}")};
	char id[16];

	assert_int_equal(store_begin(store), 0);
	for (int i = 0; i < STORE_MAX_OUTBOX; i++) {
		snprintf(id, sizeof(id), "m%d", i);
		other.message_id = id;
		assert_int_equal(store_put_message(store, &other), 0);
	}
	assert_int_equal(store_commit(store), 0);
	journal_tell_state(journal, &news);
	assert_int_equal(store_begin(store), 0);
	assert_int_equal(journal_write(journal, store), 0);
	store_rollback(store);
	assert_int_equal(journal_refused_total(journal), 0);
	commit();
	assert_int_equal(journal_refused_total(journal), 1);
	assert_stored("second", UNSAVED " ");
	commit();
	assert_int_equal(journal_refused_total(journal), 1);
}

/* And so is an event that the journal has no room for. */
static void full_journal(unused_parameter void **state)
{
	for (int i = 0; i < JOURNAL_MAX_ENTRIES; i++)
		journal_tell_state(journal, &news);
	assert_int_equal(journal_dropped_total(journal), 0);
	journal_tell_fleet(journal, &hindered);
	assert_int_equal(journal_dropped_total(journal), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(told_once, open_journal, close_journal),
	    cmocka_unit_test_setup_teardown(refused_once, open_journal, close_journal),
	    cmocka_unit_test_setup_teardown(no_end_overtakes, open_journal, close_journal),
	    cmocka_unit_test_setup_teardown(incident_in_order, open_journal, close_journal),
	    cmocka_unit_test_setup_teardown(any_host, open_journal, close_journal),
	    cmocka_unit_test_setup_teardown(settled_too_late, open_journal, close_journal),
	    cmocka_unit_test_setup_teardown(full_outbox, open_journal, close_journal),
	    cmocka_unit_test_setup_teardown(full_journal, open_journal, close_journal),
	};

	return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
