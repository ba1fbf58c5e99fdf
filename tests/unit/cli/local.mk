if HAVE_CMOCKA
cli_tests = tests/unit/cli/replay_events.test
check_PROGRAMS += $(cli_tests)
TESTS += $(cli_tests)

tests_unit_cli_replay_events_test_SOURCES = tests/unit/cli/test_replay_events.c \
	agent/cli/replay_events.c agent/cli/replay_events.h agent/cli/output.c agent/cli/verbs.h
tests_unit_cli_replay_events_test_CPPFLAGS = $(unit_cppflags)
tests_unit_cli_replay_events_test_LDADD = $(unit_libs)
endif
