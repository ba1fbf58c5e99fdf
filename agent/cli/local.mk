bin_PROGRAMS += authmedic
authmedic_SOURCES = \
	agent/cli/api.c agent/cli/api.h \
	agent/cli/ask_helper.c agent/cli/ask_helper.h \
	agent/cli/check.c \
	agent/cli/completion.c \
	agent/cli/check_logs.c agent/cli/check_logs.h \
	agent/cli/demo.c agent/cli/demo.h \
	agent/cli/demo_files.c \
	agent/cli/demo_probe.c \
	agent/cli/demo_server.c \
	agent/cli/demo_story.c agent/cli/demo_story.h \
	agent/cli/document.c agent/cli/document.h \
	agent/cli/explain.c \
	agent/cli/history.c \
	agent/cli/incident.c agent/cli/incident.h \
	agent/cli/incident_story.c \
	agent/cli/incident_check.c \
	agent/cli/inspect.c \
	agent/cli/log_input.c agent/cli/log_input.h \
	agent/cli/log_sight.c agent/cli/log_sight.h \
	agent/cli/main.c \
	agent/cli/notify.c agent/cli/notify.h agent/cli/notify_dead.c \
	agent/cli/order.c \
	agent/cli/output.c \
	agent/cli/place.c agent/cli/place.h \
	agent/cli/plugin.c \
	agent/cli/plugin_trial.c agent/cli/plugin_trial.h \
	agent/cli/probe.c \
	agent/cli/progress.c agent/cli/progress.h \
	agent/cli/replay.c \
	agent/cli/replay_account.c agent/cli/replay_account.h \
	agent/cli/replay_events.c agent/cli/replay_events.h \
	agent/cli/replay_logs.c agent/cli/replay_logs.h \
	agent/cli/replay_source.c agent/cli/replay_source.h \
	agent/cli/rules.c \
	agent/cli/screen.c agent/cli/screen.h \
	agent/cli/standing.c agent/cli/standing.h \
	agent/cli/status.c agent/cli/status.h \
	agent/cli/tables.c agent/cli/tables.h \
	agent/cli/verbs.h \
	agent/cli/waiting.c agent/cli/waiting.h \
	agent/cli/watch.c
authmedic_LDFLAGS = $(HARDENING_LDFLAGS)
