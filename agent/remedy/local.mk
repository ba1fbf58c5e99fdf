libauthmedic_a_SOURCES += \
	agent/remedy/authority.c agent/remedy/authority.h \
	agent/remedy/authority_json.c agent/remedy/authority_json.h \
	agent/remedy/controller.c agent/remedy/controller.h \
	agent/remedy/controller_internal.h \
	agent/remedy/decision.c \
	agent/remedy/helper_client.c agent/remedy/helper_client.h \
	agent/remedy/incident.c \
	agent/remedy/lifetimes.c agent/remedy/lifetimes.h \
	agent/remedy/maintenance.c agent/remedy/maintenance.h \
	agent/remedy/memory.c \
	agent/remedy/outcomes.c \
	agent/remedy/protocol.c agent/remedy/protocol.h \
	agent/remedy/rungs.c \
	agent/remedy/trials.c agent/remedy/trials.h \
	agent/remedy/turn.c \
	agent/remedy/verification.c \
	agent/remedy/warning.c
