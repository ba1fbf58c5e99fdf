"""Shows that where the KDC's key is newer than the keytab nothing is recycled, and a person is
told the cure."""

from rig import Scene


def test_stale_keytab(rig, realm, keytab):
    """Apache's keytab is old: told, left alone, and resolved once a person has mended the file."""
    scene = Scene(rig, realm, keytab, "apache")
    workers = scene.server.workers()
    scene.rotate_key(on_disk=False)
    scene.authmedic.wait_event("diagnosed")
    assert scene.authmedic.wait_event("refused")["data"]["reason"] == "no-cure"
    assert scene.incident()["diagnosis"] == "stale-keytab"
    told = scene.wait_told("needs-person")
    assert told["diagnosis"] == "stale-keytab"
    assert "ktadd -norandkey" in told["advice"] and "Do not restart" in told["caution"]
    assert told["evidence"]["ticket.kvno"] == "2" and told["evidence"]["keytab.kvno"] == "1"
    assert scene.authmedic.metric("authmedic_incident_open", diagnosis="stale-keytab") == 1
    assert scene.authmedic.metric("authmedic_signals_total", signal="keytab-out-of-date") >= 6
    assert not scene.authmedic.ledger() and scene.server.workers() == workers
    realm.add_keys(keytab)
    scene.wait_resolved()
    assert scene.get() == {200}
    scene.check_told("opened", "needs-person", "resolved")
    assert not scene.authmedic.ledger() and scene.server.workers() == workers


def test_stale_keytab_squid(rig, realm, keytab):
    """The same behind a helper that does hold keys: it would only read the old file again."""
    scene = Scene(rig, realm, keytab)
    helpers = scene.server.helpers()
    scene.rotate_key(on_disk=False)
    assert scene.authmedic.wait_event("refused")["data"]["reason"] == "no-cure"
    assert scene.incident()["diagnosis"] == "stale-keytab"
    assert not scene.authmedic.ledger() and scene.server.helpers() == helpers
