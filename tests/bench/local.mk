# Benchmarks: built and run on request, `make bench`.
EXTRA_PROGRAMS = tests/bench/page tests/bench/detector tests/bench/generate-log tests/bench/hostile-lines
EXTRA_DIST += tests/bench/daemon tests/bench/reading
tests_bench_page_SOURCES = tests/bench/page.c
tests_bench_detector_SOURCES = tests/bench/detector.c tests/bench/usual_options.h
tests_bench_hostile_lines_SOURCES = tests/bench/hostile_lines.c tests/bench/usual_options.h
tests_bench_generate_log_SOURCES = tests/bench/generate_log.c tests/bench/intranet.c \
	tests/bench/intranet.h tests/bench/intranet_texts.h
tests_bench_generate_log_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/bench
EXTRA_DIST += tests/bench/catch-up tests/bench/scrapes

.PHONY: bench
bench: $(EXTRA_PROGRAMS) authmedic authmedicd authmedic-helper
	tests/bench/detector
	tests/bench/page
	-tests/bench/hostile-lines $(top_srcdir)/rules/signatures
	AUTHMEDIC_BUILD_DIR='$(abs_top_builddir)' $(top_srcdir)/tests/bench/daemon
	AUTHMEDIC_BUILD_DIR='$(abs_top_builddir)' $(top_srcdir)/tests/bench/reading
	AUTHMEDIC_BUILD_DIR='$(abs_top_builddir)' $(top_srcdir)/tests/bench/scrapes
