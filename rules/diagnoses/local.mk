rules_diagnosesdir = $(pkgdatadir)/rules/diagnoses
dist_rules_diagnoses_DATA = \
	rules/diagnoses/aged-handle.yml \
	rules/diagnoses/clock-skew.yml \
	rules/diagnoses/kdc-unreachable.yml \
	rules/diagnoses/keytab-unreadable.yml \
	rules/diagnoses/lost-old-key.yml \
	rules/diagnoses/noise.yml \
	rules/diagnoses/ntlm-only.yml \
	rules/diagnoses/other-keytab.yml \
	rules/diagnoses/password-spray.yml \
	rules/diagnoses/service-unknown.yml \
	rules/diagnoses/stale-handle.yml \
	rules/diagnoses/stale-keytab.yml \
	rules/diagnoses/stale-soon.yml \
	rules/diagnoses/token-too-large.yml \
	rules/diagnoses/unknown.yml \
	rules/diagnoses/wrong-key.yml \
	rules/diagnoses/wrong-name.yml
