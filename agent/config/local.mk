libauthmedic_a_SOURCES += \
	agent/config/checks.c agent/config/checks.h \
	agent/config/config.c agent/config/config.h \
	agent/config/document.c agent/config/document.h \
	agent/config/log_kinds.c agent/config/log_kinds.def agent/config/log_kinds.h \
	agent/config/nearest.c agent/config/nearest.h \
	agent/config/options.c agent/config/options.h \
	agent/config/schema.c agent/config/schema.h \
	agent/config/servers.c agent/config/servers.h \
	agent/config/tree.c agent/config/tree.h \
	agent/config/types.c agent/config/types.h \
	agent/config/types_http.c \
	agent/config/words.h
