"""Which process is the worker where others would like to be it: inspect-worker, and a remedy that ends the one it finds."""

import os
import shutil
import subprocess
import sys
import tempfile
import time

import pytest

STRANGER, SERVICE = 65534, 4343  # ids of users who are not root
NAME = "server-of-test"

# A server that bears the name, with a child of the same name that serves as somebody else.
FORKS = f"""
import os, sys
reading, writing = os.pipe()
if os.fork() == 0:
    os.setgroups([]); os.setgid({SERVICE}); os.setuid({SERVICE})
    os.write(writing, b"x")
    sys.stdin.read(); os._exit(0)
os.read(reading, 1)
print("up", flush=True)
sys.stdin.read()
"""


@pytest.fixture(name="start_as")
def fixture_start_as(start_cat, as_root):
    """A process of that user and name."""
    def start_as(user):
        return start_cat(NAME, user=user, group=user, extra_groups=[])

    return start_as


@pytest.fixture(name="start_apart")
def fixture_start_apart(start_python):
    """A process of that name below a parent of its own: its id."""
    def start_apart():
        _, line = start_python(f"""
import subprocess
child = subprocess.Popen(["{NAME}"], executable="/bin/cat", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
child.stdin.write("up\\n"); child.stdin.flush(); child.stdout.readline()
print(child.pid)
""")
        return int(line)

    return start_apart


def find(plugin, **told):
    ended = plugin("inspect-worker", "inspect", **(told or {"worker_process": NAME}))
    assert (ended.status, ended.err) == (0, "")
    return ended.facts


def refused(plugin, why, **told):
    """Nothing is told of a worker but why, and a check says it in words."""
    facts = find(plugin, **told)
    assert facts.pop("worker.why") == why and set(facts.values()) == {"unknown"}
    checked = plugin("inspect-worker", "check", **(told or {"worker_process": NAME}))
    assert checked.status == 1 and "no worker" in checked.err
    return checked.err


# -- by name: anybody's process can bear one


def test_an_older_namesake(plugin, start_as):
    """Whoever has no say in root's server is not taken for it, though his process is the older one."""
    start_as(STRANGER)
    server = start_as(0)
    facts = find(plugin)
    assert (facts["worker.pid"], facts["worker.count"]) == (str(server.pid), "1") and "worker.why" not in facts


def test_its_own_children_count(plugin, start, start_as):
    """A root's server and the child that serves for it are one; a stranger's process is none of them."""
    start_as(STRANGER)
    server = start([NAME, "-c", FORKS], executable=sys.executable)
    assert server.stdout.readline() == "up\n"
    facts = find(plugin)
    assert (facts["worker.pid"], facts["worker.count"], facts["worker.uid"]) == (str(server.pid), "2", str(SERVICE))


def test_a_service_user_alone(plugin, start_as):
    """A server that was started as an ordinary user is found where no other bears its name."""
    server = start_as(SERVICE)
    assert find(plugin)["worker.pid"] == str(server.pid)


def test_which_of_two_users(plugin, start_as):
    """Where neither is root's nobody can say which is the server."""
    start_as(SERVICE)
    start_as(STRANGER)
    assert "several servers" in refused(plugin, "several-servers")


def test_two_of_roots(plugin, start_apart, start_as):
    """Nor where root runs two; several helpers of one parent are one server's."""
    first = start_apart()
    assert find(plugin)["worker.pid"] == str(first)
    start_as(STRANGER)
    assert find(plugin)["worker.pid"] == str(first)
    start_apart()
    refused(plugin, "several-servers")


