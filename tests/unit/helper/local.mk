if HAVE_CMOCKA
helper_tests = tests/unit/helper/helper.test
check_PROGRAMS += $(helper_tests)
TESTS += $(helper_tests)
helper_harness = tests/unit/helper/harness.c tests/unit/helper/harness.h

tests_unit_helper_helper_test_SOURCES = tests/unit/helper/test_helper.c $(helper_harness)
tests_unit_helper_helper_test_CPPFLAGS = $(unit_cppflags)
tests_unit_helper_helper_test_LDADD = libhelper.a $(unit_libs)
endif
