# Units and the like name the programs by the paths that configure was given.
packaging_templates = packaging/systemd/authmedicd.service.in \
	packaging/systemd/authmedicd.socket.in \
	packaging/systemd/authmedic-helper.service.in packaging/systemd/authmedic-helper.socket.in \
	packaging/systemd/authmedic-revert.service.in packaging/systemd/authmedic-revert.timer.in \
	packaging/sysusers/authmedic.conf.in
packaging_made = $(packaging_templates:.in=)

$(packaging_made): %: %.in Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && sed -e 's|[@]sbindir[@]|$(sbindir)|g' \
		-e 's|[@]pkglibexecdir[@]|$(pkglibexecdir)|g' \
		-e 's|[@]localstatedir[@]|$(localstatedir)|g' $< >$@.tmp && mv $@.tmp $@

systemdsystemunit_DATA = packaging/systemd/authmedicd.service \
	packaging/systemd/authmedicd.socket \
	packaging/systemd/authmedic-helper.service packaging/systemd/authmedic-helper.socket \
	packaging/systemd/authmedic-revert.service packaging/systemd/authmedic-revert.timer
catalogdir = $(prefix)/lib/systemd/catalog
dist_catalog_DATA = packaging/systemd/authmedic.catalog
sysusersdir = $(prefix)/lib/sysusers.d
sysusers_DATA = packaging/sysusers/authmedic.conf
# For Prometheus and Grafana: named by path in their configurations.
prometheusdir = $(pkgdatadir)/prometheus
dist_prometheus_DATA = packaging/prometheus/authmedic.rules.yml \
	packaging/prometheus/authmedic.rules.test.yml packaging/prometheus/alertmanager.example.yml
grafanadir = $(pkgdatadir)/grafana
dist_grafana_DATA = packaging/grafana/authmedic.json
# Made by `authmedic completion`, and kept so that building for another machine needs no run of it.
completionbashdir = $(datadir)/bash-completion/completions
dist_completionbash_DATA = packaging/completion/authmedic
completionzshdir = $(datadir)/zsh/site-functions
dist_completionzsh_DATA = packaging/completion/_authmedic
dist_doc_DATA = README.md NEWS packaging/authmedic.yml packaging/snippets/apache-authmedic.conf \
	packaging/snippets/haproxy-authmedic.cfg packaging/snippets/iis-authmedic.ps1 \
	packaging/snippets/nginx-authmedic.conf packaging/snippets/squid-authmedic.conf \
	packaging/snippets/tomcat-authmedic-rewrite.config \
	packaging/snippets/tomcat-authmedic.xml
# Where README.md and the man pages point to them.
nobase_dist_doc_DATA = docs/architecture.md docs/demo.svg docs/diagnoses.md docs/facts.md docs/fleet.md \
	docs/journal.md docs/metrics.md docs/monitoring.md docs/operations.md docs/performance.md \
	docs/plugins.md docs/probe.md docs/reading.md docs/rules.md docs/safety.md docs/tailing.md \
	plugins/exec/README.md plugins/inspect-clock/README.md plugins/inspect-config/README.md \
	plugins/inspect-iis/README.md plugins/inspect-jvm/README.md plugins/inspect-keytab/README.md \
	plugins/inspect-squid/README.md plugins/inspect-unit/README.md plugins/inspect-worker/README.md \
	plugins/ntlm-fallback-apache/README.md plugins/ntlm-fallback-iis/README.md \
	plugins/recycle/README.md plugins/recycle-apache/README.md plugins/recycle-iis/README.md \
	plugins/recycle-squid/README.md plugins/recycle-tomcat/README.md plugins/refresh-keytab/README.md
dist_man_MANS += packaging/man/authmedic.1 packaging/man/authmedic.yml.5 \
	packaging/man/authmedicd.8 packaging/man/authmedic-helper.8 packaging/man/authmedic-probe.8
EXTRA_DIST += $(packaging_templates) tests/packaging/test_packaging.py \
	tests/packaging/test_monitoring.py tests/packaging/test_completion.py tests/packaging/test_catalogue.py \
	tools/grafana-dashboard tools/journal-catalogue
CLEANFILES += $(packaging_made)
