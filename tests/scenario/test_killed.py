"""Shows that kill -9 in the middle of an action never leads to a second one: the incident goes on
to its end, and the budget is right."""

import os
import signal

import pytest

from rig import Scene


def act(rig, realm, keytab, **options):
    """A scene in which the remedy has begun and waits."""
    scene = Scene(rig, realm, keytab, gated=True, **options)
    scene.rotate_key()
    scene.gate.wait_begun()
    assert scene.authmedic.status()["sites"][0]["state"] == "acting"
    return scene


def check_one_action(scene, result):
    assert len(scene.gate.runs()) == 1 and len(scene.authmedic.ledger()) == 1
    incident = scene.incident()
    assert [event["data"]["reason"] for event in incident["timeline"]
            if event["kind"] == "applied"] == [result]
    scene.authmedic.wait_metric(lambda left: left == 0, "authmedic_budget_remaining")
    budget = scene.authmedic.status()["sites"][0]["budget"]
    assert budget == {"hour": 0, "day": 2}


@pytest.mark.parametrize("ends", ["while nobody looks", "after the restart"])
def test_daemon_killed(rig, realm, keytab, ends):
    """The helper brings the action to its end, and the next authmedicd learns from the ledger what
    became of it."""
    scene = act(rig, realm, keytab)
    incident = scene.incident()["id"]
    scene.authmedic.kill()
    if ends == "while nobody looks":
        scene.gate.open()
        scene.authmedic.wait_ledger("result")
    scene.authmedic.start()
    assert scene.incident()["id"] == incident
    if ends == "after the restart":
        assert scene.authmedic.status()["sites"][0]["state"] == "acting"
        scene.gate.open()
    assert scene.wait_resolved()["id"] == incident
    assert scene.get() == {200}
    check_one_action(scene, "done")
    scene.check_told("opened", "acting", "resolved")


def test_helper_killed(rig, realm, keytab):
    """The remedy goes on without its helper; what became of it is unknown to the next one, and
    shown by the probe."""
    scene = act(rig, realm, keytab)
    [helper] = scene.authmedic.helper_pids()
    os.kill(helper, signal.SIGKILL)
    scene.authmedic.wait_helper(old=helper)
    assert scene.authmedic.status()["sites"][0]["state"] == "acting"
    scene.gate.open()
    scene.wait_resolved()
    assert scene.get() == {200}
    check_one_action(scene, "unknown")


@pytest.mark.parametrize("daemon_too", [False, True])
def test_remedy_killed(rig, realm, keytab, daemon_too):
    """Nothing was done, as after a power cut, and it is not tried again: the remedy is locked and a
    person is called, whose cure is seen."""
    scene = act(rig, realm, keytab, site={"verify_within": "2s"})
    [helper] = scene.authmedic.helper_pids()
    if daemon_too:
        scene.authmedic.kill()
    os.kill(helper, signal.SIGKILL)
    scene.gate.kill()
    if daemon_too:
        scene.authmedic.start()
    scene.authmedic.wait_event("not-verified")
    scene.authmedic.wait_event("refused", lambda event: event["data"]["reason"] == "locked")
    assert scene.get() == {401}
    check_one_action(scene, "unknown")
    scene.wait_told("needs-person")
    scene.server.reconfigure()
    scene.wait_resolved()
    assert scene.get() == {200}
    check_one_action(scene, "unknown")
