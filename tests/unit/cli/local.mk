if HAVE_CMOCKA
cli_tests = tests/unit/cli/log_input.test \
	tests/unit/cli/log_sight.test \
	tests/unit/cli/place.test \
	tests/unit/cli/progress.test \
	tests/unit/cli/replay_logs.test \
	tests/unit/cli/standing.test \
	tests/unit/cli/waiting.test
check_PROGRAMS += $(cli_tests)
TESTS += $(cli_tests)

tests_unit_cli_log_input_test_SOURCES = tests/unit/cli/test_log_input.c \
	tests/unit/directory_fixture.h agent/cli/log_input.c agent/cli/log_input.h
tests_unit_cli_log_input_test_CPPFLAGS = $(unit_cppflags)
tests_unit_cli_log_input_test_LDADD = $(unit_libs)

tests_unit_cli_log_sight_test_SOURCES = tests/unit/cli/test_log_sight.c \
	agent/cli/log_sight.c agent/cli/log_sight.h
tests_unit_cli_log_sight_test_CPPFLAGS = $(unit_cppflags)
tests_unit_cli_log_sight_test_LDADD = $(unit_libs)

tests_unit_cli_place_test_SOURCES = tests/unit/cli/test_place.c \
	agent/cli/place.c agent/cli/place.h
tests_unit_cli_place_test_CPPFLAGS = $(unit_cppflags)
tests_unit_cli_place_test_LDADD = $(unit_libs)

tests_unit_cli_progress_test_SOURCES = tests/unit/cli/test_progress.c \
	agent/cli/progress.c agent/cli/progress.h
tests_unit_cli_progress_test_CPPFLAGS = $(unit_cppflags)
tests_unit_cli_progress_test_LDADD = $(unit_libs)

tests_unit_cli_replay_logs_test_SOURCES = tests/unit/cli/test_replay_logs.c \
	agent/cli/replay_logs.c agent/cli/replay_logs.h agent/cli/output.c agent/cli/verbs.h
tests_unit_cli_replay_logs_test_CPPFLAGS = $(unit_cppflags)
tests_unit_cli_replay_logs_test_LDADD = $(unit_libs)

tests_unit_cli_standing_test_SOURCES = tests/unit/cli/test_standing.c \
	agent/cli/standing.c agent/cli/standing.h
tests_unit_cli_standing_test_CPPFLAGS = $(unit_cppflags)
tests_unit_cli_standing_test_LDADD = $(unit_libs)

tests_unit_cli_waiting_test_SOURCES = tests/unit/cli/test_waiting.c \
	agent/cli/waiting.c agent/cli/waiting.h
tests_unit_cli_waiting_test_CPPFLAGS = $(unit_cppflags)
tests_unit_cli_waiting_test_LDADD = $(unit_libs)
endif
