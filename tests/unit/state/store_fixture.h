/* An open store in a directory of its own for each test. */
#ifndef AUTHMEDIC_TESTS_STORE_FIXTURE_H
#define AUTHMEDIC_TESTS_STORE_FIXTURE_H

#include "directory_fixture.h"

#include "state/store.h"

static struct store *store;

/* Opens the store, which must not have been set aside. */
static inline void reopen(void)
{
	char *aside = NULL;

	store_close(&store);
	assert_int_equal(store_open(&store, directory, &aside), 0);
	assert_null(aside);
}

static int open_store(void **state)
{
	if (make_directory(state) < 0)
		return -1;
	reopen();
	return 0;
}

static int close_store(void **state)
{
	store_close(&store);
	return remove_directory(state);
}

#define store_test(function) cmocka_unit_test_setup_teardown(function, open_store, close_store)

#endif
