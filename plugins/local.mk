# Each plugin is a folder of its own, also where it is installed.
noinst_LIBRARIES += libplugin.a
libplugin_a_SOURCES = \
	plugins/common/children.c plugins/common/children.h \
	plugins/common/command.c plugins/common/command.h \
	plugins/common/file_rights.c plugins/common/file_rights.h \
	plugins/common/file_times.c plugins/common/file_times.h \
	plugins/common/kept_file.c plugins/common/kept_file.h \
	plugins/common/krb5_config.c plugins/common/krb5_config.h \
	plugins/common/mounts.c plugins/common/mounts.h \
	plugins/common/namesakes.c plugins/common/namesakes.h \
	plugins/common/pidfile.c plugins/common/pidfile.h \
	plugins/common/plugin.c plugins/common/plugin.h \
	plugins/common/processes.c plugins/common/processes.h \
	plugins/common/recycling.c plugins/common/recycling.h \
	plugins/common/remedy_command.c plugins/common/remedy_command.h \
	plugins/common/renewal.c plugins/common/renewal.h \
	plugins/common/todays_groups.c plugins/common/todays_groups.h \
	plugins/common/unit.c plugins/common/unit.h \
	plugins/common/worker.c plugins/common/worker.h \
	plugins/common/worker_view.c plugins/common/worker_view.h \
	plugins/inspect-iis/iis_output.c plugins/inspect-iis/iis_output.h \
	plugins/inspect-jvm/login_config.c plugins/inspect-jvm/login_config.h \
	plugins/inspect-unit/unit_file.c plugins/inspect-unit/unit_file.h
libplugin_a_CPPFLAGS = $(plugin_cppflags)
plugin_cppflags = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins
plugin_libs = libplugin.a $(LDADD)

inspect_workerdir = $(pkglibexecdir)/plugins/inspect-worker
inspect_worker_PROGRAMS = plugins/inspect-worker/inspect-worker
plugins_inspect_worker_inspect_worker_SOURCES = plugins/inspect-worker/inspect_worker.c
plugins_inspect_worker_inspect_worker_CPPFLAGS = $(plugin_cppflags)
plugins_inspect_worker_inspect_worker_LDADD = $(plugin_libs)

inspect_keytabdir = $(pkglibexecdir)/plugins/inspect-keytab
inspect_keytab_PROGRAMS = plugins/inspect-keytab/inspect-keytab
plugins_inspect_keytab_inspect_keytab_SOURCES = plugins/inspect-keytab/inspect_keytab.c \
	plugins/inspect-keytab/keys.c plugins/inspect-keytab/keys.h \
	plugins/inspect-keytab/keytab.c plugins/inspect-keytab/keytab.h \
	plugins/inspect-keytab/seen.c plugins/inspect-keytab/seen.h \
	plugins/inspect-keytab/ticket.c plugins/inspect-keytab/ticket.h \
	plugins/inspect-keytab/trial.c plugins/inspect-keytab/trial.h
plugins_inspect_keytab_inspect_keytab_CPPFLAGS = $(plugin_cppflags)
plugins_inspect_keytab_inspect_keytab_LDADD = libplugin.a libkerberos.a $(LDADD)

inspect_configdir = $(pkglibexecdir)/plugins/inspect-config
inspect_config_PROGRAMS = plugins/inspect-config/inspect-config
plugins_inspect_config_inspect_config_SOURCES = plugins/inspect-config/inspect_config.c
plugins_inspect_config_inspect_config_CPPFLAGS = $(plugin_cppflags)
plugins_inspect_config_inspect_config_LDADD = $(plugin_libs)

inspect_clockdir = $(pkglibexecdir)/plugins/inspect-clock
inspect_clock_PROGRAMS = plugins/inspect-clock/inspect-clock
plugins_inspect_clock_inspect_clock_SOURCES = plugins/inspect-clock/inspect_clock.c
plugins_inspect_clock_inspect_clock_CPPFLAGS = $(plugin_cppflags)
plugins_inspect_clock_inspect_clock_LDADD = libplugin.a libkerberos.a $(LDADD)

inspect_unitdir = $(pkglibexecdir)/plugins/inspect-unit
inspect_unit_PROGRAMS = plugins/inspect-unit/inspect-unit
plugins_inspect_unit_inspect_unit_SOURCES = plugins/inspect-unit/inspect_unit.c \
	plugins/inspect-unit/specifiers.c plugins/inspect-unit/specifiers.h
plugins_inspect_unit_inspect_unit_CPPFLAGS = $(plugin_cppflags)
plugins_inspect_unit_inspect_unit_LDADD = $(plugin_libs)

inspect_squiddir = $(pkglibexecdir)/plugins/inspect-squid
inspect_squid_PROGRAMS = plugins/inspect-squid/inspect-squid
plugins_inspect_squid_inspect_squid_SOURCES = plugins/inspect-squid/inspect_squid.c
plugins_inspect_squid_inspect_squid_CPPFLAGS = $(plugin_cppflags)
plugins_inspect_squid_inspect_squid_LDADD = $(plugin_libs)

inspect_jvmdir = $(pkglibexecdir)/plugins/inspect-jvm
inspect_jvm_PROGRAMS = plugins/inspect-jvm/inspect-jvm
plugins_inspect_jvm_inspect_jvm_SOURCES = plugins/inspect-jvm/inspect_jvm.c
plugins_inspect_jvm_inspect_jvm_CPPFLAGS = $(plugin_cppflags)
plugins_inspect_jvm_inspect_jvm_LDADD = $(plugin_libs)

