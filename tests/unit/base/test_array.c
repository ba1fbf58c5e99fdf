#include "unit.h"

#include "allocation.h"
#include "base/array.h"

/* Items keep their order and value through all growing. */
static void pushes(unused_parameter void **state)
{
	array_of(int) numbers = {0};

	for (int i = 0; i < 1000; i++)
		assert_int_equal(array_push(&numbers, i, 1000), 0);
	assert_int_equal(numbers.count, 1000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(numbers.items[i], i);
	array_done(&numbers);
	assert_null(numbers.items);
	assert_int_equal(numbers.count, 0);
}

/* The maximum holds, whether or not the allocation has room for more. */
static void keeps_the_maximum(unused_parameter void **state)
{
	array_of(char) few = {0};
	array_of(char) none = {0};

	for (int i = 0; i < 3; i++)
		assert_int_equal(array_push(&few, 'a', 3), 0);
	assert_int_equal(array_push(&few, 'b', 3), -ENOSPC);
	assert_int_equal(few.count, 3);
	assert_int_equal(array_push(&none, 'a', 0), -ENOSPC);
	assert_null(none.items);
	array_done(&few);
}

/* Without memory the array keeps what it has. */
static void survives_lack_of_memory(unused_parameter void **state)
{
	array_of(int) numbers = {0};

	for (int i = 0; i < 4; i++)
		assert_int_equal(array_push(&numbers, i, 100), 0);
	allocation_fail_after(0);
	assert_int_equal(array_push(&numbers, 4, 100), -ENOMEM);
	allocation_restore();
	assert_int_equal(numbers.count, 4);
	assert_int_equal(numbers.items[3], 3);
	assert_int_equal(array_push(&numbers, 4, 100), 0);
	array_done(&numbers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pushes),
	    cmocka_unit_test(keeps_the_maximum),
	    cmocka_unit_test(survives_lack_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
