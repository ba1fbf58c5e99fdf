"""The inspectors on real servers, a real KDC and a real systemd: what tells one fault from its look-alikes."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess

import pytest

from rig.clock import faketime_library
from rig.process import need_mounts, run
from rig.source import built_program
from rig.wait import wait_until

PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


def inspect(name, prefix=(), environment=(), **told):
    """The facts of one inspector, which is told only what the helper would tell it."""
    values = {"PATH": PATH, "LC_ALL": "C.UTF-8", "AUTHMEDIC_CONTRACT": "1", **dict(environment)}
    values.update({f"AUTHMEDIC_{key.upper()}": str(value) for key, value in told.items()})
    done = subprocess.run([*prefix, built_program(f"plugins/{name}/{name}"), "inspect"], env=values, text=True,
                          cwd="/", stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return dict(line.split("=", 1) for line in done.stdout.splitlines())


@pytest.fixture(name="told")
def fixture_told(realm, keytab, probe_keytab):
    """What the helper would tell the inspectors of a site."""
    return {"keytab": keytab, "service": realm.service, "krb5_config": realm.krb5_config,
            "probe_client_keytab": probe_keytab}


# -- can the key on disk decrypt the probe's own ticket?


def test_key_fits(realm, told):
    """The keytab is up to date: its key decrypts a ticket that the KDC makes now."""
    facts = inspect("inspect-keytab", **told)
    assert facts["keytab.decrypts"] == "yes" and "keytab.decrypts_why" not in facts
    assert facts["keytab.ticket_kvno"] == str(realm.kvno())
    assert facts["keytab.ticket_enctype"] == "aes256-cts-hmac-sha1-96"


def test_keytab_behind_the_kdc(realm, told):
    """The key was rotated, the keytab lacks it."""
    realm.rotate_key()
    facts = inspect("inspect-keytab", **told)
    assert (facts["keytab.decrypts"], facts["keytab.decrypts_why"]) == ("no", "no-kvno")
    assert facts["keytab.ticket_kvno"] == "2" and facts["keytab.kvno"] == "1"


def test_wrong_key_under_the_right_number(realm, told):
    """Another key with the same kvno: only trying it shows that."""
    realm.kadmin(f"delprinc -force {realm.service}", f"addprinc -randkey {realm.service}")
    facts = inspect("inspect-keytab", **told)
    assert (facts["keytab.decrypts"], facts["keytab.decrypts_why"]) == ("no", "wrong-key")
    assert facts["keytab.ticket_kvno"] in facts["keytab.kvnos"].split()


@pytest.mark.parametrize("name, kvno", [("HTTP/otherhost", 1), ("HTTP/otherhost", 7), ("HTTP/localhost", 7)])
def test_another_of_its_names(rig, realm, told, name, kvno):
    """The service's key is in the keytab under another name or version, as a server without a name takes it: it fits."""
    realm.rename_keys(told["keytab"], name, kvno)
    facts = inspect("inspect-keytab", **told)
    assert (facts["keytab.decrypts"], facts["keytab.decrypts_by"]) == ("yes", f"{name}@{realm.name}:{kvno}")
    assert "keytab.decrypts_why" not in facts and facts["keytab.ticket_kvno"] == "1"
    assert facts["keytab.kvnos"] == ("7" if name == "HTTP/localhost" else "")
    realm.add_keys(told["keytab"])
    facts = inspect("inspect-keytab", **told)
    assert facts["keytab.decrypts"] == "yes" and "keytab.decrypts_by" not in facts, "its own is there as well"
    told["keytab"] = realm.rename_keys(realm.export_keys(rig.path("only.keytab")), "HTTP/otherhost", 1)
    realm.rotate_key()
    facts = inspect("inspect-keytab", **told)
    assert (facts["keytab.decrypts"], facts["keytab.decrypts_why"]) == ("no", "no-principal")
    assert "keytab.decrypts_by" not in facts


def test_other_name(rig, realm, told):
    """The keytab is for another service; or it has no key of the ticket's kind."""
    realm.add_principals("HTTP/other")
    other = realm.export_keys(rig.path("other.keytab"), "HTTP/other")
    facts = inspect("inspect-keytab", **{**told, "keytab": other})
    assert (facts["keytab.decrypts"], facts["keytab.decrypts_why"]) == ("no", "no-principal")
    realm.kadmin(f"cpw -randkey -e aes128-cts-hmac-sha1-96:normal {realm.service}")
    small = realm.export_keys(rig.path("small.keytab"))
    realm.kadmin(f"delprinc -force {realm.service}", f"addprinc -randkey {realm.service}",
                 f"modprinc -kvno 2 {realm.service}")
    facts = inspect("inspect-keytab", **{**told, "keytab": small})
    assert (facts["keytab.decrypts"], facts["keytab.decrypts_why"]) == ("no", "no-enctype")


