/* What was told of, and is not in the configuration any more. */
#include "daemon/pipeline_fixture.h"

#include "daemon/memory.h"
#include "daemon/unwatched.h"
#include "state/store.h"

static int open_world(void **state)
{
	return make_directory(state) < 0 ? -1 : open_loop(state);
}

static const char standing[] =
    "{\"version\":1,\"state\":\"standing\",\"incident\":\"kept\",\"diagnosis\":\"stale-handle\","
    "\"rung\":\"\"}";

static void put_incident(struct store *store, const char *id, const char *site, int64_t closed_ms)
{
	const struct store_incident incident = {.id = id,
	    .site = site,
	    .diagnosis = strcmp(id, "unknown") == 0 ? "" : "stale-handle",
	    .state = "standing",
	    .opened_ms = 1000,
	    .changed_ms = 1000,
	    .closed_ms = closed_ms};

	assert_int_equal(store_put_incident(store, &incident), 0);
}

static void put_value(struct store *store, const char *site, const char *name, const char *value)
{
	assert_int_equal(store_put_value(store, site, name, view_of_text(value)), 0);
}

/* A deaf log that people were told of. */
static void put_deafness(struct store *store, const char *site)
{
	put_value(store, site, "deafness",
	    "{\"logs\":[{\"path\":\"/old.log\",\"conditions\":[{\"reason\":\"missing\","
	    "\"open\":true,\"told\":true},{\"reason\":\"silent\",\"open\":true}]}]}");
}

static int on_open(void *context, const struct store_incident *incident)
{
	struct buffer *ids = context;

	buffer_append_format(ids, "%s ", incident->id);
	return 0;
}

static size_t count_in(const char *text, const char *part)
{
	size_t count = 0;

	for (; (text = strstr(text, part)) != NULL; text++)
		count++;
	return count;
}

/* What waits for the receiver when all is over, and that of the incidents only this one is open. */
static void read_outbox(struct buffer *bodies, const char *open)
{
	const struct store_selection selection = {.open_only = true, .limit = 10};
	struct store *store = open_state();
	struct buffer auto_buffer ids;

	buffer_init(&ids, 4096);
	assert_int_equal(store_each_message(store, "ops", on_waiting, bodies), 0);
	assert_int_equal(store_each_incident(store, selection, on_open, &ids), 0);
	assert_string_equal(buffer_text(&ids), open);
	store_close(&store);
}

/* Whoever was told of a site's trouble or a deaf log hears, once, that nobody looks any more; what
 * nobody was told of just ends, and what is still watched goes on. */
static void unwatched(unused_parameter void **state)
{
	struct buffer auto_buffer bodies, auto_buffer again;
	struct store *store = open_state();
	struct rulebook rulebook;

	put_incident(store, "gone", "old", -1);
	put_incident(store, "unknown", "old", -1);
	put_incident(store, "lost", "intranet", -1);
	put_incident(store, "kept", "intranet", -1);
	put_value(store, "intranet", "controller", standing);
	put_deafness(store, "old");
	put_deafness(store, "intranet");
	store_close(&store);

	rulebook = load_told_site();
	assert_true(run_until(is_knocked_at, &rulebook));
	close(receiver);
	buffer_init(&bodies, 65536);
	read_outbox(&bodies, "kept ");
	assert_int_equal(count_in(buffer_text(&bodies), "authmedic.incident.unwatched"), 2);
	assert_int_equal(count_in(buffer_text(&bodies), "authmedic.log.unwatched"), 2);
	assert_int_equal(count_in(buffer_text(&bodies), "\"incident\":\"gone\""), 1);

	rulebook = load_told_site();
	assert_true(run_until(is_knocked_at, &rulebook));
	close(receiver);
	buffer_init(&again, 65536);
	read_outbox(&again, "kept ");
	assert_string_equal(buffer_text(&again), buffer_text(&bodies));
}

/* What waits for a receiver that was taken out of the configuration is given up, and kept for a
 * person; what waits for the others goes on waiting. */
