if HAVE_CMOCKA
loop_tests = tests/unit/loop/child.test \
	tests/unit/loop/clock.test \
	tests/unit/loop/http_client.test \
	tests/unit/loop/packet_channel.test \
	tests/unit/loop/service_manager.test \
	tests/unit/loop/signals.test \
	tests/unit/loop/timer.test
check_PROGRAMS += $(loop_tests)
TESTS += $(loop_tests)

tests_unit_loop_child_test_SOURCES = tests/unit/loop/test_child.c tests/unit/loop/loop_fixture.h
tests_unit_loop_child_test_CPPFLAGS = $(unit_cppflags)
tests_unit_loop_child_test_LDADD = $(unit_libs)
tests_unit_loop_child_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=kill

tests_unit_loop_clock_test_SOURCES = tests/unit/loop/test_clock.c
tests_unit_loop_clock_test_CPPFLAGS = $(unit_cppflags)
tests_unit_loop_clock_test_LDADD = $(unit_libs)

tests_unit_loop_http_client_test_SOURCES = tests/unit/loop/test_http_client.c \
	tests/unit/loop/loop_fixture.h
tests_unit_loop_http_client_test_CPPFLAGS = $(unit_cppflags)
tests_unit_loop_http_client_test_LDADD = $(unit_libs)

tests_unit_loop_packet_channel_test_SOURCES = tests/unit/loop/test_packet_channel.c \
	tests/unit/loop/loop_fixture.h
tests_unit_loop_packet_channel_test_CPPFLAGS = $(unit_cppflags)
tests_unit_loop_packet_channel_test_LDADD = $(unit_libs)

tests_unit_loop_signals_test_SOURCES = tests/unit/loop/test_signals.c \
	tests/unit/loop/loop_fixture.h
tests_unit_loop_signals_test_CPPFLAGS = $(unit_cppflags)
tests_unit_loop_signals_test_LDADD = $(unit_libs)

tests_unit_loop_timer_test_SOURCES = tests/unit/loop/test_timer.c tests/unit/loop/loop_fixture.h
tests_unit_loop_timer_test_CPPFLAGS = $(unit_cppflags)
tests_unit_loop_timer_test_LDADD = $(unit_libs)

tests_unit_loop_service_manager_test_SOURCES = tests/unit/loop/test_service_manager.c
tests_unit_loop_service_manager_test_CPPFLAGS = $(unit_cppflags)
tests_unit_loop_service_manager_test_LDADD = $(unit_libs)
endif
