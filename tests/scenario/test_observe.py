"""Shows `mode: observe`, the default: everything but the action."""

from rig import Scene


def test_observe(rig, realm, keytab):
    """The fault is found and told, and what would be done is said; a person does it."""
    scene = Scene(rig, realm, keytab, options={"mode": "observe"})
    helpers = scene.server.helpers()
    scene.rotate_key()
    assert scene.authmedic.wait_event("refused")["data"]["reason"] == "observe"
    assert scene.incident()["diagnosis"] == "stale-handle"
    told = scene.wait_told("needs-person")
    assert told["reason"] == "observe" and "squid -k reconfigure" in told["advice"]
    assert scene.authmedic.metric("authmedic_action_refusals_total", reason="observe") == 1
    assert scene.authmedic.metric("authmedic_actions_total") == 0
    assert not scene.authmedic.ledger() and scene.server.helpers() == helpers
    scene.server.reconfigure()
    scene.wait_resolved()
    assert scene.get() == {200}
    scene.check_told("opened", "needs-person", "resolved")
    assert not scene.authmedic.ledger()


def test_warm_up(rig, realm, keytab):
    """Too soon after the start nothing is judged, and nobody is called for that: it passes."""
    scene = Scene(rig, realm, keytab, options={"safety": {"warm_up": "9s"}})
    scene.rotate_key()
    assert scene.authmedic.wait_event("refused")["data"]["reason"] == "warm-up"
    assert not scene.authmedic.ledger()
    scene.wait_resolved()
    scene.check_told("opened", "acting", "resolved")
