"""What recycle-apache, recycle-squid, recycle-tomcat and exec refuse, test first, and do to processes that stand in for the
servers; tests/scenario/test_remedies.py has the real ones."""

import os
import sys

import pytest

FORKS = """
import signal
def serve():
    child = os.fork()
    if child == 0:
        signal.pause()
    return child
child = serve()
print(child, flush=True)
"""


def command(key, *words):
    return {f"with_{key}_count": len(words), **{f"with_{key}_{number}": word for number, word in enumerate(words, 1)}}


@pytest.fixture(name="noted")
def fixture_noted(tmp_path):
    """Programs that note that they were called, and end with that status."""
    def noted(name, status=0):
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\necho {name} >> {tmp_path}/calls\nexit {status}\n")
        path.chmod(0o755)
        return path

    noted.calls = lambda: (tmp_path / "calls").read_text().split() if (tmp_path / "calls").exists() else []
    return noted


SQUID = {"server_worker_process": "negotiate_kerberos_auth"}


@pytest.mark.parametrize("name, told", [
    ("recycle-apache", {"with_how": "kill"}),
    ("recycle-apache", {"with_command": "/bin/true"}),
    ("recycle-apache", {"with_wait": "2m"}),
    ("recycle-apache", {"with_wait": "soon"}),
    ("recycle-squid", {**SQUID, "with_how": "graceful"}),
    ("recycle-squid", command("command", "/bin/true")),
    ("recycle-squid", {**SQUID, "with_how": "helper", "with_helper_age": "old"}),
    ("recycle-tomcat", {}),
    ("recycle-tomcat", {"with_unit": "a.service", **command("command", "/bin/true")}),
    ("recycle-tomcat", {"with_unit": "--all"}),
    ("recycle-tomcat", command("start", "true")),
    ("exec", {}),
    ("exec", command("command", "/nothing/there")),
])
def test_refuses(plugin, name, told):
    """What is not exactly one thing to do is bad configuration."""
    assert plugin(name, "check", **told).status == 2
    assert plugin(name, "apply", **told).status == 2


@pytest.mark.parametrize("name, told", [("recycle-apache", {}), ("recycle-squid", SQUID)])
def test_tests_first(plugin, noted, name, told):
    """Where the server would not start again nothing is done."""
    told = {**told, **command("config_test", noted("test", 1)), **command("command", noted("do")), "worker_pidfile": "/x"}
    ended = plugin(name, "apply", **told)
    assert ended.status == 2 and "nothing was done" in ended.err
    assert noted.calls() == ["test"]


@pytest.mark.parametrize("name, told", [("recycle-apache", {}), ("recycle-squid", SQUID), ("recycle-tomcat", {})])
def test_check_does_nothing(plugin, noted, name, told):
    """It says what would be done."""
    test = {} if name == "recycle-tomcat" else command("config_test", noted("test"))
    ended = plugin(name, "check", **told, **test, **command("command", noted("do"), "now"))
    assert ended.status == 0 and f"would run: {noted('do')} now" in ended.out
    assert not noted.calls()


def test_needs_a_server(plugin, noted, pidfile):
    """Without one nothing is done: try later."""
    told = {**command("config_test", noted("test")), **command("command", noted("do"))}
    assert plugin("recycle-apache", "apply", worker_pidfile=pidfile(999999999), **told).status == 75
    assert plugin("recycle-apache", "apply", **told).status == 2
    assert "do" not in noted.calls()


def test_sees_that_nobody_is_new(plugin, noted, start_python, pidfile):
    """A command that says it is done, while the same worker goes on: a failure."""
    server, child = start_python(FORKS)
    try:
        told = {**command("config_test", noted("test")), **command("command", noted("do")), "with_wait": "300ms"}
        ended = plugin("recycle-apache", "apply", worker_pidfile=pidfile(server.pid), **told)
        assert ended.status == 1 and "1 of 1 of before are left" in ended.out
    finally:
        os.kill(int(child), 9)


def test_tomcat_is_ended_and_started(plugin, start, tmp_path):
    """The old process ends before the new one is started, and the pid file leads to that."""
    code = "import os, sys; open(sys.argv[1], 'w').write(str(os.getpid())); print(flush=True); sys.stdin.read()"
    pid, marker = tmp_path / "pid", tmp_path / "marker"
    old = start([sys.executable, "-c", code, str(pid)])
    old.stdout.readline()
    starter = tmp_path / "starter"
    starter.write_text(f"#!/bin/sh\n[ -e /proc/{old.pid}/exe ] && exit 1\n"
                       f"setsid sleep 60 </dev/null >/dev/null 2>&1 &\necho $! >{pid}\necho $! >{marker}\n")
    starter.chmod(0o755)
    ended = plugin("recycle-tomcat", "apply", worker_pidfile=pid, **command("start", starter))
    try:
        assert ended.status == 0 and "all 1 of before are gone" in ended.out, (ended.out, ended.err)
    finally:
        os.kill(int(marker.read_text()), 9)


def test_tomcat_is_one_process(plugin, start_cat, tmp_path, noted):
    """Where the worker leads to several processes none is ended; nor is a parent that bears the same name."""
    first, second = start_cat("tomcat-of-test"), start_cat("tomcat-of-test")
    ended = plugin("recycle-tomcat", "apply", worker_process="tomcat-of-test", **command("start", noted("do")))
    assert ended.status == 2 and "more than one" in ended.err
    assert first.poll() is None and second.poll() is None and not noted.calls()


def test_squid_leaves_young_helpers(plugin, start, start_python, pidfile, tmp_path):
    """A helper is not ended soon after its start, and what has the helper's number by chance never is."""
    helper = tmp_path / "negotiate_kerberos_auth"
    helper.symlink_to("/bin/cat")
    code = f"import subprocess\nchild = subprocess.Popen(['{helper}'], stdin=subprocess.PIPE)\nprint(child.pid, flush=True)"
    server, child = start_python(code)
    told = {**SQUID, "with_how": "helper", "worker_pidfile": pidfile(server.pid)}
    assert plugin("recycle-squid", "apply", **told).status == 75
    assert os.path.exists(f"/proc/{child}/exe")
    ended = plugin("recycle-squid", "apply", with_helper_age="0s", with_wait="300ms", **told)
    assert ended.status == 0 and f"ended helper {child}" in ended.out
    assert ended.out.endswith("all 1 of before are gone; a new helper comes with the next sign-in\n")


def test_exec(plugin, noted):
    """The program's status is the remedy's; check runs only what the administrator gave for it, revert its own."""
    told = {**command("command", noted("do", 75)), **command("check", noted("look")), **command("revert", noted("undo"))}
    assert plugin("exec", "check", **told).status == 0 and noted.calls() == ["look"]
    assert plugin("exec", "apply", **told).status == 75
    assert plugin("exec", "revert", **told).status == 0 and noted.calls() == ["look", "do", "undo"]
    assert plugin("exec", "apply", **command("command", noted("fail", 3))).status == 1
    assert plugin("exec", "revert", **command("command", noted("do"))).status == 2
