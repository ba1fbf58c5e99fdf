"""The rows that may happen on a network file system, behind a real FUSE mount."""

import functools

import pytest

from rig import built_program

from matrix.mounted import BeneathWorld, MountedWorld
from matrix.play import play
from matrix.world import Case

ALL = ["T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9", "T10", "T11", "T12", "T13", "T14", "T15", "T16",
       "T17", "T18", "T19", "T20", "T21", "T29"]
BENEATH = ["T12", "T15", "T16", "T17", "T19", "T20"]
SEEDS = (2, 100)  # in each run, and in the long one


def play_all(pool, make_world, name, long):
    built_program("tests/matrix/follow")
    cases = [Case(name, False, 1000, seed) for seed in range(1, SEEDS[long] + 1)]
    outcomes = list(pool.map(functools.partial(play, make_world=make_world), cases))
    skipped = {outcome.skipped for outcome in outcomes if outcome.skipped}
    if skipped:
        pytest.skip("; ".join(sorted(skipped)))
    bad = [f"seed {outcome.case.seed}: {outcome.trouble}" for outcome in outcomes if outcome.trouble]
    assert not bad, "\n".join(bad[:5])


@pytest.mark.parametrize("name", ALL)
def test_row(name, pool, long):
    """Without births, watching and inodes that can be trusted, the row's bounds hold too."""
    play_all(pool, MountedWorld, name, long)


@pytest.mark.parametrize("name", BENEATH)
def test_row_beneath(name, pool, long):
    """What others write beneath the mount, unannounced, is taken once."""
    play_all(pool, BeneathWorld, name, long)
