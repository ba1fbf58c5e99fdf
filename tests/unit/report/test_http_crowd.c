#include "unit.h"

#include "report/http_crowd.h"

#define NOW_MS 1000

static struct http_crowd crowd;
static struct http_crowd_member members[4 * HTTP_CROWD_MEMBERS];

static struct http_crowd_member *join(size_t place, uint8_t client)
{
	members[place].client = (struct http_client){HTTP_CLIENT_IPV4, {10, 0, 0, client}};
	return http_crowd_join(&crowd, &members[place], NOW_MS + (int64_t)place);
}

static int empty(unused_parameter void **state)
{
	crowd = (struct http_crowd){0};
	return 0;
}

static void test_time_over(unused_parameter void **state)
{
	/* Who waited too long is cut, in order, and who left is not. */
	assert_int_equal(http_crowd_next_ms(&crowd), INT64_MAX);
	for (size_t i = 0; i < 3; i++)
		assert_null(join(i, 1));
	assert_int_equal(http_crowd_next_ms(&crowd), NOW_MS);
	assert_null(http_crowd_expire(&crowd, NOW_MS - 1));
	assert_true(http_crowd_leave(&crowd, &members[1]));
	assert_false(http_crowd_leave(&crowd, &members[1]));
	assert_ptr_equal(http_crowd_expire(&crowd, NOW_MS + 9), &members[0]);
	assert_ptr_equal(http_crowd_expire(&crowd, NOW_MS + 9), &members[2]);
	assert_null(http_crowd_expire(&crowd, NOW_MS + 9));
	assert_int_equal(crowd.cut[HTTP_CUT_SLOW], 2);
}

static void test_one_client(unused_parameter void **state)
{
	/* One client has his share; beyond it his longest waiting goes, nobody else's. */
	assert_null(join(0, 2));
	for (size_t i = 1; i <= HTTP_CROWD_OF_CLIENT; i++)
		assert_null(join(i, 1));
	assert_ptr_equal(join(HTTP_CROWD_OF_CLIENT + 1, 1), &members[1]);
	assert_ptr_equal(join(HTTP_CROWD_OF_CLIENT + 2, 1), &members[2]);
	assert_int_equal(crowd.cut[HTTP_CUT_CLIENT_FULL], 2);
	assert_true(http_crowd_leave(&crowd, &members[0]));
}

static void test_all(unused_parameter void **state)
{
	/* When all places are taken, one of the client with the most goes, however long others
	 * have waited. */
	assert_null(join(0, 2));
	for (size_t i = 1; i <= HTTP_CROWD_OF_CLIENT; i++)
		assert_null(join(i, 1));
	for (size_t i = HTTP_CROWD_OF_CLIENT + 1; i < HTTP_CROWD_MEMBERS; i++)
		assert_null(join(i, (uint8_t)(i + 10)));
	assert_int_equal(crowd.count, HTTP_CROWD_MEMBERS);
	assert_ptr_equal(join(HTTP_CROWD_MEMBERS, 3), &members[1]);
	assert_int_equal(crowd.count, HTTP_CROWD_MEMBERS);
	assert_int_equal(crowd.cut[HTTP_CUT_ALL_FULL], 1);
	assert_true(http_crowd_leave(&crowd, &members[0]));
}

static void test_strangers(unused_parameter void **state)
{
	/* Where each client has one, the longest waiting goes. */
	for (size_t i = 0; i < HTTP_CROWD_MEMBERS; i++)
		assert_null(join(i, (uint8_t)i));
	assert_ptr_equal(join(HTTP_CROWD_MEMBERS, 200), &members[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_time_over, empty),
	    cmocka_unit_test_setup(test_one_client, empty),
	    cmocka_unit_test_setup(test_all, empty),
	    cmocka_unit_test_setup(test_strangers, empty),
	};

	return cmocka_run_group_tests_name("report/http_crowd", tests, NULL, NULL);
}
