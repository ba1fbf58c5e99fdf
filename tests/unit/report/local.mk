if HAVE_CMOCKA
report_tests = tests/unit/report/authorities.test \
	tests/unit/report/course.test \
	tests/unit/report/grouping.test \
	tests/unit/report/day.test \
	tests/unit/report/http_server.test \
	tests/unit/report/http_socket.test \
	tests/unit/report/log_bytes.test \
	tests/unit/report/http_access.test \
	tests/unit/report/http_authorization.test \
	tests/unit/report/http_certificate.test \
	tests/unit/report/http_crowd.test \
	tests/unit/report/http_failures.test \
	tests/unit/report/http_host.test \
	tests/unit/report/http_login.test \
	tests/unit/report/http_users.test \
	tests/unit/report/metrics.test \
	tests/unit/report/metrics_negotiate.test \
	tests/unit/report/notification.test \
	tests/unit/report/pace.test \
	tests/unit/report/page.test \
	tests/unit/report/page_markup.test \
	tests/unit/report/retry.test \
	tests/unit/report/secret_file.test \
	tests/unit/report/signature.test \
	tests/unit/report/status.test \
	tests/unit/report/webhook_sender.test \
	tests/unit/report/wire.test
check_PROGRAMS += $(report_tests)
TESTS += $(report_tests)

tests_unit_report_course_test_SOURCES = tests/unit/report/test_course.c
tests_unit_report_course_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_course_test_LDADD = $(unit_libs)

tests_unit_report_grouping_test_SOURCES = tests/unit/report/test_grouping.c
tests_unit_report_grouping_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_grouping_test_LDADD = $(unit_libs)

tests_unit_report_pace_test_SOURCES = tests/unit/report/test_pace.c
tests_unit_report_pace_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_pace_test_LDADD = $(unit_libs)

tests_unit_report_day_test_SOURCES = tests/unit/report/test_day.c
tests_unit_report_day_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_day_test_LDADD = $(unit_libs)

tests_unit_report_http_server_test_SOURCES = tests/unit/report/test_http_server.c \
	tests/unit/report/http_server_fixture.h tests/unit/loop/loop_fixture.h \
	$(allocation_sources)
tests_unit_report_http_server_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_http_server_test_LDFLAGS = $(AM_LDFLAGS) $(allocation_ldflags)
tests_unit_report_http_server_test_LDADD = $(unit_libs)

tests_unit_report_http_socket_test_SOURCES = tests/unit/report/test_http_socket.c
tests_unit_report_http_socket_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_http_socket_test_LDADD = $(unit_libs)

tests_unit_report_http_access_test_SOURCES = tests/unit/report/test_http_access.c \
	tests/unit/report/http_files_fixture.h \
	tests/unit/report/http_server_fixture.h tests/unit/loop/loop_fixture.h
tests_unit_report_http_access_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_http_access_test_LDADD = $(unit_libs)

tests_unit_report_authorities_test_SOURCES = tests/unit/report/test_authorities.c \
	tests/unit/directory_fixture.h
tests_unit_report_authorities_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_authorities_test_LDADD = $(unit_libs)

tests_unit_report_http_certificate_test_SOURCES = tests/unit/report/test_http_certificate.c
tests_unit_report_http_certificate_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_http_certificate_test_LDADD = $(unit_libs)

tests_unit_report_http_authorization_test_SOURCES = tests/unit/report/test_http_authorization.c
tests_unit_report_http_authorization_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_http_authorization_test_LDADD = $(unit_libs)

tests_unit_report_http_crowd_test_SOURCES = tests/unit/report/test_http_crowd.c
tests_unit_report_http_crowd_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_http_crowd_test_LDADD = $(unit_libs)

tests_unit_report_http_failures_test_SOURCES = tests/unit/report/test_http_failures.c
tests_unit_report_http_failures_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_http_failures_test_LDADD = $(unit_libs)

tests_unit_report_http_host_test_SOURCES = tests/unit/report/test_http_host.c
tests_unit_report_http_host_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_http_host_test_LDADD = $(unit_libs)

tests_unit_report_http_login_test_SOURCES = tests/unit/report/test_http_login.c \
	tests/unit/report/http_files_fixture.h tests/unit/loop/loop_fixture.h
tests_unit_report_http_login_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_http_login_test_LDADD = $(unit_libs)

tests_unit_report_http_users_test_SOURCES = tests/unit/report/test_http_users.c \
	tests/unit/report/http_files_fixture.h
tests_unit_report_http_users_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_http_users_test_LDADD = $(unit_libs)

tests_unit_report_metrics_test_SOURCES = tests/unit/report/test_metrics.c \
	$(allocation_sources)
tests_unit_report_metrics_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_metrics_test_LDFLAGS = $(AM_LDFLAGS) $(allocation_ldflags)
tests_unit_report_metrics_test_LDADD = $(unit_libs)

tests_unit_report_metrics_negotiate_test_SOURCES = tests/unit/report/test_metrics_negotiate.c
tests_unit_report_metrics_negotiate_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_metrics_negotiate_test_LDADD = $(unit_libs)

tests_unit_report_notification_test_SOURCES = tests/unit/report/test_notification.c
tests_unit_report_notification_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_notification_test_LDADD = $(unit_libs)

tests_unit_report_log_bytes_test_SOURCES = tests/unit/report/test_log_bytes.c \
	tests/unit/chance.h tests/unit/report/model_fixture.h
tests_unit_report_log_bytes_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_log_bytes_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=text_append_html
tests_unit_report_log_bytes_test_LDADD = $(unit_libs)

tests_unit_report_page_test_SOURCES = tests/unit/report/test_page.c \
	tests/unit/report/model_fixture.h
tests_unit_report_page_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_page_test_LDADD = $(unit_libs)

tests_unit_report_page_markup_test_SOURCES = tests/unit/report/test_page_markup.c
tests_unit_report_page_markup_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_page_markup_test_LDADD = $(unit_libs)

tests_unit_report_retry_test_SOURCES = tests/unit/report/test_retry.c
tests_unit_report_retry_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_retry_test_LDADD = $(unit_libs)

tests_unit_report_secret_file_test_SOURCES = tests/unit/report/test_secret_file.c
tests_unit_report_secret_file_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_secret_file_test_LDADD = $(unit_libs)

tests_unit_report_signature_test_SOURCES = tests/unit/report/test_signature.c
tests_unit_report_signature_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_signature_test_LDADD = $(unit_libs)

tests_unit_report_status_test_SOURCES = tests/unit/report/test_status.c \
	tests/unit/report/model_fixture.h
tests_unit_report_status_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_status_test_LDADD = $(unit_libs)

tests_unit_report_webhook_sender_test_SOURCES = tests/unit/report/test_webhook_sender.c \
	tests/unit/loop/loop_fixture.h \
	$(allocation_sources)
tests_unit_report_webhook_sender_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_webhook_sender_test_LDFLAGS = $(AM_LDFLAGS) $(allocation_ldflags)
tests_unit_report_webhook_sender_test_LDADD = $(unit_libs)

tests_unit_report_wire_test_SOURCES = tests/unit/report/test_wire.c
tests_unit_report_wire_test_CPPFLAGS = $(unit_cppflags)
tests_unit_report_wire_test_LDADD = $(unit_libs)
EXTRA_DIST += tests/unit/report/golden
endif
