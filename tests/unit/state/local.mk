if HAVE_CMOCKA
state_tests = tests/unit/state/database.test \
	tests/unit/state/schema.test \
	tests/unit/state/store.test \
	tests/unit/state/store_cursors.test \
	tests/unit/state/store_incidents.test \
	tests/unit/state/store_outbox.test \
	tests/unit/state/store_rows.test
check_PROGRAMS += $(state_tests)
TESTS += $(state_tests)

tests_unit_state_database_test_SOURCES = tests/unit/state/test_database.c \
	tests/unit/directory_fixture.h tests/unit/state/store_fixture.h
tests_unit_state_database_test_CPPFLAGS = $(unit_cppflags)
tests_unit_state_database_test_LDADD = $(unit_libs)

tests_unit_state_schema_test_SOURCES = tests/unit/state/test_schema.c \
	tests/unit/directory_fixture.h
tests_unit_state_schema_test_CPPFLAGS = $(unit_cppflags)
tests_unit_state_schema_test_LDADD = $(unit_libs)

tests_unit_state_store_test_SOURCES = tests/unit/state/test_store.c \
	tests/unit/directory_fixture.h tests/unit/state/store_fixture.h \
	$(allocation_sources)
tests_unit_state_store_test_CPPFLAGS = $(unit_cppflags)
tests_unit_state_store_test_LDFLAGS = $(AM_LDFLAGS) $(allocation_ldflags)
tests_unit_state_store_test_LDADD = $(unit_libs)

tests_unit_state_store_cursors_test_SOURCES = tests/unit/state/test_store_cursors.c \
	tests/unit/directory_fixture.h tests/unit/state/store_fixture.h
tests_unit_state_store_cursors_test_CPPFLAGS = $(unit_cppflags)
tests_unit_state_store_cursors_test_LDADD = $(unit_libs)

tests_unit_state_store_incidents_test_SOURCES = tests/unit/state/test_store_incidents.c \
	tests/unit/directory_fixture.h tests/unit/state/store_fixture.h
tests_unit_state_store_incidents_test_CPPFLAGS = $(unit_cppflags)
tests_unit_state_store_incidents_test_LDADD = $(unit_libs)

tests_unit_state_store_outbox_test_SOURCES = tests/unit/state/test_store_outbox.c \
	tests/unit/directory_fixture.h tests/unit/state/store_fixture.h
tests_unit_state_store_outbox_test_CPPFLAGS = $(unit_cppflags)
tests_unit_state_store_outbox_test_LDADD = $(unit_libs)

tests_unit_state_store_rows_test_SOURCES = tests/unit/state/test_store_rows.c \
	tests/unit/directory_fixture.h tests/unit/state/store_fixture.h
tests_unit_state_store_rows_test_CPPFLAGS = $(unit_cppflags)
tests_unit_state_store_rows_test_LDADD = $(unit_libs)
endif
