if HAVE_CMOCKA
config_tests = tests/unit/config/config.test \
	tests/unit/config/document.test \
	tests/unit/config/nearest.test \
	tests/unit/config/options.test \
	tests/unit/config/servers.test \
	tests/unit/config/tree.test \
	tests/unit/config/types.test
check_PROGRAMS += $(config_tests)
TESTS += $(config_tests)

tests_unit_config_config_test_SOURCES = tests/unit/config/test_config.c \
	tests/unit/directory_fixture.h $(allocation_sources)
tests_unit_config_config_test_CPPFLAGS = $(unit_cppflags)
tests_unit_config_config_test_LDFLAGS = $(AM_LDFLAGS) $(allocation_ldflags)
tests_unit_config_config_test_LDADD = $(unit_libs)

tests_unit_config_document_test_SOURCES = tests/unit/config/test_document.c \
	tests/unit/directory_fixture.h $(allocation_sources)
tests_unit_config_document_test_CPPFLAGS = $(unit_cppflags)
tests_unit_config_document_test_LDFLAGS = $(AM_LDFLAGS) $(allocation_ldflags)
tests_unit_config_document_test_LDADD = $(unit_libs)

tests_unit_config_nearest_test_SOURCES = tests/unit/config/test_nearest.c
tests_unit_config_nearest_test_CPPFLAGS = $(unit_cppflags)
tests_unit_config_nearest_test_LDADD = $(unit_libs)

tests_unit_config_options_test_SOURCES = tests/unit/config/test_options.c
tests_unit_config_options_test_CPPFLAGS = $(unit_cppflags)
tests_unit_config_options_test_LDADD = $(unit_libs)

tests_unit_config_servers_test_SOURCES = tests/unit/config/test_servers.c \
	tests/unit/directory_fixture.h
tests_unit_config_servers_test_CPPFLAGS = $(unit_cppflags)
tests_unit_config_servers_test_LDADD = $(unit_libs)

tests_unit_config_tree_test_SOURCES = tests/unit/config/test_tree.c $(allocation_sources)
tests_unit_config_tree_test_CPPFLAGS = $(unit_cppflags)
tests_unit_config_tree_test_LDFLAGS = $(AM_LDFLAGS) $(allocation_ldflags)
tests_unit_config_tree_test_LDADD = $(unit_libs)

tests_unit_config_types_test_SOURCES = tests/unit/config/test_types.c
tests_unit_config_types_test_CPPFLAGS = $(unit_cppflags)
tests_unit_config_types_test_LDADD = $(unit_libs)
endif
EXTRA_DIST += tests/unit/config/bad
