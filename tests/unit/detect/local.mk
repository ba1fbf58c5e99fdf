if HAVE_CMOCKA
detect_tests = tests/unit/detect/handshakes.test \
	tests/unit/detect/detector_rows.test
check_PROGRAMS += $(detect_tests)
TESTS += $(detect_tests)
detect_script = tests/unit/detect/script.c tests/unit/detect/script.h
detect_traffic = tests/unit/detect/traffic.c tests/unit/detect/traffic.h

tests_unit_detect_handshakes_test_SOURCES = tests/unit/detect/test_handshakes.c $(detect_script)
tests_unit_detect_handshakes_test_CPPFLAGS = $(unit_cppflags)
tests_unit_detect_handshakes_test_LDADD = $(unit_libs)

tests_unit_detect_detector_rows_test_SOURCES = tests/unit/detect/test_detector_rows.c \
	$(detect_script) $(detect_traffic)
tests_unit_detect_detector_rows_test_CPPFLAGS = $(unit_cppflags)
tests_unit_detect_detector_rows_test_LDADD = $(unit_libs)
endif
EXTRA_DIST += tests/unit/detect/handshakes.txt
