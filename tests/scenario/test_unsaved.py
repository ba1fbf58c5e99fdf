"""Shows that a state which cannot be saved makes nobody silent: people are told of it, and of all that
happens meanwhile, and of nothing twice."""

import os

from rig import FORMATS, Scene, config, log_site, notify, wait_until


def database(authmedic):
    return os.path.join(authmedic.directory, "state", "authmedic.db")


def take_away(authmedic):
    os.rename(database(authmedic), database(authmedic) + ".away")
    wait_until(lambda: authmedic.status()["not_ready"] == "the state cannot be saved", 20, "it is seen")


def bring_back(authmedic):
    os.rename(database(authmedic) + ".away", database(authmedic))


def ids(receiver):
    return [delivery.id for delivery in receiver.taken()]


def documents(receiver, kind):
    """Those of a kind, each taken apart as the webhook's form has it."""
    return [delivery.body for delivery in receiver.taken() if delivery.body["type"].endswith("." + kind)]


def test_all_receivers(rig):
    """Each kind of receiver hears that the state cannot be saved, of a log that became deaf since, though
    it refuses the first message, and of the end of both."""
    writer = rig.log_writer()
    writer.write()
    receivers = {kind: rig.receiver(kind) for kind in FORMATS}
    authmedic = rig.authmedic(config(log_site(writer), notify=notify(*receivers.values())))
    take_away(authmedic)
    for receiver in receivers.values():
        receiver.refuse(1)
    os.rename(writer.path, writer.path + ".away")
    for receiver in receivers.values():
        wait_until(lambda one=receiver: len(ids(one)) == 2, 90, lambda one=receiver: f"{one.kind}: {one.tried()}")
    [told] = documents(receivers["webhook"], "unsaved")
    assert told["data"]["reason"] == "taken-away" and "nothing is done to any server" in told["data"]["text"]
    [alert] = [delivery.body[0] for delivery in receivers["alertmanager"].taken()
               if delivery.body[0]["labels"]["alertname"] == "AuthmedicStateUnsaved"]
    assert alert["labels"]["severity"] == "warning" and "site" not in alert["labels"]
    bring_back(authmedic)
    os.rename(writer.path + ".away", writer.path)
    for receiver in receivers.values():
        wait_until(lambda one=receiver: len(ids(one)) == 4, 90, lambda one=receiver: f"{one.kind}: {one.tried()}")
        assert len(set(ids(receiver))) == 4, receiver.kind
        first, second = receiver.tried()[:2]
        assert first.id == second.id and first.status == 503, receiver.kind
    assert len(documents(receivers["webhook"], "unsaved-ended")) == 1
    resolved = {delivery.body["dedup_key"] for delivery in receivers["pagerduty"].taken()
                if delivery.body["event_action"] == "resolve"}
    assert resolved == {delivery.body["dedup_key"] for delivery in receivers["pagerduty"].taken()}
    assert "the state is being saved again" in authmedic.output()


def test_real_alertmanager(rig):
    """A real Alertmanager fires while it lasts and no longer. A reload that finds the file gone goes on in
    a new one, and the end is told over it."""
    writer = rig.log_writer()
    writer.write()
    receiver, alertmanager = rig.receiver("webhook"), rig.alertmanager()
    targets = [{"name": "real", "type": "alertmanager", "url": alertmanager.url}, *notify(receiver)]
    authmedic = rig.authmedic(config(log_site(writer), notify=targets))
    take_away(authmedic)
    receiver.wait_for(lambda body: body["type"] == "authmedic.state.unsaved", "it is told")
    alertmanager.wait_told("AuthmedicStateUnsaved", "firing")
    authmedic.reload()
    receiver.wait_for(lambda body: body["type"] == "authmedic.state.unsaved-ended", "its end is told")
    alertmanager.wait_told("AuthmedicStateUnsaved", "resolved")
    assert len(ids(receiver)) == len(set(ids(receiver))) == 2
    assert set(alertmanager.counts().values()) == {1}, alertmanager.told


def test_incident(rig, realm, keytab):
    """Sign-in fails while nothing can be saved: people are told why, and that they are needed; nothing is
    done. Once it can be saved again the cure is applied; all of it is in the history, and nothing was
    told twice."""
    scene = Scene(rig, realm, keytab)
    helpers = scene.server.helpers()
    take_away(scene.authmedic)
    scene.rotate_key()
    assert scene.wait_told("opened")["diagnosis"] == "stale-handle"
    assert scene.wait_told("needs-person")["reason"] == "unsaved"
    assert not scene.authmedic.ledger()
    assert scene.server.helpers() == helpers
    bring_back(scene.authmedic)
    incident = scene.wait_resolved()
    assert [event["kind"] for event in incident["timeline"] if event["kind"] != "probed"] == [
        "opened", "diagnosed", "refused", "acting", "applied", "resolved"]
    assert len(scene.authmedic.ledger()) == 1
    scene.check_told("opened", "needs-person", "acting", "resolved")
