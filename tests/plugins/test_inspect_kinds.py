"""inspect-unit, -squid, -jvm and -iis: what is peculiar to one kind of server. Stand-ins take the place of systemd and of
the programs of Windows, and of Squid's and Java's processes; the real ones are in tests/scenario."""

import os
import time

import pytest

SYSTEMCTL = """#!/bin/sh
case $1 in
show) cat '{folder}/show' ;;
cat) cat '{folder}/unit' ;;
*) exit 1 ;;
esac
"""


@pytest.fixture(name="systemd")
def fixture_systemd(tmp_path):
    """A stand-in for systemctl: the folder to put in PATH, and what writes its answers."""
    program = tmp_path / "systemctl"
    program.write_text(SYSTEMCTL.format(folder=tmp_path))
    program.chmod(0o755)
    (tmp_path / "show").write_text(
        "ActiveState=active\nExecMainStartTimestamp=@1700000000\nStateChangeTimestamp=@1700000100\n"
        "NeedDaemonReload=no\n")

    def say(unit, show=None):
        (tmp_path / "unit").write_text(unit)
        if show is not None:
            (tmp_path / "show").write_text(show)
        return f"{tmp_path}:/usr/bin:/bin"

    return say


def test_unit(plugin, systemd):
    """What systemd says, and what the unit copied and bound; an empty value takes back what came before."""
    path = systemd("# /etc/systemd/system/web.service\n[Service]\nLoadCredential=old:/old.keytab\nLoadCredential=\n"
                   "LoadCredential=keytab:/etc/http.keytab\n LoadCredential = ca:/etc/ca.pem\n#LoadCredential=no:/no\n"
                   "BindPaths=/srv/a /srv/b:/other:norbind\nBindReadOnlyPaths=-/etc/http.keytab:/run/keytab\n"
                   "LoadCredential=inherited\n")
    facts = plugin("inspect-unit", "inspect", path=path, worker_unit="web", keytab="/etc/http.keytab").facts
    assert facts["unit.name"] == "web.service"
    assert (facts["unit.state"], facts["unit.file_newer"]) == ("active", "no")
    assert (facts["unit.started"], facts["unit.changed"]) == ("1700000000.000", "1700000100.000")
    assert facts["unit.credentials"] == "/etc/http.keytab /etc/ca.pem"
    assert facts["unit.bind_paths"] == "/srv/a /srv/b /etc/http.keytab"
    assert facts["unit.keytab_bound"] == "yes"
    assert facts["unit.credential_matches"] == "unknown", "no process of the unit is known"


TEMPLATE = r"""# /etc/systemd/system/web@.service
[Service]
LoadCredential=\
  ca:/etc/ca.pem
LoadCredential= \
# a comment in the middle
  ; and another
  k:/etc/k
LoadCredential=http.keytab:/etc/keytabs/%i.keytab
LoadCredential=escaped:/srv/a\\
LoadCredential=host:/etc/%H.keytab
LoadCredential=%p-%%:%E/%I/%n,%N,%P,%j
BindPaths=/srv/%i \
\
  /srv/b \

LoadCredential=last:/last""" + "\\"


def test_unit_of_a_template(plugin, systemd):
    """What systemd makes of lines that go on, comments in them, and of specifiers; what is not known here stays as it is."""
    facts = plugin("inspect-unit", "inspect", path=systemd(TEMPLATE), worker_unit="my-web@a-b.example.com",
                   keytab="/etc/keytabs/a-b.example.com.keytab").facts
    name = "my-web@a-b.example.com"
    assert facts["unit.name"] == f"{name}.service"
    assert facts["unit.credentials"].split() == [
        "/etc/ca.pem", "/etc/k", "/etc/keytabs/a-b.example.com.keytab", "/srv/a\\\\", "/etc/%H.keytab",
        f"/etc/a/b.example.com/{name}.service,{name},my/web,web", "/last"]
    assert facts["unit.bind_paths"].split() == ["/srv/a-b.example.com", "/srv/b"]


