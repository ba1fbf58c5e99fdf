<<<<<<< HEAD
# Each target is replayed over its corpus; tests/fuzz/run makes a libFuzzer of it.
fuzz_targets = tests/fuzz/condition.test \
	tests/fuzz/config.test \
	tests/fuzz/document.test
check_PROGRAMS += $(fuzz_targets)
TESTS += $(fuzz_targets)
EXTRA_DIST += tests/fuzz/README.md tests/fuzz/corpus tests/fuzz/run
fuzz_sources = tests/fuzz/replay.c tests/fuzz/fuzz.h

tests_fuzz_condition_test_SOURCES = tests/fuzz/condition.c $(fuzz_sources)
tests_fuzz_config_test_SOURCES = tests/fuzz/config.c $(fuzz_sources)
tests_fuzz_document_test_SOURCES = tests/fuzz/document.c $(fuzz_sources)
=======
# Fuzz targets. `make check` replays their corpora; tests/fuzz/run looks for more with libFuzzer.
fuzz_tests = tests/fuzz/lines.test
check_PROGRAMS += $(fuzz_tests)
TESTS += $(fuzz_tests)
EXTRA_DIST += tests/fuzz/run tests/fuzz/corpus

tests_fuzz_lines_test_SOURCES = tests/fuzz/lines.c tests/fuzz/replay.c tests/fuzz/fuzz.h
tests_fuzz_lines_test_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_TARGET='"lines"'
>>>>>>> 84b6616 (tests: bring random requests back from every format, and fuzz the parsers)
