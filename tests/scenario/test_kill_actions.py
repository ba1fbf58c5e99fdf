"""Shows that kill -9 of daemon, helper and remedy, alone and together, at any call and in the middle of a run, never
leads to two actions for an incident, to a ledger that forgets or to a wrong budget; and what nobody can know is called
unknown, and left alone."""

import copy
import dataclasses
import os
import random
import time

import pytest

from rig import PLACES, PRINTED, VICTIMS, VOTERS, DeadlyRemedy, Killer, Lives, config

SEED = int(os.environ.get("AUTHMEDIC_SEED", "401"))
POINTS = 1000 if os.environ.get("AUTHMEDIC_LONG") == "1" else 30
INCIDENTS = 40  # of one history, at most: its budget is not to be what stops it
PER_HOUR, PER_DAY = 60, 240
HOLDER = "name: holder\ntitle: holds its key\nholds_keys: yes\ninspectors: [inspect-worker, inspect-keytab]\nnote: for a test\n"
QUICK = {"warm_up": "0s", "confirm_over": "100ms", "hold_off": "0s", "cool_down": "0s",
         "actions_per_hour": PER_HOUR, "actions_per_day": PER_DAY}


@dataclasses.dataclass
class Evidence:
    """What is left when an incident is over."""
    runs: list       # the ids that the remedy left behind
    intents: list    # of the ledger
    results: dict    # by the action's id
    torn: int        # lines that a crash left half done
    told: dict       # by incident: what authmedicd says that its actions came to
    budget: dict     # that authmedicd tells

    def check(self):
        """All that must hold, whoever was ended."""
        ids = [intent["action"] for intent in self.intents]
        incidents = [intent["incident"] for intent in self.intents]
        assert len(set(ids)) == len(ids) and len(set(incidents)) == len(incidents), "two actions for an incident"
        assert len(set(self.runs)) == len(self.runs), "an action that ran twice"
        assert set(self.runs) <= set(ids), "an action that is not in the ledger"
        assert set(self.results) <= set(ids), "a result without its intent"
        for intent in self.intents:
            result = self.results.get(intent["action"], "unknown")
            assert result != "done" or intent["action"] in self.runs, "done, and did not run"
            assert self.told[intent["incident"]] == [result], f"{intent}: {result}, and told {self.told}"
        assert set(self.told) == set(incidents), "told of an action that is not in the ledger"
        used = len(ids) + self.torn
        assert self.budget == {"hour": PER_HOUR - used, "day": PER_DAY - used}, f"{used} used: {self.budget}"


