/* A loop for one test. Tearing it down shows that every handle was closed. */
#ifndef AUTHMEDIC_TESTS_LOOP_FIXTURE_H
#define AUTHMEDIC_TESTS_LOOP_FIXTURE_H

#include <uv.h>

#include "unit.h"

static uv_loop_t loop;

static int open_loop(unused_parameter void **state)
{
	return uv_loop_init(&loop);
}

static int close_loop(unused_parameter void **state)
{
	uv_run(&loop, UV_RUN_DEFAULT);
	return uv_loop_close(&loop);
}

#define loop_test(function) cmocka_unit_test_setup_teardown(function, open_loop, close_loop)

#endif
