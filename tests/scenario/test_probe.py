"""authmedic-probe against real servers in each state that a diagnosis must tell apart."""

import os
import shutil
import socket

import pytest

from rig import need_program, run_probe
from rig.process import run


@pytest.fixture(name="silence")
def fixture_silence():
    """The port of a listener that takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        yield listener.getsockname()[1]


def changed_config(rig, realm, old, new):
    """The path of a copy of the realm's krb5.conf with one text replaced by another."""
    path = rig.path("changed.conf")
    with open(realm.krb5_config, encoding="ascii") as original:
        text = original.read()
    assert old in text
    with open(path, "w", encoding="ascii") as output:
        output.write(text.replace(old, new))
    return path


def assert_probe(probe, result, reason, exit_code):
    """How a probe ended. What it says on standard error is nothing: all it knows are facts."""
    got = (probe["probe.result"], probe["probe.reason"], probe.exit_code, probe.errors)
    assert got == (result, reason, exit_code, ""), probe.output


def assert_accepted(probe, kvno):
    """Accepted, with a ticket of that key version."""
    assert_probe(probe, "accepted", "ok", 0)
    assert (probe["probe.http_status"], probe["ticket.kvno"]) == ("200", str(kvno))


def assert_rejected(probe, kvno):
    """A ticket of that key version was held, sent and refused."""
    assert_probe(probe, "rejected", "refused", 1)
    assert (probe["probe.http_status"], probe["ticket.kvno"]) == ("401", str(kvno))


def assert_no_ticket(probe, reason, exit_code=3):
    """No ticket, so nothing is known about the server."""
    assert_probe(probe, "no-ticket", reason, exit_code)
    assert probe["ticket.kvno"] is None and probe["probe.http_status"] is None


# -- the states of the server


@pytest.mark.parametrize("kind", ["apache", "squid"])
def test_healthy(rig, realm, keytab, probe_keytab, kind):
    """Accepted, and every fact is there."""
    server = getattr(rig, kind)(realm, keytab)
    probe = run_probe(realm, server.url, probe_keytab)
    assert_accepted(probe, kvno=1)
    assert probe["ticket.enctype"] == "aes256-cts-hmac-sha1-96"
    assert probe["ticket.principal"] == "HTTP/localhost@EXAMPLE.TEST"
    assert probe["probe.message"] == "the server accepted a fresh ticket"
    # Squid keeps the last token to itself where the page comes from behind it.
    assert probe["probe.reply_state"] == ("accepted" if kind == "apache" else "none")
    assert int(probe["probe.kdc_ms"]) >= 0 and int(probe["probe.http_ms"]) >= 0
    server.combined_log.wait_for('^127.0.0.1 - - .* 401 .* "authmedic-probe/')
    server.combined_log.wait_for('^127.0.0.1 - authmedic-probe@EXAMPLE.TEST .* 200 .*'
                                 ' "authmedic-probe/')


def test_stale_squid_helper(rig, realm, keytab, probe_keytab):
    """Rejected while the helper holds the old key, accepted after it was recycled."""
    squid = rig.squid(realm, keytab)
    realm.rotate_key()
    realm.add_keys(keytab)
    assert_rejected(run_probe(realm, squid.url, probe_keytab), kvno=2)
    squid.reconfigure()
    assert_accepted(run_probe(realm, squid.url, probe_keytab), kvno=2)


def test_stale_apache_keytab(rig, realm, keytab, probe_keytab):
    """Rejected with the key version that the keytab lacks."""
    apache = rig.apache(realm, keytab)
    realm.rotate_key()
    probe = run_probe(realm, apache.url, probe_keytab)
    assert_rejected(probe, kvno=2)
    assert probe["probe.reply_state"] == "rejected"


def test_wrong_key(rig, realm, keytab, probe_keytab):
    """The key version is right and the key is not."""
    apache = rig.apache(realm, keytab)
    realm.kadmin(f"delprinc -force {realm.service}", f"addprinc -randkey {realm.service}")
    assert_rejected(run_probe(realm, apache.url, probe_keytab), kvno=1)


@pytest.mark.parametrize("damage", ["missing", "empty", "unreadable"])
def test_broken_server_keytab(rig, realm, keytab, probe_keytab, damage):
    """What the server cannot use, it refuses our ticket for."""
    apache = rig.apache(realm, keytab)
    if damage == "missing":
        os.unlink(keytab)
    elif damage == "empty":
        os.truncate(keytab, 0)
    else:
        os.chmod(keytab, 0)
    assert_rejected(run_probe(realm, apache.url, probe_keytab), kvno=1)


# -- the states of the KDC and of our own side


