"""The recycling remedies on the real servers: old processes gone, new ones there, and a bad configuration left alone."""

import os
import signal
import subprocess

import pytest

from rig import wait_until

BUILD = os.environ.get("AUTHMEDIC_BUILD_DIR", "build")


def words(key, command):
    return {f"with_{key}_count": len(command),
            **{f"with_{key}_{number}": word for number, word in enumerate(command, 1)}}


def run_remedy(name, verb, server, **told):
    """The plugin with what the helper would tell it; its status and what it said."""
    told = {"contract": 1, "site": "web", "worker_pidfile": server.pid_file, **told}
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **server.realm.environment()}
    environment.update({f"AUTHMEDIC_{key.upper()}": str(value) for key, value in told.items()})
    done = subprocess.run([os.path.join(BUILD, "plugins", name, name), verb], env=environment, text=True, cwd="/",
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
                          check=False)
    return done.returncode, done.stdout


@pytest.mark.parametrize("mpm", ["event", "prefork"])
@pytest.mark.parametrize("how", ["graceful", "restart"])
def test_apache(rig, realm, keytab, mpm, how):
    """When it ends no worker of before is left, the parent is the same, and the server serves."""
    apache = rig.apache(realm, keytab, mpm=mpm)
    old, main = set(apache.workers()), apache.pid
    status, said = run_remedy("recycle-apache", "apply", apache, with_how=how,
                              **words("command", apache.command(how)), **words("config_test", apache.test_command))
    assert status == 0 and "are gone; there is a new worker" in said, said
    assert apache.workers() and not old & set(apache.workers()) and apache.pid == main
    assert rig.crowd(realm, 1).get(apache.url) == {200}


def test_apache_with_a_bad_configuration(rig, realm, keytab):
    """Apache would end: so nothing is done."""
    apache = rig.apache(realm, keytab)
    old = apache.workers()
    with open(apache.auth_file, "a", encoding="ascii") as config:
        config.write("NoSuchDirective\n")
    status, said = run_remedy("recycle-apache", "apply", apache, **words("command", apache.command("graceful")),
                              **words("config_test", apache.test_command))
    assert status == 2 and "nothing was done" in said and "NoSuchDirective" in said
    assert apache.workers() == old


SQUID = {"server_worker_process": "negotiate_kerberos_auth"}


def go_stale(realm, keytab, crowd, server):
    assert crowd.get(server.url) == {200}
    realm.rotate_key()
    realm.add_keys(keytab)
    crowd.sign_in()
    assert crowd.get(server.url) == {401}


@pytest.mark.parametrize("how", ["reconfigure", "helper"])
def test_squid(rig, realm, keytab, how):
    """A stale helper is gone when it ends, and people get in again."""
    squid = rig.squid(realm, keytab)
    crowd, old = rig.crowd(realm, 1), set(squid.helpers())
    go_stale(realm, keytab, crowd, squid)
    told = {"with_helper_age": "0s"} if how == "helper" else {
        **words("command", squid.command("reconfigure")), **words("config_test", squid.command("parse"))}
    status, said = run_remedy("recycle-squid", "apply", squid, with_how=how, **SQUID, **told)
    assert status == 0, said
    assert not old & set(squid.helpers())
    wait_until(lambda: crowd.get(squid.url) == {200}, 20, "people get in again")


def test_squid_that_starts_helpers_when_asked(rig, realm, keytab):
    """As Squid does by default: the stale helper is gone and nobody asks for another. That is done, the next to sign in
    gets in, and by then a newer helper is there."""
    squid = rig.squid(realm, keytab, helpers_at_start=0)
    crowd = rig.crowd(realm, 1)
    go_stale(realm, keytab, crowd, squid)
    old = set(squid.helpers())
    assert old
    status, said = run_remedy("recycle-squid", "apply", squid, with_wait="3s", **SQUID,
                              **words("command", squid.command("reconfigure")),
                              **words("config_test", squid.command("parse")))
    assert status == 0 and "all 1 of before are gone; a new helper comes with the next sign-in" in said, said
    assert not squid.helpers()
    wait_until(lambda: crowd.get(squid.url) == {200}, 20, "people get in again")
    assert squid.helpers() and not old & set(squid.helpers())


def test_squid_that_ended(rig, realm, keytab):
    """Where Squid itself is gone no helper comes with anybody's sign-in: a failure."""
    squid = rig.squid(realm, keytab, helpers_at_start=0)
    assert rig.crowd(realm, 1).get(squid.url) == {200} and squid.helpers()
    end = stand_in(rig, "end", f"kill -9 -{squid.pid}")
    status, said = run_remedy("recycle-squid", "apply", squid, with_wait="3s", **SQUID, **words("command", [end]),
                              **words("config_test", squid.command("parse")))
    assert status == 1 and "no new helper has come in time; 0 of 1 of before are left" in said, said


def test_squid_with_a_bad_configuration(rig, realm, keytab):
    """Squid would end: so nothing is done."""
    squid = rig.squid(realm, keytab)
    old = squid.helpers()
    with open(squid.config_file, "a", encoding="ascii") as config:
        config.write("no_such_directive\n acl\n")
    status, said = run_remedy("recycle-squid", "apply", squid, **SQUID, **words("command", squid.command("reconfigure")),
                              **words("config_test", squid.command("parse")))
    assert status == 2 and "nothing was done" in said
    assert squid.helpers() == old


