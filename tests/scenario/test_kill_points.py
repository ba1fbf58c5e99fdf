"""Shows that kill -9 at any call of authmedicd leads to the same decisions as a run that nobody
disturbed: its place in the log, its windows, its known-good voters and its incident are one
transaction."""

import os
import random
import time

import pytest

from rig import PRINTED, VOTERS, Killer, Lives, config

SEED = int(os.environ.get("AUTHMEDIC_SEED", "401"))
POINTS = 10000 if os.environ.get("AUTHMEDIC_LONG") == "1" else 100
SITE = {"name": "intranet", "evidence": "voters", "server": "apache"}
QUICK = {"warm_up": "0s", "confirm_over": "100ms", "hold_off": "0s"}


class History(Lives):
    """People sign in, then most of them cannot, then all can again; authmedicd follows their log,
    and is started again whenever it was killed."""

    def __init__(self, rig, killer=None, chance=None):
        super().__init__(rig.path(f"history-{time.monotonic_ns()}.log"))
        self.killer = killer
        self.chance = chance
        self.kills = []
        self.moment = int(time.time()) - 60  # of the log; a second passes with each write
        site = {**SITE, "logs": [{"path": self.log, "format": "apache-authmedic"}]}
        self.authmedic = rig.authmedic(
            config(site, mode="observe", detect={"window": "1h"}, safety=QUICK), start=False,
            wrapper=killer.wrapper if killer else None)

    def start(self):
        """Start authmedicd, aimed at where there is somebody who aims."""
        if self.chance is not None:
            # A whole history takes some 700 calls, 200 of them a start with an open incident: most
            # lives are cut well before the end.
            at = self.chance.randint(1, self.chance.choice([120, 300, 600]))
            moment = self.chance.choice(["before", "half", "after"])
            self.killer.aim(at, moment)
            self.kills.append((at, moment))
        elif self.killer is not None:
            self.killer.aim(0)
        super().start()

    def spare(self):
        """Nobody aims any more."""
        self.chance = None

    def told(self):
        return f"seed {SEED}, kills {self.kills}"

    def write_next(self, status, voters=VOTERS):
        """A second later."""
        self.write(status, self.moment, voters)
        self.moment += 1
        self.wait_read()

    def play(self):
        """All of it, to the end; the decisions."""
        self.start()
        for _ in range(6):
            self.write_next(200)
        for _ in range(3):
            self.write_next(401, VOTERS - 2)
        self.wait(lambda site: site["state"] == "standing", "the incident is diagnosed")
        for _ in range(3):
            self.write_next(200)
        self.wait(lambda site: site["state"] == "watching" and site["incident"] is None,
                  "the incident is resolved")
        kills = self.killer is not None and self.chance is not None
        self.spare()
        if kills:  # the last look is at what the last life that was cut left behind
            if self.authmedic.is_running:
                self.authmedic.kill()
            else:
                self.authmedic.wait_exit()
            self.start()
            self.wait_read()
        return self.decisions()

    def decisions(self):
        """What must be the same, whoever was killed."""
        site = self.authmedic.status()["sites"][0]
        incidents = [self.authmedic.incident(one["id"]) for one in self.authmedic.incidents()]
        decisions = {
            "handshakes": site["handshakes"],
            "authenticated": site["authenticated"],
            "voters": site["voters"],
            "known_good": site["window"]["known_good"],
            "lines": site["logs"][0]["lines_committed"],
            "incidents": [(one["diagnosis"], one["state"]) for one in incidents],
            "timelines": [[event["kind"] for event in one["timeline"]] for one in incidents],
        }
        self.authmedic.stop()
        assert "set aside" not in self.authmedic.output(), self.authmedic.output()
        return decisions


@pytest.fixture(name="killer")
def fixture_killer(rig):
    """A Killer."""
    made = Killer(rig.path("killer"))
    yield made
    made.stop()


def test_kill_points(rig, killer, record_property):
    """So many points in all, spread over histories; each ends with the decisions of the undisturbed
    one."""
    expected = History(rig, killer).play()
    assert expected["incidents"] == [("unknown", "resolved")], expected
    assert expected["lines"] == 6 * 2 * VOTERS + 3 * 2 * (VOTERS - 2) + 3 * 2 * VOTERS
    killed = number = 0
    while killed < POINTS:
        history = History(rig, killer, random.Random(f"{SEED}-{number}"))
        decisions = history.play()
        assert decisions == expected, f"seed {SEED}-{number}, kills {history.kills}"
        killed += len(history.kills) - 1
        number += 1
    record_property(PRINTED, f"{killed} kills of authmedicd in {number} histories, seed {SEED}")