def test_root_of_a_name_space(plugin, start_cat, start_as, start_apart):
    """Who is root in a user name space of his own is not root."""
    if subprocess.run(["unshare", "-Ur", "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("may not make user name spaces")
    start_cat("unshare", "-Ur", "/bin/bash", "-c", f"exec -a {NAME} cat", executable=shutil.which("unshare"))
    start_as(STRANGER)
    refused(plugin, "several-servers")
    server = start_apart()
    assert find(plugin)["worker.pid"] == str(server)


def test_a_namesake_stops_no_remedy(plugin, start_as, tmp_path):
    """A process that only bears the name is not ended, nor taken for the new one; it stops nothing any more."""
    stranger, server = start_as(STRANGER), start_as(0)
    starter = tmp_path / "starter"
    starter.write_text("#!/bin/sh\n")
    starter.chmod(0o755)
    rung = tmp_path / "rung"
    rung.mkdir()
    ended = plugin("recycle-tomcat", "apply", worker_process=NAME, with_start_count=1, with_start_1=starter,
                   with_wait="300ms", state_dir=rung)
    assert ended.status == 1 and "no new" in ended.out and not ended.err, (ended.out, ended.err)
    assert server.wait(10) == -15 and stranger.poll() is None


# -- by pidfile: whoever can write that would choose whom root ends


@pytest.fixture(name="write_pid")
def fixture_write_pid(tmp_path):
    """A pidfile of that user, in a folder of that one."""
    def write_pid(process_id, owner=0, folder_owner=0, mode=0o644):
        folder = tmp_path / f"run-{owner}-{folder_owner}-{mode:o}"
        folder.mkdir(exist_ok=True)
        os.chown(folder, folder_owner, folder_owner)
        path = folder / "server.pid"
        path.write_text(f"{process_id}\n")
        os.chown(path, owner, owner)
        path.chmod(mode)
        return path

    return write_pid


def test_a_service_users_pidfile(plugin, start_as, write_pid):
    """What a service's user writes leads to his processes, and to nobody else's."""
    roots, own, strangers = start_as(0), start_as(SERVICE), start_as(STRANGER)
    for owners in ((SERVICE, SERVICE), (SERVICE, 0), (0, SERVICE)):
        assert find(plugin, worker_pidfile=write_pid(own.pid, *owners))["worker.pid"] == str(own.pid)
        for other in (roots, strangers):
            why = refused(plugin, "foreign-pidfile", worker_pidfile=write_pid(other.pid, *owners))
            assert "pidfile" in why


def test_roots_pidfile(plugin, start_as, write_pid):
    """What root alone can write leads to any process, and what anybody can write to none but its owner's."""
    for user in (0, SERVICE):
        process = start_as(user)
        assert find(plugin, worker_pidfile=write_pid(process.pid))["worker.pid"] == str(process.pid)
        for mode in (0o666, 0o664):
            refused(plugin, "foreign-pidfile", worker_pidfile=write_pid(process.pid, mode=mode))
    own = write_pid(process.pid, SERVICE, 0, 0o666)
    assert find(plugin, worker_pidfile=own)["worker.pid"] == str(process.pid)


def test_pidfile_of_us(program, start_as):
    """Without being root it works alike: what we ourselves wrote leads to our processes."""
    process = start_as(SERVICE)
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        inspector, pidfile = f"{folder}/inspector", f"{folder}/server.pid"
        shutil.copy(program("inspect-worker"), inspector)
        with open(pidfile, "w", encoding="ascii") as output:
            output.write(f"{process.pid}\n")
        for path in (folder, pidfile):
            os.chown(path, SERVICE, SERVICE)
        done = subprocess.run([inspector, "inspect"], env={"AUTHMEDIC_WORKER_PIDFILE": pidfile}, text=True, user=SERVICE,
                              group=SERVICE, extra_groups=[], capture_output=True, check=True)
    assert f"worker.pid={process.pid}\n" in done.stdout


def test_links_to_a_pidfile(plugin, start_as, write_pid, tmp_path):
    """Root's links are followed (/var/run is one), a service user's are not, wherever they are."""
    server = start_as(0)
    path = write_pid(server.pid)
    (tmp_path / "folder").symlink_to(path.parent.name)
    (tmp_path / "file").symlink_to(f"folder/../{path.parent.name}/{path.name}")
    for way in (tmp_path / "folder" / path.name, tmp_path / "file"):
        assert find(plugin, worker_pidfile=way)["worker.pid"] == str(server.pid)
    own = write_pid(server.pid, SERVICE, SERVICE)
    own.unlink()
    own.symlink_to(path)
    refused(plugin, "foreign-pidfile", worker_pidfile=own)
    (own.parent / "folder").symlink_to(path.parent)
    refused(plugin, "foreign-pidfile", worker_pidfile=own.parent / "folder" / path.name)
    os.chown(tmp_path / "file", SERVICE, SERVICE, follow_symlinks=False)
    refused(plugin, "foreign-pidfile", worker_pidfile=tmp_path / "file")
    (tmp_path / "circle").symlink_to("circle")
    assert find(plugin, worker_pidfile=tmp_path / "circle")["worker.count"] == "unknown"


def test_a_number_that_was_given_again(plugin, start_as, write_pid):
    """A process that started long after its number was written down has it from another."""
    process = start_as(0)
    path = write_pid(process.pid)
    now = time.time()
    for written in (now + 3600, now - 30):
        os.utime(path, (written, written))
        assert find(plugin, worker_pidfile=path)["worker.pid"] == str(process.pid)
    os.utime(path, (now - 120, now - 120))
    assert "before" in refused(plugin, "stale-pidfile", worker_pidfile=path)


def test_nobody_is_ended_for_a_pidfile(plugin, start_as, write_pid, tmp_path):
    """The remedy ends no process that the pidfile has no say in."""
    victim = start_as(0)
    ended = plugin("recycle-tomcat", "apply", worker_pidfile=write_pid(victim.pid, SERVICE, SERVICE), with_start_count=1,
                   with_start_1="/bin/true", with_wait="300ms", state_dir=tmp_path)
    assert ended.status == 75 and "pidfile" in ended.err and victim.poll() is None
