"""The plugins on the real servers: what they tell of a worker whose key went stale, and its cure."""

import os
import subprocess

import pytest

BUILD = os.environ.get("AUTHMEDIC_BUILD_DIR", "build")


def run_plugin(name, verb, **told):
    """The status and the facts of the plugin, which is told only what the helper would tell it."""
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "AUTHMEDIC_CONTRACT": "1"}
    environment.update({f"AUTHMEDIC_{key.upper()}": str(value) for key, value in told.items()})
    done = subprocess.run([os.path.join(BUILD, "plugins", name, name), verb], env=environment, text=True, cwd="/",
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    return done.returncode, dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)


def inspect(server, realm, keytab, **told):
    """The facts of both inspectors together."""
    facts = {}
    for name in ("inspect-worker", "inspect-keytab"):
        status, told_facts = run_plugin(name, "inspect", worker_pidfile=server.pid_file, keytab=keytab,
                                        service=realm.service, krb5_config=realm.krb5_config, **told)
        assert status == 0
        facts.update(told_facts)
    return facts


def uid_of(process):
    with open(f"/proc/{process}/status", encoding="utf-8") as status:
        return next(line.split()[2] for line in status if line.startswith("Uid:"))


def is_stale(facts):
    """The keytab is newer than the oldest process that holds a key."""
    return float(facts["keytab.modified"]) > float(facts["worker.start"])


def test_stale_squid(rig, realm, keytab):
    """Squid's helpers are older than the keytab after the key was rotated, and younger once recycled."""
    squid = rig.squid(realm, keytab)
    worker = {"server_worker_process": "negotiate_kerberos_auth"}
    facts = inspect(squid, realm, keytab, **worker)
    old_helpers = squid.helpers()
    assert int(facts["worker.pid"]) in old_helpers
    assert facts["worker.count"] == str(len(old_helpers))
    assert not is_stale(facts)
    assert (facts["keytab.kvnos"], facts["keytab.kvno"]) == ("1", "1")
    assert facts["keytab.worker_matches"] == "yes"
    assert realm.rotate_key() == 2
    realm.add_keys(keytab)
    facts = inspect(squid, realm, keytab, **worker)
    assert is_stale(facts)
    assert (facts["keytab.kvnos"], facts["keytab.kvno"]) == ("1 2", "2")
    command = squid.command("reconfigure")
    words = {f"with_command_{number}": word for number, word in enumerate(command, 1)}
    assert run_plugin("recycle", "apply", with_command_count=len(command), **words)[0] == 0
    squid.wait_recycled(old_helpers)
    assert not is_stale(inspect(squid, realm, keytab, **worker))


@pytest.mark.parametrize("mpm", ["event", "prefork"])
def test_apache(rig, realm, keytab, mpm):
    """Apache's main process, and the user that its children serve as."""
    apache = rig.apache(realm, keytab, mpm=mpm)
    assert rig.crowd(realm, 1).get(apache.url) == {200}, "a child that serves has become its user"
    facts = inspect(apache, realm, keytab)
    assert facts["worker.pid"] == str(apache.pid)
    assert facts["worker.uid"] in {uid_of(worker) for worker in apache.workers()}
    assert facts["worker.uid"] != "0"
    assert facts["keytab.worker_matches"] == "yes"
    assert facts["keytab.worker_readable"] == "yes"
