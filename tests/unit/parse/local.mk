# Lines are compared as short texts: lines.h.
parse_lines = tests/unit/parse/lines.c tests/unit/parse/lines.h
if HAVE_CMOCKA
parse_tests = \
	tests/unit/parse/authmedic.test \
	tests/unit/parse/ncsa.test \
	tests/unit/parse/signatures.test
check_PROGRAMS += $(parse_tests)
TESTS += $(parse_tests)

tests_unit_parse_authmedic_test_SOURCES = tests/unit/parse/test_authmedic.c $(parse_lines)
tests_unit_parse_authmedic_test_CPPFLAGS = $(unit_cppflags)
tests_unit_parse_authmedic_test_LDADD = $(unit_libs)

tests_unit_parse_ncsa_test_SOURCES = tests/unit/parse/test_ncsa.c $(parse_lines)
tests_unit_parse_ncsa_test_CPPFLAGS = $(unit_cppflags)
tests_unit_parse_ncsa_test_LDADD = $(unit_libs)

tests_unit_parse_signatures_test_SOURCES = tests/unit/parse/test_signatures.c $(parse_lines)
tests_unit_parse_signatures_test_CPPFLAGS = $(unit_cppflags)
tests_unit_parse_signatures_test_LDADD = $(unit_libs)
endif
