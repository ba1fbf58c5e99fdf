libauthmedic_a_SOURCES += \
	agent/report/authorities.c agent/report/authorities.h \
	agent/report/course.c agent/report/course.h agent/report/course_private.h \
	agent/report/course_json.c agent/report/course_json.h \
	agent/report/course_marks.c \
	agent/report/course_rows.c \
	agent/report/day.c agent/report/day.h \
	agent/report/digest.c agent/report/digest.h \
	agent/report/grouping.c agent/report/grouping.h \
	agent/report/http_authorization.c agent/report/http_authorization.h \
	agent/report/http_certificate.c agent/report/http_certificate.h \
	agent/report/http_client.h \
	agent/report/http_crowd.c agent/report/http_crowd.h \
	agent/report/http_failures.c agent/report/http_failures.h \
	agent/report/http_host.c agent/report/http_host.h \
	agent/report/http_listener.c agent/report/http_listener.h \
	agent/report/http_login.c agent/report/http_login.h \
	agent/report/http_server.c agent/report/http_server.h \
	agent/report/http_socket.c agent/report/http_socket.h \
	agent/report/http_users.c agent/report/http_users.h \
	agent/report/metrics.c agent/report/metrics.def agent/report/metrics.h \
	agent/report/metrics_negotiate.c \
	agent/report/model.h \
	agent/report/notification.c agent/report/notification.h \
	agent/report/pace.c agent/report/pace.h \
	agent/report/page.c agent/report/page.h \
	agent/report/page_assets.c agent/report/page_assets.h \
	agent/report/page_condition.c agent/report/page_condition.h \
	agent/report/page_fleet.c agent/report/page_fleet.h \
	agent/report/page_incident.c agent/report/page_incident.h \
	agent/report/page_markup.c agent/report/page_markup.h \
	agent/report/page_marks.c agent/report/page_marks.h \
	agent/report/page_plot.c agent/report/page_plot.h \
	agent/report/page_site.c agent/report/page_site.h \
	agent/report/password_hash.c agent/report/password_hash.h \
	agent/report/retry.c agent/report/retry.h \
	agent/report/secret_digest.c agent/report/secret_digest.h \
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

# The page's style sheet and script as lists of bytes, which C takes in.
page_assets = agent/report/page_css.h agent/report/page_js.h
EXTRA_DIST += agent/report/page/page.css agent/report/page/page.js
CLEANFILES += $(page_assets)
agent/report/page_assets.$(OBJEXT): $(page_assets)
agent/report/page_css.h: agent/report/page/page.css
agent/report/page_js.h: agent/report/page/page.js
$(page_assets):
	$(AM_V_GEN)$(MKDIR_P) $(@D) && od -An -v -tx1 $? | sed 's/ \(..\)/0x\1,/g' >$@.new && mv $@.new $@
