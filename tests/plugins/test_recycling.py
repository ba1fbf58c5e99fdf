"""What recycle-apache, recycle-squid, recycle-tomcat and exec refuse, test first, and do to processes that stand in for the
servers; tests/scenario/test_remedies.py has the real ones."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading

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


@pytest.fixture(name="rung")
def fixture_rung(tmp_path):
    """Makes the folders of rungs beside each other, as the helper does."""
    def rung(name="web-1"):
        path = tmp_path / "state" / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    return rung


# Tells when it is to end, and ends when somebody opens the pipe.
LINGERS = """
import os, signal, sys
def on_end(*_):
    print("ending", flush=True)
    open(sys.argv[1]).read()
    os._exit(0)
signal.signal(signal.SIGTERM, on_end)
print("up", flush=True)
while True:
    signal.pause()
"""


STARTS = """
import os
session = str(os.getsid(0))
for name in ("starts", "begun"):
    with open(name, "a") as told:
        print(session, file=told)
"""


@pytest.fixture(name="lingering")
def fixture_lingering(start, tmp_path):
    """A server that ends only when `let_go` is called, and `starts`, of which each `starter` leaves its session's id."""
    for pipe in ("gate", "begun"):
        os.mkfifo(tmp_path / pipe)
    server = start([sys.executable, "-c", LINGERS, str(tmp_path / "gate")])
    assert server.stdout.readline() == "up\n"
    server.starter = tmp_path / "starter"
    server.starter.write_text(f"#!/bin/sh\n[ -e /proc/{server.pid}/exe ] && exit 1\ncd {tmp_path}\n"
                              f"exec {sys.executable} -c '{STARTS}'\n")
    server.starter.chmod(0o755)

    def let_go():
        with open(tmp_path / "gate", "w", encoding="ascii"):
            pass

    def starts():
        """Once the first of them has come to its end."""
        session = subprocess.run(["cat", tmp_path / "begun"], timeout=20, check=True, capture_output=True).stdout
        with contextlib.suppress(ProcessLookupError):
            ended = os.pidfd_open(int(session))
            assert select.select([ended], [], [], 20)[0]
            os.close(ended)
        return (tmp_path / "starts").read_text().split()

    server.let_go, server.starts = let_go, starts
    return server


def test_tomcat_is_ended_and_started(plugin, start, tmp_path, rung):
    """The old process ends before the new one is started, and the pid file leads to that."""
    code = "import os, sys; open(sys.argv[1], 'w').write(str(os.getpid())); print(flush=True); sys.stdin.read()"
    pid, marker = tmp_path / "pid", tmp_path / "marker"
    old = start([sys.executable, "-c", code, str(pid)])
    old.stdout.readline()
    starter = tmp_path / "starter"
    starter.write_text(f"#!/bin/sh\n[ -e /proc/{old.pid}/exe ] && exit 1\n"
                       f"sleep 60 </dev/null >/dev/null 2>&1 &\necho $! >{pid}\necho $! >{marker}\necho 'in $0'\n")
    starter.chmod(0o755)
    ended = plugin("recycle-tomcat", "apply", worker_pidfile=pid, state_dir=rung(), **command("start", starter))
    new = int(marker.read_text())
    try:
        assert ended.status == 0 and "all 1 of before are gone" in ended.out, (ended.out, ended.err)
        assert "in $0" in ended.out
        # Nothing of the plugin's group or session, which the helper may end.
        assert os.getsid(new) == os.getpgid(new) and os.getsid(new) not in (new, os.getsid(0))
    finally:
        os.kill(new, 9)


def test_slow_tomcat_is_started_all_the_same(plugin, lingering, pidfile, rung):
    """One that needs longer than `wait` to end is started once it is gone; the remedy fails, and says so."""
    told = {"worker_pidfile": pidfile(lingering.pid), "with_wait": "300ms", **command("start", lingering.starter)}
    ended = plugin("recycle-tomcat", "apply", state_dir=rung(), **told)
    assert ended.status == 1 and "once it has" in ended.out.splitlines()[-1], (ended.out, ended.err)
    assert lingering.stdout.readline() == "ending\n" and lingering.poll() is None
    # Meanwhile nothing is begun that would start another, by this rung or by another one.
    for other in ("web-1", "shop-2"):
        again = plugin("recycle-tomcat", "apply", state_dir=rung(other), **told)
        assert again.status == 75 and "waits" in again.err
    lingering.let_go()
    assert len(lingering.starts()) == 1
    assert lingering.wait(10) == 0
    assert "was started" in (rung() / "start").read_text()


def test_killed_remedy_starts_tomcat_all_the_same(program, lingering, pidfile, rung):
    """Where the helper ends the plugin's whole group meanwhile, the server is still started."""
    told = {"worker_pidfile": pidfile(lingering.pid), "with_wait": "1m", "state_dir": rung(),
            **command("start", lingering.starter)}
    environment = {f"AUTHMEDIC_{key.upper()}": str(value) for key, value in told.items()}
    with subprocess.Popen([program("recycle-tomcat"), "apply"], env=environment, start_new_session=True) as remedy:
        assert lingering.stdout.readline() == "ending\n"
        os.killpg(remedy.pid, signal.SIGKILL)
    lingering.let_go()
    sessions = lingering.starts()
    assert len(sessions) == 1 and int(sessions[0]) != remedy.pid


def test_tomcat_that_cannot_be_started(plugin, lingering, pidfile, rung, noted):
    """What the program said is kept; where there is no folder of the rung's nothing is ended."""
    told = {"worker_pidfile": pidfile(lingering.pid), **command("start", noted("fail", 3))}
    assert plugin("recycle-tomcat", "apply", **told).status == 2
    assert lingering.poll() is None and not noted.calls()
    gate = threading.Thread(target=lingering.let_go, daemon=True)  # waits for ever where nothing is ended
    gate.start()
    ended = plugin("recycle-tomcat", "apply", state_dir=rung(), **told)
    assert ended.status == 1 and "ended with status 3" in ended.out, (ended.out, ended.err)
    assert "ended with status 3" in (rung() / "start").read_text()
    gate.join(20)
    assert not gate.is_alive()


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
