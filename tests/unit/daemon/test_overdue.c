/* What people are told of fallbacks that stand beyond their time, over ends of authmedicd at any
 * moment, and of what a receiver must hear again and again. */
#include "state/store_fixture.h"

#include "daemon/firing.h"
#include "daemon/journal.h"

#define START_MS INT64_C(1700000000000) /* 2023-11-14T22:13:20.000Z */

static struct config_notify targets[] = {{.name = (char *)"ops", .type = (char *)"webhook"}};
static struct config_rung rungs[] = {{.key = 1}, {.key = 2}, {.key = 3}};
static struct config_site sites[] = {
    {.name = (char *)"web", .ladder = {.items = rungs, .count = count_of(rungs)}},
    {.name = (char *)"wiki", .ladder = {.items = rungs, .count = 1}}};
static const struct config config = {.safety.overdue_after_ms = 180000,
    .sites = {.items = sites, .count = count_of(sites)},
    .notify = {.items = targets, .count = 1}};
static const struct saving saving;

static struct journal *journal;
static struct overdue *overdue;
static struct protocol_reply reply;
static int64_t wall_jump_ms;

static struct moment at(int64_t seconds)
{
	return (struct moment){.wall_ms = START_MS + wall_jump_ms + seconds * 1000,
	    .steady_ms = 5000 + seconds * 1000};
}

static void start(void)
{
	assert_int_equal(journal_new(&journal, &config), 0);
	assert_int_equal(overdue_new(&overdue, &config, store, journal), 0);
}

/* Whatever was not committed is gone. */
static void stop(void)
{
	overdue_free(&overdue);
	journal_free(&journal);
}

static void restart(void)
{
	stop();
	start();
}

static int open_world(void **state)
{
	memset(&reply, 0, sizeof(reply));
	wall_jump_ms = 0;
	if (open_store(state) < 0)
		return -1;
	start();
	return 0;
}

static int close_world(void **state)
{
	stop();
	return close_store(state);
}

static void commit(void)
{
	assert_int_equal(store_begin(store), 0);
	assert_int_equal(journal_write(journal, store), 0);
	assert_int_equal(overdue_save(overdue, store), 0);
	assert_int_equal(store_commit(store), 0);
	journal_forget(journal);
	overdue_committed(overdue);
}

/* From now on that stands, too. */
static struct protocol_standing *stand(const char *site, uint64_t key)
{
	struct protocol_standing *standing = &reply.standing[reply.standing_count++];

	reply.standing_known = 1;
	*standing = (struct protocol_standing){.until_ms = START_MS + 60000, .key = key};
	snprintf(standing->site, sizeof(standing->site), "%s", site);
	snprintf(standing->remedy, sizeof(standing->remedy), "ntlm-fallback-apache");
	return standing;
}

static void clear(void)
{
	memset(&reply, 0, sizeof(reply));
	reply.standing_known = 1;
}

/* The helper tells, of fallbacks that are approved until 60 s. */
static void hear(int64_t seconds)
{
	for (uint32_t i = 0; i < reply.standing_count; i++)
		reply.standing[i].left_ms = 60000 - seconds * 1000;
	overdue_on_reply(overdue, &reply, at(seconds));
	overdue_work(overdue, at(seconds));
}

static size_t count_told(void)
{
	return journal_count_untold(journal, "ops");
}

/* The newest message, where nothing was taken yet: the only one. */
static void assert_told(const char *text)
{
	struct notification_message message;

	assert_true(journal_next_untold(journal, "ops", false, &message));
	if (memmem(message.document.data, message.document.length, text, strlen(text)) == NULL)
		fail_msg("%.*s", (int)message.document.length, message.document.data);
}

