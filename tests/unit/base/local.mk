if HAVE_CMOCKA
base_tests = tests/unit/base/view.test \
	tests/unit/base/base64.test \
	tests/unit/base/marks.test \
	tests/unit/base/stretch.test \
	tests/unit/base/buffer.test \
	tests/unit/base/array.test \
	tests/unit/base/file.test \
	tests/unit/base/hash.test \
	tests/unit/base/table.test \
	tests/unit/base/json.test \
	tests/unit/base/text.test \
	tests/unit/base/address.test \
	tests/unit/base/log.test \
	tests/unit/base/process.test \
	tests/unit/base/random.test
check_PROGRAMS += $(base_tests)
TESTS += $(base_tests)

tests_unit_base_view_test_SOURCES = tests/unit/base/test_view.c
tests_unit_base_view_test_CPPFLAGS = $(unit_cppflags)
tests_unit_base_view_test_LDADD = $(unit_libs)

tests_unit_base_marks_test_SOURCES = tests/unit/base/test_marks.c tests/unit/chance.h
tests_unit_base_marks_test_CPPFLAGS = $(unit_cppflags)
tests_unit_base_marks_test_LDADD = $(unit_libs)

tests_unit_base_stretch_test_SOURCES = tests/unit/base/test_stretch.c tests/unit/chance.h
tests_unit_base_stretch_test_CPPFLAGS = $(unit_cppflags)
tests_unit_base_stretch_test_LDADD = $(unit_libs)

tests_unit_base_buffer_test_SOURCES = tests/unit/base/test_buffer.c $(allocation_sources)
tests_unit_base_buffer_test_CPPFLAGS = $(unit_cppflags)
tests_unit_base_buffer_test_LDFLAGS = $(AM_LDFLAGS) $(allocation_ldflags)
tests_unit_base_buffer_test_LDADD = $(unit_libs)

tests_unit_base_array_test_SOURCES = tests/unit/base/test_array.c $(allocation_sources)
tests_unit_base_array_test_CPPFLAGS = $(unit_cppflags)
tests_unit_base_array_test_LDFLAGS = $(AM_LDFLAGS) $(allocation_ldflags)
tests_unit_base_array_test_LDADD = $(unit_libs)

tests_unit_base_file_test_SOURCES = tests/unit/base/test_file.c tests/unit/directory_fixture.h
tests_unit_base_file_test_CPPFLAGS = $(unit_cppflags)
tests_unit_base_file_test_LDADD = $(unit_libs)

tests_unit_base_hash_test_SOURCES = tests/unit/base/test_hash.c
tests_unit_base_hash_test_CPPFLAGS = $(unit_cppflags)
tests_unit_base_hash_test_LDADD = $(unit_libs)

tests_unit_base_table_test_SOURCES = tests/unit/base/test_table.c $(allocation_sources)
tests_unit_base_table_test_CPPFLAGS = $(unit_cppflags)
tests_unit_base_table_test_LDFLAGS = $(AM_LDFLAGS) $(allocation_ldflags)
tests_unit_base_table_test_LDADD = $(unit_libs)

tests_unit_base_json_test_SOURCES = tests/unit/base/test_json.c
tests_unit_base_json_test_CPPFLAGS = $(unit_cppflags)
tests_unit_base_json_test_LDADD = $(unit_libs)

tests_unit_base_text_test_SOURCES = tests/unit/base/test_text.c
tests_unit_base_text_test_CPPFLAGS = $(unit_cppflags)
tests_unit_base_text_test_LDADD = $(unit_libs)

tests_unit_base_address_test_SOURCES = tests/unit/base/test_address.c
tests_unit_base_address_test_CPPFLAGS = $(unit_cppflags)
tests_unit_base_address_test_LDADD = $(unit_libs)

tests_unit_base_log_test_SOURCES = tests/unit/base/test_log.c
tests_unit_base_log_test_CPPFLAGS = $(unit_cppflags)
tests_unit_base_log_test_LDADD = $(unit_libs)

tests_unit_base_process_test_SOURCES = tests/unit/base/test_process.c
tests_unit_base_process_test_CPPFLAGS = $(unit_cppflags)
tests_unit_base_process_test_LDADD = $(unit_libs)

tests_unit_base_random_test_SOURCES = tests/unit/base/test_random.c
tests_unit_base_random_test_CPPFLAGS = $(unit_cppflags)
tests_unit_base_random_test_LDADD = $(unit_libs)

tests_unit_base_base64_test_SOURCES = tests/unit/base/test_base64.c
tests_unit_base_base64_test_CPPFLAGS = $(unit_cppflags)
tests_unit_base_base64_test_LDADD = $(unit_libs)
endif
