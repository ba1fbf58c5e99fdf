"""authmedic-probe against real servers in each state that a diagnosis must tell apart."""

import os
import shutil
import socket

import pytest

from rig import run_probe
from rig.clock import faketime_library
from rig.process import run
from rig.wait import free_port


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
    address = f"127.0.0.1:{server.port}"
    assert probe["probe.address"] == address
    assert probe["probe.message"] == (
        f"the server accepted a fresh ticket (HTTP status 200 from {address}, key version 1)")
    assert probe["probe.offers"] == "negotiate"
    assert probe["probe.reply_error"] is None and probe["probe.accepted_addresses"] is None
    assert abs(float(probe["clock.kdc_skew"])) < 60 and abs(float(probe["clock.server_skew"])) < 60
    assert all(int(probe[f"probe.{part}_ms"]) >= 0 for part in ("connect", "answer"))
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
    assert probe["probe.reply_error"] == "wrong-key-version", probe.output


def test_several_addresses(rig, realm, keytab, probe_keytab):
    """Each address is probed with the one ticket; the worst is told, and which gave what."""
    good = rig.apache(realm, keytab)
    old = rig.path("old.keytab")
    shutil.copy(keytab, old)
    os.chmod(old, 0o644)
    realm.rotate_key()
    realm.add_keys(keytab)
    stale = rig.apache(realm, old)
    addresses = [f"127.0.0.1:{port}" for port in (good.port, stale.port, free_port())]
    url = "http://localhost:9/private/"
    probe = run_probe(realm, url, probe_keytab, connect_to=addresses)
    assert_rejected(probe, kvno=2)
    assert probe["probe.address"] == probe["probe.rejected_addresses"] == addresses[1]
    assert probe["probe.accepted_addresses"] == addresses[0]
    assert probe["probe.unreachable_addresses"] == addresses[2]
    probe = run_probe(realm, url, probe_keytab, connect_to=[addresses[2], addresses[0]])
    assert_probe(probe, "unreachable", "connect", 4)
    assert probe["probe.address"] == addresses[2]
    probe = run_probe(realm, url, probe_keytab, connect_to=[addresses[0]])
    assert_accepted(probe, kvno=2)
    assert probe["probe.accepted_addresses"] is None


def test_silent_address(rig, realm, keytab, probe_keytab, silence):
    """An address that says nothing takes its share of the time, and no other's; what was found
    before it is not lost."""
    apache = rig.apache(realm, keytab)
    silent, good = f"127.0.0.1:{silence}", f"127.0.0.1:{apache.port}"
    probe = run_probe(realm, apache.url, probe_keytab, connect_to=[silent, good], timeout="3s")
    assert_probe(probe, "unreachable", "timeout", 4)
    assert (probe["probe.address"], probe["probe.accepted_addresses"]) == (silent, good)
    os.truncate(keytab, 0)
    probe = run_probe(realm, apache.url, probe_keytab, connect_to=[good, silent], timeout="3s")
    assert_rejected(probe, kvno=1)
    assert probe["probe.unreachable_addresses"] == silent


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


def shifted(offset):
    """The environment of a process whose clock is that far off."""
    return {"LD_PRELOAD": faketime_library(), "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "ASAN_OPTIONS": "verify_asan_link_order=0"}


@pytest.mark.parametrize("offset, skew", [("+1h", -3600), ("-1h", 3600), ("+10m", -600),
                                          ("-10m", 600)])
def test_clock_skew(rig, realm, probe_keytab, offset, skew):
    """Our clock is off in either direction, and the library is told not to follow the KDC's: the
    skew is measured all the same, and said in words."""
    config = changed_config(rig, realm, "[libdefaults]", "[libdefaults]\n  kdc_timesync = 0")
    probe = run_probe(realm, "http://localhost:1/", probe_keytab, krb5_config=config,
                      environment=shifted(offset))
    assert_no_ticket(probe, "clock-skew")
    assert abs(float(probe["clock.kdc_skew"]) - skew) < 30
    way = "behind" if skew < 0 else "ahead of"
    assert f"s {way} ours" in probe["probe.message"]


@pytest.mark.parametrize("offset, skew", [("+10m", -600), ("-10m", 600)])
def test_clock_skew_followed(rig, realm, keytab, probe_keytab, offset, skew):
    """Where the library follows the KDC's clock the sign-in succeeds, and the facts show that only
    ours is off."""
    apache = rig.apache(realm, keytab)
    probe = run_probe(realm, apache.url, probe_keytab, environment=shifted(offset))
    assert_accepted(probe, kvno=1)
    assert abs(float(probe["clock.kdc_skew"]) - skew) < 30
    assert abs(float(probe["clock.server_skew"]) - skew) < 30


@pytest.mark.parametrize("offset, skew, error", [
    ("+10m", 600, "clock-skew"), ("-10m", -600, "ticket-not-yet-valid"),
    ("+11h", 39600, "ticket-expired")])
def test_server_clock(rig, realm, keytab, probe_keytab, monkeypatch, offset, skew, error):
    """The server's clock is off in either direction: its own words and its clock are told."""
    apache = rig.apache(realm, keytab, start=False)
    environment = {**realm.environment(), **shifted(offset)}
    with monkeypatch.context() as patch:
        patch.setattr(realm, "environment", lambda: environment)
        apache.start()
    probe = run_probe(realm, apache.url, probe_keytab)
    assert_rejected(probe, kvno=1)
    assert probe["probe.reply_error"] == error, probe.output
    assert abs(float(probe["clock.server_skew"]) - skew) < 30
    assert abs(float(probe["clock.kdc_skew"])) < 30
    assert f"the server says {error}" in probe["probe.message"]


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
