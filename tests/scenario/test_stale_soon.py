"""Shows that a key which is newer than the worker is seen before anybody fails, and that the worker
is then recycled in the maintenance window, and there only."""

import os
import time

from rig import Scene, wait_until

EVERY = {"probe": {"every": "4s"}}
INSPECTORS = [f"inspect-{kind}" for kind in ("worker", "keytab", "config", "clock", "unit", "squid")]


def window(begins_in_h, ends_in_h):
    """A maintenance window, by hours from now; the daemon's local time is UTC here."""
    hour = time.gmtime().tm_hour
    return {"from": f"{(hour + begins_in_h) % 24:02}:00", "to": f"{(hour + ends_in_h) % 24:02}:00"}


NOW = window(-3, 6)
LATER = window(6, 8)


def rotate_quietly(scene):
    """A new key in the KDC and on disk, just after a probe; nobody gets a new ticket."""
    probes = scene.authmedic.metric("authmedic_probes_total", result="accepted")
    scene.authmedic.wait_metric(lambda count: count > probes, "authmedic_probes_total",
                                result="accepted")
    scene.rotate_quietly()


def test_prevented(rig, realm, keytab):
    """From the rotation to the end every client gets its page: the warning comes while all do, and
    the recycle in the window comes before the first 401, also to those who have new tickets then."""
    scene = Scene(rig, realm, keytab, site={**EVERY, "maintenance": NOW})
    helpers = scene.server.helpers()
    rotate_quietly(scene)
    scene.go_on_until(lambda: scene.authmedic.events("resolved"))
    incident = scene.incident()
    assert incident["diagnosis"] == "stale-soon", scene.authmedic.output()
    kinds = [event["kind"] for event in incident["timeline"] if event["kind"] != "probed"]
    assert kinds == ["opened", "diagnosed", "acting", "applied", "resolved"]
    scene.server.wait_recycled(helpers)
    [intent] = scene.authmedic.ledger("intent")
    assert (intent["remedy"], intent["reason"]) == ("recycle", "stale-soon")
    scene.crowd.sign_in()
    assert scene.get() == {200}
    scene.check_told("opened", "acting", "resolved")
    assert scene.authmedic.metric("authmedic_probes_total", result="rejected") == 0
    access = scene.server.authmedic_log.matching(r'" 401 .*scheme=negotiate')
    assert not access, "nobody who brought a token was refused"
    assert len(scene.authmedic.incidents()) == 1


def test_only_told(rig, realm, keytab):
    """In mode observe it is told, and when somebody recycles the worker it is over."""
    scene = Scene(rig, realm, keytab, site={**EVERY, "maintenance": NOW, "mode": "observe"})
    rotate_quietly(scene)
    assert scene.authmedic.wait_event("refused")["data"]["reason"] == "observe"
    assert scene.get() == {200}
    assert scene.wait_told("opened")["diagnosis"] == "stale-soon"
    scene.server.reconfigure()
    scene.go_on_until(lambda: scene.incident()["closed"])
    assert scene.get() == {200} and not scene.authmedic.ledger()


def wait_blind_looks(scene):
    """The machine is looked at twice more, by inspectors of which one cannot be run."""
    told = "the inspection: bad-config"
    before = scene.authmedic.output().count(told)
    wait_until(lambda: scene.authmedic.output().count(told) >= before + 2, 60, scene.authmedic.output)
    assert not scene.authmedic.events("resolved"), scene.authmedic.output()


def test_unseen_is_not_gone(rig_of_root):
    """The keytab was written anew, with the same key, so that sign-in goes on. Then its inspector cannot be run any more:
    that the worker holds an older one is not seen, and not over, for an authmedicd that was killed meanwhile neither.
    Once it can be seen that the worker was recycled it is."""
    realm = rig_of_root.realm()
    keytab = realm.export_keys(rig_of_root.path("http.keytab"))
    scene = Scene(rig_of_root, realm, keytab, site={**EVERY, "mode": "observe"},
                  options=rig_of_root.install(*INSPECTORS, "recycle"))
    inspector = rig_of_root.path("plugins/inspect-keytab/inspect-keytab")
    os.utime(keytab)
    scene.authmedic.wait_event("refused")
    os.rename(inspector, inspector + ".away")
    wait_blind_looks(scene)
    scene.authmedic.kill()
    scene.authmedic.start()
    wait_blind_looks(scene)
    os.rename(inspector + ".away", inspector)
    scene.server.reconfigure()
    scene.go_on_until(lambda: scene.incident()["closed"])
    assert [event["data"]["reason"] for event in scene.authmedic.events("diagnosed")] == ["stale-soon"]


def test_failure_does_not_wait(rig, realm, keytab):
    """Where the window is closed it waits; but once our own sign-in is refused it is a stale handle,
    and is recycled at once."""
    scene = Scene(rig, realm, keytab, site={**EVERY, "maintenance": LATER})
    rotate_quietly(scene)
    incident = scene.wait_resolved()
    names = [event["data"]["reason"] for event in incident["timeline"]
             if event["kind"] == "diagnosed"]
    assert names == ["stale-soon", "stale-handle"]
    assert scene.get() == {200}
    [intent] = scene.authmedic.ledger("intent")
    assert intent["reason"] == "stale-handle"
