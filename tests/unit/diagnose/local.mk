if HAVE_CMOCKA
diagnose_tests = tests/unit/diagnose/clause.test \
	tests/unit/diagnose/condition.test \
	tests/unit/diagnose/examples.test \
	tests/unit/diagnose/facts.test \
	tests/unit/diagnose/judgement.test \
	tests/unit/diagnose/number.test \
	tests/unit/diagnose/rules.test
check_PROGRAMS += $(diagnose_tests)
TESTS += $(diagnose_tests)

tests_unit_diagnose_clause_test_SOURCES = tests/unit/diagnose/test_clause.c \
	tests/unit/diagnose/diagnose_fixture.h $(allocation_sources)
tests_unit_diagnose_clause_test_CPPFLAGS = $(unit_cppflags)
tests_unit_diagnose_clause_test_LDFLAGS = $(AM_LDFLAGS) $(allocation_ldflags)
tests_unit_diagnose_clause_test_LDADD = $(unit_libs)

tests_unit_diagnose_condition_test_SOURCES = tests/unit/diagnose/test_condition.c \
	tests/unit/diagnose/diagnose_fixture.h $(allocation_sources)
tests_unit_diagnose_condition_test_CPPFLAGS = $(unit_cppflags)
tests_unit_diagnose_condition_test_LDFLAGS = $(AM_LDFLAGS) $(allocation_ldflags)
tests_unit_diagnose_condition_test_LDADD = $(unit_libs)

tests_unit_diagnose_examples_test_SOURCES = tests/unit/diagnose/test_examples.c \
	tests/unit/directory_fixture.h $(allocation_sources)
tests_unit_diagnose_examples_test_CPPFLAGS = $(unit_cppflags)
tests_unit_diagnose_examples_test_LDFLAGS = $(AM_LDFLAGS) $(allocation_ldflags)
tests_unit_diagnose_examples_test_LDADD = $(unit_libs)

tests_unit_diagnose_facts_test_SOURCES = tests/unit/diagnose/test_facts.c \
	tests/unit/diagnose/diagnose_fixture.h $(allocation_sources)
tests_unit_diagnose_facts_test_CPPFLAGS = $(unit_cppflags)
tests_unit_diagnose_facts_test_LDFLAGS = $(AM_LDFLAGS) $(allocation_ldflags)
tests_unit_diagnose_facts_test_LDADD = $(unit_libs)

tests_unit_diagnose_judgement_test_SOURCES = tests/unit/diagnose/test_judgement.c \
	tests/unit/directory_fixture.h tests/unit/diagnose/diagnose_fixture.h $(allocation_sources)
tests_unit_diagnose_judgement_test_CPPFLAGS = $(unit_cppflags)
tests_unit_diagnose_judgement_test_LDFLAGS = $(AM_LDFLAGS) $(allocation_ldflags)
tests_unit_diagnose_judgement_test_LDADD = $(unit_libs)

tests_unit_diagnose_number_test_SOURCES = tests/unit/diagnose/test_number.c
tests_unit_diagnose_number_test_CPPFLAGS = $(unit_cppflags)
tests_unit_diagnose_number_test_LDADD = $(unit_libs)

tests_unit_diagnose_rules_test_SOURCES = tests/unit/diagnose/test_rules.c \
	tests/unit/directory_fixture.h tests/unit/diagnose/diagnose_fixture.h $(allocation_sources)
tests_unit_diagnose_rules_test_CPPFLAGS = $(unit_cppflags)
tests_unit_diagnose_rules_test_LDFLAGS = $(AM_LDFLAGS) $(allocation_ldflags)
tests_unit_diagnose_rules_test_LDADD = $(unit_libs)
endif
