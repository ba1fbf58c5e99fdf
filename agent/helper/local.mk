# Everything but main.c, so that the tests can have it.
noinst_LIBRARIES += libhelper.a
libhelper_a_SOURCES = \
	agent/helper/action.c \
	agent/helper/budget.c agent/helper/budget.h \
	agent/helper/clients.c agent/helper/clients.h \
	agent/helper/environment.c agent/helper/environment.h \
	agent/helper/history.c agent/helper/history.h \
	agent/helper/inspection.c \
	agent/helper/job.c agent/helper/job.h \
	agent/helper/ledger.c agent/helper/ledger.h \
	agent/helper/ledger_line.c agent/helper/ledger_line.h \
	agent/helper/pause.c agent/helper/pause.h \
	agent/helper/plugin_run.c agent/helper/plugin_run.h \
	agent/helper/service.c agent/helper/service.h \
	agent/helper/trusted_path.c agent/helper/trusted_path.h

pkglibexec_PROGRAMS += authmedic-helper
authmedic_helper_SOURCES = agent/helper/main.c
authmedic_helper_LDADD = libhelper.a $(LDADD)
