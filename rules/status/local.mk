rules_statusdir = $(pkgdatadir)/rules/status
dist_rules_status_DATA = rules/status/iis.yml
EXTRA_DIST += rules/status/README.md
