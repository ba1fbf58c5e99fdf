if HAVE_CMOCKA
remedy_tests = tests/unit/remedy/protocol.test
check_PROGRAMS += $(remedy_tests)
TESTS += $(remedy_tests)

tests_unit_remedy_protocol_test_SOURCES = tests/unit/remedy/test_protocol.c
tests_unit_remedy_protocol_test_CPPFLAGS = $(unit_cppflags)
tests_unit_remedy_protocol_test_LDADD = $(unit_libs)
endif
