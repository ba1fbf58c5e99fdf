rules_serversdir = $(pkgdatadir)/rules/servers
dist_rules_servers_DATA = \
	rules/servers/apache.yml \
	rules/servers/iis.yml \
	rules/servers/jetty.yml \
	rules/servers/nginx.yml \
	rules/servers/other.yml \
	rules/servers/squid.yml \
	rules/servers/tomcat.yml