def test_any_version(rig, realm, told):
    """Keys of version 0 are for tickets of any version, as the servers' libraries have it."""
    realm.kadmin(f"modprinc -kvno 0 {realm.service}")
    told["keytab"] = realm.export_keys(rig.path("any.keytab"))
    realm.kadmin(f"modprinc -kvno 5 {realm.service}")
    facts = inspect("inspect-keytab", **told)
    assert (facts["keytab.kvnos"], facts["keytab.ticket_kvno"]) == ("0", "5")
    assert facts["keytab.decrypts"] == "yes" and "keytab.decrypts_why" not in facts
    realm.rotate_key()
    facts = inspect("inspect-keytab", **told)
    assert (facts["keytab.decrypts"], facts["keytab.decrypts_why"]) == ("no", "wrong-key")


def test_type_not_permitted(rig, realm, told):
    """The key is right, and the Kerberos configuration forbids its kind: a server takes no such ticket."""
    with open(realm.krb5_config, encoding="utf-8") as file:
        configuration = file.read()
    told["krb5_config"] = rig.path("strict.conf")
    with open(told["krb5_config"], "w", encoding="utf-8") as file:
        file.write(configuration.replace(
            "[libdefaults]", "[libdefaults]\n    permitted_enctypes = aes128-cts-hmac-sha1-96", 1))
    facts = inspect("inspect-keytab", **told)
    assert facts["keytab.ticket_enctype"] == "aes256-cts-hmac-sha1-96"
    assert (facts["keytab.decrypts"], facts["keytab.decrypts_why"]) == ("no", "enctype-not-permitted")


@pytest.mark.parametrize("damage, why", [("kdc", "kdc-unreachable"), ("client", "client-key"),
                                         ("locked", "client-refused"), ("service", "service-unknown"),
                                         ("keytab", "unreadable"), ("missing", "client-keytab")])
def test_could_not_tell(rig, realm, told, damage, why):
    """Without a ticket, or without a keytab, nothing is said of the key, but why."""
    if damage == "kdc":
        realm.stop()
    elif damage == "client":
        realm.rotate_key("authmedic-probe")
    elif damage == "locked":
        realm.kadmin("modprinc -allow_tix authmedic-probe")
    elif damage == "service":
        told["service"] = "HTTP/nowhere.example.test"
    elif damage == "keytab":
        os.unlink(told["keytab"])
    else:
        told["probe_client_keytab"] = rig.path("missing")
    facts = inspect("inspect-keytab", **told)
    assert (facts["keytab.decrypts"], facts["keytab.decrypts_why"]) == ("unknown", why)
    assert facts["keytab.worker_decrypts"] == "unknown"


def test_no_secret_is_told(realm, told):
    """No key, nor the ticket, is in what is printed."""
    text = str(inspect("inspect-keytab", **told))
    with open(told["keytab"], "rb") as file:
        content = file.read()
    for start in range(0, len(content) - 8, 4):
        assert content[start:start + 8].hex() not in text


