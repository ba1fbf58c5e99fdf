"""Shows that a stranger who writes the very log lines of a real fault achieves nothing but a few
probes."""

import time

from rig import Scene, send_forged

INTERVAL_S = 2  # safety.probe_interval


def test_forged_tickets(rig, realm, keytab):
    """A flood of forged tickets, from many addresses and from a few that people use as well,
    against a healthy Squid: no incident, no action, and at most one probe in each interval."""
    begun = time.monotonic()
    scene = Scene(rig, realm, keytab)
    helpers = scene.server.helpers()
    sent = 0

    def flood():
        nonlocal sent
        for number in range(20):
            address = f"127.0.2.{number}" if number > 2 else scene.crowd[number].address
            assert send_forged(scene.server.url, realm.service_principal, 2, address) == 401
            sent += 1
        return scene.authmedic.metric("authmedic_probes_total") >= 4

    while not flood():
        assert time.monotonic() - begun < 60, scene.authmedic.output()
    probes = scene.authmedic.metric("authmedic_probes_total")
    assert probes <= 1 + (time.monotonic() - begun) / INTERVAL_S
    assert scene.authmedic.metric("authmedic_probes_total", result="accepted") == probes
    # Each of them is told in the access log and in cache.log.
    scene.authmedic.wait_metric(lambda count: count == 2 * sent, "authmedic_signals_total",
                                signal="keytab-out-of-date")
    assert scene.authmedic.metric("authmedic_incidents_total", diagnosis="noise") >= 1
    assert not scene.authmedic.incidents() and not scene.authmedic.ledger()
    assert scene.get() == {200} and scene.server.helpers() == helpers
    assert scene.told() == []
