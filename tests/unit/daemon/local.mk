if HAVE_CMOCKA
daemon_tests = tests/unit/daemon/again.test \
	tests/unit/daemon/bounds.test \
	tests/unit/daemon/dead_letters.test \
	tests/unit/daemon/evidence.test \
	tests/unit/daemon/firing.test \
	tests/unit/daemon/hearing.test \
	tests/unit/daemon/journal.test \
	tests/unit/daemon/log_parser.test \
	tests/unit/daemon/membership.test \
	tests/unit/daemon/outbox.test \
	tests/unit/daemon/overdue.test \
	tests/unit/daemon/owed.test \
	tests/unit/daemon/parcel.test \
	tests/unit/daemon/pipeline.test \
	tests/unit/daemon/reading.test \
	tests/unit/daemon/reading_format.test \
	tests/unit/daemon/reports.test \
	tests/unit/daemon/saving.test \
	tests/unit/daemon/stories.test \
	tests/unit/daemon/supervision.test \
	tests/unit/daemon/unwatched.test
check_PROGRAMS += $(daemon_tests)
TESTS += $(daemon_tests)

tests_unit_daemon_again_test_SOURCES = tests/unit/daemon/test_again.c \
	tests/unit/directory_fixture.h
tests_unit_daemon_again_test_CPPFLAGS = $(unit_cppflags)
tests_unit_daemon_again_test_LDADD = $(unit_libs)

tests_unit_daemon_bounds_test_SOURCES = tests/unit/daemon/test_bounds.c \
	tests/unit/directory_fixture.h
tests_unit_daemon_bounds_test_CPPFLAGS = $(unit_cppflags)
tests_unit_daemon_bounds_test_LDADD = $(unit_libs)

tests_unit_daemon_dead_letters_test_SOURCES = tests/unit/daemon/test_dead_letters.c \
	tests/unit/state/store_fixture.h tests/unit/directory_fixture.h $(pipeline_sources)
tests_unit_daemon_dead_letters_test_CPPFLAGS = $(unit_cppflags)
tests_unit_daemon_dead_letters_test_LDADD = $(unit_libs)

tests_unit_daemon_firing_test_SOURCES = tests/unit/daemon/test_firing.c \
	tests/unit/daemon/failing_sites.h \
	tests/unit/remedy/world.c tests/unit/remedy/world.h $(pipeline_sources)
tests_unit_daemon_firing_test_CPPFLAGS = $(unit_cppflags)
tests_unit_daemon_firing_test_LDADD = $(unit_libs)

tests_unit_daemon_evidence_test_SOURCES = tests/unit/daemon/test_evidence.c \
	tests/unit/directory_fixture.h
tests_unit_daemon_evidence_test_CPPFLAGS = $(unit_cppflags)
tests_unit_daemon_evidence_test_LDADD = $(unit_libs)

tests_unit_daemon_hearing_test_SOURCES = tests/unit/daemon/test_hearing.c $(pipeline_sources)
tests_unit_daemon_hearing_test_CPPFLAGS = $(unit_cppflags)
tests_unit_daemon_hearing_test_LDADD = $(unit_libs)

tests_unit_daemon_journal_test_SOURCES = tests/unit/daemon/test_journal.c \
	tests/unit/state/store_fixture.h tests/unit/directory_fixture.h $(pipeline_sources)
tests_unit_daemon_journal_test_CPPFLAGS = $(unit_cppflags)
tests_unit_daemon_journal_test_LDADD = $(unit_libs)

tests_unit_daemon_log_parser_test_SOURCES = tests/unit/daemon/test_log_parser.c
tests_unit_daemon_log_parser_test_CPPFLAGS = $(unit_cppflags)
tests_unit_daemon_log_parser_test_LDADD = $(unit_libs)

tests_unit_daemon_membership_test_SOURCES = tests/unit/daemon/test_membership.c \
	tests/unit/loop/loop_fixture.h tests/unit/state/store_fixture.h \
	tests/unit/directory_fixture.h $(pipeline_sources)
tests_unit_daemon_membership_test_CPPFLAGS = $(unit_cppflags)
tests_unit_daemon_membership_test_LDADD = $(unit_libs)

tests_unit_daemon_outbox_test_SOURCES = tests/unit/daemon/test_outbox.c \
	tests/unit/daemon/failing_sites.h tests/unit/remedy/world.c tests/unit/remedy/world.h \
	tests/unit/loop/loop_fixture.h tests/unit/state/store_fixture.h \
	tests/unit/directory_fixture.h $(pipeline_sources)