@pytest.mark.parametrize("instance, unescaped", [(r"a\x2db", "a-b"), (r"a\xZZ", "%I"), (r"a\x2", "%I"), ("", "")])
def test_escaped_instance(plugin, systemd, instance, unescaped):
    """Of the instance's name as systemd escapes paths, and where that is none."""
    facts = plugin("inspect-unit", "inspect", path=systemd("BindPaths=/srv/%I/%i\n"),
                   worker_unit=f"web@{instance}.service").facts
    expanded = instance if unescaped != "%I" else "%i"
    assert facts["unit.bind_paths"] == f"/srv/{unescaped}/{expanded}"


def test_credential_of_a_template(plugin, systemd, start, pidfile, overlaid, tmp_path):
    """The copy that an instance of a template was given differs from the keytab on disk, or does not."""
    unit, keytab, run = "web@www.service", tmp_path / "www.keytab", tmp_path / "run"
    copy = run / "credentials" / unit / "www"
    copy.parent.mkdir(parents=True)
    copy.write_text("old")
    process = start([*overlaid({"/run": run}), "sh", "-c", "echo up; exec cat"])
    assert process.stdout.readline() == "up\n"
    told = {"path": systemd(f"LoadCredential=%i: \nLoadCredential=%i:{tmp_path}/%i.keytab\n"), "worker_unit": unit,
            "worker_pidfile": pidfile(process.pid), "keytab": keytab}
    for text, answer in (("new", "no"), ("old", "yes")):
        keytab.write_text(text)
        assert plugin("inspect-unit", "inspect", **told).facts["unit.credential_matches"] == answer


def test_unit_at_rest(plugin, systemd):
    """What never was has no time; nonsense is no fact."""
    path = systemd("", "ActiveState=failed\x1b[2J\nExecMainStartTimestamp=\nStateChangeTimestamp=n/a\nNoise\n")
    ended = plugin("inspect-unit", "inspect", path=path, worker_unit="web.service")
    assert ended.facts["unit.state"] == "failed?[2J"
    assert ended.facts["unit.started"] == ended.facts["unit.changed"] == "unknown"
    assert "unit.file_newer" not in ended.facts


def test_no_systemd(plugin, tmp_path):
    """Where systemd does not answer all is unknown; where there is no unit nothing is told."""
    facts = plugin("inspect-unit", "inspect", path=tmp_path, worker_unit="web.service").facts
    assert facts["unit.name"] == "web.service" and facts["unit.state"] == "unknown"
    assert not plugin("inspect-unit", "inspect").facts


SQUID = """
import subprocess
helper = ["(negotiate_kerberos_auth)", "-c", "import time; time.sleep(60)", "-k", sys.argv[1], "-s", "GSS_C_NO_NAME"]
started = [subprocess.Popen(helper, executable=sys.executable) for _ in range(2)]
print(*[process.pid for process in started])
"""


@pytest.fixture(name="squid")
def fixture_squid(start_python, pidfile):
    """A server with two helpers that were given this keytab: what leads to it, and the helpers' ids."""
    pids = []

    def squid(keytab, prefix=()):
        server, line = start_python(SQUID, keytab, prefix=prefix)
        pids.extend(line.split())
        return {"worker_pidfile": pidfile(server.pid), "server_worker_process": "negotiate_kerberos_auth"}, pids

    yield squid
    for pid in pids:
        os.kill(int(pid), 9)


def test_squid(plugin, squid, tick, tmp_path):
    """The helpers below the server: which, since when, with which keytab, and how many are older than it."""
    keytab = tmp_path / "http.keytab"
    keytab.write_bytes(b"\x05\x02")
    tick()
    told, pids = squid(keytab)
    facts = plugin("inspect-squid", "inspect", keytab=keytab, **told).facts
    assert facts["squid.helpers"] == "2" and sorted(facts["squid.helper_pids"].split()) == sorted(pids)
    assert float(facts["squid.helpers_oldest"]) <= float(facts["squid.helpers_newest"]) <= time.time()
    assert (facts["squid.helper_keytab"], facts["squid.keytab_configured"]) == (str(keytab), "yes")
    assert facts["squid.helpers_stale"] == "0" and facts["squid.any_name"] == "yes"
    tick()
    os.utime(keytab, (1, 1))
    facts = plugin("inspect-squid", "inspect", keytab=keytab, **told).facts
    assert facts["squid.helpers_stale"] == "2", "a copy that keeps its time is newer all the same"


