"""Shows that each ticket that a real server refuses is one signal of its error log, by its cause."""

import collections

import pytest

from rig import apache_site, config, send_forged, send_header, squid_site, tomcat_site

RAW_NTLM = "Negotiate TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAAKAGFKAAAADw=="
CAUSES = {
    "apache": {"keytab-out-of-date": 3, "cannot-decrypt-ticket": 2, "principal-not-in-keytab": 1,
               "unsupported-mechanism": 1},
    "squid": {"keytab-out-of-date": 3, "cannot-decrypt-ticket": 2, "principal-not-in-keytab": 1,
              "ntlm-token": 1},
    # Java tries the key that it has, whatever version and name the ticket says.
    "tomcat": {"cannot-decrypt-ticket": 6, "defective-token": 1},
}
LOGS = {"apache": (apache_site, "error_log", "apache-error"),
        "squid": (squid_site, "cache_log", "squid-cache"),
        "tomcat": (tomcat_site, "catalina_log", "catalina")}
# Apache's manual gives these beside the default one.
ERROR_LOG_FORMATS = [
    r"[%t] [%l] [pid %P] %F: %E: [client %a] %M",
    r"[%t] [%l] %7F: %E: [client\ %a] %M% ,\ referer\ %{Referer}i",
    r"[%{uc}t] [%-m:%-l] [R:%L] [C:%{C}L] %7F: %E: %M",
    r"[%{u}t] [%-m:%l] [pid %P:tid %{g}T] [lid %L] [client\ %a] %M% ,\ referer\ %{Referer}i",
]


def refuse(realm, url):
    """Tickets that no server takes, and a token that is none."""
    for kvno in (7, 8, 9):
        assert send_forged(url, realm.service_principal, kvno=kvno) == 401
    for _ in range(2):
        assert send_forged(url, realm.service_principal, kvno=1) == 401
    assert send_forged(url, f"HTTP/other@{realm.name}", kvno=1) == 401
    assert send_header(url, RAW_NTLM) == 401


def signals(rig, site, log, name):
    """How often replay counts each signal, and whom the lines name."""
    authmedic = rig.authmedic(config(site), start=False)
    *_, summary = authmedic.objects("replay", log.path)
    explained = authmedic.objects("explain", "--format", name, text="\n".join(log.lines()) + "\n")
    found = [one for one in explained if one["kind"] == "signal"]
    assert (summary["unparsed"], summary["signals"]) == (0, len(found))
    return (dict(collections.Counter(one["signal"] for one in found)),
            {one.get("client") for one in found})


@pytest.mark.parametrize("kind", CAUSES)
def test_each_refusal_is_one_signal(rig, realm, keytab, kind):
    """As many signals as refusals, though Java repeats each cause many times."""
    make_site, log, name = LOGS[kind]
    server = getattr(rig, kind)(realm, keytab)
    refuse(realm, server.url)
    log = getattr(server, log)
    log.wait_for("failed|Unable to login", count=6)
    site = make_site(server, rig.probe_keytab(realm))
    assert signals(rig, site, log, name)[0] == CAUSES[kind]


@pytest.mark.parametrize("error_log_format", ERROR_LOG_FORMATS)
def test_apache_formats(rig, realm, keytab, error_log_format):
    """Apache's error log can be read in each format that its manual shows."""
    apache = rig.apache(realm, keytab, extra=f'ErrorLogFormat "{error_log_format}"')
    refuse(realm, apache.url)
    site = apache_site(apache, rig.probe_keytab(realm))
    causes, clients = signals(rig, site, apache.error_log, "apache-error")
    assert causes == CAUSES["apache"]
    assert clients == ({None} if "client" not in error_log_format
                       else {"127.0.0.66", "127.0.0.1"})
