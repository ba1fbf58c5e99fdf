if HAVE_CMOCKA
detect_tests = tests/unit/detect/verdict.test \
	tests/unit/detect/answers.test \
	tests/unit/detect/changes.test \
	tests/unit/detect/deafness.test \
	tests/unit/detect/deafness_probe.test \
	tests/unit/detect/links.test \
	tests/unit/detect/row.test \
	tests/unit/detect/recent.test \
	tests/unit/detect/clock.test \
	tests/unit/detect/dating.test \
	tests/unit/detect/seen.test \
	tests/unit/detect/distinct.test \
	tests/unit/detect/places.test \
	tests/unit/detect/onset.test \
	tests/unit/detect/forwarded.test \
	tests/unit/detect/detector_evidence.test \
	tests/unit/detect/window.test \
	tests/unit/detect/voters.test \
	tests/unit/detect/handshakes.test \
	tests/unit/detect/corpus.test \
	tests/unit/detect/detector.test \
	tests/unit/detect/detector_model.test \
	tests/unit/detect/detector_noise.test \
	tests/unit/detect/detector_rows.test \
	tests/unit/detect/one_vote.test \
	tests/unit/detect/silence.test
check_PROGRAMS += $(detect_tests)
TESTS += $(detect_tests)
detect_script = tests/unit/detect/script.c tests/unit/detect/script.h
detect_traffic = tests/unit/detect/traffic.c tests/unit/detect/traffic.h

tests_unit_detect_one_vote_test_SOURCES = tests/unit/detect/test_one_vote.c \
	tests/unit/chance.h $(detect_script)
tests_unit_detect_one_vote_test_CPPFLAGS = $(unit_cppflags)
tests_unit_detect_one_vote_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=voters_vote
tests_unit_detect_one_vote_test_LDADD = $(unit_libs)

tests_unit_detect_silence_test_SOURCES = tests/unit/detect/test_silence.c \
	tests/unit/chance.h tests/unit/detect/deafness_fixture.h
tests_unit_detect_silence_test_CPPFLAGS = $(unit_cppflags)
tests_unit_detect_silence_test_LDADD = $(unit_libs)

tests_unit_detect_verdict_test_SOURCES = tests/unit/detect/test_verdict.c \
	$(detect_script)
tests_unit_detect_verdict_test_CPPFLAGS = $(unit_cppflags)
tests_unit_detect_verdict_test_LDADD = $(unit_libs)

tests_unit_detect_changes_test_SOURCES = tests/unit/detect/test_changes.c \
	$(allocation_sources)
tests_unit_detect_changes_test_CPPFLAGS = $(unit_cppflags)
tests_unit_detect_changes_test_LDFLAGS = $(AM_LDFLAGS) $(allocation_ldflags)
tests_unit_detect_changes_test_LDADD = $(unit_libs)

tests_unit_detect_deafness_test_SOURCES = tests/unit/detect/test_deafness.c \
	tests/unit/detect/deafness_fixture.h
tests_unit_detect_deafness_test_CPPFLAGS = $(unit_cppflags)
tests_unit_detect_deafness_test_LDADD = $(unit_libs)

tests_unit_detect_deafness_probe_test_SOURCES = tests/unit/detect/test_deafness_probe.c \
	tests/unit/detect/deafness_fixture.h
tests_unit_detect_deafness_probe_test_CPPFLAGS = $(unit_cppflags)
tests_unit_detect_deafness_probe_test_LDADD = $(unit_libs)

tests_unit_detect_answers_test_SOURCES = tests/unit/detect/test_answers.c \
	tests/unit/chance.h tests/unit/seed.h $(detect_script) $(detect_traffic) $(allocation_sources)
tests_unit_detect_answers_test_CPPFLAGS = $(unit_cppflags)
tests_unit_detect_answers_test_LDFLAGS = $(AM_LDFLAGS) $(allocation_ldflags)
tests_unit_detect_answers_test_LDADD = $(unit_libs)

tests_unit_detect_links_test_SOURCES = tests/unit/detect/test_links.c \
	$(detect_traffic) $(allocation_sources)
tests_unit_detect_links_test_CPPFLAGS = $(unit_cppflags)
tests_unit_detect_links_test_LDFLAGS = $(AM_LDFLAGS) $(allocation_ldflags)
tests_unit_detect_links_test_LDADD = $(unit_libs)

tests_unit_detect_row_test_SOURCES = tests/unit/detect/test_row.c
tests_unit_detect_row_test_CPPFLAGS = $(unit_cppflags)
tests_unit_detect_row_test_LDADD = $(unit_libs)

tests_unit_detect_recent_test_SOURCES = tests/unit/detect/test_recent.c \
	$(detect_traffic)
tests_unit_detect_recent_test_CPPFLAGS = $(unit_cppflags)
tests_unit_detect_recent_test_LDADD = $(unit_libs)

tests_unit_detect_clock_test_SOURCES = tests/unit/detect/test_clock.c
tests_unit_detect_clock_test_CPPFLAGS = $(unit_cppflags)
tests_unit_detect_clock_test_LDADD = $(unit_libs)

tests_unit_detect_dating_test_SOURCES = tests/unit/detect/test_dating.c
tests_unit_detect_dating_test_CPPFLAGS = $(unit_cppflags)
tests_unit_detect_dating_test_LDADD = $(unit_libs)

