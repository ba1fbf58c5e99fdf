if HAVE_CMOCKA
report_tests = tests/unit/report/http_server.test \
	tests/unit/report/http_socket.test \
	tests/unit/report/metrics.test \
	tests/unit/report/metrics_negotiate.test
check_PROGRAMS += $(report_tests)
TESTS += $(report_tests)

tests_unit_report_http_server_test_SOURCES = tests/unit/report/test_http_server.c \
	tests/unit/loop/loop_fixture.h
tests_unit_report_http_server_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_http_server_test_LDADD = $(unit_libs)

tests_unit_report_http_socket_test_SOURCES = tests/unit/report/test_http_socket.c
tests_unit_report_http_socket_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_http_socket_test_LDADD = $(unit_libs)

tests_unit_report_metrics_test_SOURCES = tests/unit/report/test_metrics.c
tests_unit_report_metrics_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_metrics_test_LDADD = $(unit_libs)

tests_unit_report_metrics_negotiate_test_SOURCES = tests/unit/report/test_metrics_negotiate.c
tests_unit_report_metrics_negotiate_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_metrics_negotiate_test_LDADD = $(unit_libs)
endif