def test_squid_without_helpers(plugin, pidfile, tmp_path):
    """None runs."""
    told = {"worker_pidfile": pidfile(os.getpid()), "server_worker_process": "negotiate_kerberos_auth"}
    facts = plugin("inspect-squid", "inspect", keytab=tmp_path / "http.keytab", **told).facts
    assert facts["squid.helpers"] == "0"
    assert facts["squid.helpers_oldest"] == facts["squid.any_name"] == "unknown"


@pytest.mark.parametrize("make", [os.symlink, os.link])
def test_squid_keytab_of_another_name(plugin, squid, tick, tmp_path, make):
    """A link to the file that the helpers were given is that file."""
    keytab, link = tmp_path / "http.keytab", tmp_path / "link.keytab"
    keytab.write_bytes(b"\x05\x02")
    make(keytab, link)
    told, _ = squid(f"FILE:{link}")
    tick()
    os.utime(keytab, (1, 1))
    facts = plugin("inspect-squid", "inspect", keytab=keytab, **told).facts
    assert (facts["squid.helper_keytab"], facts["squid.keytab_configured"]) == (str(link), "yes")
    assert facts["squid.helpers_stale"] == "2"


def test_squid_keytab_mounted(plugin, squid, overlaid, tick, tmp_path):
    """A mount of our file is that file; once ours is replaced, nobody can tell whether it was."""
    keytab, place, new = (tmp_path / name for name in ("http.keytab", "place.keytab", "new.keytab"))
    for path in (keytab, place, new):
        path.write_bytes(b"\x05\x02")
    told, _ = squid(place, prefix=overlaid({place: keytab}))
    facts = plugin("inspect-squid", "inspect", keytab=keytab, **told).facts
    assert (facts["squid.keytab_configured"], facts["squid.helpers_stale"]) == ("yes", "0")
    tick()
    new.rename(keytab)
    facts = plugin("inspect-squid", "inspect", keytab=keytab, **told).facts
    assert (facts["squid.keytab_configured"], facts["squid.helpers_stale"]) == ("unknown", "2")


@pytest.mark.parametrize("left", ["both", "ours", "theirs"])
def test_squid_other_keytab(plugin, squid, tick, tmp_path, left):
    """A copy is another file, be it there or not: that ours is newer tells nothing of what the helpers hold."""
    keytab, copy = tmp_path / "http.keytab", tmp_path / "copy.keytab"
    copy.write_bytes(b"\x05\x02")
    told, _ = squid(copy)
    tick()
    keytab.write_bytes(b"\x05\x02")
    if left != "both":
        {"ours": copy, "theirs": keytab}[left].unlink()
    facts = plugin("inspect-squid", "inspect", keytab=keytab, **told).facts
    assert (facts["squid.keytab_configured"], facts["squid.helpers_stale"]) == ("no", "unknown")


def test_squid_keytab_that_is_no_path(plugin, squid, tmp_path):
    """What is below some folder of the helper's, or no file, is not compared."""
    keytab = tmp_path / "http.keytab"
    keytab.write_bytes(b"\x05\x02")
    told, _ = squid("http.keytab")
    assert plugin("inspect-squid", "inspect", keytab=keytab, **told).facts["squid.keytab_configured"] == "unknown"


LOGIN = """
/* keyTab="/commented" */
com.sun.security.jgss.krb5.accept { // storeKey=true
  com.sun.security.auth.module.Krb5LoginModule required
  useKeyTab=true keyTab = "file:%s" storeKey="true" refreshKrb5Config=false;
};
other { x optional keyTab="/second" refreshKrb5Config=TRUE; };
"""


@pytest.fixture(name="jvm")
def fixture_jvm(start_python, pidfile):
    """A process with the arguments of a JVM."""
    def jvm(*arguments):
        process, _ = start_python("print('up')", *arguments)
        return pidfile(process.pid)

    return jvm


