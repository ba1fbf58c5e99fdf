EXTRA_DIST += tests/unit/parse/pcre2-jit.supp
# Lines are compared as short texts: lines.h.
parse_lines = tests/unit/parse/lines.c tests/unit/parse/lines.h
# Random requests go through a format and back: trips.h.
parse_trips = $(parse_lines) tests/unit/parse/trips.c tests/unit/parse/trips.h \
	tests/unit/parse/requests.c tests/unit/parse/requests.h
if HAVE_CMOCKA
parse_tests = \
	tests/unit/parse/apache_error.test \
	tests/unit/parse/authmedic.test \
	tests/unit/parse/catalina.test \
	tests/unit/parse/clients.test \
	tests/unit/parse/guess.test \
	tests/unit/parse/haproxy.test \
	tests/unit/parse/iis.test \
	tests/unit/parse/iis_native.test \
	tests/unit/parse/java_servers.test \
	tests/unit/parse/json_lines.test \
	tests/unit/parse/logformat.test \
	tests/unit/parse/ncsa.test \
	tests/unit/parse/nginx_error.test \
	tests/unit/parse/parser.test \
	tests/unit/parse/regex.test \
	tests/unit/parse/short_way.test \
	tests/unit/parse/round_trip.test \
	tests/unit/parse/round_trip_logformat.test \
	tests/unit/parse/round_trip_servers.test \
	tests/unit/parse/shortfall.test \
	tests/unit/parse/signatures.test \
	tests/unit/parse/squid.test \
	tests/unit/parse/squid_cache.test \
	tests/unit/parse/stamp.test \
	tests/unit/parse/statuses.test
check_PROGRAMS += $(parse_tests)
TESTS += $(parse_tests)

tests_unit_parse_apache_error_test_SOURCES = tests/unit/parse/test_apache_error.c $(parse_lines)
tests_unit_parse_apache_error_test_CPPFLAGS = $(unit_cppflags)
tests_unit_parse_apache_error_test_LDADD = $(unit_libs)

tests_unit_parse_authmedic_test_SOURCES = tests/unit/parse/test_authmedic.c $(parse_lines)
tests_unit_parse_authmedic_test_CPPFLAGS = $(unit_cppflags)
tests_unit_parse_authmedic_test_LDADD = $(unit_libs)

tests_unit_parse_catalina_test_SOURCES = tests/unit/parse/test_catalina.c $(parse_lines)
tests_unit_parse_catalina_test_CPPFLAGS = $(unit_cppflags)
tests_unit_parse_catalina_test_LDADD = $(unit_libs)
tests_unit_parse_clients_test_SOURCES = tests/unit/parse/test_clients.c
tests_unit_parse_clients_test_CPPFLAGS = $(unit_cppflags)
tests_unit_parse_clients_test_LDADD = $(unit_libs)

tests_unit_parse_short_way_test_SOURCES = tests/unit/parse/test_short_way.c $(parse_lines) \
	tests/unit/parse/requests.c tests/unit/parse/requests.h
tests_unit_parse_short_way_test_CPPFLAGS = $(unit_cppflags)
tests_unit_parse_short_way_test_LDADD = $(unit_libs)

tests_unit_parse_iis_test_SOURCES = tests/unit/parse/test_iis.c $(parse_lines)
tests_unit_parse_iis_test_CPPFLAGS = $(unit_cppflags)
tests_unit_parse_iis_test_LDADD = $(unit_libs)

tests_unit_parse_iis_native_test_SOURCES = tests/unit/parse/test_iis_native.c $(parse_lines)
tests_unit_parse_iis_native_test_CPPFLAGS = $(unit_cppflags)
tests_unit_parse_iis_native_test_LDADD = $(unit_libs)

tests_unit_parse_java_servers_test_SOURCES = tests/unit/parse/test_java_servers.c $(parse_lines)
tests_unit_parse_java_servers_test_CPPFLAGS = $(unit_cppflags)
tests_unit_parse_java_servers_test_LDADD = $(unit_libs)

tests_unit_parse_haproxy_test_SOURCES = tests/unit/parse/test_haproxy.c $(parse_lines)
tests_unit_parse_haproxy_test_CPPFLAGS = $(unit_cppflags)
tests_unit_parse_haproxy_test_LDADD = $(unit_libs)

tests_unit_parse_guess_test_SOURCES = tests/unit/parse/test_guess.c $(parse_lines) \
	$(allocation_sources)
tests_unit_parse_guess_test_CPPFLAGS = $(unit_cppflags)
tests_unit_parse_guess_test_LDFLAGS = $(AM_LDFLAGS) $(allocation_ldflags)
tests_unit_parse_guess_test_LDADD = $(unit_libs)