/* What is taken back within the time is told to nobody; what stays is told once, then its end. */
static void tells_once_each_way(unused_parameter void **state)
{
	struct notification_of_fallback news;

	stand("web", 1);
	hear(0);
	hear(59);
	hear(60);
	hear(239);
	assert_int_equal(count_told(), 0);
	assert_false(overdue_at(overdue, 0, &news));
	hear(240);
	assert_int_equal(count_told(), 1);
	assert_told("{\"type\":\"authmedic.fallback.overdue\",\"timestamp\":"
		    "\"2023-11-14T22:17:20.000Z\",\"data\":{\"host\":\"");
	assert_told("\",\"site\":\"web\",\"remedy\":\"ntlm-fallback-apache\",\"reason\":"
		    "\"not-taken-back\",\"until\":\"2023-11-14T22:14:20.000Z\",\"text\":"
		    "\"ntlm-fallback-apache was applied "
		    "until 2023-11-14T22:14:20.000Z and still stands\",\"advice\":\"");
	commit();
	hear(300);
	hear(9000);
	assert_int_equal(count_told(), 0);
	assert_true(overdue_at(overdue, 0, &news));
	assert_false(overdue_at(overdue, 1, &news));
	clear();
	hear(9060);
	assert_told("\"authmedic.fallback.overdue-ended\"");
	assert_false(overdue_at(overdue, 0, &news));
	commit();
	hear(9120);
	assert_int_equal(count_told(), 0);
}

/* A helper that cannot say what stands, and one that is away, end nothing and hide nothing. */
static void does_not_take_silence_for_an_end(unused_parameter void **state)
{
	struct notification_of_fallback news;

	stand("web", 1);
	hear(0);
	reply.standing_known = 0;
	reply.standing_count = 0;
	hear(50);
	for (int64_t seconds = 51; seconds < 240; seconds++)
		overdue_work(overdue, at(seconds));
	assert_int_equal(count_told(), 0);
	overdue_work(overdue, at(240));
	assert_int_equal(count_told(), 1);
	hear(300);
	assert_true(overdue_at(overdue, 0, &news));
}

/* While the machine slept nothing could be taken back: that takes a moment when it wakes. Nor does
 * a wall clock that jumps count. */
static void gives_time_after_a_sleep(unused_parameter void **state)
{
	stand("web", 1);
	hear(0);
	overdue_work(overdue, at(50000));
	assert_int_equal(count_told(), 0);
	hear(50010);
	wall_jump_ms = INT64_C(86400000);
	hear(50179);
	assert_int_equal(count_told(), 0);
	clear();
	hear(50180);
	assert_int_equal(count_told(), 0);
}

/* One that is approved anew in time, or after all, is another one. */
static void begins_anew_with_an_approval(unused_parameter void **state)
{
	struct notification_of_fallback news;

	stand("web", 1);
	hear(0);
	hear(60);
	hear(240);
	assert_true(overdue_at(overdue, 0, &news));
	commit();
	clear();
	stand("web", 1)->left_ms = 3600000;
	reply.standing[0].until_ms += 3800000;
	overdue_on_reply(overdue, &reply, at(250));
	overdue_work(overdue, at(250));
	assert_told("overdue-ended");
	assert_false(overdue_at(overdue, 0, &news));
}

/* Each site has its own; one whose rung is gone says that, and who must do what; so does one that
 * is gone itself. */
static void tells_of_each_site(unused_parameter void **state)
{
	struct notification_of_fallback news;

	stand("web", 1);
	stand("wiki", 2);
	stand("wiki", 3);
	hear(60);
	hear(240);
	assert_int_equal(count_told(), 2);
	assert_true(overdue_at(overdue, 1, &news));
	assert_string_equal(news.site, "wiki");
	assert_string_equal(news.reason, "rung-gone");
	assert_non_null(strstr(news.text, "only a person can take it back"));
	assert_non_null(strstr(news.advice, "sudo authmedic revert SITE REMEDY --done"));
	assert_false(overdue_at(overdue, 2, &news));
	reply.standing_count = 1;
	hear(300); /* both are taken back */
	assert_int_equal(count_told(), 3);
	assert_true(overdue_at(overdue, 0, &news));
	assert_string_equal(news.site, "web");
	assert_false(overdue_at(overdue, 1, &news));
	stand("gone", 1);
	hear(310);
	hear(490);
	assert_true(overdue_at(overdue, 1, &news));
	assert_string_equal(news.site, "gone");
	assert_string_equal(news.reason, "rung-gone");
}

