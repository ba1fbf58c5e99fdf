libauthmedic_a_SOURCES += \
	agent/fleet/etcd.h agent/fleet/etcd_answer.c agent/fleet/etcd_request.c \
	agent/fleet/fleet.c agent/fleet/fleet.h \
	agent/fleet/group.c agent/fleet/group.h \
	agent/fleet/member.c agent/fleet/member.h agent/fleet/member_internal.h \
	agent/fleet/member_duties.c
