libauthmedic_a_SOURCES += \
	agent/confine/capabilities.c agent/confine/capabilities.h \
	agent/confine/confine.c agent/confine/confine.h \
	agent/confine/landlock.c agent/confine/landlock.h \
	agent/confine/system_calls.c agent/confine/system_calls.h
