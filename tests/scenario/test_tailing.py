"""Shows that each complete line of a log counts exactly once, whatever happens to the file and to
authmedicd."""

import os

import pytest

from rig import config, log_site, need_program, notify, wait_until

BURST = 500


def watch(rig, writer):
    return rig.authmedic(config(log_site(writer)))


def check_lines(authmedic, writer):
    """All lines are counted, and none more often than once."""
    wait_until(lambda: authmedic.lines_committed(writer.path) >= writer.lines, 60,
               lambda: f"{writer.lines} lines: {authmedic.log_status(writer.path)}")
    status = authmedic.log_status(writer.path)
    assert status["lines_committed"] == writer.lines, status
    assert status["lost_bytes"] == status["unparsed_lines"] == 0, status
    return status


@pytest.mark.parametrize("how", ["rename", "copytruncate"])
def test_rotation(rig, how):
    """The log is rotated again and again while it is written to."""
    writer = rig.log_writer()
    authmedic = watch(rig, writer)
    for _ in range(6):
        writer.write(BURST)
        if how == "rename":
            writer.rename(lines_after=BURST)
        else:
            writer.copytruncate()
        writer.write(BURST)
    assert check_lines(authmedic, writer)["bytes"] > 0


def test_half_written_line(rig):
    """A line counts when its end is there, also where authmedicd was started anew in between."""
    writer = rig.log_writer()
    authmedic = watch(rig, writer)
    for restart in (lambda: None, authmedic.restart, lambda: (authmedic.kill(), authmedic.start())):
        writer.write(3)
        halves = writer.write_halves()
        next(halves)
        wait_until(lambda: authmedic.lines_committed(writer.path) == writer.lines - 1, 20,
                   "all but the last line are counted")
        restart()
        assert authmedic.lines_committed(writer.path) == writer.lines - 1
        next(halves)
        check_lines(authmedic, writer)


def test_killed_while_reading(rig):
    """kill -9 at any moment, and lines that come while nobody reads."""
    writer = rig.log_writer()
    writer.write(BURST)
    authmedic = watch(rig, writer)
    for _ in range(5):
        writer.write(20 * BURST)
        authmedic.kill()
        writer.write(BURST)
        authmedic.start()
    check_lines(authmedic, writer)


def test_deaf(rig):
    """A log that is not there is no healthy silence: it is said until it comes."""
    writer = rig.log_writer()
    os.rename(writer.path, writer.path + ".hidden")
    authmedic = watch(rig, writer)
    authmedic.wait_metric(lambda deaf: deaf == 1, "authmedic_deaf", log=writer.path)
    assert authmedic.log_status(writer.path)["deaf"]
    assert "DEAF" in authmedic.command("status", check=True).stdout
    os.rename(writer.path + ".hidden", writer.path)
    writer.write(BURST)
    check_lines(authmedic, writer)
    authmedic.wait_metric(lambda deaf: deaf == 0, "authmedic_deaf")
    assert authmedic.log_status(writer.path)["deaf"] is None


@pytest.mark.parametrize("how", ["rename", "copytruncate"])
def test_rotated_while_down(rig, how):
    """What was written before and after a rotation that nobody saw."""
    writer = rig.log_writer()
    authmedic = watch(rig, writer)
    for stop in (authmedic.stop, authmedic.kill):
        writer.write(BURST)
        check_lines(authmedic, writer)
        stop()
        writer.write(BURST)
        getattr(writer, how)()
        writer.write(BURST)
        authmedic.start()
        check_lines(authmedic, writer)


# What fails on the log or the state, and how often, as strace's --inject takes it. tests/matrix has
# more of these.
FAULTS = {
    "read": ("log", "pread64:error=EIO:when=2..20+2"),
    "stat": ("log", "statx:error=EIO:when=2..20+3"),
    "open": ("log", "openat:error=EMFILE:when=1..4+2"),
    "store": ("state", "pwrite64:error=ENOSPC:when=5..25"),
}


LONG = os.environ.get("AUTHMEDIC_LONG") == "1"


@pytest.mark.parametrize("fault", FAULTS if LONG else ["read", "store"])
def test_failing_calls(rig, fault):
    """System calls of the daemon fail now and then, and the log is rotated meanwhile: it goes on, and
    when all is well again each line counts once."""
    where, injection = FAULTS[fault]
    strace = need_program("strace", "strace")
    writer = rig.log_writer()
    writer.write(BURST)
    authmedic = watch(rig, writer)
    authmedic.stop()
    state = os.path.join(authmedic.directory, "state", "authmedic.db")
    paths = [writer.path, writer.path + ".1"] if where == "log" else [state, state + "-wal"]
    call = injection.split(":")[0]
    calls = os.path.join(authmedic.directory, "calls")
    authmedic.run_under([strace, "-f", "-D", "-o", calls, f"--trace={call}",
                         *(f"--trace-path={path}" for path in paths), f"--inject={injection}"])
    authmedic.start()
    writer.write(BURST)
    writer.rename(lines_after=BURST)
    writer.write(BURST)
    check_lines(authmedic, writer)
    with open(calls, encoding="utf-8") as traced:
        assert "(INJECTED)" in traced.read(), "nothing failed"
    authmedic.run_under([])
    authmedic.kill()
    writer.write(BURST)
    authmedic.start()
    check_lines(authmedic, writer)


def test_full_disk_is_told(rig):
    """While nothing can be saved, what was read but would be read again after a kill does not count
    as committed, and what there is to tell people does not wait for the disk."""
    strace = need_program("strace", "strace")
    writer, receiver = rig.log_writer(), rig.receiver("webhook")
    writer.write(BURST)
    authmedic = rig.authmedic(config(log_site(writer), notify=notify(receiver)))
    check_lines(authmedic, writer)
    authmedic.stop()
    state = os.path.join(authmedic.directory, "state", "authmedic.db")
    calls = os.path.join(authmedic.directory, "calls")
    authmedic.run_under([strace, "-f", "-D", "-o", calls, "--trace=pwrite64", f"--trace-path={state}",
                         f"--trace-path={state}-wal", "--inject=pwrite64:error=ENOSPC:when=40+"])
    authmedic.start()
    for _ in range(100):
        writer.write(1)
        authmedic.wait_metric(lambda lines: lines == writer.lines, "authmedic_log_lines_total")
        committed = authmedic.lines_committed(writer.path)
        if committed < writer.lines - 1:
            break
    writer.write(BURST)
    authmedic.wait_metric(lambda lines: lines == writer.lines, "authmedic_log_lines_total")
    assert authmedic.lines_committed(writer.path) == committed < writer.lines - BURST
    assert "the state cannot be saved: No space left on device" in authmedic.output()
    os.rename(writer.path, writer.path + ".away")
    receiver.wait_for(lambda body: body["type"] == "authmedic.log.deaf", "it is told")
    os.rename(writer.path + ".away", writer.path)
    receiver.wait_for(lambda body: body["type"] == "authmedic.state.unsaved" and
                      body["data"]["reason"] == "no-space", "so is the reason")
    authmedic.run_under([])
    authmedic.kill()
    authmedic.start()
    check_lines(authmedic, writer)
