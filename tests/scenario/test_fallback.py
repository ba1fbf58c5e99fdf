"""Shows the fallback to NTLM on a real Apache: only once a person has approved it, in time, and back by itself."""

import grp
import os

import pytest

from rig import NTLM_ONLY, Scene, fallback_keys, wait_until, write_snippet

PASSWORDS = {f"user{number}": f"secret{number}" for number in range(1, 7)}
PLUGINS = [f"inspect-{kind}" for kind in ("worker", "keytab", "config", "clock", "unit")] + [
    "recycle", "ntlm-fallback-apache"]
CRASH = "exit signal"
NOBODY = 65534


@pytest.fixture(name="rig")
def fixture_rig(rig_of_root):
    return rig_of_root


def start_scene(rig, realm, keytab, snippet=NTLM_ONLY, revert_after="12s", daemon=None, **server):
    """An Apache whose people can sign in by NTLM as well, and authmedic with the fallback as the last rung; what
    `daemon` says goes to Rig.authmedic()."""
    domain = rig.ntlm_domain(**PASSWORDS)
    apache = rig.apache(realm, keytab, ntlm=domain, **server)
    keys = fallback_keys(apache, write_snippet(apache, snippet))
    ladder = [{"remedy": "recycle", "with": {"command": apache.command("graceful")}},
              {"remedy": "ntlm-fallback-apache", "with": keys, "revert_after": revert_after}]
    scene = Scene(rig, realm, keytab, "apache", site={"ladder": ladder}, options=rig.install(*PLUGINS), server=apache,
                  daemon=daemon)
    for name, client in zip(PASSWORDS, scene.crowd):
        domain.join(client, name, PASSWORDS[name])
    return scene


def read(path):
    with open(path, encoding="ascii") as file:
        return file.read()


def break_keytab(scene):
    """The KDC's key is another one: stale-keytab, which no rung cures."""
    scene.rotate_key(on_disk=False)
    assert scene.authmedic.wait_event("refused")["data"]["reason"] == "no-cure"
    assert not scene.authmedic.ledger(), "nobody has approved anything"


def approve(scene):
    done = scene.authmedic.command("approve", "apache", "ntlm-fallback-apache", check=True)
    assert "approved" in done.stdout


def test_fallback(rig, realm, keytab):
    """The keytab is broken; once approved, people sign in by NTLM and the incident says so. authmedicd is killed; at the
    deadline the timer brings exactly the old configuration back, and people sign in by Kerberos."""
    scene = start_scene(rig, realm, keytab)
    before, main = read(scene.server.auth_file), scene.server.pid
    break_keytab(scene)
    approve(scene)
    applied = scene.authmedic.wait_event("applied")
    assert "sign in by NTLM" in applied["text"] + str(applied["data"]), applied
    assert scene.get() == {200}
    assert scene.server.authmedic_log.matching(r"EXAMPLE\\\\+user1 .* 200 ")
    scene.go_on_until(lambda: any(event["data"]["reason"] == "fallback"
                                  for event in scene.authmedic.events("refused")))
    assert scene.incident()["diagnosis"] == "stale-keytab"
    scene.authmedic.kill()
    assert read(scene.server.auth_file) == NTLM_ONLY
    realm.add_keys(keytab)
    wait_until(lambda: scene.authmedic.revert_due() and read(scene.server.auth_file) == before, 40,
               lambda: f"the timer takes it back: {scene.authmedic.revert_due()}")
    wait_until(lambda: scene.get() == {200} and scene.server.authmedic_log.lines()[-1].count("user6@EXAMPLE.TEST"), 20,
               "people sign in by Kerberos again")
    assert [record["result"] for record in scene.authmedic.ledger("result")] == ["done", "done"]
    assert not scene.server.error_log.matching(CRASH) and scene.server.pid == main


def test_living_helper(rig, realm, keytab):
    """The packaged way: authmedicd is an ordinary user's, and killed while people sign in by NTLM. Its helper lives
    on, a process of its own, and at the deadline brings Kerberos back by itself; nobody else does anything."""
    scene = start_scene(rig, realm, keytab, daemon={"user": (NOBODY, [grp.getgrnam("adm").gr_gid])})
    before, main, helper = read(scene.server.auth_file), scene.server.pid, scene.authmedic.helper_pid
    break_keytab(scene)
    approve(scene)
    scene.authmedic.wait_event("applied")
    assert scene.get() == {200} and read(scene.server.auth_file) == NTLM_ONLY
    scene.authmedic.kill()
    realm.add_keys(keytab)
    wait_until(lambda: read(scene.server.auth_file) == before, 40, scene.authmedic.helper_output)
    assert scene.authmedic.helper_pid == helper and not scene.authmedic.is_running
    wait_until(lambda: scene.get() == {200} and scene.server.authmedic_log.lines()[-1].count("user6@EXAMPLE.TEST"), 20,
               "people sign in by Kerberos again")
    scene.authmedic.wait_ledger("result", 2)
    intents, results = scene.authmedic.ledger(), scene.authmedic.ledger("result")
    assert [(intent["verb"], intent["by"]) for intent in intents] == [("apply", "nobody"), ("revert", "deadline")]
    assert [result["result"] for result in results] == ["done", "done"]
    assert not scene.server.error_log.matching(CRASH) and scene.server.pid == main


def test_bad_snippet(rig, realm, keytab):
    """A snippet that Apache does not understand is rolled back, and Apache is not touched."""
    scene = start_scene(rig, realm, keytab, snippet=NTLM_ONLY.replace("Require", "NoSuchDirective on\n  Require"))
    before, workers = read(scene.server.auth_file), scene.server.workers()
    break_keytab(scene)
    approve(scene)
    [result] = scene.authmedic.wait_ledger("result")
    assert result["result"] == "failed"
    assert read(scene.server.auth_file) == before and scene.server.workers() == workers
    assert not os.path.exists(scene.server.auth_file + ".authmedic-new")
    assert scene.get() == {401}


def test_credential_store_around(rig, realm, keytab):
    """Where another section's credential store would meet NTLM, and so a crash be reachable, nothing is changed."""
    around = f"<Location />\n  GssapiCredStore keytab:{keytab}\n</Location>"
    scene = start_scene(rig, realm, keytab, extra=around)
    before = read(scene.server.auth_file)
    break_keytab(scene)
    approve(scene)
    [result] = scene.authmedic.wait_ledger("result")
    assert result["result"] == "bad-config" and read(scene.server.auth_file) == before
    assert not scene.server.error_log.matching(CRASH)
