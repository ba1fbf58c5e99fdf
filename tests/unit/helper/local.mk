helper_idle = tests/unit/helper/idle_plugins.c tests/unit/helper/idle_plugins.h
if HAVE_CMOCKA
helper_tests = tests/unit/helper/action.test \
	tests/unit/helper/helper.test \
	tests/unit/helper/orders.test \
	tests/unit/helper/crashes.test \
	tests/unit/helper/listening.test \
	tests/unit/helper/targets.test
check_PROGRAMS += $(helper_tests)
TESTS += $(helper_tests)
helper_harness = tests/unit/helper/harness.c tests/unit/helper/harness.h
helper_libs = libhelper.a $(unit_libs)

tests_unit_helper_action_test_SOURCES = tests/unit/helper/test_action.c $(helper_harness)
tests_unit_helper_action_test_CPPFLAGS = $(unit_cppflags)
tests_unit_helper_action_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fsync
tests_unit_helper_action_test_LDADD = $(helper_libs)

tests_unit_helper_helper_test_SOURCES = tests/unit/helper/test_helper.c \
	$(helper_harness)
tests_unit_helper_helper_test_CPPFLAGS = $(unit_cppflags)
tests_unit_helper_helper_test_LDADD = $(helper_libs)

tests_unit_helper_orders_test_SOURCES = tests/unit/helper/test_orders.c $(helper_harness)
tests_unit_helper_orders_test_CPPFLAGS = $(unit_cppflags)
tests_unit_helper_orders_test_LDADD = $(helper_libs)

tests_unit_helper_crashes_test_SOURCES = tests/unit/helper/test_crashes.c $(helper_harness)
tests_unit_helper_crashes_test_CPPFLAGS = $(unit_cppflags)
tests_unit_helper_crashes_test_LDADD = $(helper_libs)

tests_unit_helper_targets_test_SOURCES = tests/unit/helper/test_targets.c \
	tests/unit/chance.h $(helper_idle)
tests_unit_helper_targets_test_CPPFLAGS = $(unit_cppflags)
tests_unit_helper_targets_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=config_site_named,--wrap=mkdirat
tests_unit_helper_targets_test_LDADD = $(helper_libs)

tests_unit_helper_listening_test_SOURCES = tests/unit/helper/test_listening.c $(helper_harness)
tests_unit_helper_listening_test_CPPFLAGS = $(unit_cppflags)
tests_unit_helper_listening_test_LDADD = $(helper_libs)
endif
