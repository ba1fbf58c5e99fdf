if HAVE_CMOCKA
trust_tests = tests/unit/trust/trusted_path.test
check_PROGRAMS += $(trust_tests)
TESTS += $(trust_tests)

tests_unit_trust_trusted_path_test_SOURCES = tests/unit/trust/test_trusted_path.c
tests_unit_trust_trusted_path_test_CPPFLAGS = $(unit_cppflags)
tests_unit_trust_trusted_path_test_LDADD = $(unit_libs)
endif
