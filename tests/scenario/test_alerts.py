"""Shows that who is told of an incident by several ways is told once by each: by Prometheus's own rule, and by
authmedicd in the forms that Alertmanager and every other kind of receiver understands."""

import os

from rig import SOURCE_DIRECTORY, Scene, check_metrics, check_rules, notify, wait_until

RULES = os.path.join(SOURCE_DIRECTORY, "packaging/prometheus/authmedic.rules.yml")
KINDS = ["cloudevents", "pagerduty", "slack", "alertmanager"]


def test_prometheus_and_alertmanager(rig, realm, keytab):
    """A stale handle: Prometheus's rule fires and Alertmanager has its alert and authmedicd's, told
    once each and resolved once each; every other kind of receiver takes each message as well."""
    alertmanager = rig.alertmanager()
    receivers = [rig.receiver(kind) for kind in KINDS]
    targets = [{"name": "real", "type": "alertmanager", "url": alertmanager.url},
               *notify(*receivers)]
    scene = Scene(rig, realm, keytab, gated=True, options={"notify": targets})
    prometheus = rig.prometheus(scene.authmedic.address, rules=[RULES],
                                alertmanager=f"127.0.0.1:{alertmanager.port}")
    prometheus.wait_scraped()
    scene.rotate_key()
    scene.gate.wait_begun()
    theirs = alertmanager.wait_told("AuthmedicIncident", "firing")
    ours = alertmanager.wait_told("AuthmedicSignInFails", "firing")
    assert (theirs["site"], theirs["diagnosis"]) == ("squid", "stale-handle")
    scene.gate.open()
    incident = scene.wait_resolved()
    assert (ours["site"], ours["incident"]) == ("squid", incident["id"])
    alertmanager.wait_told("AuthmedicIncident", "resolved")
    alertmanager.wait_told("AuthmedicSignInFails", "resolved")
    assert alertmanager.counts() == {(name, status): 1 for status in ("firing", "resolved")
                                     for name in ("AuthmedicIncident", "AuthmedicSignInFails")}
    check_receivers(receivers)
    assert check_rules(RULES) == "" and check_metrics(scene.authmedic.fetch("/metrics")) == ""


def check_receivers(receivers):
    """Each took the same three messages, once each."""
    for receiver in receivers:
        wait_until(lambda receiver=receiver: len(receiver.taken()) >= 3, 30,
                   lambda receiver=receiver: f"{receiver.kind} has all: {receiver.deliveries}")
    ids = [[delivery.id for delivery in receiver.taken()] for receiver in receivers]
    assert len(set(ids[0])) == 3 and all(one == ids[0] for one in ids), ids
    cloudevents, pagerduty, _, alerts = (receiver.taken() for receiver in receivers)
    assert [event.body["type"].rpartition(".")[2] for event in cloudevents] == [
        "opened", "acting", "resolved"]
    assert [event.body["id"] for event in cloudevents] == ids[0]
    assert [event.body["event_action"] for event in pagerduty] == [
        "trigger", "acknowledge", "resolve"]
    assert len({event.body["dedup_key"] for event in pagerduty}) == 1
    assert ["endsAt" in event.body[0] for event in alerts] == [False, False, True]
