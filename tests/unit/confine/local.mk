if HAVE_CMOCKA
confine_tests = tests/unit/confine/confine.test
check_PROGRAMS += $(confine_tests)
TESTS += $(confine_tests)

tests_unit_confine_confine_test_SOURCES = tests/unit/confine/test_confine.c \
	tests/unit/directory_fixture.h
tests_unit_confine_confine_test_CPPFLAGS = $(unit_cppflags)
tests_unit_confine_confine_test_LDADD = $(unit_libs)
endif
