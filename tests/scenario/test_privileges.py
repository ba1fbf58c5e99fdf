"""Shows the packaged way: authmedicd as an ordinary user, and its helper as root behind a socket."""

import grp
import os
import shutil

import pytest

from rig import Scene

NOBODY = 65534
PLUGINS = [f"inspect-{kind}" for kind in ("worker", "keytab", "config", "clock", "unit", "squid")] + ["recycle"]


@pytest.fixture(name="rig")
def fixture_rig(rig_of_root):
    return rig_of_root


@pytest.fixture(name="scene")
def fixture_scene(rig, realm, keytab):
    os.chmod(keytab, 0o640)
    shutil.chown(keytab, group="proxy")  # so that the daemon cannot read it
    user = (NOBODY, [grp.getgrnam("proxy").gr_gid])
    return Scene(rig, realm, keytab, options=rig.install(*PLUGINS), daemon={"user": user})


def test_main_job(scene):
    """Found by the one, done by the other."""
    with open(f"/proc/{scene.authmedic.pid}/status", encoding="ascii") as status:
        assert "\nCapEff:\t0000000000000000\n" in status.read()
    scene.rotate_key()
    incident = scene.wait_resolved()
    assert incident["diagnosis"] == "stale-handle"
    assert len(scene.authmedic.ledger()) == 1
    scene.check_told("opened", "acting", "resolved")
    assert scene.authmedic.command("inspect", "squid").returncode == 0


def test_helper_away(scene):
    """Without its helper the daemon finds and tells; it acts once the helper is back."""
    scene.authmedic.stop_helper()
    scene.rotate_key()
    scene.authmedic.wait_event(
        "refused", lambda event: event["data"]["reason"] in ("no-cure", "helper-away"))
    assert not scene.authmedic.ledger()
    assert scene.authmedic.command("status", check=True).stdout.count("helper away") == 1
    scene.authmedic.start_helper()
    assert scene.wait_resolved()["diagnosis"] == "stale-handle"
    assert len(scene.authmedic.ledger()) == 1
