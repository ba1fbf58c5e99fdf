libauthmedic_a_SOURCES += \
	agent/parse/apache_error.c \
	agent/parse/authmedic.c \
	agent/parse/catalina.c \
	agent/parse/clients.c agent/parse/clients.h \
	agent/parse/fields.c agent/parse/fields.h \
	agent/parse/format.h \
	agent/parse/guess.c agent/parse/guess.h \
	agent/parse/haproxy.c \
	agent/parse/iis.c \
	agent/parse/iis_columns.c agent/parse/iis_columns.h \
	agent/parse/iis_native.c \
	agent/parse/iis_ncsa.c \
	agent/parse/java_servers.c \
	agent/parse/json_lines.c agent/parse/json_lines.h \
	agent/parse/logformat.c agent/parse/logformat.h \
	agent/parse/logformat_apache.c \
	agent/parse/logformat_build.c \
	agent/parse/logformat_nginx.c \
	agent/parse/logformat_parts.h \
	agent/parse/logformat_squid.c \
	agent/parse/logformat_time.c \
	agent/parse/ncsa.c agent/parse/ncsa.h \
	agent/parse/nginx_error.c \
	agent/parse/pairs.c agent/parse/pairs.h \
	agent/parse/parser.c agent/parse/parser.h \
	agent/parse/record.c agent/parse/record.h \
	agent/parse/regex.c agent/parse/regex.h \
	agent/parse/scan.h \
	agent/parse/shortfall.c agent/parse/shortfall.h \
	agent/parse/signature_examples.c \
	agent/parse/signatures.c agent/parse/signatures.h \
	agent/parse/squid.c \
	agent/parse/squid_cache.c \
	agent/parse/stamp.c agent/parse/stamp.h \
	agent/parse/stamp_parts.c agent/parse/stamp_parts.h \
	agent/parse/stamp_usual.c \
	agent/parse/status_examples.c \
	agent/parse/statuses.c agent/parse/statuses.h