tests_unit_daemon_outbox_test_CPPFLAGS = $(unit_cppflags)
tests_unit_daemon_outbox_test_LDADD = $(unit_libs)
tests_unit_daemon_outbox_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_now_ms \
	-Wl,--wrap=clock_boot_ms -Wl,--wrap=webhook_sender_new \
	-Wl,--wrap=webhook_sender_send -Wl,--wrap=webhook_sender_is_busy

tests_unit_daemon_overdue_test_SOURCES = tests/unit/daemon/test_overdue.c \
	tests/unit/state/store_fixture.h tests/unit/directory_fixture.h $(pipeline_sources)
tests_unit_daemon_overdue_test_CPPFLAGS = $(unit_cppflags)
tests_unit_daemon_overdue_test_LDADD = $(unit_libs)

tests_unit_daemon_owed_test_SOURCES = tests/unit/daemon/test_owed.c \
	agent/daemon/owed.c agent/daemon/owed.h \
	tests/unit/state/store_fixture.h tests/unit/directory_fixture.h
tests_unit_daemon_owed_test_CPPFLAGS = $(unit_cppflags)
tests_unit_daemon_owed_test_LDADD = $(unit_libs)

tests_unit_daemon_parcel_test_SOURCES = tests/unit/daemon/test_parcel.c \
	agent/daemon/parcel.c agent/daemon/parcel.h \
	tests/unit/state/store_fixture.h tests/unit/directory_fixture.h
tests_unit_daemon_parcel_test_CPPFLAGS = $(unit_cppflags)
tests_unit_daemon_parcel_test_LDADD = $(unit_libs)

tests_unit_daemon_pipeline_test_SOURCES = tests/unit/daemon/test_pipeline.c \
	tests/unit/daemon/pipeline_fixture.h \
	tests/unit/loop/loop_fixture.h tests/unit/directory_fixture.h $(pipeline_sources)
tests_unit_daemon_pipeline_test_CPPFLAGS = $(unit_cppflags)
tests_unit_daemon_pipeline_test_LDADD = $(unit_libs)
tests_unit_daemon_pipeline_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=store_commit

tests_unit_daemon_reports_test_SOURCES = tests/unit/daemon/test_reports.c
tests_unit_daemon_reports_test_CPPFLAGS = $(unit_cppflags)
tests_unit_daemon_reports_test_LDADD = $(unit_libs)

tests_unit_daemon_saving_test_SOURCES = tests/unit/daemon/test_saving.c \
	agent/daemon/saving.c agent/daemon/saving.h
tests_unit_daemon_saving_test_CPPFLAGS = $(unit_cppflags)
tests_unit_daemon_saving_test_LDADD = $(unit_libs)

tests_unit_daemon_stories_test_SOURCES = tests/unit/daemon/test_stories.c \
	agent/daemon/stories.c agent/daemon/stories.h \
	tests/unit/state/store_fixture.h tests/unit/directory_fixture.h
tests_unit_daemon_stories_test_CPPFLAGS = $(unit_cppflags)
tests_unit_daemon_stories_test_LDADD = $(unit_libs)

tests_unit_daemon_reading_format_test_SOURCES = tests/unit/daemon/test_reading_format.c \
	tests/unit/daemon/reading_fixture.h
tests_unit_daemon_reading_format_test_CPPFLAGS = $(unit_cppflags)
tests_unit_daemon_reading_format_test_LDADD = $(unit_libs)

tests_unit_daemon_reading_test_SOURCES = tests/unit/daemon/test_reading.c \
	tests/unit/daemon/reading_fixture.h
tests_unit_daemon_reading_test_CPPFLAGS = $(unit_cppflags)
tests_unit_daemon_reading_test_LDADD = $(unit_libs)

tests_unit_daemon_supervision_test_SOURCES = tests/unit/daemon/test_supervision.c \
	agent/daemon/supervision.c agent/daemon/supervision.h tests/unit/loop/loop_fixture.h
tests_unit_daemon_supervision_test_CPPFLAGS = $(unit_cppflags)
tests_unit_daemon_supervision_test_LDADD = $(unit_libs)

tests_unit_daemon_unwatched_test_SOURCES = tests/unit/daemon/test_unwatched.c \
	tests/unit/daemon/pipeline_fixture.h \
	tests/unit/loop/loop_fixture.h tests/unit/directory_fixture.h $(pipeline_sources)
tests_unit_daemon_unwatched_test_CPPFLAGS = $(unit_cppflags)
tests_unit_daemon_unwatched_test_LDADD = $(unit_libs)
endif
