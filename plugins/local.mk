# Each plugin is a folder of its own, also where it is installed.
noinst_LIBRARIES += libplugin.a
libplugin_a_SOURCES = plugins/common/plugin.c plugins/common/plugin.h \
	plugins/common/worker.c plugins/common/worker.h
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
	plugins/inspect-keytab/worker_view.c plugins/inspect-keytab/worker_view.h
plugins_inspect_keytab_inspect_keytab_CPPFLAGS = $(plugin_cppflags)
plugins_inspect_keytab_inspect_keytab_LDADD = $(plugin_libs)

recycledir = $(pkglibexecdir)/plugins/recycle
recycle_PROGRAMS = plugins/recycle/recycle
plugins_recycle_recycle_SOURCES = plugins/recycle/recycle.c
plugins_recycle_recycle_CPPFLAGS = $(plugin_cppflags)
plugins_recycle_recycle_LDADD = $(plugin_libs)

EXTRA_DIST += plugins/inspect-worker/README.md plugins/inspect-keytab/README.md \
	plugins/recycle/README.md docs/plugins.md \
	tests/plugins/conftest.py tests/plugins/test_contract.py \
	tests/plugins/test_inspect_keytab.py tests/plugins/test_inspect_worker.py \
	tests/plugins/test_recycle.py
