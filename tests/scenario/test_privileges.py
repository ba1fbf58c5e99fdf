"""Shows the packaged way: authmedicd as an ordinary user, and its helper as root behind a socket."""

import grp
import os
import shutil
import tempfile

import pytest

from rig import Scene, wait_until

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


def is_confined(pid):
    """Whether the process can gain no privileges and is refused system calls."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        told = dict(line.split(":", 1) for line in status)
    return (told["NoNewPrivs"].strip(), told["Seccomp"].strip()) == ("1", "2")


def check_confined(authmedic):
    """Both have given up the rest, as far as this kernel can, and say so."""
    words = authmedic.status()["confinement"]
    if "Landlock" not in words or "refused" not in words:
        pytest.skip(f"this kernel: {words}")
    assert is_confined(authmedic.pid) and is_confined(authmedic.helper_pid)
    assert "authmedicd: " + words in authmedic.output()
    assert "authmedic-helper: confined: " in authmedic.helper_output()
    assert words in authmedic.command("status", check=True).stdout


def test_main_job(scene):
    """Found by the one, done by the other."""
    with open(f"/proc/{scene.authmedic.pid}/status", encoding="ascii") as status:
        assert "\nCapEff:\t0000000000000000\n" in status.read()
    check_confined(scene.authmedic)
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


def test_confinement_off(scene):
    """An option leaves everything as it is, and that is told, too."""
    scene.authmedic.stop()
    scene.authmedic.write_config({**scene.config, "confinement": "off"})
    scene.authmedic.start()
    words = scene.authmedic.status()["confinement"]
    assert words == "not confined: switched off by confinement: off"
    assert not is_confined(scene.authmedic.pid) and not is_confined(scene.authmedic.helper_pid)
    assert "authmedic-helper: " + words in scene.authmedic.helper_output()
    assert scene.authmedic.command("probe", "squid").returncode == 0


def test_out_of_reach(scene):
    """A configuration that needs what was given up is refused until the next start."""
    if "Landlock" not in scene.authmedic.status()["confinement"]:
        pytest.skip("this kernel has no Landlock")
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        os.chmod(folder, 0o755)
        os.mkdir(f"{folder}/logs")
        more = {**scene.site, "logs": [*scene.site["logs"], {"path": f"{folder}/logs/access.log"}]}
        scene.authmedic.write_config({**scene.config, "sites": [more]})
        scene.authmedic.reload()
        wait_until(lambda: "the old one stays" in scene.authmedic.output(), 20, lambda: "a refusal")
        assert f"start it anew for {folder}\n" in scene.authmedic.output()
        scene.authmedic.restart()
        assert len(scene.authmedic.status()["sites"][0]["logs"]) == len(more["logs"])