def test_worker_with_an_old_file(rig, realm, told):
    """A worker whose mount holds the keytab of before: the key on disk fits, the one it sees does not."""
    need_mounts()
    current, mounted = rig.path("current.keytab"), rig.path("mounted.keytab")
    shutil.copy(told["keytab"], current)
    with open(mounted, "wb"):
        pass
    script = f"mount --bind '{current}' '{mounted}' && echo up && exec cat"
    with subprocess.Popen(["unshare", "-m", "sh", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as worker:
        assert worker.stdout.readline() == "up\n"
        pid_file = rig.path("worker.pid")
        with open(pid_file, "w", encoding="ascii") as output:
            output.write(f"{worker.pid}\n")
        realm.rotate_key()
        realm.add_keys(told["keytab"])
        shutil.copy(told["keytab"], current + ".new")
        os.rename(current + ".new", current)
        shutil.copy(current, mounted)
        facts = inspect("inspect-keytab", **{**told, "keytab": mounted, "worker_pidfile": pid_file})
        worker.communicate()
    assert (facts["keytab.decrypts"], facts["keytab.worker_decrypts"]) == ("yes", "no")
    assert facts["keytab.worker_decrypts_why"] == "no-kvno"
    assert (facts["keytab.worker_matches"], facts["keytab.mount_deleted"]) == ("no", "yes")
    assert facts["keytab.worker_kvnos"] == "1" and "2" in facts["keytab.kvnos"].split()


# -- clocks


def shifted(offset):
    return {"LD_PRELOAD": faketime_library(), "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "ASAN_OPTIONS": "verify_asan_link_order=0"}


@pytest.mark.parametrize("offset, skew", [("+0", 0), ("+10m", -600), ("-1h", 3600)])
def test_kdcs_clock(realm, offset, skew):
    """The KDC tells its time without a key; nobody's wrong password is counted."""
    facts = inspect("inspect-clock", environment=shifted(offset), service=realm.service, krb5_config=realm.krb5_config)
    assert abs(float(facts["clock.kdc_skew"]) - skew) < 30
    assert facts["clock.synchronised"] in ("yes", "no", "unknown")
    with open(os.path.join(realm.directory, "kdc.log"), encoding="utf-8") as log:
        text = log.read()
    assert "NEEDED_PREAUTH" in text and "PREAUTH_FAILED" not in text


def test_kdc_away(realm):
    """A KDC that is away leaves the skew out, so that an earlier finding stands."""
    realm.stop()
    facts = inspect("inspect-clock", service=realm.service, krb5_config=realm.krb5_config)
    assert facts["clock.kdc_why"] == "kdc-unreachable" and "clock.kdc_skew" not in facts


# -- servers


@pytest.mark.parametrize("mpm", ["event", "prefork"])
def test_apache_generations(rig, realm, keytab, mpm):
    """A graceful reload while a request is on its way leaves a child of before, which is told apart from today's."""
    apache = rig.apache(realm, keytab, mpm=mpm)
    before = inspect("inspect-worker", worker_pidfile=apache.pid_file)
    assert before["worker.old_children"] == "0" and int(before["worker.children"]) >= 1
    assert before["worker.started_by"] == "exec"
    with open_request(apache.port) as request:
        wait_until(lambda: any(sockets(pid) - sockets(apache.pid) for pid in apache.workers()), 20,
                   "a worker has taken the request")
        run(apache.command("graceful"), realm.environment())
        facts = wait_until(lambda: with_both_generations(apache), 20, "both generations serve")
        assert abs(float(facts["worker.start"]) - float(before["worker.start"])) < 0.05, "the parent is the same"
        config = inspect("inspect-config", worker_pidfile=apache.pid_file, krb5_config=realm.krb5_config,
                         configuration_count=1, configuration_1=apache.directory)
        assert float(config["config.loaded_by"]) > float(before["worker.children_newest"])
        request.send(b"\r\n")
        wait_until(lambda: inspect("inspect-worker", worker_pidfile=apache.pid_file)["worker.old_children"] == "0", 20,
                   "the old worker ends with its request")


def test_nginx_generations(rig, realm, keytab):
    """nginx's old worker says that it shuts down."""
    nginx = rig.nginx(rig.apache(realm, keytab))
    told = {"worker_pidfile": nginx.pid_file}
    assert inspect("inspect-worker", **told)["worker.old_children"] == "0"
    with open_request(nginx.port) as request:
        request.send(b"X-Complete: yes\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")
        wait_until(lambda: any(sockets(pid) - sockets(nginx.pid) for pid in nginx.workers()), 20,
                   "the worker has taken the request")
        os.kill(nginx.pid, signal.SIGHUP)
        wait_until(lambda: inspect("inspect-worker", **told)["worker.old_children"] == "1", 20,
                   "the old worker is told apart")


def sockets(pid):
    """The sockets that the process has open."""
    found = set()
    for file in os.scandir(f"/proc/{pid}/fd"):
        with contextlib.suppress(FileNotFoundError):
            target = os.readlink(file.path)
            if target.startswith("socket:"):
                found.add(target)
    return found


def with_both_generations(apache):
    """The facts, once there are children of before and of today. Between the two Apache has none of today."""
    facts = inspect("inspect-worker", worker_pidfile=apache.pid_file)
    old = facts["worker.old_children"]
    return facts if old not in ("unknown", "0") and int(facts["worker.children"]) > int(old) else None


def open_request(port):
    """A connection with a request that is not complete."""
    connection = socket.create_connection(("127.0.0.1", port))
    connection.send(b"GET /public/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n")
    return connection


def test_squid_helpers(rig, realm, keytab):
    """Squid's own helper holds the keytab of its start; a reconfiguration starts another."""
    squid = rig.squid(realm, keytab)
    told = {"worker_pidfile": squid.pid_file, "server_worker_process": "negotiate_kerberos_auth", "keytab": keytab}
    facts = inspect("inspect-squid", **told)
    assert sorted(facts["squid.helper_pids"].split()) == sorted(str(pid) for pid in squid.helpers())
    assert (facts["squid.helper_keytab"], facts["squid.keytab_configured"]) == (keytab, "yes")
    assert facts["squid.helpers_stale"] == "0"
    realm.rotate_key()
    realm.add_keys(keytab)
    assert inspect("inspect-squid", **told)["squid.helpers_stale"] == facts["squid.helpers"]
    squid.reconfigure()
    assert inspect("inspect-squid", **told)["squid.helpers_stale"] == "0"


def test_tomcat(rig, realm, keytab):
    """A real JVM: what it was given, and the copy with the same time that it will not notice."""
    tomcat = rig.tomcat(realm, keytab)
    told = {"worker_pidfile": tomcat.pid_file, "keytab": keytab}
    facts = inspect("inspect-jvm", **told)
    assert (facts["jvm.krb5_config"], facts["jvm.krb5_config_newer"]) == (tomcat.krb5_config, "no")
    assert facts["jvm.login_config"] == f"{tomcat.directory}/conf/jaas.conf"
    assert (facts["jvm.login_keytab"], facts["jvm.keytab_configured"]) == (keytab, "yes")
    assert (facts["jvm.store_key"], facts["jvm.refresh_krb5_config"]) == ("yes", "no")
    assert facts["jvm.keytab_time_kept"] == "no"
    realm.rotate_key()
    realm.add_keys(keytab, keep_time=True)
    tomcat.write_krb5_config("forwardable = true")
    facts = inspect("inspect-jvm", **told)
    assert facts["jvm.keytab_time_kept"] == facts["jvm.krb5_config_newer"] == "yes"
    config = inspect("inspect-config", krb5_config=realm.krb5_config, **told)
    assert config["krb5conf.worker_path"] == tomcat.krb5_config
    assert float(config["krb5conf.changed"]) > float(facts["jvm.start"])


UNIT = """\
Type=exec
LoadCredential=keytab:{keytab}
BindReadOnlyPaths={bound}
ExecStart=/bin/sleep 1000
ExecReload=/bin/true"""


def test_template_with_a_credential(rig, keytab):
    """A real systemd reads a value that goes on behind comments, and specifiers in it, as the inspector does."""
    folder, name = os.path.split(keytab)
    instance = name.removesuffix(".keytab")
    systemd = rig.systemd(start=False)
    systemd.add_unit("web@", UNIT.format(keytab=keytab, bound=f"{folder}/%i.keytab").replace(
        f"keytab:{keytab}", f" \\\n# a comment\n  ; and another\n\t%p-%I:{folder}/%i.keytab"))
    systemd.start()
    systemd.systemctl("start", f"web@{instance}")
    told = {"prefix": systemd.command(), "worker_unit": f"web@{instance}", "keytab": keytab}
    facts = inspect("inspect-unit", **told)
    assert (facts["unit.credentials"], facts["unit.credential_matches"]) == (keytab, "yes")
    assert (facts["unit.bind_paths"], facts["unit.keytab_bound"]) == (keytab, "yes")
    with open(keytab, "ab") as file:
        file.write(b"\0\0\0\0")
    assert inspect("inspect-unit", **told)["unit.credential_matches"] == "no"


def test_unit_with_a_credential(rig, realm, keytab):
    """A real systemd copied the keytab when the unit was started: after a rotation the copy is old, a reload leaves it
    so, and a restart does not. The copy, where only the unit sees it, lacks the key that the disk has."""
    bound = rig.path("bound.keytab")
    shutil.copy(keytab, bound)
    systemd = rig.systemd(start=False)
    systemd.add_unit("web", UNIT.format(keytab=keytab, bound=bound))
    systemd.start()
    systemd.systemctl("start", "web")
    enter = systemd.command()
    facts = inspect("inspect-unit", prefix=enter, worker_unit="web", keytab=keytab)
    assert (facts["unit.name"], facts["unit.state"]) == ("web.service", "active")
    assert (facts["unit.credentials"], facts["unit.credential_matches"]) == (keytab, "yes")
    assert (facts["unit.bind_paths"], facts["unit.keytab_bound"], facts["unit.file_newer"]) == (bound, "no", "no")
    assert inspect("inspect-unit", prefix=enter, worker_unit="web", keytab=bound)["unit.keytab_bound"] == "yes"
    worker = inspect("inspect-worker", prefix=enter, worker_unit="web", keytab=keytab)
    assert (worker["worker.unit"], worker["worker.mounts"]) == ("web.service", "own")
    assert abs(float(worker["worker.start"]) - float(facts["unit.started"])) < 2
    realm.rotate_key()
    realm.add_keys(keytab)
    told = {"prefix": enter, "worker_unit": "web", "keytab": keytab}
    assert inspect("inspect-unit", **told)["unit.credential_matches"] == "no"
    systemd.systemctl("reload", "web")
    assert inspect("inspect-unit", **told)["unit.credential_matches"] == "no"
    copy = inspect("inspect-keytab", **{**told, "keytab": "/run/credentials/web.service/keytab"},
                   service=realm.service, krb5_config=realm.krb5_config)
    assert copy["keytab.worker_kvnos"] == "1"
    systemd.systemctl("restart", "web")
    assert inspect("inspect-unit", **told)["unit.credential_matches"] == "yes"
