"""The table of rows, to which the modules of scenarios add theirs."""

from dataclasses import dataclass
from typing import Callable


@dataclass(frozen=True)
class Row:
    """One fault, what must come of it, and the scenario that plays it."""
    name: str
    fault: str
    expected: str
    play: Callable
    needs_ours: bool  # plays on what only authmedic's follower has


ROWS = {}


def row(name, fault, expected, needs_ours=False):
    """A scenario takes a World; see Row."""
    def add(play):
        assert name not in ROWS
        ROWS[name] = Row(name, fault, expected, play, needs_ours)
        return play
    return add
