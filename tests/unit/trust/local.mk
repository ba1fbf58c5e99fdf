if HAVE_CMOCKA
trust_tests = tests/unit/trust/packet_socket.test \
	tests/unit/trust/trusted_path.test
check_PROGRAMS += $(trust_tests)
TESTS += $(trust_tests)

tests_unit_trust_packet_socket_test_SOURCES = tests/unit/trust/test_packet_socket.c
tests_unit_trust_packet_socket_test_CPPFLAGS = $(unit_cppflags)
tests_unit_trust_packet_socket_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=bind
tests_unit_trust_packet_socket_test_LDADD = $(unit_libs)

tests_unit_trust_trusted_path_test_SOURCES = tests/unit/trust/test_trusted_path.c
tests_unit_trust_trusted_path_test_CPPFLAGS = $(unit_cppflags)
tests_unit_trust_trusted_path_test_LDADD = $(unit_libs)
endif
