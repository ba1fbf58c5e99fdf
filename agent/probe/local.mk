# The pure parts and the blocking GET are for the tests and the command line too.
libauthmedic_a_SOURCES += \
	agent/probe/challenge.c agent/probe/challenge.h \
	agent/probe/http_get.c agent/probe/http_get.h \
	agent/probe/options.c agent/probe/options.h \
	agent/probe/outcome.c agent/probe/outcome.h

# What blocks: for the probe, and for inspectors that ask the KDC.
noinst_LIBRARIES += libkerberos.a
libkerberos_a_SOURCES = \
	agent/probe/deadline.c agent/probe/deadline.h \
	agent/probe/kerberos.c agent/probe/kerberos.h \
	agent/probe/krb_error.c agent/probe/krb_error.h

pkglibexec_PROGRAMS += authmedic-probe
authmedic_probe_SOURCES = \
	agent/probe/bounds.c agent/probe/bounds.h \
	agent/probe/main.c \
	agent/probe/sign_in.c agent/probe/sign_in.h
authmedic_probe_LDADD = libkerberos.a $(LDADD)
