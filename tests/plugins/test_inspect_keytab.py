"""inspect-keytab: which keys there are for the service, and which file the worker sees."""

import os
import shutil
import struct
import sys

import pytest

NAME = "inspect-keytab"
AES256, AES128 = 18, 17


def counted(text):
    return struct.pack(">H", len(text)) + text.encode()


def entry(principal, kvno, enctype=AES256):
    """One entry of a keytab file, version 2."""
    name, realm = principal.split("@")
    parts = name.split("/")
    body = struct.pack(">H", len(parts)) + counted(realm) + b"".join(map(counted, parts))
    body += struct.pack(">IIBHH", 1, 0, kvno & 255, enctype, 16) + b"k" * 16 + struct.pack(">I", kvno)
    return struct.pack(">i", len(body)) + body


def write_keytab(path, *entries):
    path.write_bytes(b"\x05\x02" + b"".join(entries))
    return path


@pytest.fixture(name="krb5_config")
def fixture_krb5_config(tmp_path):
    path = tmp_path / "krb5.conf"
    path.write_text("[libdefaults]\n default_realm = EXAMPLE.TEST\n")
    return path


@pytest.fixture(name="keytab")
def fixture_keytab(tmp_path):
    return write_keytab(
        tmp_path / "http.keytab", entry("HTTP/www@EXAMPLE.TEST", 3), entry("HTTP/www@EXAMPLE.TEST", 300, AES128),
        entry("HTTP/www@EXAMPLE.TEST", 3, AES128), entry("host/www@EXAMPLE.TEST", 7), entry("HTTP/www@OTHER.TEST", 9))


@pytest.fixture(name="inspect")
def fixture_inspect(plugin, keytab, krb5_config):
    def inspect(**told):
        told = {"service": "HTTP/www@EXAMPLE.TEST", "keytab": keytab, "krb5_config": krb5_config, **told}
        ended = plugin(NAME, "inspect", **told)
        assert (ended.status, ended.err) == (0, "")
        return ended.facts

    return inspect


def test_keys(inspect, keytab):
    """The service's key versions in order, its enctypes, and nothing of the others but their number."""
    facts = inspect()
    assert facts["keytab.kvnos"] == "3 300"
    assert facts["keytab.kvno"] == "300"
    assert facts["keytab.enctypes"] == "aes128-cts-hmac-sha1-96 aes256-cts-hmac-sha1-96"
    assert facts["keytab.principals"] == "3"
    assert (facts["keytab.exists"], facts["keytab.readable"]) == ("yes", "yes")
    status = keytab.stat()
    assert facts["keytab.inode"] == str(status.st_ino)
    assert facts["keytab.modified"] == f"{status.st_mtime_ns // 1000000 / 1000:.3f}"
    assert facts["keytab.changed"] == f"{status.st_ctime_ns // 1000000 / 1000:.3f}"
    assert facts["keytab.mode"] == f"{status.st_mode & 0o7777:04o}"
    assert (facts["keytab.uid"], facts["keytab.gid"]) == (str(status.st_uid), str(status.st_gid))
    assert facts["keytab.keys"].split()[:2] == ["HTTP/www@EXAMPLE.TEST:3:aes256-cts-hmac-sha1-96",
                                                "HTTP/www@EXAMPLE.TEST:300:aes128-cts-hmac-sha1-96"]
    assert facts["keytab.decrypts"] == "unknown" and facts["keytab.decrypts_why"] == "no-client-keytab"


@pytest.mark.parametrize("step", [1, -1])
def test_very_many_versions(inspect, keytab, step):
    """Of more key versions than are told the latest count, in whatever order they stand there."""
    write_keytab(keytab, *[entry("HTTP/www@EXAMPLE.TEST", kvno) for kvno in range(1, 101)[::step]])
    facts = inspect()
    assert facts["keytab.kvno"] == "100"
    assert facts["keytab.kvnos"].split() == [str(kvno) for kvno in range(37, 101)]


def test_any_realm(inspect):
    """A service without a realm matches every realm."""
    assert inspect(service="HTTP/www")["keytab.kvnos"] == "3 9 300"


def test_other_service(inspect):
    """No key for the service: there are none, which is not the same as unknown."""
    facts = inspect(service="HTTP/elsewhere@EXAMPLE.TEST")
    assert facts["keytab.kvnos"] == ""
    assert facts["keytab.kvno"] == "unknown"
    assert facts["keytab.principals"] == "3"


