"""The rig's own tests: each fault that the scenarios build on is real before they rely on it."""

import os
import re
import socket

import pytest

from rig import need_root, send_forged, send_header, wait_until


def without_variables(line):
    """A log line without what differs between requests: time, pids, ports, durations, ids."""
    # A port may look like a year, so it goes first.
    line = re.sub(r"127\.0\.\d+\.\d+(:\d+)?", "client", line)
    line = re.sub(r"\[[^]]*20\d\d[^]]*\]", "[time]", line)
    line = re.sub(r"\[pid \d+:tid \d+\]", "[pid]", line)
    return re.sub(r"\b(conn|lid|pid|us|ms|min)=\S+", r"\1=", line)


@pytest.mark.parametrize("mpm", ["event", "prefork"])
def test_healthy_apache(rig, realm, keytab, mpm):
    """All styles of client get what they should, and the log says which they were."""
    apache = rig.apache(realm, keytab, mpm=mpm)
    crowd = rig.crowd(realm, 2)
    assert crowd.get(apache.url, "browser") == {200}
    assert crowd.get(apache.url, "preemptive") == {200}
    assert crowd.get(apache.url, "plain") == {401}
    assert crowd.get(apache.public_url, "plain") == {200}
    crowd[0].sign_out()
    assert crowd[0].get(apache.url) == 401
    log = apache.authmedic_log
    log.wait_for(r'^127\.0\.1\.2 - - .* 401 .* "rig-browser" scheme=none reply=- conn=\d+ k=0 ')
    log.wait_for(r'^127\.0\.1\.2 - user1@EXAMPLE.TEST .* 200 .* "rig-browser" '
                 r'scheme=negotiate-kerberos reply=done conn=\d+ k=1 lid=\S+ pid=\d+ us=\d+ '
                 r'host="localhost:\d+" fwd="-" merr="-" maj=- min=- mtext="-"$')
    log.wait_for('"rig-browser" ', count=6)
    assert not log.matching(" 401 .* scheme=negotiate"), "without a ticket no token is sent"
    log.wait_for('"rig-preemptive" scheme=negotiate-kerberos .* k=0 ', count=2)
    log.wait_for(' 401 .* "rig-plain" scheme=none ', count=2)
    apache.combined_log.wait_for(r'" 200 \d+ "-" "rig-browser"$', count=2)


def test_healthy_squid(rig, realm, keytab):
    """The same through Squid."""
    squid = rig.squid(realm, keytab)
    crowd = rig.crowd(realm, 2)
    assert crowd.get(squid.url, "browser") == {200}
    assert crowd.get(squid.url, "preemptive") == {200}
    assert crowd.get(squid.url, "plain") == {401}
    log = squid.authmedic_log
    log.wait_for(r'^127\.0\.1\.2 - - .* 401 .* "rig-browser" scheme=none conn=\d+ ')
    log.wait_for(r'^127\.0\.1\.2 - user1@EXAMPLE.TEST .* 200 .* "rig-browser" '
                 r'scheme=negotiate-kerberos conn=\d+ ms=\d+ host="localhost" fwd="-" merr="-" '
                 r'TCP_MISS:FIRSTUP_PARENT$')
    squid.combined_log.wait_for(r'" 401 \d+ "-" "rig-plain" TCP_DENIED:HIER_NONE$', count=2)


def test_squid_without_its_port(rig, realm, keytab):
    """Where somebody else has the port, Squid is started on another one, and cache.log is told."""
    squid = rig.squid(realm, keytab, start=False)
    with socket.socket() as other:
        other.bind(("127.0.0.1", squid.port))
        other.listen()
        with pytest.warns(UserWarning, match="Cannot bind socket"):
            squid.start()
        assert squid.port != other.getsockname()[1]
    assert rig.crowd(realm, 1).get(squid.url) == {200}


@pytest.mark.parametrize("in_place", [False, True])
def test_stale_squid_helper(rig, realm, keytab, in_place):
    """The key is rotated and the keytab on disk is right; only new helpers take it up."""
    squid = rig.squid(realm, keytab)
    crowd = rig.crowd(realm, 2)
    assert crowd.get(squid.url) == {200}
    inode = os.stat(keytab).st_ino
    assert realm.rotate_key() == 2
    realm.add_keys(keytab, in_place=in_place)
    assert (os.stat(keytab).st_ino == inode) == in_place
    assert crowd.get(squid.url) == {200}, "who still has an old ticket notices nothing"
    crowd.sign_in()
    assert crowd.get(squid.url) == {401}
    squid.cache_log.wait_for("kvno 2 not found in keytab; keytab is likely out of date", count=2)
    squid.authmedic_log.wait_for('=negotiate-kerberos .*merr="[^"]*kvno 2 not found', count=2)
    old_helpers = squid.helpers()
    squid.reconfigure()
    assert crowd.get(squid.url) == {200}
    assert not set(old_helpers) & set(squid.helpers())


