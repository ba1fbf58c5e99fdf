"""Shows that replay counts in a real server's log what the clients of that server saw."""

import collections

import pytest

from rig import apache_site, config, log_site, nginx_site, send_header, squid_site, tomcat_site


class Seen:
    """What people saw, as the handshakes that it makes."""

    def __init__(self):
        self.counts = collections.Counter()

    def get(self, clients, url, style, expected):
        """Each client asks for a page in its style, and gets the expected status."""
        for client in clients:
            assert client.get(url, style) == expected
            if style != "plain" and (client.has_ticket or client.environment):
                self.count("established" if expected == 200 else "rejected",
                           "ntlm" if client.environment else "kerberos")
            elif expected != 200:
                self.count("unanswered")

    def count(self, outcome, scheme="none", times=1):
        """So many handshakes ended so."""
        self.counts[outcome, scheme] += times

    def get_pages(self, client, url, binds_connections):
        """Three pages over one connection. Where the server binds the connection to its user, only
        the first takes a handshake."""
        assert client.get_pages([url] * 3) == [200] * 3
        self.count("established", "kerberos", 1 if binds_connections else 3)
        self.count("authenticated", times=2 if binds_connections else 0)

    def guess_password(self, server):
        """Somebody tries a name and a password."""
        refusal, proxy = way_to(server)
        assert send_header(server.url, "Basic QTpC", "127.0.0.9", proxy=proxy) == refusal
        self.count("rejected", "basic")

    def summary(self):
        """The same as replay writes it: the handshakes, and who was authenticated beside them."""
        def of(outcome):
            return {scheme: self.counts[outcome, scheme]
                    for scheme in ("kerberos", "ntlm", "basic", "unknown")}
        return {"established": of("established"), "rejected": of("rejected"),
                "unanswered": self.counts["unanswered", "none"],
                "incomplete": 0}, self.counts["authenticated", "none"]


def way_to(server):
    """How this server refuses, and the proxy that it is, or None."""
    return getattr(server, "refusal", 401), getattr(server, "proxy", None)


def traffic(rig, realm, keytab, server, cure, binds_connections=False):
    """A day in short: all is well, some have no ticket, the key is rotated, the cure comes."""
    seen = Seen()
    refusal, proxy = way_to(server)
    crowd = rig.crowd(realm, 4, proxy=proxy)
    # Others than those who get in: whoever comes back with a ticket at once answers the challenge.
    ticketless = rig.crowd(realm, 2, first=5, proxy=proxy)
    seen.get(crowd, server.url, "browser", 200)
    seen.get(crowd, server.url, "preemptive", 200)
    seen.get(crowd, server.url, "plain", refusal)
    if hasattr(server, "public_url"):
        seen.get(crowd, server.public_url, "plain", 200)
    seen.get_pages(crowd[0], server.url, binds_connections)
    seen.guess_password(server)
    for client in ticketless:
        client.sign_out()
    seen.get(ticketless, server.url, "browser", refusal)
    seen.get(ticketless, server.url, "preemptive", refusal)
    realm.rotate_key()
    crowd.sign_in()
    seen.get(crowd, server.url, "browser", refusal)
    seen.get(crowd, server.url, "preemptive", refusal)
    realm.add_keys(keytab)
    cure()
    seen.get(crowd, server.url, "browser", 200)
    return seen


def check(rig, site, log, seen):
    """Replay reads each line of this log, and counts what was seen; its summary."""
    authmedic = rig.authmedic(config(site), start=False)
    *_, summary = authmedic.objects("replay", log.path)
    assert (summary["event"], summary["unparsed"]) == ("summary", 0)
    assert (summary["lines"], summary["records"]) == (len(log.lines()), len(log.lines()))
    assert (summary["handshakes"], summary["authenticated"]) == seen.summary()
    return summary


@pytest.mark.parametrize("mpm", ["event", "prefork"])
def test_apache(rig, realm, keytab, mpm):
    """Apache, with threads and with processes."""
    apache = rig.apache(realm, keytab, mpm=mpm)
    seen = traffic(rig, realm, keytab, apache, apache.reload)
    check(rig, apache_site(apache, rig.probe_keytab(realm)), apache.authmedic_log, seen)


