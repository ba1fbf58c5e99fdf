libauthmedic_a_SOURCES += agent/remedy/protocol.c agent/remedy/protocol.h
