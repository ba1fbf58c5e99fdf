"""Waiting for conditions, never for times."""

import fcntl
import functools
import os
import random
import socket
import tempfile
import threading
import time


LISTENS = "0A"  # the state in /proc/net/tcp


class Expired(AssertionError):
    """A condition did not come true before its deadline."""


def wait_until(predicate, deadline_s, what):
    """Call `predicate` until it returns something true, and return that.

    An OSError counts as "not yet". After `deadline_s` seconds raises Expired, which names `what`
    and the last thing that the predicate gave. `what` may be a function, called only then.
    """
    end = time.monotonic() + deadline_s
    pause_s = 0.002
    while True:
        try:
            last = predicate()
            if last:
                return last
        except OSError as error:
            last = error
        if time.monotonic() >= end:
            text = what() if callable(what) else what
            raise Expired(f"not within {deadline_s} s: {text} (last: {last!r})")
        threading.Event().wait(pause_s)  # between two looks; how long does not matter
        pause_s = min(pause_s * 1.5, 0.1)


def let_pass(seconds):
    """Real time passes, where that is what a scenario plays; never to wait for something."""
    threading.Event().wait(seconds)


def can_connect(port, address="127.0.0.1"):
    """Whether something listens on that TCP port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((address, port)) == 0


def is_listening(port):
    """Whether something listens on that TCP port of IPv4, without a connection that it would log."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table][1:]
    return any(row[1].endswith(f":{port:04X}") and row[3] == LISTENS for row in rows)


# Below the range from which the kernel takes the ports of clients.
PORTS = range(20000, 32000)
_reserved = set()


@functools.cache
def _reservations():
    """The file whose byte N is locked by the process that has port N; open as long as we live."""
    path = os.path.join(tempfile.gettempdir(), f"authmedic-rig-ports-{os.geteuid()}")
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def _reserve(port):
    """Whether the port is ours from now on: no other test process on this machine is given it, nor
    are we a second time, when something of the first may still be there."""
    if port in _reserved:
        return False
    try:
        fcntl.lockf(_reservations(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    _reserved.add(port)
    return True


def free_port():
    """A port that is free for TCP and UDP on loopback, and reserved until this process ends."""
    for _ in range(1000):
        port = random.choice(PORTS)
        try:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(socket.AF_INET, kind) as candidate:
                    candidate.bind(("127.0.0.1", port))
        except OSError:
            continue
        if _reserve(port):
            return port
    raise Expired("no free port found")
