"""Which process is the worker where others would like to be it: inspect-worker, and a remedy that ends the one it finds."""

import subprocess
import sys

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
