rules_diagnosesdir = $(pkgdatadir)/rules/diagnoses
dist_rules_diagnoses_DATA = \
	rules/diagnoses/kdc-unreachable.yml \
	rules/diagnoses/noise.yml \
	rules/diagnoses/stale-handle.yml \
	rules/diagnoses/stale-keytab.yml \
	rules/diagnoses/unknown.yml
