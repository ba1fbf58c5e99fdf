if HAVE_CMOCKA
report_tests = tests/unit/report/metrics.test \
	tests/unit/report/metrics_negotiate.test
check_PROGRAMS += $(report_tests)
TESTS += $(report_tests)

tests_unit_report_metrics_test_SOURCES = tests/unit/report/test_metrics.c
tests_unit_report_metrics_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_metrics_test_LDADD = $(unit_libs)

tests_unit_report_metrics_negotiate_test_SOURCES = tests/unit/report/test_metrics_negotiate.c
tests_unit_report_metrics_negotiate_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_metrics_negotiate_test_LDADD = $(unit_libs)
endif
