"""Shows `evidence: voters`, for where no probe can be had: what known-good people meet, together
with a fact of this machine, is enough to act on; without such a fact it is not."""

from rig import Scene

VOTERS = {"evidence": "voters", "probe": None}


def test_voters_and_local_fact(rig, realm, keytab):
    """Found, acted on and verified by the voters."""
    scene = Scene(rig, realm, keytab, site=VOTERS)
    helpers = scene.server.helpers()
    scene.rotate_key()
    incident = scene.wait_resolved()
    assert incident["diagnosis"] == "stale-handle"
    assert [event["kind"] for event in incident["timeline"]] == [
        "opened", "diagnosed", "acting", "applied", "resolved"]
    assert scene.get() == {200}
    assert not set(helpers) & set(scene.server.helpers())
    assert len(scene.authmedic.ledger()) == 1
    assert scene.authmedic.metric("authmedic_probes_total") == 0
    scene.check_told("opened", "acting", "resolved")


def test_voters_without_local_fact(rig, realm, keytab):
    """The keytab on disk is as old as what the helper holds: a recycle would cure nothing."""
    scene = Scene(rig, realm, keytab, site=VOTERS)
    helpers = scene.server.helpers()
    scene.rotate_key(on_disk=False)
    scene.authmedic.wait_event("diagnosed")
    refusal = scene.authmedic.wait_event("refused")
    assert refusal["data"]["reason"] == "no-cure"
    assert scene.incident()["diagnosis"] == "unknown"
    assert scene.wait_told("needs-person")["diagnosis"] == "unknown"
    assert not scene.authmedic.ledger()
    assert scene.server.helpers() == helpers
    realm.add_keys(keytab)
    scene.server.reconfigure()
    scene.wait_resolved()
    assert not scene.authmedic.ledger()


def test_too_few_voters(rig, realm, keytab):
    """Fewer people than make a spike: nothing is suspected, however often they try."""
    scene = Scene(rig, realm, keytab, site=VOTERS)
    realm.rotate_key()
    for client in scene.crowd:
        client.get(scene.server.url)
    for client in scene.crowd.clients[:4]:
        client.sign_in()
        assert {client.get(scene.server.url) for _ in range(3)} == {401}
    scene.authmedic.wait_metric(lambda count: count == 12, "authmedic_handshakes_total",
                                outcome="rejected")
    assert scene.authmedic.metric("authmedic_rejected_voters_ratio") == 4 / 6
    assert not scene.authmedic.incidents()
