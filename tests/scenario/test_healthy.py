"""Shows that ordinary traffic of all kinds opens no incident, and is counted for what it is."""

import pytest

from rig import Scene

ROUNDS = 3


def handshakes(scene, outcome, **labels):
    return scene.authmedic.metric("authmedic_handshakes_total", outcome=outcome, **labels)


@pytest.mark.parametrize("kind", ["apache", "squid"])
def test_healthy_traffic(rig, realm, keytab, kind):
    """Browsers, which wait to be asked, clients that send their token at once, people without a
    ticket, and monitors that never sign in."""
    scene = Scene(rig, realm, keytab, kind)
    crowd, url = scene.crowd, scene.server.url
    without_ticket = rig.crowd(realm, 2, first=101)
    for client in without_ticket:
        client.sign_out()
    for _ in range(ROUNDS):
        assert crowd.get(url, "browser") == {200}
        assert crowd.get(url, "preemptive") == {200}
        assert crowd.get(url, "plain") == {401}
        assert without_ticket.get(url) == {401}
    established = len(crowd) * (1 + 2 * ROUNDS)
    unanswered = (len(crowd) + len(without_ticket)) * ROUNDS
    scene.authmedic.wait_metric(lambda count: count >= unanswered, "authmedic_handshakes_total",
                                outcome="unanswered")
    assert handshakes(scene, "unanswered") == unanswered
    assert handshakes(scene, "established", scheme="kerberos") == established
    assert handshakes(scene, "established") == established
    assert handshakes(scene, "rejected") == 0
    assert handshakes(scene, "incomplete") == 0
    assert scene.authmedic.metric("authmedic_known_good_voters") == len(crowd)
    assert scene.authmedic.metric("authmedic_rejected_voters_ratio") == 0
    assert scene.authmedic.metric("authmedic_log_unparsed_lines_total") == 0
    assert not scene.authmedic.incidents()


def test_probes_go_on(rig, realm, keytab):
    """The probe signs in as often as configured, is accepted, and is no voter."""
    scene = Scene(rig, realm, keytab, site={"probe": {"every": "1s"}},
                  options={"safety": {"probe_interval": "1s"}})
    scene.authmedic.wait_metric(lambda count: count >= 3, "authmedic_probes_total")
    assert scene.authmedic.metric("authmedic_probes_total") == scene.authmedic.metric(
        "authmedic_probes_total", result="accepted")
    scene.server.authmedic_log.wait_for("authmedic-probe")
    assert scene.authmedic.metric("authmedic_known_good_voters") == len(scene.crowd)
    assert handshakes(scene, "established") == len(scene.crowd)
    assert not scene.authmedic.incidents()
