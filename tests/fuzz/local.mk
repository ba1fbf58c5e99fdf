# Each target is replayed over its corpus; tests/fuzz/run makes a libFuzzer of it.
fuzz_targets = tests/fuzz/challenge.test \
	tests/fuzz/condition.test \
	tests/fuzz/config.test \
	tests/fuzz/document.test \
	tests/fuzz/etcd.test \
	tests/fuzz/facts.test \
	tests/fuzz/format.test \
	tests/fuzz/helper.test \
	tests/fuzz/http_request.test \
	tests/fuzz/intake_lines.test \
	tests/fuzz/ledger_line.test \
	tests/fuzz/lines.test \
	tests/fuzz/protocol.test
check_PROGRAMS += $(fuzz_targets)
TESTS += $(fuzz_targets)
EXTRA_DIST += tests/fuzz/README.md tests/fuzz/corpus \
	tests/fuzz/build tests/fuzz/campaign tests/fuzz/run
fuzz_sources = tests/fuzz/replay.c tests/fuzz/fuzz.h
parsed_checks = tests/fuzz/parsed_checks.c tests/fuzz/parsed_checks.h

tests_fuzz_challenge_test_SOURCES = tests/fuzz/challenge.c $(fuzz_sources)
tests_fuzz_condition_test_SOURCES = tests/fuzz/condition.c $(fuzz_sources)
tests_fuzz_config_test_SOURCES = tests/fuzz/config.c $(fuzz_sources)
tests_fuzz_document_test_SOURCES = tests/fuzz/document.c $(fuzz_sources)
tests_fuzz_etcd_test_SOURCES = tests/fuzz/etcd.c $(fuzz_sources)
tests_fuzz_facts_test_SOURCES = tests/fuzz/facts.c $(fuzz_sources)
tests_fuzz_format_test_SOURCES = tests/fuzz/format.c $(parsed_checks) $(fuzz_sources)
tests_fuzz_helper_test_SOURCES = tests/fuzz/helper.c $(helper_idle) $(fuzz_sources)
tests_fuzz_helper_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit/helper
tests_fuzz_helper_test_LDADD = libhelper.a $(LDADD)
tests_fuzz_http_request_test_SOURCES = tests/fuzz/http_request.c $(fuzz_sources)
tests_fuzz_intake_lines_test_SOURCES = tests/fuzz/intake_lines.c $(fuzz_sources)
tests_fuzz_ledger_line_test_SOURCES = tests/fuzz/ledger_line.c $(fuzz_sources)
tests_fuzz_lines_test_SOURCES = tests/fuzz/lines.c $(parsed_checks) $(fuzz_sources)
tests_fuzz_protocol_test_SOURCES = tests/fuzz/protocol.c $(fuzz_sources)
