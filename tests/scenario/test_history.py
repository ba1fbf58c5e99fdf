"""Shows that the history tells a person what happened and why, and that every diagnosis and decision
in it can be made again from what is stored, also where there is no daemon, bit by bit."""

import copy
import json
import re

import pytest

from rig import Scene


@pytest.fixture(name="incident")
def fixture_incident(rig, realm, keytab):
    """A stale handle that was recycled, as `history ID --json` keeps it; and who to ask about it."""
    scene = Scene(rig, realm, keytab)
    scene.rotate_key()
    identity = scene.wait_resolved()["id"]
    kept = json.loads(scene.authmedic.command("history", identity, "--json", check=True).stdout)
    return scene, kept


def history(scene, rig, document):
    """What `history FILE` says of the document."""
    path = rig.path("incident.json")
    with open(path, "w", encoding="utf-8") as output:
        json.dump(document, output)
    return scene.authmedic.command("history", path)


def test_story(incident):
    """What broke and when, who was hit, why it is that and nothing else, and what to do."""
    scene, kept = incident
    story = scene.authmedic.command("history", kept["id"], check=True).stdout
    for heading in ("What:", "When:", "Hit:", "Done:", "Now:", "Next:", "What happened", "Why we think so",
                    "What that is seen by", "Why nothing else", "What to do", "What not to do", "What it was computed from"):
        assert re.search(f"^{heading}", story, re.M), story
    for event in kept["timeline"]:
        assert event["text"] in story
    assert re.search(r"^Hit: +6 of the 6 known-good voters .* turned away, 0 got in; .* sign-in: rejected$",
                     story, re.M), story
    assert re.search(r"^Done: +recycle was applied at 20[0-9-]+ [0-9:]+ UTC: done$", story, re.M), story
    assert re.search("^Now: +over: the remedy helped: sign-in works again$", story, re.M), story
    assert "The server still works with an old key, old rights" in story
    assert re.search(r"^  yes: probe.result == rejected .*\n(  .*\n)*  yes: keytab.changed > worker.start "
                     r"\(keytab.changed is 20\S+Z, worker.start is 20\S+Z\)$", story, re.M), story
    assert re.search(r"^  \S+  applied +the remedy has run \[recycle\] \[done\]$", story, re.M), story
    assert re.search(r"^  stale-keytab \(.*\)\n    no: ticket.kvno > keytab.kvno \(ticket.kvno is \"2\", "
                     r"keytab.kvno is \"2\"\)$", story, re.M), story
    assert not re.search(r"^  (aged-handle|noise)", story, re.M), "they were not asked"
    assert "every diagnosis and decision is the same" in story


def test_made_again(rig, incident):
    """Offline, with the daemon gone, it comes out the same; whatever is changed in it is found."""
    scene, kept = incident
    assert kept["recomputed"] == "same"
    scene.authmedic.stop()
    same = history(scene, rig, kept)
    assert same.returncode == 0 and "is the same" in same.stdout, same

    def differs(change):
        changed = copy.deepcopy(kept)
        change(changed)
        done = history(scene, rig, changed)
        return done.returncode == 1 and "DIFFERENT" in done.stdout

    def set_fact(document):
        document["evidence"]["facts"]["keytab.changed"]["value"] = "1600000000"

    def set_diagnosis(document):
        document["evidence"]["diagnosis"] = "aged-handle"

    def set_case(document):
        acting = next(event for event in document["timeline"] if event["kind"] == "acting")
        acting["data"]["case"]["mode_act"] = False

    for change in (set_fact, set_diagnosis, set_case):
        assert differs(change), change


def test_without_the_rules(rig, incident):
    """Where the rules of that time are missing, or are not those, it says that it cannot tell."""
    scene, kept = incident
    for change in ("gone", "others"):
        changed = copy.deepcopy(kept)
        [digest] = changed["rule_sets"]
        if change == "gone":
            del changed["rule_sets"][digest]
        else:
            files = changed["rule_sets"][digest]["files"]
            files["noise.yml"] = files["noise.yml"].replace("priority: 140", "priority: 141")
        done = history(scene, rig, changed)
        assert done.returncode == 0 and "cannot be made again" in done.stdout, done


def test_not_an_incident(rig, incident):
    """Files that are none are refused."""
    scene, _ = incident
    with open(rig.path("incident.json"), "w", encoding="utf-8") as output:
        output.write("no JSON")
    assert scene.authmedic.command("history", rig.path("incident.json")).returncode == 1
    assert scene.authmedic.command("history", rig.path("nothing.json")).returncode == 1
