"""Shows the main job: the key was rotated, the keytab on disk is right, and Squid's helper holds
the old one. authmedic finds it, recycles the helper once, sees that it helped, and tells."""

import os
import re
import shutil

import pytest

from rig import Log, Scene, check_metrics, need_program

SUPPRESSIONS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "rig", "valgrind.supp")
VALGRIND = ["valgrind", "--quiet", "--vgdb=no", "--leak-check=full", "--trace-children=yes",
            "--trace-children-skip=*/squid", f"--suppressions={SUPPRESSIONS}"]


def test_main_job(rig, realm, keytab):
    """From the first rejection to resolved, as the server, the helper's ledger, the receiver of the
    webhook, which fails at first, Prometheus and the operator's command see it."""
    scene = Scene(rig, realm, keytab)
    scene.webhook.refuse(1)
    prometheus = rig.prometheus(scene.authmedic.address)
    prometheus.wait_scraped()
    helpers = scene.server.helpers()
    scene.rotate_key()
    incident = scene.wait_resolved()
    assert scene.get() == {200}
    check_server(scene, helpers)
    check_incident(incident)
    check_ledger(scene, incident)
    check_webhook(scene, incident)
    check_prometheus(scene, prometheus)
    check_command(scene, incident)


def check_server(scene, old_helpers):
    scene.server.wait_recycled(old_helpers)
    assert len(scene.server.cache_log.matching(r"\| Reconfiguring Squid Cache")) == 1


def check_incident(incident):
    assert (incident["site"], incident["diagnosis"], incident["state"]) == (
        "squid", "stale-handle", "resolved")
    kinds = [event["kind"] for event in incident["timeline"]]
    assert kinds[0] == "opened" and kinds[-1] == "resolved"
    assert [kind for kind in kinds if kind != "probed"] == [
        "opened", "diagnosed", "acting", "applied", "resolved"]
    assert kinds[:kinds.index("diagnosed")].count("probed") >= 2, "2 of 3 tries were rejected"
    facts = facts_of(incident)
    assert facts["ticket.kvno"] == "2" and facts["keytab.kvnos"] == "1 2"


def check_ledger(scene, incident):
    [intent] = scene.authmedic.ledger("intent")
    assert (intent["site"], intent["remedy"], intent["incident"], intent["reason"]) == (
        "squid", "recycle", incident["id"], "stale-handle")
    [result] = scene.authmedic.ledger("result")
    assert (result["action"], result["result"]) == (intent["action"], "done")


def check_webhook(scene, incident):
    scene.check_told("opened", "acting", "resolved")
    data = scene.wait_told("resolved")
    assert (data["site"], data["incident"], data["diagnosis"]) == (
        "squid", incident["id"], "stale-handle")
    scene.authmedic.wait_metric(lambda count: count == 3, "authmedic_notifications_total",
                                target="ops", result="delivered")
    assert scene.authmedic.metric("authmedic_notifications_total", result="retried") == 1


def check_prometheus(scene, prometheus):
    for expression in ('authmedic_incidents_total{site="squid",diagnosis="stale-handle"} == 1',
                       'authmedic_actions_total{site="squid",remedy="recycle",result="done"} == 1',
                       'authmedic_budget_remaining{site="squid"} == 0',
                       'sum(authmedic_incident_open{site="squid"}) == 0',
                       'authmedic_ticket_kvno{site="squid"} == 2',
                       'authmedic_keytab_kvno{site="squid"} == 2'):
        prometheus.wait_for(expression)
    assert check_metrics(scene.authmedic.fetch("/metrics")) == ""


def check_command(scene, incident):
    status = scene.authmedic.command("status", check=True).stdout
    assert re.search(r"^  squid +watching +\S", status, re.M)
    assert "0 actions left this hour, 2 today" in status
    history = scene.authmedic.command("history", check=True).stdout.splitlines()
    assert len(history) == 1 and history[0].split()[:4] == [
        incident["id"], "squid", "stale-handle", "resolved"]
    story = scene.authmedic.command("history", incident["id"], check=True).stdout
    for event in incident["timeline"]:
        assert event["text"] in story
    assert re.search(r"yes: ticket.kvno in keytab.kvnos \(ticket.kvno is \"2\"", story)
    assert scene.authmedic.command("history", "no-such-incident").returncode == 1


@pytest.mark.parametrize("how", ["in place", "with its old time"])
def test_keytab_replaced(rig, realm, keytab, how):
    """However the new keytab came to its place, that it is newer than the helper is seen."""
    scene = Scene(rig, realm, keytab)
    realm.rotate_key()
    if how == "in place":
        realm.add_keys(keytab, in_place=True)
    else:
        shutil.copystat(keytab, realm.add_keys(shutil.copy(keytab, rig.path("new.keytab"))))
        shutil.move(rig.path("new.keytab"), keytab)
    scene.crowd.sign_in()
    assert scene.get() == {401}
    assert scene.wait_resolved()["diagnosis"] == "stale-handle"
    assert len(scene.authmedic.ledger()) == 1 and scene.get() == {200}