class History(Lives):
    """Incident after incident, each of which an action ends, while somebody ends the programs."""

    def __init__(self, rig, realm, keytab, chance):
        folder = rig.path(f"history-{time.monotonic_ns()}")
        os.makedirs(folder)
        super().__init__(os.path.join(folder, "access.log"))
        self.chance = chance
        with open(os.path.join(folder, "pid"), "w", encoding="ascii") as pidfile:
            pidfile.write("1\n")  # a worker that is old enough
        self.daemon, self.helper = Killer(os.path.join(folder, "daemon")), Killer(os.path.join(folder, "helper"))
        self.remedy = DeadlyRemedy(os.path.join(folder, "remedy"), rig.path("plugins"))
        site = {"name": "web", "evidence": "voters", "server": "holder", "keytab": keytab, "service": realm.service,
                "worker": {"pidfile": pidfile.name, "max_age": "1m"}, "ladder": [{"remedy": "recycle"}],
                "logs": [{"path": self.log, "format": "apache-authmedic"}]}
        self.authmedic = rig.authmedic(
            config(site, detect={"window": "1h"}, safety=QUICK, rules_dir=rig.path("rules"),
                   plugin_dir=rig.path("plugins")),
            start=False, wrapper=[*self.daemon.wrapper, *self.helper.of_helper])
        self.ledger = os.path.join(self.authmedic.directory, "helper-state", "ledger")
        self.known = b""  # of the ledger
        self.moment = 0  # of the log's last lines, a whole second
        self.plans = []
        self.points = 0  # once it is over

    def kills(self):
        return self.daemon.kills() + self.helper.kills() + self.remedy.kills()

    def told(self):
        return f"seed {SEED}, {self.plans}"

    def write_now(self, status, voters=VOTERS):
        """At this second."""
        self.moment = int(time.time())
        self.write(status, self.moment, voters)

    def look(self):
        self.look_at_ledger()

    def look_at_ledger(self):
        """Whole lines stay what they were, for ever."""
        try:
            with open(self.ledger, "rb") as ledger:
                now = ledger.read()
        except FileNotFoundError:
            now = b""
        assert now.startswith(self.known), f"the ledger forgot: {self.plans}\n{self.known}\n{now}"
        self.known = now[:now.rfind(b"\n") + 1]

    def records(self):
        """The ledger's records as (kind, values), and how many lines are torn."""
        lines = [line.split() for line in self.known.decode().splitlines() if "\t" not in line]
        torn = sum("\t" in line for line in self.known.decode().splitlines())
        return [(words[1], dict(word.split("=", 1) for word in words[2:])) for words in lines], torn

    def intents(self):
        return [values for kind, values in self.records()[0] if kind == "intent"]

    def aim(self):
        """At one or two of them: at a call to come, or where the remedy is by then."""
        way = self.chance.choice(["daemon", "helper", "both", "remedy", "remedy"])
        moment = self.chance.choice(["before", "half", "after"])
        if way in ("daemon", "both"):
            self.daemon.aim(self.daemon.calls() + self.chance.randint(1, 150), moment)
        if way in ("helper", "both"):
            self.helper.aim(self.helper.calls() + self.chance.randint(1, 120), moment)
        if way == "remedy":
            victims = self.chance.sample(VICTIMS, self.chance.randint(1, 3))
            way = (self.chance.choice(PLACES), victims)
            self.remedy.plan(*way)
        self.plans.append((way, moment))

    def spare(self):
        for killer in (self.daemon, self.helper):
            killer.aim(0)
        self.remedy.spare()

    def play_incident(self):
        """People cannot sign in until something was done, and then they can."""
        before = len(self.intents())
        self.aim()
        self.write_now(401, VOTERS - 2)
        self.wait(lambda site: len(self.intents()) > before or site["state"] == "standing", "an action")
        self.wait(self.is_over, "the incident is over")
        self.spare()

    def is_over(self, site):
        """What counts are outcomes after the action, and the log knows seconds: people go on."""
        if int(time.time()) > self.moment:
            self.write_now(200)
        return site["state"] == "watching" and site["incident"] is None

    def evidence(self):
        """At rest."""
        told = {}
        for one in self.authmedic.incidents():
            reasons = [event["data"]["reason"] for event in self.authmedic.incident(one["id"])["timeline"]
                       if event["kind"] == "applied"]
            if reasons:
                told[one["id"]] = reasons
        self.look_at_ledger()
        records, torn = self.records()
        results = {values["action"]: values["result"] for kind, values in records if kind == "result"}
        return Evidence(self.remedy.runs(), self.intents(), results, torn, told, self.site()["budget"])

    def check(self):
        """The budget comes with the helper's next word."""
        used = len(self.intents()) + self.records()[1]
        self.wait(lambda site: site["budget"]["hour"] == PER_HOUR - used, "the budget is told")
        evidence = self.evidence()
        try:
            evidence.check()
        except AssertionError as error:
            raise AssertionError(f"{error}; seed {SEED}, {self.plans}\n{evidence}") from error
        return evidence

    def play(self, points):
        """So many incidents as it takes for so many points; what is left of it."""
        self.authmedic.start()
        for _ in range(3):
            self.write_now(200)
        self.wait_read()
        incidents = 0
        while self.kills() < points and incidents < INCIDENTS:
            self.play_incident()
            evidence = self.check()
            incidents += 1
        self.points = self.kills()
        self.authmedic.stop()
        self.daemon.stop()
        self.helper.stop()
        return evidence


@pytest.fixture(name="place")
def fixture_place(rig, realm, keytab):
    """A rig with a kind of server that holds its key, and the keytab for it."""
    options = rig.install("inspect-worker", "inspect-keytab")
    with open(f"{options['rules_dir']}/servers/holder.yml", "w", encoding="ascii") as server:
        server.write(HOLDER)
    os.unlink(f"{options['rules_dir']}/diagnoses/stale-soon.yml")  # our remedy cures nothing; nobody shall warn of it
    return rig, realm, keytab


def test_kill_actions(place, record_property):
    """So many points in all; after each incident all that must hold does."""
    killed = number = unknown = actions = 0
    while killed < POINTS:
        history = History(*place, random.Random(f"{SEED}-{number}"))
        evidence = history.play(POINTS - killed)
        killed += history.points
        actions += len(evidence.intents)
        unknown += len(evidence.intents) - len(evidence.results)
        number += 1
    record_property(PRINTED, f"{killed} kills of three programs, {actions} actions, {unknown} of them unknown, "
                             f"{number} histories, seed {SEED}")
    assert actions and unknown


CONTROLS = {
    "two actions": lambda left: left.intents.append({**left.intents[0], "action": "another"}),
    "a second run": lambda left: left.runs.append(left.runs[0]),
    "a lost intent": lambda left: left.intents.pop(),
    "a run of its own": lambda left: left.runs.append("nobody's"),
    "a budget given back": lambda left: left.budget.update(hour=PER_HOUR),
    "a result that is known": lambda left: left.results.popitem(),
}


def test_controls(place):
    """What must hold can be broken: each of these is found in what a real history left behind."""
    left = History(*place, random.Random(SEED)).play(points=3)
    left.check()
    for name, breaks in CONTROLS.items():
        broken = copy.deepcopy(left)
        breaks(broken)
        try:
            broken.check()
        except AssertionError:
            continue
        pytest.fail(f"{name} is not found")