static void receiver_gone(unused_parameter void **state)
{
	static const char *const ids[] = {"first", "second"};
	struct store *store = open_state();
	struct rulebook rulebook;
	uint64_t count = 99;

	for (size_t i = 0; i < count_of(ids); i++) {
		const struct store_message message = {
		    .target = "old-ops", .message_id = ids[i], .body = VIEW("{}")};

		assert_int_equal(store_put_message(store, &message), 0);
	}
	put_incident(store, "gone", "old", -1); /* so that the receiver that is left is told */
	store_close(&store);
	rulebook = load_told_site();
	assert_true(run_until(is_knocked_at, &rulebook));
	close(receiver);
	store = open_state();
	assert_int_equal(store_count_messages(store, "old-ops", &count), 0);
	assert_int_equal(count, 0);
	assert_int_equal(store_count_dead_letters(store, "old-ops", &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(store_count_messages(store, "ops", &count), 0);
	assert_int_equal(count, 1);
	store_close(&store);
}

/* A message that a full outbox has no room for is counted, as any other; the end is one all the
 * same. */
static void no_room_to_tell(unused_parameter void **state)
{
	struct rulebook rulebook = load_told_site();
	struct unwatched unwatched = {.config = rulebook.config, .now_ms = 5000};
	struct store_message other = {.target = "ops", .body = VIEW("{}")};
	struct store *store = open_state();
	struct buffer auto_buffer bodies;
	char id[16];

	close(receiver);
	assert_int_equal(journal_new(&unwatched.journal, rulebook.config), 0);
	assert_int_equal(store_begin(store), 0);
	for (int i = 0; i < STORE_MAX_OUTBOX; i++) {
		snprintf(id, sizeof(id), "m%d", i);
		other.message_id = id;
		assert_int_equal(store_put_message(store, &other), 0);
	}
	put_incident(store, "gone", "old", -1);
	put_deafness(store, "old");
	assert_int_equal(unwatched_end(&unwatched, store), 0);
	assert_int_equal(store_commit(store), 0);
	journal_forget(unwatched.journal);
	assert_int_equal(journal_refused_total(unwatched.journal), 2);
	store_close(&store);
	buffer_init(&bodies, 65536);
	read_outbox(&bodies, "");
	journal_free(&unwatched.journal);
	rulebook_done(&rulebook);
}

/* What cannot be taken up, by an address that is none, ends nothing: another one goes on. */
static void not_taken_up(unused_parameter void **state)
{
	struct store *store = open_state();
	struct estate estate = {.rulebook = load_told_site()};
	const struct pipeline_options options = {
	    .loop = &loop, .estate = &estate, .config_file = "none"};
	struct buffer auto_buffer text;
	struct pipeline *pipeline;

	close(receiver);
	put_incident(store, "gone", "old", -1);
	store_close(&store);
	buffer_init(&text, 65536);
	estate.rulebook.config->http.listen.items[0][0] = 'x';
	assert_int_equal(estate_open(&estate, &text), 0);
	assert_true(pipeline_new(&pipeline, &options, &text) < 0);
	estate_done(&estate);
	buffer_clear(&text);
	read_outbox(&text, "gone ");
	assert_int_equal(text.length, 0);
}

/* Where the site is watched again, it does not go on with what was ended meanwhile. */
static void watched_again(unused_parameter void **state)
{
	static const struct controller_effects none;
	struct rulebook rulebook = load_told_site();
	const struct site_parts parts = {.rulebook = &rulebook, .effects = &none};
	struct store *store = open_state();
	struct site site;

	close(receiver);
	put_value(store, "intranet", "controller", standing);
	for (int64_t closed_ms = -1; closed_ms < 3000; closed_ms += 2001) {
		put_incident(store, "kept", "intranet", closed_ms);
		assert_int_equal(
		    site_init(&site, NULL, &rulebook.config->sites.items[0], &parts), 0);
		assert_int_equal(memory_load_site(&site, store, rulebook.rules), 0);
		assert_string_equal(
		    controller_incident(site.controller), closed_ms < 0 ? "kept" : "");
		assert_string_equal(
		    controller_state(site.controller), closed_ms < 0 ? "standing" : "watching");
		site_done(&site);
	}
	store_close(&store);
	rulebook_done(&rulebook);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(unwatched, open_world, close_world),
	    cmocka_unit_test_setup_teardown(receiver_gone, open_world, close_world),
	    cmocka_unit_test_setup_teardown(no_room_to_tell, open_world, close_world),
	    cmocka_unit_test_setup_teardown(not_taken_up, open_world, close_world),
	    cmocka_unit_test_setup_teardown(watched_again, open_world, close_world),
	};

	return cmocka_run_group_tests_name("unwatched", tests, NULL, NULL);
}