@pytest.mark.parametrize("content", [b"", b"\x05", b"\x05\x02\x00\x00\xff\xff", b"#!/bin/sh\n", b"\x05\x02" + b"\xff" * 99])
def test_no_keytab(inspect, keytab, content):
    """A file that is no keytab, or a cut one, tells no keys; the file is told all the same."""
    keytab.write_bytes(content)
    facts = inspect()
    assert facts["keytab.exists"] == "yes"
    if content != b"":
        assert facts["keytab.kvno"] == "unknown"


def test_no_file(inspect, keytab):
    """No file, or a folder in its place."""
    keytab.unlink()
    facts = inspect()
    assert (facts["keytab.exists"], facts["keytab.readable"]) == ("no", "no")
    assert facts["keytab.modified"] == facts["keytab.kvnos"] == "unknown"
    keytab.mkdir()
    facts = inspect()
    assert facts["keytab.readable"] == "no"
    assert facts["keytab.kvnos"] == "unknown"


def test_pipe(inspect, keytab):
    """A pipe in its place keeps nobody waiting."""
    keytab.unlink()
    os.mkfifo(keytab)
    assert inspect()["keytab.kvnos"] == "unknown"


def test_no_worker(inspect):
    """Without a worker nothing is known of what it sees."""
    facts = inspect()
    for name in ("worker_inode", "worker_matches", "worker_readable", "user_readable", "worker_kvnos", "mount_deleted"):
        assert facts[f"keytab.{name}"] == "unknown"


def test_own_worker(inspect, start_cat, pidfile, keytab):
    """A worker in our own root sees the same file, and a worker of our own user may read what we may."""
    worker = pidfile(start_cat().pid)
    facts = inspect(worker_pidfile=worker)
    assert facts["keytab.worker_inode"] == facts["keytab.inode"]
    assert facts["keytab.worker_matches"] == facts["keytab.worker_readable"] == "yes"
    keytab.unlink()
    assert inspect(worker_pidfile=worker)["keytab.worker_matches"] == "unknown"


def test_elsewhere(inspect, start_python, pidfile, tmp_path, as_root):
    """A worker in a root without the path has its key from somewhere else: that is no older file than ours."""
    root = tmp_path / "root"
    root.mkdir()
    process, _ = start_python("os.chroot(sys.argv[1]); print('up')", root)
    facts = inspect(worker_pidfile=pidfile(process.pid))
    for name in ("worker_matches", "worker_readable", "user_readable"):
        assert facts[f"keytab.{name}"] == "unknown", name


def test_bind_mount(inspect, start, pidfile, keytab, overlaid, tmp_path):
    """The keytab was replaced, and the worker's mount still holds the old file; a copy with the same bytes is as good
    as the file itself."""
    old = write_keytab(tmp_path / "old.keytab", entry("HTTP/www@EXAMPLE.TEST", 2))
    process = start([*overlaid({keytab: old}), "sh", "-c", "echo up; exec cat"])
    assert process.stdout.readline() == "up\n"
    facts = inspect(worker_pidfile=pidfile(process.pid))
    assert facts["keytab.worker_inode"] == str(old.stat().st_ino) != facts["keytab.inode"]
    assert facts["keytab.worker_matches"] == "no"
    assert facts["keytab.kvno"] == "300"
    assert (facts["keytab.worker_kvnos"], facts["keytab.mount_deleted"]) == ("2", "no")
    old.write_bytes(keytab.read_bytes())
    assert inspect(worker_pidfile=pidfile(process.pid))["keytab.worker_matches"] == "yes"
    old.unlink()
    facts = inspect(worker_pidfile=pidfile(process.pid))
    assert (facts["keytab.mount_deleted"], facts["keytab.worker_matches"]) == ("yes", "yes")


