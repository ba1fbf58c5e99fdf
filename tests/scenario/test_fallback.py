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
TRY_LATER = 75


@pytest.fixture(name="rig")
def fixture_rig(rig_of_root):
    return rig_of_root


def start_scene(rig, realm, keytab, snippet=NTLM_ONLY, revert_after="12s", daemon=None, safety=None, **server):
    """An Apache whose people can sign in by NTLM as well, and authmedic with the fallback as the last rung; what
    `daemon` says goes to Rig.authmedic(), and `safety` into its configuration."""
    domain = rig.ntlm_domain(**PASSWORDS)
    apache = rig.apache(realm, keytab, ntlm=domain, **server)
    keys = fallback_keys(apache, write_snippet(apache, snippet))
    ladder = [{"remedy": "recycle", "with": {"command": apache.command("graceful")}},
              {"remedy": "ntlm-fallback-apache", "with": keys, "revert_after": revert_after}]
    scene = Scene(rig, realm, keytab, "apache", site={"ladder": ladder}, server=apache, daemon=daemon,
                  options={**rig.install(*PLUGINS), "safety": safety or {}})
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
    """Before anything is broken there is nothing to approve. The keytab is broken; once approved, people sign in by NTLM
    and the incident says so. authmedicd is killed; at the deadline the timer brings exactly the old configuration back,
    and people sign in by Kerberos."""
    scene = start_scene(rig, realm, keytab)
    before, main = read(scene.server.auth_file), scene.server.pid
    early = scene.authmedic.command("approve", "apache", "ntlm-fallback-apache")
    assert early.returncode == 1 and "no open incident" in early.stderr
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


def told_of_fallback(scene):
    """What the webhook was told of a fallback beyond its time, in order."""
    return [delivery.body["type"] for delivery in scene.webhook.accepted()
            if delivery.body["type"].startswith("authmedic.fallback.")]


def revert(scene, *words):
    """The command's helper is not the daemon's here, and gives way where that holds the ledger just now."""
    said = []

    def is_answered():
        said.append(scene.authmedic.command("revert", *words))
        return said[-1].returncode != TRY_LATER

    wait_until(is_answered, 20, lambda: f"the helper takes it: {said[-1]}")
    return said[-1]


def wait_overdue(scene):
    """Wait until people are told that the fallback stands beyond its time; it does, everywhere. The message's data."""
    told = scene.webhook.wait_for(lambda body: body["type"] == "authmedic.fallback.overdue", "it is told").body["data"]
    assert told["site"] == "apache" and told["remedy"] == "ntlm-fallback-apache", told
    scene.authmedic.wait_metric(lambda overdue: overdue == 1, "authmedic_fallback_overdue", site="apache")
    [fallback] = scene.authmedic.status()["fallbacks"]
    assert fallback["overdue"] and fallback["until"] == told["until"], fallback
    assert "OVERDUE ntlm-fallback-apache of apache, until " in scene.authmedic.command("status", check=True).stdout
    assert "A fallback is overdue" in scene.authmedic.fetch("/")
    return told


def wait_over(scene):
    """Wait until people are told that it is over; they were told once each."""
    scene.webhook.wait_for(lambda body: body["type"] == "authmedic.fallback.overdue-ended", "its end is told")
    scene.authmedic.wait_metric(lambda overdue: overdue == 0, "authmedic_fallback_overdue", site="apache")
    assert scene.authmedic.status()["fallbacks"] == []
    assert told_of_fallback(scene) == ["authmedic.fallback.overdue", "authmedic.fallback.overdue-ended"]


def test_overdue(rig, realm, keytab):
    """Somebody breaks Apache's configuration while people sign in by NTLM, so the fallback cannot be taken back: people
    are told once, though authmedicd is killed meanwhile; once it is mended, it is taken back, and they are told that."""
    scene = start_scene(rig, realm, keytab, revert_after="6s", safety={"overdue_after": "2s"})
    before, main = read(scene.server.auth_file), read(scene.server.config_file)
    break_keytab(scene)
    approve(scene)
    scene.authmedic.wait_event("applied")
    [fallback] = wait_until(lambda: scene.authmedic.status()["fallbacks"], 20, "the status names it")
    assert (fallback["site"], fallback["configured"], fallback["overdue"]) == ("apache", True, False)
    with open(scene.server.config_file, "a", encoding="ascii") as output:
        output.write("NoSuchDirective on\n")
    assert wait_overdue(scene)["reason"] == "not-taken-back"
    assert scene.get() == {200}, "by NTLM, still"
    scene.authmedic.kill()
    scene.authmedic.start()
    wait_overdue(scene)
    with open(scene.server.config_file, "w", encoding="ascii") as output:
        output.write(main)
    assert revert(scene, "apache", "ntlm-fallback-apache").returncode == 0
    assert read(scene.server.auth_file) == before
    wait_over(scene)
    results = [record["result"] for record in scene.authmedic.ledger("result")]
    assert results[:2] == ["done", "failed"] and results[-1] == "done", results


def test_rung_is_gone(rig, realm, keytab):
    """The rung is changed while it is applied, so that nobody knows how to take it back: people are told that only a
    person can; he does it by hand and says so, and nothing is left of it."""
    scene = start_scene(rig, realm, keytab, revert_after="15s", safety={"overdue_after": "2s"})
    before = read(scene.server.auth_file)
    break_keytab(scene)
    approve(scene)
    scene.authmedic.wait_event("applied")
    rung = scene.config["sites"][0]["ladder"][1]
    rung["with"]["reload"] = [*rung["with"]["reload"], "-e", "info"]
    scene.authmedic.write_config(scene.config)
    scene.authmedic.reload()
    assert wait_overdue(scene)["reason"] == "rung-gone"
    refused = revert(scene, "apache", "ntlm-fallback-apache")
    assert refused.returncode == 1 and "rung" in refused.stderr, refused
    assert scene.authmedic.revert_due().returncode == 1
    with open(scene.server.auth_file, "w", encoding="ascii") as output:
        output.write(before)
    scene.server.reload()
    assert scene.authmedic.command("revert", "elsewhere", "--done").returncode == 1
    done = revert(scene, "apache", "--done")
    assert done.returncode == 0 and "by hand" in done.stdout, done
    wait_over(scene)
    [kept] = [name for name in os.listdir(os.path.join(scene.authmedic.directory, "helper-state"))
              if name.startswith("apache-")]
    assert "." in kept, "it is set aside, so that the next one does not heed it"
    assert scene.authmedic.revert_due().returncode == 0
    assert [record["action"] for record in scene.authmedic.ledger("result")][-1] == "by-hand"
    again = scene.authmedic.command("revert", "apache", "--done")
    assert again.returncode == 1 and "nothing is applied" in again.stderr, again
