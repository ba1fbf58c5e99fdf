faults_sources = tests/unit/intake/faults.c tests/unit/intake/faults.h
faults_ldflags = -Wl,--wrap=pread,--wrap=fstatfs,--wrap=look_at_descriptor,--wrap=files_scan,--wrap=files_open

if HAVE_CMOCKA
intake_tests = tests/unit/intake/copies.test \
	tests/unit/intake/files.test \
	tests/unit/intake/head.test \
	tests/unit/intake/headers.test \
	tests/unit/intake/identity.test \
	tests/unit/intake/intake.test \
	tests/unit/intake/lines.test \
	tests/unit/intake/model.test \
	tests/unit/intake/names.test \
	tests/unit/intake/repetition.test \
	tests/unit/intake/tail.test \
	tests/unit/intake/watcher.test
check_PROGRAMS += $(intake_tests)
TESTS += $(intake_tests)

tests_unit_intake_copies_test_SOURCES = tests/unit/intake/test_copies.c \
	tests/unit/intake/follower.c tests/unit/intake/follower.h $(faults_sources)
tests_unit_intake_copies_test_CPPFLAGS = $(unit_cppflags)
tests_unit_intake_copies_test_LDFLAGS = $(AM_LDFLAGS) $(faults_ldflags)
tests_unit_intake_copies_test_LDADD = $(unit_libs)

tests_unit_intake_files_test_SOURCES = tests/unit/intake/test_files.c \
	tests/unit/intake/follower.c tests/unit/intake/follower.h $(faults_sources)
tests_unit_intake_files_test_CPPFLAGS = $(unit_cppflags)
tests_unit_intake_files_test_LDFLAGS = $(AM_LDFLAGS) $(faults_ldflags)
tests_unit_intake_files_test_LDADD = $(unit_libs)

tests_unit_intake_head_test_SOURCES = tests/unit/intake/test_head.c
tests_unit_intake_head_test_CPPFLAGS = $(unit_cppflags)
tests_unit_intake_head_test_LDADD = $(unit_libs)

tests_unit_intake_headers_test_SOURCES = tests/unit/intake/test_headers.c \
	tests/unit/intake/follower.c tests/unit/intake/follower.h $(faults_sources)
tests_unit_intake_headers_test_CPPFLAGS = $(unit_cppflags)
tests_unit_intake_headers_test_LDFLAGS = $(AM_LDFLAGS) $(faults_ldflags)
tests_unit_intake_headers_test_LDADD = $(unit_libs)

tests_unit_intake_identity_test_SOURCES = tests/unit/intake/test_identity.c
tests_unit_intake_identity_test_CPPFLAGS = $(unit_cppflags)
tests_unit_intake_identity_test_LDADD = $(unit_libs)

tests_unit_intake_intake_test_SOURCES = tests/unit/intake/test_intake.c \
	tests/unit/intake/follower.c tests/unit/intake/follower.h $(faults_sources)
tests_unit_intake_intake_test_CPPFLAGS = $(unit_cppflags)
tests_unit_intake_intake_test_LDFLAGS = $(AM_LDFLAGS) $(faults_ldflags)
tests_unit_intake_intake_test_LDADD = $(unit_libs)

tests_unit_intake_lines_test_SOURCES = tests/unit/intake/test_lines.c
tests_unit_intake_lines_test_CPPFLAGS = $(unit_cppflags)
tests_unit_intake_lines_test_LDADD = $(unit_libs)

tests_unit_intake_model_test_SOURCES = tests/unit/intake/test_model.c \
	tests/unit/intake/world.c tests/unit/intake/world_life.c tests/unit/intake/world.h \
	$(faults_sources)
tests_unit_intake_model_test_CPPFLAGS = $(unit_cppflags)
tests_unit_intake_model_test_LDFLAGS = $(AM_LDFLAGS) $(faults_ldflags)
tests_unit_intake_model_test_LDADD = $(unit_libs)

tests_unit_intake_names_test_SOURCES = tests/unit/intake/test_names.c
tests_unit_intake_names_test_CPPFLAGS = $(unit_cppflags)
tests_unit_intake_names_test_LDADD = $(unit_libs)

tests_unit_intake_repetition_test_SOURCES = tests/unit/intake/test_repetition.c
tests_unit_intake_repetition_test_CPPFLAGS = $(unit_cppflags)
tests_unit_intake_repetition_test_LDADD = $(unit_libs)

tests_unit_intake_tail_test_SOURCES = tests/unit/intake/test_tail.c \
	tests/unit/intake/follower.c tests/unit/intake/follower.h $(faults_sources)
tests_unit_intake_tail_test_CPPFLAGS = $(unit_cppflags)
tests_unit_intake_tail_test_LDFLAGS = $(AM_LDFLAGS) $(faults_ldflags)
tests_unit_intake_tail_test_LDADD = $(unit_libs)

tests_unit_intake_watcher_test_SOURCES = tests/unit/intake/test_watcher.c \
	tests/unit/loop/loop_fixture.h
tests_unit_intake_watcher_test_CPPFLAGS = $(unit_cppflags)
tests_unit_intake_watcher_test_LDADD = $(unit_libs)
endif
