if HAVE_CMOCKA
probe_tests = tests/unit/probe/challenge.test \
	tests/unit/probe/options.test \
	tests/unit/probe/outcome.test
check_PROGRAMS += $(probe_tests)
TESTS += $(probe_tests)

tests_unit_probe_challenge_test_SOURCES = tests/unit/probe/test_challenge.c
tests_unit_probe_challenge_test_CPPFLAGS = $(unit_cppflags)
tests_unit_probe_challenge_test_LDADD = $(unit_libs)

tests_unit_probe_options_test_SOURCES = tests/unit/probe/test_options.c
tests_unit_probe_options_test_CPPFLAGS = $(unit_cppflags)
tests_unit_probe_options_test_LDADD = $(unit_libs)

tests_unit_probe_outcome_test_SOURCES = tests/unit/probe/test_outcome.c
tests_unit_probe_outcome_test_CPPFLAGS = $(unit_cppflags)
tests_unit_probe_outcome_test_LDADD = $(unit_libs)
endif
