libauthmedic_a_SOURCES += \
	agent/detect/answers.c agent/detect/answers.h \
	agent/detect/changes.c agent/detect/changes.h \
	agent/detect/clock.c agent/detect/clock.h \
	agent/detect/dating.c agent/detect/dating.h \
	agent/detect/deafness.c agent/detect/deafness.h agent/detect/deafness_private.h \
	agent/detect/deafness_probe.c \
	agent/detect/detector.c agent/detect/detector.h agent/detect/detector_private.h \
	agent/detect/detector_evidence.c agent/detect/detector_evidence.h \
	agent/detect/detector_evidence_rows.c \
	agent/detect/detector_rows.c \
	agent/detect/forwarded.c agent/detect/forwarded.h \
	agent/detect/handshake.h \
	agent/detect/handshakes.c agent/detect/handshakes.h \
	agent/detect/handshakes_lines.c agent/detect/handshakes_private.h \
	agent/detect/handshakes_rows.c \
	agent/detect/links.c agent/detect/links.h \
	agent/detect/recent.c agent/detect/recent.h \
	agent/detect/onset.c agent/detect/onset.h \
	agent/detect/places.c agent/detect/places.h \
	agent/detect/distinct.c agent/detect/distinct.h \
	agent/detect/row.c agent/detect/row.h \
	agent/detect/seen.c agent/detect/seen.h \
	agent/detect/verdict.c agent/detect/verdict.h \
	agent/detect/voters.c agent/detect/voters.h \
	agent/detect/window.c agent/detect/window.h
