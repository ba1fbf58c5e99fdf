"""Plays cases: one scenario, mode, rate and seed each, in a directory that goes away afterwards."""

import os
import shutil
import tempfile
import traceback
from dataclasses import dataclass

import pytest

from .follow import Follow
from .rivals import RIVALS, RealWorld
from .scenarios import ROWS
from .world import World

# Logs are on a disk, where inodes are used again; the state is where storing it costs least.
STATES = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


@dataclass(frozen=True)
class Outcome:
    """What became of a case: `trouble` is empty where all is well."""
    case: object
    verdict: str
    trouble: str
    written: int
    skipped: str = ""  # what was missing to play it


def play(case, make_world=World):
    """Plays a case with authmedic's own follower, in time that the scenario makes pass; in another
    world (mounted.py), where one is given."""
    def make_follower(state, pattern):
        return Follow(state, pattern, polling=case.polling)
    return play_in(make_world, case, make_follower)


def play_rival(name, case):
    """Plays it with another follower, in real time."""
    def make_follower(state, pattern):
        return RIVALS[name](state, pattern, case.polling)
    if ROWS[case.row].needs_ours:
        return Outcome(case, "", "", 0, "plays on what only authmedic has")
    return play_in(RealWorld, case, make_follower)


def play_in(make_world, case, make_follower):
    directory = tempfile.mkdtemp(prefix="authmedic-matrix-")
    state = tempfile.mkdtemp(prefix="authmedic-matrix-", dir=STATES)
    world = make_world(case, directory, os.path.join(state, "state"), make_follower)
    written = 0
    try:
        ROWS[case.row].play(world)
        verdict = world.verdict()
        written = verdict.written
        trouble = world.complaints + ([] if verdict.is_good else [str(verdict), *verdict.examples])
        return Outcome(case, str(verdict), "\n  ".join(trouble), written)
    except pytest.skip.Exception as reason:
        return Outcome(case, "", "", 0, str(reason))
    except Exception:  # whatever a scenario meets is its outcome, and the others go on
        return Outcome(case, "", traceback.format_exc(limit=-4), written)
    finally:
        world.close()
        if "AUTHMEDIC_MATRIX_KEEP" in os.environ:
            print(f"{case}: {directory}, {state}")
        else:
            shutil.rmtree(directory, ignore_errors=True)
            shutil.rmtree(state, ignore_errors=True)
