libauthmedic_a_SOURCES += \
	agent/loop/child.c agent/loop/child.h \
	agent/loop/clock.c agent/loop/clock.h \
	agent/loop/host.c agent/loop/host.h \
	agent/loop/http_client.c agent/loop/http_client.h \
	agent/loop/loop.c agent/loop/loop.h \
	agent/loop/packet_channel.c agent/loop/packet_channel.h \
	agent/loop/service_manager.c agent/loop/service_manager.h \
	agent/loop/signals.c agent/loop/signals.h \
	agent/loop/timer.c agent/loop/timer.h \
	agent/loop/work.c agent/loop/work.h
