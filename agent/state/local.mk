libauthmedic_a_SOURCES += \
	agent/state/aside.c agent/state/aside.h \
	agent/state/database.c agent/state/database.h \
	agent/state/schema.c agent/state/schema.h \
	agent/state/store.c agent/state/store.h \
	agent/state/store_cursors.c \
	agent/state/store_dead_letters.c \
	agent/state/store_file.c agent/state/store_file.h \
	agent/state/store_incidents.c \
	agent/state/store_outbox.c \
	agent/state/store_private.h \
	agent/state/store_rows.c \
	agent/state/store_rules.c \
	agent/state/store_tables.c agent/state/store_tables.h