def test_deleted_folder(inspect, start, pidfile, keytab, overlaid, tmp_path):
    """The folder above the keytab is a mount whose source is gone; other mounts that are gone do not count."""
    folder = tmp_path / "folder"
    (folder / "keys").mkdir(parents=True)
    other = tmp_path / "http.keytab-other"
    source, gone = tmp_path / "source", tmp_path / "gone"
    for path in (source, gone, other):
        path.mkdir()
    mounted = write_keytab(folder / "keys" / "http.keytab", entry("HTTP/www@EXAMPLE.TEST", 3))
    write_keytab(source / "http.keytab", entry("HTTP/www@EXAMPLE.TEST", 2))
    process = start([*overlaid({folder / "keys": source, other: gone}), "sh", "-c", "echo up; exec cat"])
    assert process.stdout.readline() == "up\n"
    gone.rmdir()
    worker = pidfile(process.pid)
    assert inspect(worker_pidfile=worker, keytab=mounted)["keytab.mount_deleted"] == "no"
    assert inspect(worker_pidfile=worker, keytab=tmp_path / "http.keytab")["keytab.mount_deleted"] == "no"
    (source / "http.keytab").unlink()
    source.rmdir()
    facts = inspect(worker_pidfile=worker, keytab=mounted)
    assert (facts["keytab.mount_deleted"], facts["keytab.worker_matches"]) == ("yes", "no")
    assert (facts["keytab.worker_readable"], facts["keytab.user_readable"]) == ("no", "unknown"), "a restart mounts another"


def test_links_stay_inside(inspect, start_python, pidfile, keytab, tmp_path, as_root):
    """A link in the worker's root is followed in there, and does not lead to our own files."""
    root = tmp_path / "root"
    inner = root / str(keytab).lstrip("/")
    inner.parent.mkdir(parents=True)
    inner.symlink_to("/etc/shadow")
    (root / "etc").mkdir()
    shadow = root / "etc" / "shadow"
    shadow.write_text("inside")
    process, _ = start_python("os.chroot(sys.argv[1]); print('up')", root)
    facts = inspect(worker_pidfile=pidfile(process.pid))
    assert facts["keytab.worker_inode"] == str(shadow.stat().st_ino)
    shadow.unlink()
    assert inspect(worker_pidfile=pidfile(process.pid))["keytab.worker_inode"] == "unknown"


def open_up(path):
    """Lets everybody into the folders of the test."""
    for folder in path.parents:
        if folder.stat().st_mode & 0o1 == 0:
            folder.chmod(folder.stat().st_mode | 0o011)


def test_rights(inspect, start_python, pidfile, keytab, overlaid, plugin, krb5_config, tmp_path, as_root):
    """Whether the worker may read it: by mode, by the groups of its process, and by the groups that its user would be
    given today."""
    open_up(keytab)
    groups = tmp_path / "group"
    shutil.copy("/etc/group", groups)
    code = "os.setgroups([]); os.setgid(65534); os.setuid(65534); print('up')"
    process, _ = start_python(code, prefix=overlaid({"/etc/group": groups}))
    worker = pidfile(process.pid)
    keytab.chmod(0o600)
    facts = inspect(worker_pidfile=worker)
    assert (facts["keytab.readable"], facts["keytab.worker_readable"]) == ("yes", "no")
    keytab.chmod(0o644)
    assert inspect(worker_pidfile=worker)["keytab.worker_readable"] == "yes"
    os.chown(keytab, 0, 4242)
    keytab.chmod(0o640)
    groups.write_text("root:x:0:\nnogroup:x:65534:\nkeys:x:4242:nobody\n")
    ended = plugin(NAME, "inspect", prefix=overlaid({"/etc/group": groups}), service="HTTP/www", keytab=keytab,
                   krb5_config=krb5_config, worker_pidfile=worker)
    assert (ended.facts["keytab.worker_readable"], ended.facts["keytab.user_readable"]) == ("no", "yes")


@pytest.mark.parametrize("file", ["/etc/passwd", "/etc/group"])
def test_groups_of_a_container(start_python, pidfile, keytab, overlaid, plugin, krb5_config, tmp_path, file):
    """A worker with users or groups of its own, as in a container, is given its groups by another database than ours, or on
    the command line: ours does not tell what a restart gives it. A copy of our files is as good as the files."""
    open_up(keytab)
    os.chown(keytab, 0, 4242)
    keytab.chmod(0o640)
    others = tmp_path / "others"
    shutil.copy(file, others)
    process, _ = start_python("os.setgroups([4242]); os.setgid(65534); os.setuid(65534); print('up')",
                              prefix=overlaid({file: others}))
    told = {"service": "HTTP/www", "keytab": keytab, "krb5_config": krb5_config, "worker_pidfile": pidfile(process.pid)}
    facts = plugin(NAME, "inspect", **told).facts
    assert (facts["keytab.worker_readable"], facts["keytab.user_readable"]) == ("yes", "no")
    for text in ("root:x:0:\n", "", others.read_text() + "x"):
        others.write_text(text)
        facts = plugin(NAME, "inspect", **told).facts
        assert (facts["keytab.worker_readable"], facts["keytab.user_readable"]) == ("yes", "unknown")
        facts = plugin("inspect-worker", "inspect", **told).facts
        assert facts["worker.groups_now"] == facts["worker.groups_match"] == "unknown"


