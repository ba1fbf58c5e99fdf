libauthmedic_a_SOURCES += \
	agent/plugin/environment.c agent/plugin/environment.h \
	agent/plugin/open.c agent/plugin/open.h \
	agent/plugin/run.c agent/plugin/run.h
