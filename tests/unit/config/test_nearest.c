/* Shows which words are offered for a mistyped one, and which are not. */
#include "unit.h"

#include "config/nearest.h"

static const char *nearest(const char *word)
{
	static const char *const candidates[] = {"observe", "act", "detect", "detective", "url"};
	struct nearest nearest = nearest_to(word);

	for (size_t i = 0; i < count_of(candidates); i++)
		nearest_try(&nearest, candidates[i]);
	return nearest.best;
}

static void test_offered(unused_parameter void **state)
{
	assert_string_equal(nearest("obsevre"), "observe");
	assert_string_equal(nearest("observed"), "observe");
	assert_string_equal(nearest("detet"), "detect");
	assert_string_equal(nearest("detectiv"), "detective");
	assert_string_equal(nearest("urls"), "url");
}

static void test_not_offered(unused_parameter void **state)
{
	char overlong[4096];

	assert_null(nearest(""));
	assert_null(nearest("xyz"));
	assert_null(nearest("at2"));
	assert_null(nearest("xobserved2"));
	memset(overlong, 'a', sizeof(overlong) - 1);
	overlong[sizeof(overlong) - 1] = '\0';
	assert_null(nearest(overlong));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_offered),
	    cmocka_unit_test(test_not_offered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
