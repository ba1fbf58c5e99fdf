EXTRA_DIST += docs/metrics.md
libauthmedic_a_SOURCES += \
	agent/report/metrics.c agent/report/metrics.def agent/report/metrics.h \
	agent/report/metrics_negotiate.c \
	agent/report/model.h \
	agent/report/notification.h
