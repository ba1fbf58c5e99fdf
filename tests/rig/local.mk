EXTRA_DIST += \
	tests/rig/README.md \
	tests/rig/__init__.py \
	tests/rig/alertmanager.py \
	tests/rig/apache.py \
	tests/rig/attacks.py \
	tests/rig/authmedic.py \
	tests/rig/axe.py \
	tests/rig/browser.py \
	tests/rig/clients.py \
	tests/rig/clock.py \
	tests/rig/etcd.py \
	tests/rig/deadly.py \
	tests/rig/fallback.py \
	tests/rig/formats.py \
	tests/rig/forger.py \
	tests/rig/gate.py \
	tests/rig/haproxy.py \
	tests/rig/holders.py \
	tests/rig/http_server.py \
	tests/rig/installed.py \
	tests/rig/killer.c \
	tests/rig/killer.py \
	tests/rig/lives.py \
	tests/rig/keeper.py \
	tests/rig/log.py \
	tests/rig/nginx.py \
	tests/rig/memory_server.py \
	tests/rig/ntlm.py \
	tests/rig/probe.py \
	tests/rig/process.py \
	tests/rig/passing_time.py \
	tests/rig/prometheus.py \
	tests/rig/realm.py \
	tests/rig/receiver.py \
	tests/rig/rig.py \
	tests/rig/scene.py \
	tests/rig/scenes.py \
	tests/rig/sites.py \
	tests/rig/source.py \
	tests/rig/squid.py \
	tests/rig/systemd.py \
	tests/rig/tokens.py \
	tests/rig/tomcat.py \
	tests/rig/valgrind.supp \
	tests/rig/wait.py

# No libtool for a single shim: a shared object needs no more than this.
check_DATA += tests/rig/killer.so
CLEANFILES += tests/rig/killer.so
tests/rig/killer.so: tests/rig/killer.c
	$(AM_V_at)$(MKDIR_P) tests/rig
	$(AM_V_CCLD)$(CC) -D_GNU_SOURCE $(CPPFLAGS) -std=gnu17 -O2 -Wall -Wextra -fPIC -shared -o $@ \
		$(srcdir)/tests/rig/killer.c
