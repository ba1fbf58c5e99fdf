/* What every unit test includes: cmocka with the headers that it asks for, and a few checks. */
#ifndef AUTHMEDIC_TESTS_UNIT_H
#define AUTHMEDIC_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/view.h"

/* The view holds exactly these bytes. */
#define assert_view_is(actual, text)                                                               \
	do {                                                                                       \
		struct view view_ = (actual);                                                      \
		assert_int_equal(view_.length, strlen(text));                                      \
		assert_memory_equal(view_.data, (text), view_.length);                             \
	} while (0)

#endif
