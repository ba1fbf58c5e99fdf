if HAVE_CMOCKA
plugin_tests = tests/unit/plugin/environment.test \
	tests/unit/plugin/run.test
check_PROGRAMS += $(plugin_tests)
TESTS += $(plugin_tests)

tests_unit_plugin_environment_test_SOURCES = tests/unit/plugin/test_environment.c \
	$(allocation_sources)
tests_unit_plugin_environment_test_CPPFLAGS = $(unit_cppflags)
tests_unit_plugin_environment_test_LDFLAGS = $(AM_LDFLAGS) $(allocation_ldflags)
tests_unit_plugin_environment_test_LDADD = $(unit_libs)

tests_unit_plugin_run_test_SOURCES = tests/unit/plugin/test_run.c
tests_unit_plugin_run_test_CPPFLAGS = $(unit_cppflags)
tests_unit_plugin_run_test_LDADD = $(unit_libs)
endif
