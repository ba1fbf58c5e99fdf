# Everything but main.c, so that the tests can have it.
noinst_LIBRARIES += libhelper.a
libhelper_a_SOURCES = agent/helper/helper.h \
	agent/helper/action.c \
	agent/helper/clients.c \
	agent/helper/history.c \
	agent/helper/inspection.c \
	agent/helper/launch.c \
	agent/helper/orders.c \
	agent/helper/reverts.c \
	agent/helper/serve.c

pkglibexec_PROGRAMS += authmedic-helper
authmedic_helper_SOURCES = agent/helper/main.c
authmedic_helper_LDADD = libhelper.a $(LDADD)