tests_unit_detect_seen_test_SOURCES = tests/unit/detect/test_seen.c \
	$(detect_traffic) $(allocation_sources)
tests_unit_detect_seen_test_CPPFLAGS = $(unit_cppflags)
tests_unit_detect_seen_test_LDFLAGS = $(AM_LDFLAGS) $(allocation_ldflags)
tests_unit_detect_seen_test_LDADD = $(unit_libs)

tests_unit_detect_distinct_test_SOURCES = tests/unit/detect/test_distinct.c \
	$(detect_traffic) $(allocation_sources)
tests_unit_detect_distinct_test_CPPFLAGS = $(unit_cppflags)
tests_unit_detect_distinct_test_LDFLAGS = $(AM_LDFLAGS) $(allocation_ldflags)
tests_unit_detect_distinct_test_LDADD = $(unit_libs)

tests_unit_detect_places_test_SOURCES = tests/unit/detect/test_places.c
tests_unit_detect_places_test_CPPFLAGS = $(unit_cppflags)
tests_unit_detect_places_test_LDADD = $(unit_libs)

tests_unit_detect_onset_test_SOURCES = tests/unit/detect/test_onset.c
tests_unit_detect_onset_test_CPPFLAGS = $(unit_cppflags)
tests_unit_detect_onset_test_LDADD = $(unit_libs)

tests_unit_detect_forwarded_test_SOURCES = tests/unit/detect/test_forwarded.c
tests_unit_detect_forwarded_test_CPPFLAGS = $(unit_cppflags)
tests_unit_detect_forwarded_test_LDADD = $(unit_libs)

tests_unit_detect_detector_evidence_test_SOURCES = tests/unit/detect/test_detector_evidence.c \
	$(detect_script)
tests_unit_detect_detector_evidence_test_CPPFLAGS = $(unit_cppflags)
tests_unit_detect_detector_evidence_test_LDADD = $(unit_libs)

tests_unit_detect_window_test_SOURCES = tests/unit/detect/test_window.c \
	$(detect_traffic) $(allocation_sources)
tests_unit_detect_window_test_CPPFLAGS = $(unit_cppflags)
tests_unit_detect_window_test_LDFLAGS = $(AM_LDFLAGS) $(allocation_ldflags)
tests_unit_detect_window_test_LDADD = $(unit_libs)

tests_unit_detect_voters_test_SOURCES = tests/unit/detect/test_voters.c \
	$(detect_traffic) $(allocation_sources)
tests_unit_detect_voters_test_CPPFLAGS = $(unit_cppflags)
tests_unit_detect_voters_test_LDFLAGS = $(AM_LDFLAGS) $(allocation_ldflags)
tests_unit_detect_voters_test_LDADD = $(unit_libs)

tests_unit_detect_handshakes_test_SOURCES = tests/unit/detect/test_handshakes.c \
	$(detect_script)
tests_unit_detect_handshakes_test_CPPFLAGS = $(unit_cppflags)
tests_unit_detect_handshakes_test_LDADD = $(unit_libs)

tests_unit_detect_corpus_test_SOURCES = tests/unit/detect/test_corpus.c \
	$(detect_script)
tests_unit_detect_corpus_test_CPPFLAGS = $(unit_cppflags)
tests_unit_detect_corpus_test_LDADD = $(unit_libs)

tests_unit_detect_detector_test_SOURCES = tests/unit/detect/test_detector.c \
	$(detect_script) $(detect_traffic) $(allocation_sources)
tests_unit_detect_detector_test_CPPFLAGS = $(unit_cppflags)
tests_unit_detect_detector_test_LDFLAGS = $(AM_LDFLAGS) $(allocation_ldflags)
tests_unit_detect_detector_test_LDADD = $(unit_libs)

tests_unit_detect_detector_rows_test_SOURCES = tests/unit/detect/test_detector_rows.c \
	tests/unit/detect/keeper.h $(detect_script) $(detect_traffic)
tests_unit_detect_detector_rows_test_CPPFLAGS = $(unit_cppflags)
tests_unit_detect_detector_rows_test_LDADD = $(unit_libs)

tests_unit_detect_detector_model_test_SOURCES = tests/unit/detect/test_detector_model.c \
	$(detect_script) $(detect_traffic)
tests_unit_detect_detector_model_test_CPPFLAGS = $(unit_cppflags)
tests_unit_detect_detector_model_test_LDADD = $(unit_libs)

tests_unit_detect_detector_noise_test_SOURCES = tests/unit/detect/test_detector_noise.c \
	$(detect_script)
tests_unit_detect_detector_noise_test_CPPFLAGS = $(unit_cppflags)
tests_unit_detect_detector_noise_test_LDADD = $(unit_libs)
endif
detect_corpus = tests/unit/detect/corpus/apache.txt \
	tests/unit/detect/corpus/formats.txt \
	tests/unit/detect/corpus/iis.txt \
	tests/unit/detect/corpus/java.txt \
	tests/unit/detect/corpus/nginx.txt \
	tests/unit/detect/corpus/proxies.txt \
	tests/unit/detect/corpus/squid.txt
EXTRA_DIST += tests/unit/detect/handshakes.txt $(detect_corpus)
