EXTRA_DIST += docs/metrics.md
libauthmedic_a_SOURCES += \
	agent/report/course.c agent/report/course.h agent/report/course_private.h \
	agent/report/course_json.c agent/report/course_json.h \
	agent/report/course_marks.c \
	agent/report/course_rows.c \
	agent/report/http_server.c agent/report/http_server.h \
	agent/report/http_socket.c agent/report/http_socket.h \
	agent/report/metrics.c agent/report/metrics.def agent/report/metrics.h \
	agent/report/metrics_negotiate.c \
	agent/report/model.h \
	agent/report/notification.c agent/report/notification.h \
	agent/report/page.c agent/report/page.h \
	agent/report/retry.c agent/report/retry.h \
	agent/report/secret_file.c agent/report/secret_file.h \
	agent/report/signature.c agent/report/signature.h \
	agent/report/status.c agent/report/status.h \
	agent/report/status_fleet.c agent/report/status_parts.h \
	agent/report/webhook_sender.c agent/report/webhook_sender.h \
	agent/report/wire.c agent/report/wire.h agent/report/wire_parts.h \
	agent/report/wire_alertmanager.c \
	agent/report/wire_cloudevents.c \
	agent/report/wire_pagerduty.c \
	agent/report/wire_slack.c
