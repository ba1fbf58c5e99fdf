#include "unit.h"

#include <errno.h>

#include "report/grouping.h"

static struct grouping *grouping;
static int64_t next_number;

static int open_grouping(unused_parameter void **state)
{
	next_number = 1;
	return grouping_new(&grouping);
}

static int close_grouping(unused_parameter void **state)
{
	grouping_free(&grouping);
	return 0;
}

static bool offer_text(const char *id, const char *text)
{
	const struct grouping_message message = {
	    .number = next_number++, .id = id, .document = view_of_text(text)};

	return grouping_offer(grouping, &message);
}

static bool offer(const char *kind, const char *site)
{
	char text[512];
	char id[64];

	snprintf(id, sizeof(id), "%s-%s", site, kind);
	snprintf(text, sizeof(text),
	    "{\"type\":\"authmedic.incident.%s\",\"timestamp\":\"2026-11-28T10:00:0%lld.000Z\","
	    "\"data\":{\"site\":\"%s\",\"incident\":\"1\",\"text\":\"x\",\"evidence\":{}}}",
	    kind, (long long)next_number, site);
	return offer_text(id, text);
}

static void assert_numbers(size_t count, const int64_t *expected)
{
	assert_int_equal(grouping_count(grouping), count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(grouping_numbers(grouping)[i], expected[i]);
}

/* One kind goes together, of many sites, in its order; the document names the sites once each and
 * has all of the messages but their evidence. */
static void takes_one_kind(unused_parameter void **state)
{
	struct buffer auto_buffer document;
	char id[GROUPING_ID_BYTES];

	buffer_init(&document, 65536);
	assert_true(offer("opened", "a"));
	assert_true(offer("acting", "b"));
	assert_true(offer("opened", "c"));
	assert_numbers(2, (const int64_t[]){1, 3});
	grouping_id(grouping, id);
	assert_true(view_starts_with(view_of_text(id), VIEW("group-2-")));
	assert_int_equal(grouping_print(grouping, &document), 0);
	assert_string_equal(buffer_text(&document),
	    "{\"type\":\"authmedic.group.opened\",\"timestamp\":\"2026-11-28T10:00:03.000Z\","
	    "\"data\":{\"count\":2,\"sites\":[\"a\",\"c\"],"
	    "\"text\":\"2 sites: sign-in fails, or soon will: a, c\",\"members\":["
	    "{\"type\":\"authmedic.incident.opened\",\"timestamp\":\"2026-11-28T10:00:01.000Z\","
	    "\"data\":{\"site\":\"a\",\"incident\":\"1\",\"text\":\"x\"},\"id\":\"a-opened\"},"
	    "{\"type\":\"authmedic.incident.opened\",\"timestamp\":\"2026-11-28T10:00:03.000Z\","
	    "\"data\":{\"site\":\"c\",\"incident\":\"1\",\"text\":\"x\"},\"id\":\"c-opened\"}]}}");
}

/* Nothing overtakes an earlier message about the same site, which is in a group once only. */
static void keeps_the_order_of_a_site(unused_parameter void **state)
{
	assert_true(offer("resolved", "a"));
	assert_true(offer("opened", "b"));
	assert_true(offer("resolved", "b"));
	assert_true(offer("resolved", "c"));
	assert_true(offer("resolved", "a"));
	assert_numbers(2, (const int64_t[]){1, 4});
}

/* The same members make the same id, others another. */
static void names_the_group_by_its_members(unused_parameter void **state)
{
	char first[GROUPING_ID_BYTES], again[GROUPING_ID_BYTES], other[GROUPING_ID_BYTES];
	char *const ids[] = {first, again, other};

	for (size_t i = 0; i < count_of(ids); i++) {
		grouping_free(&grouping);
		assert_int_equal(grouping_new(&grouping), 0);
		offer("opened", "a");
		offer("opened", i == 2 ? "c" : "b");
		grouping_id(grouping, ids[i]);
	}
	assert_string_equal(first, again);
	assert_string_not_equal(first, other);
}

/* Members, bytes and messages looked at have a maximum; what does not fit waits for the next. */
static void is_bounded(unused_parameter void **state)
{
	char site[16];
	char long_text[GROUPING_MAX_BYTES];

	for (int i = 0; i < GROUPING_MAX_MEMBERS; i++) {
		snprintf(site, sizeof(site), "s%d", i);
		assert_true(offer("opened", site));
	}
	assert_false(offer("opened", "more"));
	assert_int_equal(grouping_count(grouping), GROUPING_MAX_MEMBERS);
	grouping_free(&grouping);
	assert_int_equal(grouping_new(&grouping), 0);
	assert_true(offer("opened", "a"));
	snprintf(long_text, sizeof(long_text),
	    "{\"type\":\"authmedic.incident.opened\",\"data\":{\"site\":\"%*s\"}}",
	    (int)sizeof(long_text) - 100, "b");
	assert_false(offer_text("long", long_text));
	assert_int_equal(grouping_count(grouping), 1);
	for (int i = 1; i < GROUPING_MAX_LOOKED - 2; i++)
		assert_true(offer("acting", "b"));
	assert_false(offer("acting", "b"));
}

/* A message that nobody can read is one by itself, and told; behind others it ends the group. */
static void tells_what_cannot_be_read(unused_parameter void **state)
{
	assert_true(offer("opened", "a"));
	assert_false(offer_text("x", "{"));
	assert_int_equal(grouping_error(grouping), 0);
	assert_int_equal(grouping_count(grouping), 1);
	grouping_free(&grouping);
	assert_int_equal(grouping_new(&grouping), 0);
	assert_false(offer_text("x", "{\"type\":\"else\"}"));
	assert_int_equal(grouping_error(grouping), -EINVAL);
	assert_int_equal(grouping_count(grouping), 0);
}

/* A test and a group are never part of a group. */
static void leaves_alone_what_stands_alone(unused_parameter void **state)
{
	assert_false(offer("test", "a"));
	assert_int_equal(grouping_count(grouping), 1);
	grouping_free(&grouping);
	assert_int_equal(grouping_new(&grouping), 0);
	assert_true(offer("opened", "a"));
	assert_false(
	    offer_text("g", "{\"type\":\"authmedic.group.opened\",\"data\":{\"members\":[]}}"));
	assert_int_equal(grouping_count(grouping), 1);
}

#define grouping_test(function)                                                                    \
	cmocka_unit_test_setup_teardown(function, open_grouping, close_grouping)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    grouping_test(takes_one_kind),
	    grouping_test(keeps_the_order_of_a_site),
	    grouping_test(names_the_group_by_its_members),
	    grouping_test(is_bounded),
	    grouping_test(tells_what_cannot_be_read),
	    grouping_test(leaves_alone_what_stands_alone),
	};

	return cmocka_run_group_tests_name("report/grouping", tests, NULL, NULL);
}
