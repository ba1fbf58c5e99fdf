"""Shows that each complete line of a log counts exactly once, whatever happens to the file and to
authmedicd."""

import os

import pytest

from rig import config, log_site, wait_until

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