inspect_iisdir = $(pkglibexecdir)/plugins/inspect-iis
inspect_iis_PROGRAMS = plugins/inspect-iis/inspect-iis
plugins_inspect_iis_inspect_iis_SOURCES = plugins/inspect-iis/inspect_iis.c
plugins_inspect_iis_inspect_iis_CPPFLAGS = $(plugin_cppflags)
plugins_inspect_iis_inspect_iis_LDADD = $(plugin_libs)

recycledir = $(pkglibexecdir)/plugins/recycle
recycle_PROGRAMS = plugins/recycle/recycle
plugins_recycle_recycle_SOURCES = plugins/recycle/recycle.c
plugins_recycle_recycle_CPPFLAGS = $(plugin_cppflags)
plugins_recycle_recycle_LDADD = $(plugin_libs)

ntlm_fallback_apachedir = $(pkglibexecdir)/plugins/ntlm-fallback-apache
ntlm_fallback_apache_PROGRAMS = plugins/ntlm-fallback-apache/ntlm-fallback-apache
plugins_ntlm_fallback_apache_ntlm_fallback_apache_SOURCES = \
	plugins/ntlm-fallback-apache/apache_config.c \
	plugins/ntlm-fallback-apache/apache_config.h \
	plugins/ntlm-fallback-apache/ntlm_fallback_apache.c \
	plugins/ntlm-fallback-apache/refusals.c plugins/ntlm-fallback-apache/refusals.h \
	plugins/ntlm-fallback-apache/running_server.c
plugins_ntlm_fallback_apache_ntlm_fallback_apache_CPPFLAGS = $(plugin_cppflags)
plugins_ntlm_fallback_apache_ntlm_fallback_apache_LDADD = $(plugin_libs)

recycle_apachedir = $(pkglibexecdir)/plugins/recycle-apache
recycle_apache_PROGRAMS = plugins/recycle-apache/recycle-apache
plugins_recycle_apache_recycle_apache_SOURCES = plugins/recycle-apache/recycle_apache.c
plugins_recycle_apache_recycle_apache_CPPFLAGS = $(plugin_cppflags)
plugins_recycle_apache_recycle_apache_LDADD = $(plugin_libs)

recycle_squiddir = $(pkglibexecdir)/plugins/recycle-squid
recycle_squid_PROGRAMS = plugins/recycle-squid/recycle-squid
plugins_recycle_squid_recycle_squid_SOURCES = plugins/recycle-squid/recycle_squid.c
plugins_recycle_squid_recycle_squid_CPPFLAGS = $(plugin_cppflags)
plugins_recycle_squid_recycle_squid_LDADD = $(plugin_libs)

recycle_tomcatdir = $(pkglibexecdir)/plugins/recycle-tomcat
recycle_tomcat_PROGRAMS = plugins/recycle-tomcat/recycle-tomcat
plugins_recycle_tomcat_recycle_tomcat_SOURCES = plugins/recycle-tomcat/recycle_tomcat.c \
	plugins/recycle-tomcat/starter.c plugins/recycle-tomcat/starter.h
plugins_recycle_tomcat_recycle_tomcat_CPPFLAGS = $(plugin_cppflags)
plugins_recycle_tomcat_recycle_tomcat_LDADD = $(plugin_libs)

exec_remedydir = $(pkglibexecdir)/plugins/exec
exec_remedy_PROGRAMS = plugins/exec/exec
plugins_exec_exec_SOURCES = plugins/exec/exec.c
plugins_exec_exec_CPPFLAGS = $(plugin_cppflags)
plugins_exec_exec_LDADD = $(plugin_libs)

refresh_keytabdir = $(pkglibexecdir)/plugins/refresh-keytab
refresh_keytab_PROGRAMS = plugins/refresh-keytab/refresh-keytab
plugins_refresh_keytab_refresh_keytab_SOURCES = plugins/refresh-keytab/refresh_keytab.c \
	plugins/refresh-keytab/keytab_file.c plugins/refresh-keytab/keytab_file.h
plugins_refresh_keytab_refresh_keytab_CPPFLAGS = $(plugin_cppflags)
plugins_refresh_keytab_refresh_keytab_LDADD = $(plugin_libs)

recycle_iisdir = $(pkglibexecdir)/plugins/recycle-iis
recycle_iis_PROGRAMS = plugins/recycle-iis/recycle-iis
plugins_recycle_iis_recycle_iis_SOURCES = plugins/recycle-iis/recycle_iis.c
plugins_recycle_iis_recycle_iis_CPPFLAGS = $(plugin_cppflags)
plugins_recycle_iis_recycle_iis_LDADD = $(plugin_libs)

ntlm_fallback_iisdir = $(pkglibexecdir)/plugins/ntlm-fallback-iis
ntlm_fallback_iis_PROGRAMS = plugins/ntlm-fallback-iis/ntlm-fallback-iis
plugins_ntlm_fallback_iis_ntlm_fallback_iis_SOURCES = \
	plugins/ntlm-fallback-iis/ntlm_fallback_iis.c \
	plugins/ntlm-fallback-iis/providers.c plugins/ntlm-fallback-iis/providers.h
plugins_ntlm_fallback_iis_ntlm_fallback_iis_CPPFLAGS = $(plugin_cppflags)
plugins_ntlm_fallback_iis_ntlm_fallback_iis_LDADD = $(plugin_libs)

EXTRA_DIST += tests/plugins/access_lists.py tests/plugins/conftest.py tests/plugins/test_contract.py \
	tests/plugins/test_inspect_config.py tests/plugins/test_inspect_kinds.py \
	tests/plugins/test_inspect_keytab.py tests/plugins/test_inspect_worker.py \
	tests/plugins/test_iis.py tests/plugins/test_ntlm_fallback_apache.py tests/plugins/test_recycling.py \
	tests/plugins/test_recycle.py tests/plugins/test_refresh_keytab.py \
	tests/plugins/test_which_worker.py
