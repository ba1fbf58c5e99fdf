libauthmedic_a_SOURCES += \
	agent/config/document.c agent/config/document.h
