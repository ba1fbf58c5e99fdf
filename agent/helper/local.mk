# Everything but main.c, so that the tests can have it.
noinst_LIBRARIES += libhelper.a
libhelper_a_SOURCES = agent/helper/helper.h \
	agent/helper/action.c \
	agent/helper/budget.c agent/helper/budget.h \
	agent/helper/clients.c \
	agent/helper/environment.c agent/helper/environment.h \
	agent/helper/history.c \
	agent/helper/inspection.c \
	agent/helper/launch.c \
	agent/helper/ledger.c agent/helper/ledger.h \
	agent/helper/ledger_line.c agent/helper/ledger_line.h \
	agent/helper/pause.c agent/helper/pause.h \
	agent/helper/plugin_run.c agent/helper/plugin_run.h \
	agent/helper/serve.c \
	agent/helper/trusted_path.c agent/helper/trusted_path.h

pkglibexec_PROGRAMS += authmedic-helper
authmedic_helper_SOURCES = agent/helper/main.c
authmedic_helper_LDADD = libhelper.a $(LDADD)
