/* Shows which texts are numbers, and that nothing that strtod() would also take is one. */
#include "unit.h"

#include <errno.h>

#include "diagnose/number.h"

static void test_numbers(unused_parameter void **state)
{
	static const struct {
		const char *text;
		double value;
	} cases[] = {{"0", 0}, {"7", 7}, {"-7", -7}, {"007", 7}, {"1.5", 1.5}, {"-0.25", -0.25},
	    {"1700000000.125", 1700000000.125}, {"999999999999999", 999999999999999},
	    {"0.000001", 0.000001}};

	for (size_t i = 0; i < count_of(cases); i++) {
		double value = 1e9;

		assert_int_equal(number_parse(view_of_text(cases[i].text), &value), 0);
		assert_true(value == cases[i].value);
	}
}

static void test_others(unused_parameter void **state)
{
	static const char *const texts[] = {"", "-", ".", "1.", ".5", "--1", "+1", "1.2.3", "1,5",
	    "0x10", "1e5", "inf", "nan", " 1", "1 ", "5m", "1000000000000000", "0.0000001", "1.-5"};

	for (size_t i = 0; i < count_of(texts); i++) {
		double value = 1e9;

		assert_int_equal(number_parse(view_of_text(texts[i]), &value), -EINVAL);
		assert_true(value == 1e9);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_numbers),
	    cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