/* Where we end before the message is in the outbox, the next run tells it. */
static void told_by_the_next_run(unused_parameter void **state)
{
	stand("web", 1);
	hear(60);
	hear(240);
	assert_int_equal(count_told(), 1);
	restart();
	hear(300);
	hear(480);
	assert_int_equal(count_told(), 1);
}

/* Once it is there no run tells it again, and another one tells the end, as of the same beginning:
 * not before the helper has told. */
static void ended_by_the_next_run(unused_parameter void **state)
{
	struct notification_of_fallback news;
	size_t count;

	stand("web", 1);
	hear(60);
	hear(240);
	commit();
	restart();
	overdue_work(overdue, at(241));
	assert_true(overdue_at(overdue, 0, &news));
	assert_int_equal(news.time_ms, START_MS + 240000);
	assert_non_null(strstr(news.text, "until 2023-11-14T22:14:20.000Z"));
	assert_true(overdue_model(overdue, at(241), &count)[0].is_overdue);
	assert_int_equal(count, 1);
	hear(300);
	hear(600);
	assert_int_equal(count_told(), 0);
	restart();
	clear();
	hear(700);
	assert_int_equal(count_told(), 1);
	assert_told("overdue-ended");
	commit();
	restart();
	hear(760);
	assert_int_equal(count_told(), 0);
	assert_false(overdue_at(overdue, 0, &news));
}

/* What could not be committed at first is known to the next run all the same. */
static void told_after_all(unused_parameter void **state)
{
	struct notification_of_fallback news;

	stand("web", 1);
	hear(60);
	hear(240);
	assert_int_equal(store_begin(store), 0);
	assert_int_equal(journal_write(journal, store), 0);
	assert_int_equal(overdue_save(overdue, store), 0);
	store_rollback(store);
	commit();
	restart();
	assert_true(overdue_at(overdue, 0, &news));
}

/* People and machines are shown all that stands, and since when it should not. */
static void shows_what_stands(unused_parameter void **state)
{
	const struct report_fallback *shown;
	size_t count;

	overdue_model(overdue, at(0), &count);
	assert_int_equal(count, 0);
	stand("web", 1);
	hear(0);
	shown = overdue_model(overdue, at(59), &count);
	assert_int_equal(count, 1);
	assert_string_equal(shown[0].site, "web");
	assert_int_equal(shown[0].until_ms, START_MS + 60000);
	assert_false(shown[0].is_overdue);
	assert_true(overdue_model(overdue, at(60), &count)[0].is_overdue);
}

/* Alertmanager hears of it again and again, until it is over. */
static void fires(unused_parameter void **state)
{
	const struct firing firing = {.saving = &saving, .overdue = overdue, .host = "www1"};
	struct buffer auto_buffer body;
	size_t from = 0;

	buffer_init(&body, 65536);
	stand("web", 1);
	hear(60);
	assert_int_equal(firing_print(&firing, wire_of("alertmanager"), &from, &body), 0);
	assert_int_equal(body.length, 0);
	hear(240);
	assert_int_equal(firing_print(&firing, wire_of("alertmanager"), &from, &body), 0);
	assert_non_null(strstr(buffer_text(&body),
	    "{\"alertname\":\"AuthmedicFallbackOverdue\",\"instance\":\"www1\",\"site\":\"web\","
	    "\"severity\":\"warning\"}"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)
	const struct CMUnitTest tests[] = {
	    TEST(tells_once_each_way),
	    TEST(does_not_take_silence_for_an_end),
	    TEST(gives_time_after_a_sleep),
	    TEST(begins_anew_with_an_approval),
	    TEST(tells_of_each_site),
	    TEST(told_by_the_next_run),
	    TEST(ended_by_the_next_run),
	    TEST(told_after_all),
	    TEST(shows_what_stands),
	    TEST(fires),
	};

	return cmocka_run_group_tests_name("overdue", tests, NULL, NULL);
}