def test_stale_squid_keytab(rig, realm, keytab):
    """Where the file is old too, new helpers cure nothing."""
    squid = rig.squid(realm, keytab)
    crowd = rig.crowd(realm, 1)
    realm.rotate_key()
    crowd.sign_in()
    assert crowd.get(squid.url) == {401}
    squid.reconfigure()
    assert crowd.get(squid.url) == {401}


def test_stale_apache_keytab(rig, realm, keytab):
    """The KDC's key is newer than the keytab; Apache takes a mended file up by itself."""
    apache = rig.apache(realm, keytab)
    crowd = rig.crowd(realm, 2)
    realm.rotate_key()
    assert crowd.get(apache.url) == {401}
    line = apache.authmedic_log.wait_for("scheme=negotiate-kerberos")[0]
    assert re.search(r' 401 .* reply=reject .* merr="GSS ERROR" .* mtext="[^"]*kvno 2 not found in '
                     r'keytab; keytab is likely out of date', line)
    apache.reload()
    assert crowd.get(apache.url) == {401}, "a recycle does not cure it"
    realm.add_keys(keytab)
    assert crowd.get(apache.url) == {200}


def test_recycled_apache(rig, realm, keytab):
    """A graceful restart leaves only new workers, and the site goes on."""
    apache = rig.apache(realm, keytab)
    old = apache.workers()
    apache.reload()
    assert not set(old) & set(apache.workers())
    assert rig.crowd(realm, 1).get(apache.url) == {200}


def test_kdc_down(rig, realm, keytab):
    """Who holds a service ticket goes on; who does not gets no further than the challenge."""
    apache = rig.apache(realm, keytab)
    crowd = rig.crowd(realm, 2)
    assert crowd[0].get(apache.url) == 200
    realm.stop()
    assert crowd[0].get(apache.url) == 200
    assert crowd[1].get(apache.url) == 401
    assert not apache.authmedic_log.matching(" 401 .* scheme=negotiate")
    realm.start()
    assert crowd[1].get(apache.url) == 200


def test_old_key_lost(rig, realm, keytab):
    """A keytab without the old key refuses old tickets and takes new ones."""
    apache = rig.apache(realm, keytab)
    crowd = rig.crowd(realm, 1)
    assert crowd.get(apache.url) == {200}
    realm.rotate_key()
    realm.export_keys(keytab)
    assert crowd.get(apache.url) == {401}
    apache.error_log.wait_for("kvno 1 not found in keytab; ticket is likely out of date")
    crowd.sign_in()
    assert crowd.get(apache.url) == {200}


def test_forged_ticket_apache(rig, realm, keytab):
    """A stranger writes the very lines that a stale keytab writes."""
    apache = rig.apache(realm, keytab)
    logs = apache.authmedic_log, apache.error_log
    assert send_forged(apache.url, realm.service_principal, kvno=2) == 401
    forged = [log.wait_for("kvno 2 not found in keytab")[0] for log in logs]
    starts = [log.size() for log in logs]
    realm.rotate_key()
    assert rig.crowd(realm, 1).get(apache.url, "preemptive") == {401}
    real = [log.wait_for("kvno 2 not found in keytab", start)[0]
            for log, start in zip(logs, starts)]
    assert (without_variables(forged[0]).replace("rig-stranger", "rig-preemptive")
            == without_variables(real[0]))
    assert without_variables(forged[1]) == without_variables(real[1])


def test_forged_ticket_squid(rig, realm, keytab):
    """The same against a healthy Squid, which goes on serving."""
    squid = rig.squid(realm, keytab)
    assert send_forged(squid.url, realm.service_principal, kvno=7) == 401
    squid.cache_log.wait_for("kvno 7 not found in keytab; keytab is likely out of date")
    assert send_forged(squid.url, realm.service_principal, kvno=1) == 401
    squid.cache_log.wait_for("kvno 1 enctype aes256-cts found in keytab but cannot decrypt ticket")
    assert rig.crowd(realm, 1).get(squid.url) == {200}


def test_everything_is_stopped(rig, realm, keytab):
    """close() leaves no process and no file."""
    apache = rig.apache(realm, keytab)
    squid = rig.squid(realm, keytab)
    pids = [apache.pid, squid.pid, *apache.workers(), *squid.helpers()]
    rig.close()
    wait_until(lambda: not [pid for pid in pids if os.path.exists(f"/proc/{pid}")], 20,
               "all processes have gone")
    assert not os.path.exists(rig.directory)


def test_worker_user(rig, realm, keytab):
    """Started by root, the servers serve as users of their own, and can still read the keytab."""
    need_root("changing to www-data and proxy")
    apache = rig.apache(realm, keytab)
    squid = rig.squid(realm, keytab)
    for pid in (*apache.workers(), *squid.helpers()):
        wait_until(lambda: os.stat(f"/proc/{pid}").st_uid != 0, 20, f"{pid} is another than root's")
