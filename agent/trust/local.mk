libauthmedic_a_SOURCES += \
	agent/trust/packet_socket.c agent/trust/packet_socket.h \
	agent/trust/peer.c agent/trust/peer.h \
	agent/trust/trusted_config.c agent/trust/trusted_config.h \
	agent/trust/trusted_path.c agent/trust/trusted_path.h
