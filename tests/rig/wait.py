"""Waiting for conditions, never for times."""

import random
import socket
import threading
import time


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


def can_connect(port, address="127.0.0.1"):
    """Whether something listens on that TCP port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((address, port)) == 0


def free_port():
    """A port below the ephemeral range that is free for TCP and UDP on loopback just now."""
    for _ in range(1000):
        port = random.randint(20000, 31999)
        try:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(socket.AF_INET, kind) as candidate:
                    candidate.bind(("127.0.0.1", port))
        except OSError:
            continue
        return port
    raise Expired("no free port found")
