"""The part of the configuration that describes a server of the rig, as an administrator would write
it. All may be overridden: `squid_site(squid, keytab, evidence="voters", probe=None)`."""


def squid_site(squid, probe_keytab=None, **changes):
    """A site for a Squid; recycling it is `squid -k reconfigure`. Its plain access log would be
    `logs=[{"path": squid.combined_log.path, "format": "squid-combined"}, …]`."""
    return _site(squid, probe_keytab, changes, name="squid", server="squid", logs=[
        {"path": squid.authmedic_log.path, "format": "squid-combined"},
        {"path": squid.cache_log.path, "format": "squid-cache"},
    ], ladder=[
        {"remedy": "recycle", "with": {"command": squid.command("reconfigure")},
         "verify_within": "30s"},
    ])


def apache_site(apache, probe_keytab=None, **changes):
    """A site for an Apache; recycling it is a graceful restart."""
    return _site(apache, probe_keytab, changes, name="apache", server="apache", logs=[
        {"path": apache.authmedic_log.path, "format": "apache-authmedic"},
        {"path": apache.error_log.path, "format": "apache-error"},
    ], ladder=[
        {"remedy": "recycle", "with": {"command": apache.command("graceful")},
         "verify_within": "30s"},
    ])


def _site(server, probe_keytab, changes, **defaults):
    site = {
        "service": server.realm.service,
        "keytab": server.keytab,
        "krb5_config": server.realm.krb5_config,
        "worker": {"pidfile": server.pid_file},
        **defaults,
    }
    if probe_keytab is not None:
        site["probe"] = {"url": server.url, "client_keytab": probe_keytab}
    site.update(changes)
    return {name: value for name, value in site.items() if value is not None}
