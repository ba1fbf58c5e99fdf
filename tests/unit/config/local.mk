if HAVE_CMOCKA
config_tests = tests/unit/config/document.test
check_PROGRAMS += $(config_tests)
TESTS += $(config_tests)

tests_unit_config_document_test_SOURCES = tests/unit/config/test_document.c $(allocation_sources)
tests_unit_config_document_test_CPPFLAGS = $(unit_cppflags)
tests_unit_config_document_test_LDFLAGS = $(AM_LDFLAGS) $(allocation_ldflags)
tests_unit_config_document_test_LDADD = $(unit_libs)
endif
