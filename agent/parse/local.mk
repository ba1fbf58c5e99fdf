libauthmedic_a_SOURCES += \
	agent/parse/apache_error.c \
	agent/parse/authmedic.c \
	agent/parse/catalina.c \
	agent/parse/clients.c agent/parse/clients.h \
	agent/parse/format.h \
	agent/parse/iis.c \
	agent/parse/ncsa.c agent/parse/ncsa.h \
	agent/parse/nginx_error.c \
	agent/parse/pairs.c agent/parse/pairs.h \
	agent/parse/parser.c agent/parse/parser.h \
	agent/parse/record.c agent/parse/record.h \
	agent/parse/regex.c agent/parse/regex.h \
	agent/parse/scan.h \
	agent/parse/signature_examples.c \
	agent/parse/signatures.c agent/parse/signatures.h \
	agent/parse/squid.c \
	agent/parse/squid_cache.c \
	agent/parse/stamp.c agent/parse/stamp.h \
	agent/parse/status_examples.c \
	agent/parse/statuses.c agent/parse/statuses.h
