if HAVE_CMOCKA
intake_tests = tests/unit/intake/model.test
check_PROGRAMS += $(intake_tests)
TESTS += $(intake_tests)

tests_unit_intake_model_test_SOURCES = tests/unit/intake/test_model.c \
	tests/unit/intake/world.c tests/unit/intake/world_life.c tests/unit/intake/world.h
tests_unit_intake_model_test_CPPFLAGS = $(unit_cppflags)
tests_unit_intake_model_test_LDADD = $(unit_libs)
endif