def test_apache_ntlm(rig, realm, keytab):
    """NTLM in its two legs and three lines, with a wrong password, and as what is left for those whose
    Kerberos ticket the server does not want."""
    domain = rig.ntlm_domain(alice="alicepw")
    apache = rig.apache(realm, keytab, ntlm=domain)
    right, wrong, holder = (domain.join(client, "alice", password) for client, password in
                            zip(rig.crowd(realm, 3), ("alicepw", "wrong", "alicepw")))
    for client in (right, wrong):
        client.sign_out()
    seen = Seen()
    for style in ("browser", "preemptive"):
        seen.get([right, holder], apache.ntlm_url, style, 200)
        seen.get([wrong], apache.ntlm_url, style, 401)
    seen.get([right], apache.ntlm_url, "plain", 401)
    check(rig, apache_site(apache, rig.probe_keytab(realm)), apache.authmedic_log, seen)


def test_nginx(rig, realm, keytab):
    """nginx in front of Apache, in nginx's own log."""
    apache = rig.apache(realm, keytab)
    nginx = rig.nginx(apache)
    seen = traffic(rig, realm, keytab, nginx, apache.reload)
    check(rig, nginx_site(nginx, rig.probe_keytab(realm)), nginx.authmedic_log, seen)


def test_apache_behind_nginx(rig, realm, keytab):
    """nginx in front of Apache, in Apache's log, where all clients have nginx's address: who believes
    nginx tells them apart."""
    apache = rig.apache(realm, keytab)
    nginx = rig.nginx(apache)
    seen = traffic(rig, realm, keytab, nginx, apache.reload)
    site = apache_site(apache, rig.probe_keytab(realm), trusted_proxies=["127.0.0.1"])
    summary = check(rig, site, apache.authmedic_log, seen)
    clients = {line.split()[0] for line in nginx.authmedic_log.lines()}
    assert (summary["voters"], len(clients)) == (len(clients), 7)


def test_nginx_plain(rig, realm, keytab):
    """nginx's own format names nobody, so nobody is known to get in; but who does is not counted as
    rejected either."""
    nginx = rig.nginx(rig.apache(realm, keytab))
    crowd = rig.crowd(realm, 2)
    for _ in range(3):
        assert crowd.get(nginx.url, "browser") == {200}
    site = log_site(logs=[{"path": nginx.combined_log.path, "format": "nginx-combined"}])
    seen = Seen()
    seen.count("unanswered", times=6)
    check(rig, site, nginx.combined_log, seen)


def test_haproxy(rig, realm, keytab):
    """HAProxy in front of Apache, in HAProxy's own log."""
    apache = rig.apache(realm, keytab)
    haproxy = rig.haproxy(apache)
    seen = traffic(rig, realm, keytab, haproxy, apache.reload)
    site = log_site(logs=[{"path": haproxy.authmedic_log.path, "format": "apache-authmedic"}])
    check(rig, site, haproxy.authmedic_log, seen)


def test_squid(rig, realm, keytab):
    """Squid, the helpers of which must be recycled to see the new key."""
    squid = rig.squid(realm, keytab)
    seen = traffic(rig, realm, keytab, squid, squid.reconfigure, binds_connections=True)
    check(rig, squid_site(squid, rig.probe_keytab(realm)), squid.authmedic_log, seen)


def test_squid_forward(rig, realm, keytab):
    """The same as a forward proxy, which asks by 407 and is answered in Proxy-Authorization."""
    squid = rig.squid(realm, keytab, forward=True)
    seen = traffic(rig, realm, keytab, squid, squid.reconfigure, binds_connections=True)
    # What is between the client and the server behind is none of the proxy's: a password, a refusal.
    [client] = rig.crowd(realm, 1, first=7, proxy=squid.proxy)
    client.headers = ["Authorization: Basic QTpC"]
    seen.get([client], squid.url, "browser", 200)
    assert client.get_pages([squid.url, f"{squid.url}private", squid.url]) == [200, 401, 200]
    seen.count("established", "kerberos")
    seen.count("authenticated", times=2)
    seen.get([client], squid.url, "plain", 407)
    assert client.get_pages([squid.url], "browser", tunnel=True) == [200]
    seen.count("established", "kerberos")
    check(rig, squid_site(squid, evidence="voters"), squid.authmedic_log, seen)


def test_tomcat(rig, realm, keytab):
    """Tomcat, the JVM of which reads the new key by itself."""
    tomcat = rig.tomcat(realm, keytab)
    seen = traffic(rig, realm, keytab, tomcat, lambda: None)
    check(rig, tomcat_site(tomcat, rig.probe_keytab(realm)), tomcat.authmedic_log, seen)
