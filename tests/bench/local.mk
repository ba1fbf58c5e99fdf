# Benchmarks: built and run on request, `make bench`.
EXTRA_PROGRAMS = tests/bench/detector
tests_bench_detector_SOURCES = tests/bench/detector.c

.PHONY: bench
bench: $(EXTRA_PROGRAMS)
	tests/bench/detector
