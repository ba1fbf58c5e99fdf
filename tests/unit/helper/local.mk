if HAVE_CMOCKA
helper_tests = tests/unit/helper/action.test \
	tests/unit/helper/budget.test \
	tests/unit/helper/environment.test \
	tests/unit/helper/ledger.test \
	tests/unit/helper/plugin_run.test \
	tests/unit/helper/trusted_path.test \
	tests/unit/helper/helper.test \
	tests/unit/helper/crashes.test \
	tests/unit/helper/listening.test
check_PROGRAMS += $(helper_tests)
TESTS += $(helper_tests)
helper_harness = tests/unit/helper/harness.c tests/unit/helper/harness.h
helper_libs = libhelper.a $(unit_libs)

tests_unit_helper_action_test_SOURCES = tests/unit/helper/test_action.c $(helper_harness)
tests_unit_helper_action_test_CPPFLAGS = $(unit_cppflags)
tests_unit_helper_action_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fsync
tests_unit_helper_action_test_LDADD = $(helper_libs)

tests_unit_helper_budget_test_SOURCES = tests/unit/helper/test_budget.c
tests_unit_helper_budget_test_CPPFLAGS = $(unit_cppflags)
tests_unit_helper_budget_test_LDADD = $(helper_libs)

tests_unit_helper_environment_test_SOURCES = tests/unit/helper/test_environment.c \
	$(allocation_sources)
tests_unit_helper_environment_test_CPPFLAGS = $(unit_cppflags)
tests_unit_helper_environment_test_LDFLAGS = $(AM_LDFLAGS) $(allocation_ldflags)
tests_unit_helper_environment_test_LDADD = $(helper_libs)

tests_unit_helper_ledger_test_SOURCES = tests/unit/helper/test_ledger.c
tests_unit_helper_ledger_test_CPPFLAGS = $(unit_cppflags)
tests_unit_helper_ledger_test_LDADD = $(helper_libs)

tests_unit_helper_plugin_run_test_SOURCES = tests/unit/helper/test_plugin_run.c
tests_unit_helper_plugin_run_test_CPPFLAGS = $(unit_cppflags)
tests_unit_helper_plugin_run_test_LDADD = $(helper_libs)

tests_unit_helper_trusted_path_test_SOURCES = tests/unit/helper/test_trusted_path.c
tests_unit_helper_trusted_path_test_CPPFLAGS = $(unit_cppflags)
tests_unit_helper_trusted_path_test_LDADD = $(helper_libs)

tests_unit_helper_helper_test_SOURCES = tests/unit/helper/test_helper.c \
	$(helper_harness)
tests_unit_helper_helper_test_CPPFLAGS = $(unit_cppflags)
tests_unit_helper_helper_test_LDADD = $(helper_libs)

tests_unit_helper_crashes_test_SOURCES = tests/unit/helper/test_crashes.c $(helper_harness)
tests_unit_helper_crashes_test_CPPFLAGS = $(unit_cppflags)
tests_unit_helper_crashes_test_LDADD = $(helper_libs)

tests_unit_helper_listening_test_SOURCES = tests/unit/helper/test_listening.c $(helper_harness)
tests_unit_helper_listening_test_CPPFLAGS = $(unit_cppflags)
tests_unit_helper_listening_test_LDADD = $(helper_libs)
endif
