"""Configurations for the rig's servers, as an administrator would write them.

All may be overridden: `squid_site(squid, keytab, evidence="voters", probe=None)`, and
`config(site, safety={"warm_up": "1h"})`, where a group is merged into the one that is there."""

# Every safety rule holds, over seconds instead of minutes and hours.
QUICK = {
    "mode": "act",
    "detect": {"window": "1m", "handshake_timeout": "1s"},
    "deaf": {"file_trouble_for": "500ms"},
    "safety": {"warm_up": "2s", "hold_off": "1s", "confirm_over": "2s", "probe_interval": "2s"},
}


def _merge(base, changes):
    """The dict with the changes; groups are merged, and None takes a key out."""
    merged = dict(base)
    for key, value in changes.items():
        if isinstance(value, dict):
            value = _merge(merged.get(key, {}), value)
        merged[key] = value
    return {key: value for key, value in merged.items() if value is not None}


def config(*sites, **changes):
    """A configuration with these sites and short times."""
    return _merge({**QUICK, "sites": list(sites)}, changes)


def notify(*receivers):
    """The part that tells the receivers."""
    return [receiver.target() for receiver in receivers]


def squid_site(squid, probe_keytab=None, **changes):
    """A site for a Squid; recycling it is `squid -k reconfigure`. Its plain access log would be
    `logs=[{"path": squid.combined_log.path, "format": "squid-combined"}, …]`."""
    return _site("squid", squid, probe_keytab, changes, squid.command("reconfigure"), [
        {"path": squid.authmedic_log.path, "format": "squid-combined"},
        {"path": squid.cache_log.path, "format": "squid-cache"}])


def apache_site(apache, probe_keytab=None, **changes):
    """A site for an Apache; recycling it is a graceful restart."""
    return _site("apache", apache, probe_keytab, changes, apache.command("graceful"), [
        {"path": apache.authmedic_log.path, "format": "apache-authmedic"},
        {"path": apache.error_log.path, "format": "apache-error"}])


def nginx_site(nginx, probe_keytab=None, **changes):
    """A site for an nginx before another server, of which nothing but nginx's logs is known."""
    return _site("nginx", nginx, probe_keytab, changes, nginx.command("reload"), [
        {"path": nginx.authmedic_log.path, "format": "nginx-authmedic"},
        {"path": nginx.error_log.path, "format": "nginx-error"}])


def tomcat_site(tomcat, probe_keytab=None, **changes):
    """A site for a Tomcat; recycling it starts a new JVM."""
    changes.setdefault("krb5_config", tomcat.krb5_config)
    return _site("tomcat", tomcat, probe_keytab, changes, tomcat.restart_command, [
        {"path": tomcat.authmedic_log.path, "format": "apache-authmedic"},
        {"path": tomcat.catalina_log.path, "format": "catalina"}])


def memory_site(server, probe_keytab=None, /, **changes):
    """A site for a MemoryServer, of whose kind nothing is known; SIGHUP recycles it."""
    return _site("other", server, probe_keytab, changes, server.recycle_command, [
        {"path": server.access_log.path, "format": "apache-combined"}])


def mounted_site(apache, probe_keytab=None, **changes):
    """A site for a MountedApache; recycling it starts it anew."""
    site = apache_site(apache, probe_keytab, **changes)
    site["ladder"][0]["with"]["command"] = apache.restart_command
    return site


def credential_site(apache, probe_keytab=None, **changes):
    """A site for a CredentialApache; recycling it restarts the unit."""
    site = apache_site(apache, probe_keytab, **changes)
    site["worker"] = {"unit": apache.unit}
    site["ladder"][0]["with"] = {"unit": apache.unit, "verb": "restart"}
    return site


def log_site(*writers, name="plain", **changes):
    """A site of which there is nothing but logs."""
    logs = [{"path": writer.path, "format": "apache-combined"} for writer in writers]
    return _merge({"name": name, "evidence": "voters", "logs": logs}, changes)


def _site(kind, server, probe_keytab, changes, recycle, logs):
    """`verify_within` among the changes is the rung's."""
    site = {
        "name": kind,
        "server": kind,
        "service": server.realm.service,
        "keytab": server.keytab,
        "krb5_config": server.realm.krb5_config,
        "worker": {"pidfile": server.pid_file},
        "logs": logs,
        "ladder": [{"remedy": "recycle", "with": {"command": recycle},
                    "verify_within": changes.pop("verify_within", "30s")}],
    }
    if probe_keytab is not None:
        site["probe"] = {"url": server.url, "client_keytab": probe_keytab}
    return _merge(site, changes)
