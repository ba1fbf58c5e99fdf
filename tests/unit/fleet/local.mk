if HAVE_CMOCKA
fleet_tests = tests/unit/fleet/etcd.test \
	tests/unit/fleet/group.test \
	tests/unit/fleet/member.test \
	tests/unit/fleet/member_writes.test \
	tests/unit/fleet/world.test
check_PROGRAMS += $(fleet_tests)
TESTS += $(fleet_tests)

tests_unit_fleet_etcd_test_SOURCES = tests/unit/fleet/test_etcd.c
tests_unit_fleet_etcd_test_CPPFLAGS = $(unit_cppflags)
tests_unit_fleet_etcd_test_LDADD = $(unit_libs)

tests_unit_fleet_group_test_SOURCES = tests/unit/fleet/test_group.c
tests_unit_fleet_group_test_CPPFLAGS = $(unit_cppflags)
tests_unit_fleet_group_test_LDADD = $(unit_libs)

tests_unit_fleet_member_test_SOURCES = tests/unit/fleet/test_member.c \
	tests/unit/fleet/member_steps.c tests/unit/fleet/member_steps.h
tests_unit_fleet_member_test_CPPFLAGS = $(unit_cppflags)
tests_unit_fleet_member_test_LDADD = $(unit_libs)

tests_unit_fleet_member_writes_test_SOURCES = tests/unit/fleet/test_member_writes.c \
	tests/unit/fleet/member_steps.c tests/unit/fleet/member_steps.h
tests_unit_fleet_member_writes_test_CPPFLAGS = $(unit_cppflags)
tests_unit_fleet_member_writes_test_LDADD = $(unit_libs)

tests_unit_fleet_world_test_SOURCES = tests/unit/fleet/test_world.c \
	tests/unit/fleet/world.c tests/unit/fleet/world.h \
	tests/unit/fleet/world_store.c tests/unit/fleet/world_store.h
tests_unit_fleet_world_test_CPPFLAGS = $(unit_cppflags)
tests_unit_fleet_world_test_LDADD = $(unit_libs)
tests_unit_fleet_world_test_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=group_has_room,--wrap=group_count_hosts,--wrap=group_was_no_help
endif
