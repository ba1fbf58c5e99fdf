/* Trouble of the store is told apart from a message that is none. */
#include "state/store_fixture.h"

#include <errno.h>

#include "daemon/parcel.h"

static void put(const char *id, struct view body)
{
	const struct store_message message = {.target = "ops", .message_id = id, .body = body};

	assert_int_equal(store_put_message(store, &message), 0);
}

static void put_deaf(const char *id, const char *site)
{
	char body[256];

	snprintf(body, sizeof(body),
	    "{\"type\":\"authmedic.log.deaf\",\"timestamp\":\"2026-01-01T00:00:00Z\","
	    "\"data\":{\"site\":\"%s\",\"log\":\"/x\",\"reason\":\"silent\",\"text\":\"t\"}}",
	    site);
	put(id, view_of_text(body));
}

/* A message that is none is told as such; its number is known. */
static void none_of_ours(unused_parameter void **state)
{
	struct parcel parcel;

	put("m-1", VIEW("nonsense"));
	assert_int_equal(parcel_pack(&parcel, store, "ops", true), -EINVAL);
	assert_int_equal(parcel.number, 1);
	parcel_done(&parcel);
}

/* What the store cannot note is no fault of the messages: they stay as they are. */
static void store_in_trouble(unused_parameter void **state)
{
	struct parcel parcel;
	uint64_t count = 0;

	put_deaf("m-1", "a");
	put_deaf("m-2", "b");
	assert_int_equal(parcel_pack(&parcel, store, "ops", true), 0);
	put_deaf(parcel.id, "c"); /* the group's own id is taken: SQLite refuses the row */
	assert_int_equal(parcel_begin(&parcel, store), -EIO);
	parcel_done(&parcel);
	assert_int_equal(store_count_messages(store, "ops", &count), 0);
	assert_int_equal(count, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    store_test(none_of_ours),
	    store_test(store_in_trouble),
	};

	return cmocka_run_group_tests_name("parcel", tests, NULL, NULL);
}