@pytest.mark.parametrize("value, answer", [("yes", "unknown"), ("On", "unknown"), ("0", "no")])
def test_proxy(inspect, start, pidfile, keytab, value, answer, as_root):
    """gssproxy reads the keytab for a worker that is told to go there: its own rights tell nothing."""
    keytab.chmod(0o600)
    code = "import os, sys; os.setgid(65534); os.setuid(65534); print('up', flush=True); sys.stdin.read()"
    process = start([sys.executable, "-c", code], env={"GSS_USE_PROXY": value})
    assert process.stdout.readline() == "up\n"
    facts = inspect(worker_pidfile=pidfile(process.pid))
    assert (facts["keytab.worker_readable"], facts["keytab.user_readable"]) == (answer, answer)


@pytest.mark.parametrize("held, seen", [("4242", "yes"), ("", "no")], ids=["held", "added-since"])
@pytest.mark.parametrize("user, answer", [("nobody", "yes"), ("65534", "yes"), ("", "no"), ("daemon", "no")])
def test_groups_of_the_unit(start_python, keytab, overlaid, plugin, krb5_config, tmp_path, user, answer, held, seen):
    """A unit with a user gives its groups at the next start, be it again or for the first time; to a server that changes
    its user by itself it gives them in vain."""
    open_up(keytab)
    os.chown(keytab, 0, 4242)
    keytab.chmod(0o640)
    systemctl, groups = tmp_path / "systemctl", tmp_path / "group"
    groups.write_text("root:x:0:\nnogroup:x:65534:\nkeys:x:4242:\n")
    process, _ = start_python(f"os.setgroups([{held}]); os.setgid(65534); os.setuid(65534); print('up')",
                              prefix=overlaid({"/etc/group": groups}))
    systemctl.write_text(f"#!/bin/sh\ncase $* in *--property=MainPID*) echo {process.pid} ;;\n"
                         f"*) printf 'User={user}\\nSupplementaryGroups=4243 keys\\n' ;; esac\n")
    systemctl.chmod(0o755)
    prefix = overlaid({"/usr/bin/systemctl": systemctl, "/etc/group": groups})
    told = {"service": "HTTP/www", "keytab": keytab, "krb5_config": krb5_config, "worker_unit": "web"}
    facts = plugin(NAME, "inspect", prefix=prefix, **told).facts
    assert (facts["keytab.worker_readable"], facts["keytab.user_readable"]) == (seen, answer)
    facts = plugin("inspect-worker", "inspect", prefix=prefix, **told).facts
    assert (facts["worker.groups"], facts["worker.groups_now"]) == (
        f"{held} 65534".strip(), "4242 4243 65534" if answer == "yes" else "65534")


def test_unit_cannot_be_asked(start_python, overlaid, plugin, tmp_path):
    """Where systemd runs and does not answer, nobody knows what a start would give."""
    process, _ = start_python("os.setgid(65534); os.setuid(65534); print('up')")
    systemctl = tmp_path / "systemctl"
    systemctl.write_text(f"#!/bin/sh\ncase $* in *--property=MainPID*) echo {process.pid} ;; *) exit 1 ;; esac\n")
    systemctl.chmod(0o755)
    run = tmp_path / "run"
    (run / "systemd/system").mkdir(parents=True)
    facts = plugin("inspect-worker", "inspect", prefix=overlaid({"/usr/bin/systemctl": systemctl, "/run": run}),
                   worker_unit="web").facts
    assert facts["worker.groups_now"] == facts["worker.groups_match"] == "unknown"


def test_nothing_configured(plugin):
    """A site without a keytab has no facts about one; check says so."""
    ended = plugin(NAME, "inspect", service="HTTP/www")
    assert ended.status == 0
    assert not ended.facts
    assert plugin(NAME, "check").status == 2
