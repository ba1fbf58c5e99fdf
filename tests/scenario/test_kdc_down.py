"""Shows that authmedic stands down while the KDC does not answer, and goes on when it does."""

from rig import Scene


def test_kdc_down(rig, realm, keytab):
    """The web server is not the cause, so it is left alone; the return of the KDC resolves it."""
    scene = Scene(rig, realm, keytab, site={"probe": {"every": "1s"}})
    helpers = scene.server.helpers()
    realm.stop()
    scene.authmedic.wait_event("diagnosed")
    assert scene.authmedic.wait_event("refused")["data"]["reason"] == "no-cure"
    assert scene.incident()["diagnosis"] == "kdc-unreachable"
    assert scene.get() == {200}, "who holds a ticket still gets in"
    assert "Do not restart" in scene.wait_told("needs-person")["caution"]
    assert scene.authmedic.metric("authmedic_probes_total", result="no-ticket") >= 2
    realm.start()
    scene.wait_resolved()
    scene.check_told("opened", "needs-person", "resolved")
    assert not scene.authmedic.ledger() and scene.server.helpers() == helpers