tests_unit_parse_json_lines_test_SOURCES = tests/unit/parse/test_json_lines.c $(parse_lines)
tests_unit_parse_json_lines_test_CPPFLAGS = $(unit_cppflags)
tests_unit_parse_json_lines_test_LDADD = $(unit_libs)

tests_unit_parse_logformat_test_SOURCES = tests/unit/parse/test_logformat.c $(parse_lines)
tests_unit_parse_logformat_test_CPPFLAGS = $(unit_cppflags)
tests_unit_parse_logformat_test_LDADD = $(unit_libs)

tests_unit_parse_ncsa_test_SOURCES = tests/unit/parse/test_ncsa.c $(parse_lines)
tests_unit_parse_ncsa_test_CPPFLAGS = $(unit_cppflags)
tests_unit_parse_ncsa_test_LDADD = $(unit_libs)

tests_unit_parse_nginx_error_test_SOURCES = tests/unit/parse/test_nginx_error.c $(parse_lines)
tests_unit_parse_nginx_error_test_CPPFLAGS = $(unit_cppflags)
tests_unit_parse_nginx_error_test_LDADD = $(unit_libs)

tests_unit_parse_parser_test_SOURCES = tests/unit/parse/test_parser.c $(parse_lines) \
	$(allocation_sources)
tests_unit_parse_parser_test_CPPFLAGS = $(unit_cppflags)
tests_unit_parse_parser_test_LDFLAGS = $(AM_LDFLAGS) $(allocation_ldflags)
tests_unit_parse_parser_test_LDADD = $(unit_libs)

tests_unit_parse_regex_test_SOURCES = tests/unit/parse/test_regex.c $(allocation_sources)
tests_unit_parse_regex_test_CPPFLAGS = $(unit_cppflags)
tests_unit_parse_regex_test_LDFLAGS = $(AM_LDFLAGS) $(allocation_ldflags)
tests_unit_parse_regex_test_LDADD = $(unit_libs)

tests_unit_parse_signatures_test_SOURCES = tests/unit/parse/test_signatures.c $(parse_lines) \
	tests/unit/parse/rules_fixture.h \
	$(allocation_sources)
tests_unit_parse_signatures_test_CPPFLAGS = $(unit_cppflags)
tests_unit_parse_signatures_test_LDFLAGS = $(AM_LDFLAGS) $(allocation_ldflags)
tests_unit_parse_signatures_test_LDADD = $(unit_libs)

tests_unit_parse_statuses_test_SOURCES = tests/unit/parse/test_statuses.c \
	tests/unit/parse/rules_fixture.h $(allocation_sources)
tests_unit_parse_statuses_test_CPPFLAGS = $(unit_cppflags)
tests_unit_parse_statuses_test_LDFLAGS = $(AM_LDFLAGS) $(allocation_ldflags)
tests_unit_parse_statuses_test_LDADD = $(unit_libs)

tests_unit_parse_shortfall_test_SOURCES = tests/unit/parse/test_shortfall.c
tests_unit_parse_shortfall_test_CPPFLAGS = $(unit_cppflags)
tests_unit_parse_shortfall_test_LDADD = $(unit_libs)

tests_unit_parse_squid_test_SOURCES = tests/unit/parse/test_squid.c $(parse_lines)
tests_unit_parse_squid_test_CPPFLAGS = $(unit_cppflags)
tests_unit_parse_squid_test_LDADD = $(unit_libs)

tests_unit_parse_squid_cache_test_SOURCES = tests/unit/parse/test_squid_cache.c $(parse_lines)
tests_unit_parse_squid_cache_test_CPPFLAGS = $(unit_cppflags)
tests_unit_parse_squid_cache_test_LDADD = $(unit_libs)

tests_unit_parse_stamp_test_SOURCES = tests/unit/parse/test_stamp.c
tests_unit_parse_stamp_test_CPPFLAGS = $(unit_cppflags)
tests_unit_parse_stamp_test_LDADD = $(unit_libs)
tests_unit_parse_round_trip_logformat_test_SOURCES = \
	tests/unit/parse/test_round_trip_logformat.c $(parse_trips)
tests_unit_parse_round_trip_logformat_test_CPPFLAGS = $(unit_cppflags)
tests_unit_parse_round_trip_logformat_test_LDADD = $(unit_libs)

tests_unit_parse_round_trip_servers_test_SOURCES = \
	tests/unit/parse/test_round_trip_servers.c $(parse_trips)
tests_unit_parse_round_trip_servers_test_CPPFLAGS = $(unit_cppflags)
tests_unit_parse_round_trip_servers_test_LDADD = $(unit_libs)

tests_unit_parse_round_trip_test_SOURCES = tests/unit/parse/test_round_trip.c \
	$(parse_trips)
tests_unit_parse_round_trip_test_CPPFLAGS = $(unit_cppflags)
tests_unit_parse_round_trip_test_LDADD = $(unit_libs)
endif
