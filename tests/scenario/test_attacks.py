"""Whatever strangers send, in health it leads to no action, and in a real fault to no other diagnosis
and no other action than without them."""

import os

import pytest

from rig import Attackers, Scene, wait_until
from rig.attacks import MARK
from test_diagnoses import OPTIONS, SCENARIOS, diagnosed, settled, told

LONG = os.environ.get("AUTHMEDIC_LONG") == "1"
RECYCLED = {"stale-handle", "aged-handle", "stale-soon"}
# The five that are most like each other; all of them where there is time.
FAULTS = list(SCENARIOS) if LONG else ["squid", "apache_behind", "apache_other_key", "kdc_down",
                                       "apache_lost_key"]


# Where nobody but strangers fails, an attack by strangers, in which the same requests come from the same
# addresses, may be all that there is to see.
DROWNED = {"wrong_name_strangers", "ntlm_strangers"}


def attackers(made):
    return Attackers(made.realm, made.server.url, made.log, made.crowd[0].address)


def attack(made, addresses, meanwhile=lambda: None):
    """All of it, once; what else happens goes on meanwhile."""
    strangers = attackers(made)
    for part in (strangers.forge, strangers.send_rubbish, strangers.inject,
                 lambda: strangers.come_from_everywhere(addresses)):
        part()
        meanwhile()
    return strangers


def check_clean(made):
    """No byte of theirs is in what a person or a program reads of us, unless it is escaped."""
    pages = [made.authmedic.fetch(path) for path in ("/", "/metrics", "/api/v1/status")]
    for text in [*pages, made.authmedic.output()]:
        assert MARK not in text and "\x1b" not in text and "\x07" not in text


@pytest.mark.parametrize("kind", ["squid", "apache"])
def test_health(rig, realm, keytab, kind):
    """A million addresses, forged and broken tokens and injected lines against a server that is well:
    people get in all the time, nothing is done, and nothing is found that would call for it."""
    made = Scene(rig, realm, keytab, kind, options=OPTIONS)
    log = made.log
    before = made.authmedic.lines_committed(log)
    strangers = attack(made, 1_000_000)
    wait_until(lambda: made.authmedic.lines_committed(log) - before > 1_000_000, 60, "it has read all that")
    probes = made.authmedic.metric("authmedic_probes_total")

    def probed_again():
        strangers.drip()
        assert made.get() == {200}
        return made.authmedic.metric("authmedic_probes_total") >= probes + 3

    wait_until(probed_again, 60, lambda: told(made))
    assert not made.authmedic.ledger(), told(made)
    names = {event["data"]["reason"] for event in made.authmedic.events("diagnosed")}
    assert not names & RECYCLED, told(made)
    assert made.authmedic.metric("authmedic_incidents_total", diagnosis="noise") >= 1 or names
    check_clean(made)


@pytest.mark.parametrize("name", FAULTS)
def test_fault(rig, realm, keytab, name):
    """The fault has its own name while it goes on, and is cured as it is without them."""
    _, expected, cured_by, make = SCENARIOS[name]
    made = make(rig, realm, keytab)
    strangers = attack(made, 1_000_000 if LONG else 20_000, getattr(made, "trouble", made.get))
    may_be = {expected, "noise"} if name in DROWNED else {expected}

    def over():
        strangers.drip()
        return settled(made, cured_by, may_be)

    wait_until(over, 90, lambda: told(made))
    assert diagnosed(made) in may_be, told(made)
    assert len(made.authmedic.ledger()) == (1 if cured_by else 0), told(made)
    check_clean(made)
