libauthmedic_a_SOURCES += \
	agent/intake/adopt.c \
	agent/intake/copies.c \
	agent/intake/files.c agent/intake/files.h \
	agent/intake/find.c \
	agent/intake/head.c agent/intake/head.h \
	agent/intake/identity.c agent/intake/identity.h \
	agent/intake/intake_private.h \
	agent/intake/intake.c agent/intake/intake.h \
	agent/intake/lines.c agent/intake/lines.h \
	agent/intake/names.c agent/intake/names.h \
	agent/intake/repetition.c agent/intake/repetition.h \
	agent/intake/roster.c agent/intake/roster.h \
	agent/intake/tail.c agent/intake/tail.h \
	agent/intake/utf16.h \
	agent/intake/watcher.c agent/intake/watcher.h