def test_kdc_down(rig, realm, keytab, probe_keytab):
    """Nobody answers: nothing is known about the server."""
    apache = rig.apache(realm, keytab)
    realm.stop()
    assert_no_ticket(run_probe(realm, apache.url, probe_keytab), "kdc-unreachable")
    realm.start()
    assert_accepted(run_probe(realm, apache.url, probe_keytab), kvno=1)


def test_kdc_silent(rig, realm, probe_keytab, silence):
    """A KDC that takes connections and says nothing costs no more than the deadline."""
    config = changed_config(rig, realm, f":{realm.port}", f":{silence}")
    probe = run_probe(realm, "http://localhost:1/", probe_keytab, krb5_config=config,
                      timeout="500ms")
    assert_no_ticket(probe, "timeout")


def test_kdc_not_configured(rig, realm, probe_keytab):
    """No KDC is named for the realm."""
    config = changed_config(rig, realm, "kdc = ", "no_kdc = ")
    probe = run_probe(realm, "http://localhost:1/", probe_keytab, krb5_config=config)
    assert_no_ticket(probe, "realm-unknown")


def test_unknown_principals(realm, probe_keytab):
    """The KDC knows the client or the service no more."""
    url = "http://localhost:1/"
    assert_no_ticket(run_probe(realm, url, probe_keytab, service="HTTP/nowhere.example.test"),
                     "service-unknown")
    assert_no_ticket(run_probe(realm, url, probe_keytab, service="HTTP/a@OTHER.TEST"),
                     "service-unknown")
    realm.kadmin("modprinc -allow_tix authmedic-probe")
    assert_no_ticket(run_probe(realm, url, probe_keytab), "client-refused")
    realm.kadmin("delprinc -force authmedic-probe")
    assert_no_ticket(run_probe(realm, url, probe_keytab), "client-unknown")


def test_client_key(realm, probe_keytab):
    """The key in the client keytab is old."""
    realm.rotate_key("authmedic-probe")
    assert_no_ticket(run_probe(realm, "http://localhost:1/", probe_keytab), "client-key")


def test_clock_skew(rig, realm, probe_keytab):
    """Our clock is an hour off, and the library is told not to follow the KDC's."""
    faketime = need_program("faketime", "faketime")
    library = run([faketime, "-f", "+1h", "sh", "-c", "echo $LD_PRELOAD"]).stdout.strip()
    config = changed_config(rig, realm, "[libdefaults]", "[libdefaults]\n  kdc_timesync = 0")
    probe = run_probe(realm, "http://localhost:1/", probe_keytab, krb5_config=config,
                      environment={"LD_PRELOAD": library, "FAKETIME": "+1h",
                                   "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                                   "ASAN_OPTIONS": "verify_asan_link_order=0"})
    assert_no_ticket(probe, "clock-skew")


@pytest.mark.parametrize("damage", ["missing", "empty", "garbage", "folder", "no-such-principal"])
def test_client_keytab(rig, realm, probe_keytab, damage):
    """A client keytab that cannot be used is a mistake of the configuration."""
    path = rig.path("client.keytab")
    options = {}
    if damage == "folder":
        os.mkdir(path)
    elif damage == "no-such-principal":
        shutil.copy(probe_keytab, path)
        options["client_principal"] = "somebody-else"
    elif damage != "missing":
        with open(path, "wb") as output:
            output.write(b"\x05\x02\xff\xff garbage\n" if damage == "garbage" else b"")
    probe = run_probe(realm, "http://localhost:1/", path, **options)
    assert_no_ticket(probe, "client-keytab", 78)


def test_krb5_config(rig, realm, probe_keytab):
    """A missing or broken Kerberos configuration is named as such."""
    url = "http://localhost:1/"
    probe = run_probe(realm, url, probe_keytab, krb5_config=rig.path("missing.conf"))
    assert_no_ticket(probe, "krb5-config", 78)
    broken = rig.path("broken.conf")
    with open(broken, "w", encoding="ascii") as output:
        output.write("[libdefaults\n{{{\n")
    probe = run_probe(realm, url, probe_keytab, krb5_config=broken)
    assert_no_ticket(probe, "krb5-config", 78)


def test_bad_principal(realm, probe_keytab):
    """A name that Kerberos cannot read."""
    probe = run_probe(realm, "http://localhost:1/", probe_keytab, service="HTTP/a@b@c")
    assert_no_ticket(probe, "principal", 78)


def test_usage(realm, probe_keytab):
    """Bad usage says so on standard error, and prints no facts."""
    probe = run_probe(realm, None, probe_keytab)
    assert (probe.exit_code, probe.output) == (2, "")
    assert probe.errors == "authmedic-probe: --url is missing; try --help\n"
