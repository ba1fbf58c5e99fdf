signaturesdir = $(pkgdatadir)/rules/signatures
dist_signatures_DATA = rules/signatures/krb5.yml rules/signatures/servers.yml
EXTRA_DIST += rules/signatures/README.md
