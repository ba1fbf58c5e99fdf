"""The demo leaves no process behind, however it ends."""

import os
import signal

import pytest

from rig import built_program, wait_until
from rig.process import Process


def mentioning(word):
    """The ids and command lines of all processes that were started with this word."""
    found = {}
    for pid in filter(str.isdecimal, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as command:
                words = command.read().replace("\0", " ")
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
        if word in words:
            found[int(pid)] = words
    return found


@pytest.mark.parametrize("ends", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted(rig, ends):
    """Ctrl-C, kill and a closed terminal: the simulated server goes too."""
    demo = Process([built_program("authmedic"), "demo"], rig.path("demo.out"),
                   {**os.environ, "TMPDIR": rig.directory})
    try:
        demo.wait_ready(lambda: "people sign in" in demo.output(), 60, "the demo is up")
        inside = os.path.join(rig.directory, "authmedic.")
        assert any("demo-worker" in words for words in mentioning(inside).values())
        demo.signal(ends)
        demo.wait(20)
        wait_until(lambda: not mentioning(inside), 20, lambda: f"all ended: {mentioning(inside)}")
    finally:
        demo.kill()
        for pid in mentioning(rig.directory):
            os.kill(pid, signal.SIGKILL)
