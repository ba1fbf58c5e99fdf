if HAVE_CMOCKA
remedy_tests = tests/unit/remedy/protocol.test \
	tests/unit/remedy/authority.test \
	tests/unit/remedy/authority_json.test \
	tests/unit/remedy/controller.test \
	tests/unit/remedy/decision.test \
	tests/unit/remedy/lifetimes.test \
	tests/unit/remedy/maintenance.test \
	tests/unit/remedy/outcomes.test \
	tests/unit/remedy/rungs.test \
	tests/unit/remedy/safety.test \
	tests/unit/remedy/trials.test \
	tests/unit/remedy/turn.test \
	tests/unit/remedy/warning.test
check_PROGRAMS += $(remedy_tests)
TESTS += $(remedy_tests)

tests_unit_remedy_protocol_test_SOURCES = tests/unit/remedy/test_protocol.c
tests_unit_remedy_protocol_test_CPPFLAGS = $(unit_cppflags)
tests_unit_remedy_protocol_test_LDADD = $(unit_libs)

tests_unit_remedy_authority_test_SOURCES = tests/unit/remedy/test_authority.c
tests_unit_remedy_authority_test_CPPFLAGS = $(unit_cppflags)
tests_unit_remedy_authority_test_LDADD = $(unit_libs)

tests_unit_remedy_authority_json_test_SOURCES = tests/unit/remedy/test_authority_json.c
tests_unit_remedy_authority_json_test_CPPFLAGS = $(unit_cppflags)
tests_unit_remedy_authority_json_test_LDADD = $(unit_libs)

remedy_world_sources = tests/unit/remedy/world.c tests/unit/remedy/world.h
remedy_world_ldflags = $(AM_LDFLAGS) -Wl,--wrap=rules_named

tests_unit_remedy_controller_test_SOURCES = tests/unit/remedy/test_controller.c \
	$(remedy_world_sources)
tests_unit_remedy_controller_test_CPPFLAGS = $(unit_cppflags)
tests_unit_remedy_controller_test_LDADD = $(unit_libs)
tests_unit_remedy_controller_test_LDFLAGS = $(remedy_world_ldflags)

tests_unit_remedy_decision_test_SOURCES = tests/unit/remedy/test_decision.c \
	$(remedy_world_sources)
tests_unit_remedy_decision_test_CPPFLAGS = $(unit_cppflags)
tests_unit_remedy_decision_test_LDADD = $(unit_libs)
tests_unit_remedy_decision_test_LDFLAGS = $(remedy_world_ldflags)

tests_unit_remedy_maintenance_test_SOURCES = tests/unit/remedy/test_maintenance.c
tests_unit_remedy_maintenance_test_CPPFLAGS = $(unit_cppflags)
tests_unit_remedy_maintenance_test_LDADD = $(unit_libs)

tests_unit_remedy_outcomes_test_SOURCES = tests/unit/remedy/test_outcomes.c $(remedy_world_sources)
tests_unit_remedy_outcomes_test_CPPFLAGS = $(unit_cppflags)
tests_unit_remedy_outcomes_test_LDADD = $(unit_libs)
tests_unit_remedy_outcomes_test_LDFLAGS = $(remedy_world_ldflags)

tests_unit_remedy_warning_test_SOURCES = tests/unit/remedy/test_warning.c $(remedy_world_sources)
tests_unit_remedy_warning_test_CPPFLAGS = $(unit_cppflags)
tests_unit_remedy_warning_test_LDADD = $(unit_libs)
tests_unit_remedy_warning_test_LDFLAGS = $(remedy_world_ldflags)

tests_unit_remedy_rungs_test_SOURCES = tests/unit/remedy/test_rungs.c $(remedy_world_sources)
tests_unit_remedy_rungs_test_CPPFLAGS = $(unit_cppflags)
tests_unit_remedy_rungs_test_LDADD = $(unit_libs)
tests_unit_remedy_rungs_test_LDFLAGS = $(remedy_world_ldflags)

tests_unit_remedy_safety_test_SOURCES = tests/unit/remedy/test_safety.c \
	tests/unit/remedy/safety_config.c tests/unit/remedy/safety_config.h \
	tests/unit/remedy/safety_daemon.c tests/unit/remedy/safety_daemon.h \
	tests/unit/remedy/safety_helper.c tests/unit/remedy/safety_helper.h \
	tests/unit/remedy/safety_rules.c tests/unit/remedy/safety_rules.h \
	tests/unit/remedy/safety_world.c tests/unit/remedy/safety_world.h \
	$(helper_idle)
tests_unit_remedy_safety_test_CPPFLAGS = $(unit_cppflags) -I$(top_srcdir)/tests/unit/helper
tests_unit_remedy_safety_test_LDADD = libhelper.a $(unit_libs)
tests_unit_remedy_safety_test_LDFLAGS = $(remedy_world_ldflags) \
	-Wl,--wrap=account_refuses,--wrap=kill,--wrap=mkdirat

tests_unit_remedy_lifetimes_test_SOURCES = tests/unit/remedy/test_lifetimes.c
tests_unit_remedy_lifetimes_test_CPPFLAGS = $(unit_cppflags)
tests_unit_remedy_lifetimes_test_LDADD = $(unit_libs)

tests_unit_remedy_turn_test_SOURCES = tests/unit/remedy/test_turn.c $(remedy_world_sources)
tests_unit_remedy_turn_test_CPPFLAGS = $(unit_cppflags)
tests_unit_remedy_turn_test_LDADD = $(unit_libs)
tests_unit_remedy_turn_test_LDFLAGS = $(remedy_world_ldflags)

tests_unit_remedy_trials_test_SOURCES = tests/unit/remedy/test_trials.c
tests_unit_remedy_trials_test_CPPFLAGS = $(unit_cppflags)
tests_unit_remedy_trials_test_LDADD = $(unit_libs)
endif