def test_jvm(plugin, jvm, tick, tmp_path):
    """What the command line and the login configuration say, and that a file has another content at the same time."""
    keytab, login, krb5 = tmp_path / "http.keytab", tmp_path / "jaas.conf", tmp_path / "krb5.conf"
    keytab.write_bytes(b"\x05\x02")
    os.utime(keytab, (1700000000, 1700000000))
    krb5.write_text("")
    login.write_text(LOGIN % keytab)
    tick()
    worker = jvm(f"-Djava.security.krb5.conf={krb5}", f"-Djava.security.auth.login.config=={login}")
    told = {"worker_pidfile": worker, "keytab": keytab}
    facts = plugin("inspect-jvm", "inspect", **told).facts
    assert (facts["jvm.krb5_config"], facts["jvm.krb5_config_newer"]) == (str(krb5), "no")
    assert (facts["jvm.login_config"], facts["jvm.login_keytab"]) == (str(login), str(keytab))
    assert facts["jvm.keytab_configured"] == facts["jvm.store_key"] == facts["jvm.refresh_krb5_config"] == "yes"
    assert facts["jvm.keytab_time_kept"] == "no"
    tick()
    keytab.write_bytes(b"\x05\x02new")
    assert plugin("inspect-jvm", "inspect", **told).facts["jvm.keytab_time_kept"] == "no", "Java sees a new time"
    os.utime(keytab, (1700000000, 1700000000))
    krb5.write_text("changed\n")
    facts = plugin("inspect-jvm", "inspect", **told).facts
    assert facts["jvm.keytab_time_kept"] == facts["jvm.krb5_config_newer"] == "yes"


@pytest.mark.parametrize("text", ["", "keyTab=", "keyTab", "= = =", '"', "/*", "//", 'keyTab="/k', "\0\xff{};"])
def test_broken_login_config(plugin, jvm, tmp_path, text):
    """A login configuration that is cut or none tells nothing wrong."""
    login = tmp_path / "jaas.conf"
    login.write_text(text, encoding="latin-1")
    ended = plugin("inspect-jvm", "inspect", worker_pidfile=jvm(f"-Djava.security.auth.login.config={login}"))
    assert (ended.status, ended.err) == (0, "")
    assert ended.facts["jvm.store_key"] == "no"
    assert ended.facts["jvm.login_keytab"] in ("unknown", "", "/k")


def test_no_jvm(plugin):
    """Without a worker nothing is known."""
    assert plugin("inspect-jvm", "inspect").facts == {"jvm.start": "unknown"}


@pytest.fixture(name="windows")
def fixture_windows(tmp_path):
    """Stand-ins for appcmd and wmic, which print what they are given; the folder to put in PATH."""
    def windows(workers, starts):
        for name, text in (("appcmd", workers), ("wmic", starts)):
            (tmp_path / f"{name}.txt").write_text(text, newline="")
            program = tmp_path / name
            program.write_text(f"#!/bin/sh\ncat '{tmp_path}/{name}.txt'\n")
            program.chmod(0o755)
        return f"{tmp_path}:/bin:/usr/bin"

    return windows


WORKERS = 'WP "1234" (applicationPool:DefaultAppPool)\r\nWP "77" (applicationPool:Intranet)\r\nnoise\r\nWP "x" (y)\r\n'
STARTS = ("\r\n\r\nNode,CreationDate,ProcessId\r\nHOST,20240229100434.123456+060,1234\r\n"
          "HOST,20241231235959.000000-300,77\r\nHOST,20241331235959.000000-300,77\r\nHOST,nonsense,77\r\n")


def test_iis(plugin, windows):
    """Worker processes, their pools, and their starts in universal time."""
    path = windows(WORKERS, STARTS)
    facts = plugin("inspect-iis", "inspect", path=path).facts
    assert (facts["iis.workers"], facts["iis.worker_pids"]) == ("2", "1234 77")
    assert facts["iis.pools"] == "DefaultAppPool Intranet"
    assert facts["iis.start"] == "1709197474.123" and facts["iis.start_newest"] == "1735707599.000"
    facts = plugin("inspect-iis", "inspect", path=path, worker_process="Intranet").facts
    assert (facts["iis.workers"], facts["iis.start"]) == ("1", "1735707599.000")


def test_iis_without_its_programs(plugin, windows, tmp_path):
    """Where the programs are not there nothing is known; a start that is missing makes all of them unknown."""
    facts = plugin("inspect-iis", "inspect", path=tmp_path).facts
    assert set(facts.values()) == {"unknown"}
    facts = plugin("inspect-iis", "inspect", path=windows(WORKERS, "Node\r\n")).facts
    assert (facts["iis.workers"], facts["iis.start"]) == ("2", "unknown")
    assert plugin("inspect-iis", "inspect", path=windows("", STARTS)).facts["iis.workers"] == "0"