def test_helpers_that_start_when_asked(rig, realm, keytab):
    """Squid's default: after the recycle nobody has a helper until somebody signs in. The remedy has worked all the same,
    and our own sign-in, which has a newer helper start, verifies it."""
    squid = rig.squid(realm, keytab, helpers_at_start=0)
    ladder = [{"remedy": "recycle-squid", "verify_within": "30s", "with": {
        "command": squid.command("reconfigure"), "config_test": squid.command("parse"), "wait": "3s"}}]
    scene = Scene(rig, realm, keytab, server=squid, site={"ladder": ladder})
    old = squid.helpers()
    scene.rotate_key()
    scene.authmedic.wait_event("resolved")
    assert scene.incident()["diagnosis"] == "stale-handle"
    [result] = scene.authmedic.ledger("result")
    assert result["result"] == "done" and not scene.authmedic.events("not-verified")
    assert squid.helpers() and not set(old) & set(squid.helpers())
    assert scene.get() == {200}


OTHER_NAME = "HTTP/otherhost"


def replace_keytab(rig, realm, keytab):
    """The keytab has the KDC's present key, under another of the account's names, and nothing else."""
    new = realm.rename_keys(realm.export_keys(rig.path("new.keytab")), OTHER_NAME, realm.kvno())
    os.rename(new, keytab)


def facts_of(incident):
    return {name: fact["value"] for name, fact in incident["evidence"]["facts"].items()}


def test_another_of_its_names(rig, realm, keytab):
    """A service that is one more name of an account, and a keytab with the account's key under its first name: Squid, which
    was told no name, takes it, and its stale helper is found and recycled as any."""
    replace_keytab(rig, realm, keytab)
    scene = Scene(rig, realm, keytab)
    realm.rotate_key()
    replace_keytab(rig, realm, keytab)
    scene.crowd.sign_in()
    assert scene.get() == {401}
    incident = scene.wait_resolved()
    assert incident["diagnosis"] == "stale-handle"
    facts = facts_of(incident)
    assert facts["keytab.decrypts_by"] == f"{OTHER_NAME}@{realm.name}:2" and facts["keytab.kvnos"] == ""
    assert facts["squid.any_name"] == "yes"
    assert len(scene.authmedic.ledger("intent")) == 1 and scene.get() == {200}


def test_goes_by_a_name_that_is_gone(rig, realm, keytab):
    """Squid was told a name, and the new keytab has the key under another one: that is seen by a recycle, which does not
    help, is not done again, and calls a person."""
    server = rig.squid(realm, keytab, name=realm.service_principal)
    scene = Scene(rig, realm, keytab, site={"verify_within": "2s"}, server=server,
                  options={"safety": {"actions_per_hour": 3}})
    realm.rotate_key()
    replace_keytab(rig, realm, keytab)
    scene.crowd.sign_in()
    assert scene.get() == {401}
    scene.authmedic.wait_event("not-verified")
    assert scene.wait_told("needs-person")["diagnosis"] == "stale-handle"
    scene.authmedic.wait_event("refused", lambda event: event["data"]["reason"] == "no-cure")
    assert scene.incident()["diagnosis"] == "unknown", "nothing is newer than the worker any more"
    facts = facts_of(scene.incident())
    assert (facts["squid.any_name"], facts["keytab.decrypts_by"]) == ("no", f"{OTHER_NAME}@{realm.name}:2")
    assert scene.get() == {401} and len(scene.authmedic.ledger("intent")) == 1
    realm.add_keys(keytab)
    scene.server.reconfigure()
    scene.wait_resolved()
    assert len(scene.authmedic.ledger("intent")) == 1 and scene.get() == {200}


def test_second_fault_is_beyond_the_budget(rig, realm, keytab):
    """One action an hour: the same fault a moment later is left to a person, who is told, and whose
    cure is seen."""
    scene = Scene(rig, realm, keytab)
    scene.rotate_key()
    scene.wait_resolved()
    scene.rotate_key()
    scene.go_on_until(lambda: scene.authmedic.events("refused"))
    assert [event["data"]["reason"] for event in scene.authmedic.events("refused")] == ["budget"]
    assert scene.wait_told("needs-person")["diagnosis"] == "stale-handle"
    assert len(scene.authmedic.ledger()) == 1
    scene.server.reconfigure()
    assert scene.get() == {200}
    scene.authmedic.wait_metric(lambda count: count == 0, "authmedic_incident_open")
    scene.check_told("opened", "acting", "resolved", "opened", "needs-person", "resolved")


def test_main_job_under_valgrind(rig, realm, keytab):
    """None of our programs leaks memory, or reads what was not written."""
    need_program("valgrind", "valgrind")
    os.mkdir(rig.path("valgrind"))
    reports = f"--log-file={rig.path('valgrind')}/%p"
    scene = Scene(rig, realm, keytab, daemon={"wrapper": [*VALGRIND, reports]})
    scene.rotate_key()
    assert scene.wait_resolved()["diagnosis"] == "stale-handle"
    scene.authmedic.stop()
    found = {name: Log(rig.path(f"valgrind/{name}")).matching("^==")
             for name in os.listdir(rig.path("valgrind"))}
    assert len(found) >= 7, "daemon, helper, probes, inspectors, remedy"
    assert not any(found.values()), found