def test_tomcat(rig, realm, keytab):
    """Another Java virtual machine is the worker when it ends, and people get in once it serves."""
    tomcat = rig.tomcat(realm, keytab)
    old, start = tomcat.pid, tomcat.catalina_log.size()
    status, said = run_remedy("recycle-tomcat", "apply", tomcat, **words("command", tomcat.restart_command))
    assert status == 0 and "all 1 of before are gone" in said, said
    assert tomcat.pid != old
    tomcat.wait_restarted(old, start)
    assert rig.crowd(realm, 1).get(tomcat.url) == {200}


def test_tomcat_that_is_slow_to_end(rig, realm, keytab):
    """It is started once it has ended, though the remedy is over and said that it failed."""
    tomcat = rig.tomcat(realm, keytab)
    old, start = tomcat.pid, tomcat.catalina_log.size()
    os.makedirs(rig.path("rungs/web"))
    os.kill(old, signal.SIGSTOP)
    status, said = run_remedy("recycle-tomcat", "apply", tomcat, state_dir=rig.path("rungs/web"), with_wait="300ms",
                              **words("start", tomcat.start_command))
    assert status == 1 and "has not ended in time" in said, said
    try:
        os.kill(old, signal.SIGCONT)
        tomcat.wait_restarted(old, start)
        assert rig.crowd(realm, 1).get(tomcat.url) == {200}
    finally:
        os.kill(tomcat.pid, signal.SIGKILL)


def kadmin_told(realm, keytab, **told):
    """kadmin.local of that realm, as the administrator would name it."""
    command = ["/usr/bin/env", f"KRB5_KDC_PROFILE={realm.kdc_config}", realm.kadmin_program, "-r", realm.name]
    return {"keytab": keytab, "service": realm.service, "krb5_config": realm.krb5_config, "with_tool": "kadmin",
            **words("command", command), **told}


def test_refresh_keytab(rig, realm, keytab):
    """The KDC has a new key: it comes into the keytab, beside the old one, for which people hold tickets; both get in, the
    file keeps its rights, and a second time nothing is changed."""
    apache = rig.apache(realm, keytab)
    crowd = rig.crowd(realm, 2)
    assert crowd.get(apache.url) == {200}
    realm.rotate_key()
    crowd[0].sign_in()
    assert [client.get(apache.url) for client in crowd] == [401, 200]
    os.chmod(keytab, 0o644)
    before = os.stat(keytab)
    assert run_remedy("refresh-keytab", "check", apache, **kadmin_told(realm, keytab))[0] == 0
    assert os.stat(keytab).st_ino == before.st_ino
    status, said = run_remedy("refresh-keytab", "apply", apache, **kadmin_told(realm, keytab))
    assert status == 0 and "kvno 2 now" in said and "up to kvno 1" in said, said
    assert [client.get(apache.url) for client in crowd] == [200, 200]
    after = os.stat(keytab)
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert realm.kvno() == 2, "the key was fetched and not changed"
    status, said = run_remedy("refresh-keytab", "apply", apache, **kadmin_told(realm, keytab))
    assert status == 1 and "no newer key" in said and os.stat(keytab).st_ino == after.st_ino
    assert not os.path.exists(keytab + ".authmedic-keys")


def stand_in(rig, name, *commands):
    """A program that stands in for adcli or msktutil, which need an Active Directory."""
    path = rig.path(name)
    with open(path, "w", encoding="ascii") as program:
        program.write("#!/bin/sh\nset -e\n" + "\n".join(commands) + "\n")
    os.chmod(path, 0o755)
    return path


@pytest.mark.parametrize("tool", ["adcli", "msktutil"])
def test_refresh_keytab_with_stand_ins(rig, realm, keytab, tool):
    """A stand-in for adcli or msktutil brings a new key and drops the old: the keytab has both afterwards. One that fails
    leaves the keytab as it was; but what it wrote before is not lost."""
    apache = rig.apache(realm, keytab)
    crowd = rig.crowd(realm, 2)
    assert crowd.get(apache.url) == {200}
    realm.rotate_key()
    crowd[0].sign_in()
    newest = realm.export_keys(rig.path("newest.keytab"))
    find = {"adcli": 'for word; do case $word in --host-keytab=*) file=${word#*=};; esac; done',
            "msktutil": '[ "$1 $2" = "--auto-update --keytab" ]; file=$3'}[tool]
    told = {**kadmin_told(realm, keytab), "with_tool": tool, "with_arguments_count": 1, "with_arguments_1": "--verbose"}
    for key in [key for key in told if key.startswith("with_command")]:
        del told[key]
    last = 'for last; do :; done; [ "$last" = --verbose ]'
    before = open(keytab, "rb").read()
    failing = stand_in(rig, "failing", find, last, f'cp {newest} "$file"', "exit 1")
    status, said = run_remedy("refresh-keytab", "apply", apache, **told, **words("command", [failing]))
    assert status == 1 and "is kept" in said and open(keytab, "rb").read() == before
    idle = stand_in(rig, "idle", "exit 0")
    status, said = run_remedy("refresh-keytab", "apply", apache, **told, **words("command", [idle]))
    assert status == 0, said
    assert [client.get(apache.url) for client in crowd] == [200, 200]
    realm.rotate_key()
    realm.export_keys(rig.path("newest.keytab"))
    good = stand_in(rig, "good", find, last, f'cp {newest} "$file"')
    status, said = run_remedy("refresh-keytab", "apply", apache, **told, **words("command", [good]))
    assert status == 0 and "kvno 3 now" in said, said
    assert [client.get(apache.url) for client in crowd] == [200, 200]
    crowd.sign_in()
    assert crowd.get(apache.url) == {200}
