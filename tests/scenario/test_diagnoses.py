"""The confusion matrix: real faults on real servers, what authmedic calls them and what it does. Each
stale handle is recycled once and cured; what looks like one has its own name and is left alone.

docs/diagnoses.md keeps the matrix; AUTHMEDIC_WRITE_MATRIX=1 writes it there."""

import base64
import grp
import os
import shutil

import pytest

from rig import (PRINTED, SOURCE_DIRECTORY, Scene, need_program, need_root, send_forged, send_header,
                 wait_until)
from rig.clock import faketime_library
from rig.process import run

# Every safety rule holds, over as little time as it can be told in.
OPTIONS = {"safety": {"warm_up": "1s", "hold_off": "500ms", "confirm_over": "1s",
                      "probe_interval": "1s"}}
OFTEN = {"probe": {"every": "2s"}}
STRANGERS = [f"127.0.9.{number}" for number in range(1, 8)]
PAGE = os.path.join(SOURCE_DIRECTORY, "docs", "diagnoses.md")
FOUND = {}
SCENARIOS = {}


def scenario(fault, diagnosis, cured_by=""):
    """Adds a function (rig, realm, keytab) → Scene in which the fault was made."""
    def add(function):
        SCENARIOS[function.__name__] = (fault, diagnosis, cured_by, function)
        return function
    return add


def scene(rig, realm, keytab, kind, **options):
    return Scene(rig, realm, keytab, kind, options=OPTIONS, **options)


# -- stale handles


@scenario("Squid's helper holds the key of its start", "stale-handle", "squid -k reconfigure")
def squid(rig, realm, keytab):
    made = scene(rig, realm, keytab, "squid")
    made.rotate_key()
    return made


@scenario("the same, while strangers send forged tickets", "stale-handle", "squid -k reconfigure")
def squid_attacked(rig, realm, keytab):
    made = scene(rig, realm, keytab, "squid")
    made.rotate_key()
    for number, address in enumerate(STRANGERS):
        send_forged(made.server.url, realm.service_principal, 1 + number, address)
    return made


@scenario("the keytab belongs to a group that Apache's workers got after their start",
          "stale-handle", "apache2 -k graceful")
def apache_groups(rig, realm, keytab):
    need_root("adding a group")
    name = f"rig{os.getpid()}"
    run([need_program("groupadd", "passwd"), name])
    rig.at_end(run, [need_program("groupdel", "passwd"), name])
    made = scene(rig, realm, keytab, "apache")
    run([need_program("gpasswd", "passwd"), "--add", "www-data", name])
    os.chown(keytab, 0, grp.getgrnam(name).gr_gid)
    os.chmod(keytab, 0o640)
    assert made.get() == {401}
    return made


@scenario("the keytab is bind-mounted for Apache, and was replaced", "stale-handle",
          "a restart of Apache")
def apache_mounted(rig, realm, keytab):
    need_root("a mount namespace")
    os.makedirs(rig.path("keys"))
    made = scene(rig, realm, realm.export_keys(rig.path("keys/http.keytab")), "mounted")
    made.rotate_key()
    return made


@scenario("Tomcat: the new keytab has the time of the old one", "stale-handle",
          "a restart of the JVM")
def tomcat_time(rig, realm, keytab):
    made = scene(rig, realm, keytab, "tomcat")
    realm.rotate_key()
    realm.add_keys(keytab, keep_time=True)
    made.crowd.sign_in()
    assert made.get() == {401}
    return made


@scenario("Tomcat: the JVM goes by a krb5.conf that was mended since, and forbids the new key's kind",
          "stale-handle", "a restart of the JVM")
def tomcat_conf(rig, realm, keytab):
    small = "aes128-cts-hmac-sha1-96"
    realm.kadmin(f"cpw -randkey -e {small}:normal {realm.service}",
                 f"setstr {realm.service} session_enctypes {small}")
    realm.export_keys(keytab)
    server = rig.tomcat(realm, keytab, start=False)
    server.write_krb5_config(f"permitted_enctypes = {small}")
    server.start()
    made = scene(rig, realm, keytab, "tomcat", server=server)
    realm.rotate_key()
    realm.kadmin(f"delstr {realm.service} session_enctypes")
    realm.add_keys(keytab)
    server.write_krb5_config()
    made.crowd.sign_in()
    assert made.get() == {401}
    server.catalina_log.wait_for("encryption type not in permitted_enctypes list")
    return made


@scenario("systemd gave Apache a copy of the keytab, which a reload of the unit does not renew",
          "stale-handle", "a restart of the unit")
def credential(rig, realm, keytab):
    systemd = rig.systemd(start=False)
    server = rig.credential(realm, keytab, systemd)
    made = scene(rig, realm, keytab, "credential", server=server,
                 daemon={"wrapper": systemd.foreground()})
    made.rotate_key()
    server.reload_unit()
    assert made.get() == {401}
    return made


@scenario("a server copied its keytab into memory", "stale-handle", "SIGHUP")
def memory(rig, realm, keytab):
    made = scene(rig, realm, keytab, "memory")
    made.rotate_key()
    return made


HANDLE_KIND = """\
name: handle
title: A server that keeps a handle
holds_keys: yes
inspectors: [inspect-worker, inspect-keytab, inspect-config, inspect-clock]
note: It holds the key with which it served first.
"""


def handle_scene(rig, realm, keytab, **options):
    """A server that keeps to the key it began with, and days that can go by; both."""
    passing = rig.passing_time()
    known = {**OPTIONS, "plugin_dir": passing.plugin_dir,
             "rules_dir": rig.rules_with("handle", HANDLE_KIND), **options}
    made = Scene(rig, realm, keytab, "memory", server=rig.handle(realm, keytab), options=known,
                 site={"server": "handle"})
    return made, passing


@scenario("a server kept to the key it began with 31 days ago; the next one was on disk all the time",
          "aged-handle", "a new worker")
def handle(rig, realm, keytab):
    password = realm.stage_key(keytab)
    made, passing = handle_scene(rig, realm, keytab)
    passing.go_on(days=31)
    realm.use_staged_key(password)
    made.crowd.sign_in()
    assert made.get() == {401}
    return made


@scenario("Squid's helper is older than the key on disk, and everybody still gets in", "stale-soon",
          "squid -k reconfigure")
def squid_soon(rig, realm, keytab):
    window = {"from": "00:00", "to": "23:59"}
    made = scene(rig, realm, keytab, "squid", site={**OFTEN, "maintenance": window})
    probes = made.authmedic.metric("authmedic_probes_total")
    made.authmedic.wait_metric(lambda count: count > probes, "authmedic_probes_total")
    made.rotate_quietly()
    return made


# -- what looks like one


@scenario("the KDC has a new key, Apache's keytab has not", "stale-keytab")
def apache_behind(rig, realm, keytab):
    made = scene(rig, realm, keytab, "apache")
    made.rotate_key(on_disk=False)
    return made


@scenario("the KDC has a new key, the keytab of Squid has not", "stale-keytab")
def squid_behind(rig, realm, keytab):
    made = scene(rig, realm, keytab, "squid")
    made.rotate_key(on_disk=False)
    return made


@scenario("the keytab that the site names was renewed, and Squid's helper was given an old copy of it", "other-keytab")
def squid_old_copy(rig, realm, keytab):
    renewed = shutil.copy(keytab, rig.path("renewed.keytab"))
    made = scene(rig, realm, keytab, "squid", site={"keytab": renewed})
    realm.rotate_key()
    realm.add_keys(renewed)
    made.crowd.sign_in()
    assert made.get() == {401}
    return made


def write_other_key(rig, realm, keytab):
    """The keytab has the version that the KDC has, with another key."""
    other = rig.path("other.keytab")
    realm.rotate_key()
    kvno = realm.kvno()
    words = (f"addent -password -p {realm.service_principal} -k {kvno} -e aes256-cts-hmac-sha1-96\n"
             f"wrong\naddent -password -p {realm.service_principal} -k {kvno} "
             f"-e aes128-cts-hmac-sha1-96\nwrong\nwkt {other}\nquit\n")
    run([need_program("ktutil", "krb5-user")], realm.environment(), words)
    os.chmod(other, 0o644)
    os.rename(other, keytab)


@scenario("Apache's keytab has another key under the ticket's version", "wrong-key")
def apache_other_key(rig, realm, keytab):
    made = scene(rig, realm, keytab, "apache")
    write_other_key(rig, realm, keytab)
    made.crowd.sign_in()
    assert made.get() == {401}
    return made


@scenario("the same behind Squid, whose helper is older than the file", "wrong-key")
def squid_other_key(rig, realm, keytab):
    made = scene(rig, realm, keytab, "squid")
    write_other_key(rig, realm, keytab)
    made.crowd.sign_in()
    assert made.get() == {401}
    return made


@scenario("the old key was taken out of Apache's keytab too early", "lost-old-key")
def apache_lost_key(rig, realm, keytab):
    made = scene(rig, realm, keytab, "apache")
    realm.rotate_key()
    realm.export_keys(keytab)
    assert made.get() == {401}
    return made


def broken_keytab(rig, realm, keytab, breaks):
    made = scene(rig, realm, keytab, "apache")
    breaks(keytab)
    assert made.get() == {401}
    return made


@scenario("Apache's keytab is gone", "keytab-unreadable")
def keytab_missing(rig, realm, keytab):
    return broken_keytab(rig, realm, keytab, os.remove)


@scenario("Apache's keytab is empty", "keytab-unreadable")
def keytab_empty(rig, realm, keytab):
    return broken_keytab(rig, realm, keytab, lambda path: os.truncate(path, 0))


@scenario("Apache's keytab may be read by root only", "keytab-unreadable")
def keytab_unreadable(rig, realm, keytab):
    need_root("a file that others may not read")
    return broken_keytab(rig, realm, keytab, lambda path: os.chmod(path, 0o600))


@scenario("the keytab is gone of a Tomcat that signs in itself, which it answers with 500", "keytab-unreadable")
def tomcat_missing(rig, realm, keytab):
    made = scene(rig, realm, keytab, "tomcat", server=rig.tomcat(realm, keytab, is_initiator=True))
    os.remove(keytab)
    assert made.get() == {500}
    return made


def from_strangers(rig, realm, keytab, send, site=None):
    """`send(url, address)` from each of the strangers; Apache is well."""
    made = scene(rig, realm, keytab, "apache", site=site)
    made.trouble = lambda: [send(made.server.url, address) for address in STRANGERS]
    made.trouble()
    return made


OTHER_NAME = "HTTP/other.example.test"
NTLM = "Negotiate TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAAKAGFKAAAADw=="


@scenario("people who used to get in bring tickets for another name of the server", "wrong-name")
def wrong_name(rig, realm, keytab):
    made = scene(rig, realm, keytab, "apache")
    realm.add_principals(OTHER_NAME)
    other = made.server.url.replace("localhost", "other.example.test")
    made.trouble = lambda: made.crowd.get(other)
    assert made.trouble() == {401}
    return made


@scenario("strangers bring tickets for another name of the server", "wrong-name")
def wrong_name_strangers(rig, realm, keytab):
    other = f"{OTHER_NAME}@{realm.name}"
    return from_strangers(rig, realm, keytab,
                          lambda url, address: send_forged(url, other, 1, address))


@scenario("people who used to get in bring NTLM to a server that takes Kerberos only", "ntlm-only")
def ntlm(rig, realm, keytab):
    made = scene(rig, realm, keytab, "apache")
    made.trouble = lambda: {send_header(made.server.url, NTLM, client.address)
                            for client in made.crowd}
    assert made.trouble() == {401}
    return made


@scenario("strangers bring NTLM to a server that takes Kerberos only", "ntlm-only")
def ntlm_strangers(rig, realm, keytab):
    return from_strangers(rig, realm, keytab, lambda url, address: send_header(url, NTLM, address))


@scenario("somebody tries a wrong password of one account after the other, at an nginx before Apache",
          "password-spray")
def spray(rig, realm, keytab):
    made = scene(rig, realm, keytab, "nginx", server=rig.nginx(rig.apache(realm, keytab, basic=True)))

    def try_all():
        for number in range(20):
            secret = base64.b64encode(f"user{number}:Winter2026".encode()).decode()
            assert send_header(made.server.url, f"Basic {secret}", STRANGERS[number % 2]) == 401

    made.trouble = try_all
    made.trouble()
    return made


@scenario("clients send a larger Authorization header than Apache takes", "token-too-large")
def too_large(rig, realm, keytab):
    token = "Negotiate YII" + "A" * 9000
    made = scene(rig, realm, keytab, "apache", site=OFTEN)
    made.server.change(extra="LogLevel info")
    made.trouble = lambda: [send_header(made.server.url, token, client.address)
                            for client in made.crowd]
    made.trouble()
    return made


@scenario("strangers send forged tickets to a healthy Apache", "noise")
def forged(rig, realm, keytab):
    return from_strangers(rig, realm, keytab, lambda url, address: send_forged(
        url, realm.service_principal, 1, address))


@scenario("strangers replay a token that Apache has taken before", "noise")
def replayed(rig, realm, keytab):
    made = scene(rig, realm, keytab, "apache")
    token = fresh_token(realm, made.crowd[0])
    assert send_header(made.server.url, token, made.crowd[0].address) == 200
    made.trouble = lambda: [send_header(made.server.url, token, address) for address in STRANGERS]
    made.trouble()
    return made


def fresh_token(realm, client):
    """An Authorization value with which the client gets in, once."""
    program = ("import base64, gssapi\n"
               "name = gssapi.Name('HTTP@localhost', gssapi.NameType.hostbased_service)\n"
               "context = gssapi.SecurityContext(name=name, usage='initiate', "
               "mech=gssapi.MechType.kerberos)\n"
               "print(base64.b64encode(context.step()).decode())\n")
    done = run(["/usr/bin/python3", "-c", program],
               realm.environment(KRB5CCNAME=f"FILE:{client.ccache}"))
    return "Negotiate " + done.stdout.strip()


@scenario("no KDC answers", "kdc-unreachable")
def kdc_down(rig, realm, keytab):
    made = scene(rig, realm, keytab, "squid", site=OFTEN)
    realm.stop()
    return made


@scenario("the service's account is gone from the KDC", "service-unknown")
def service_gone(rig, realm, keytab):
    made = scene(rig, realm, keytab, "squid", site=OFTEN)
    realm.kadmin(f"delprinc -force {realm.service}")
    return made


def shifted(rig, realm, keytab, offset):
    """Apache's clock moves while it runs."""
    clock = rig.path("clock")
    with open(clock, "w", encoding="ascii") as output:
        output.write("+0")
    server = rig.apache(realm, keytab, start=False)
    environment = server.environment()
    server.environment = lambda: {**environment, "LD_PRELOAD": faketime_library(), "FAKETIME_NO_CACHE": "1",
                                   "FAKETIME_TIMESTAMP_FILE": clock,
                                   "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    server.start()
    made = scene(rig, realm, keytab, "apache", server=server, site=OFTEN)
    with open(clock, "w", encoding="ascii") as output:
        output.write(offset)
    return made


@scenario("the server's clock is ten minutes fast", "clock-skew")
def clock_fast(rig, realm, keytab):
    return shifted(rig, realm, keytab, "+10m")


@scenario("the server's clock is an hour slow", "clock-skew")
def clock_slow(rig, realm, keytab):
    return shifted(rig, realm, keytab, "-1h")


@scenario("to the server all tickets have expired: its clock is eleven hours fast", "clock-skew")
def clock_expired(rig, realm, keytab):
    return shifted(rig, realm, keytab, "+11h")


# -- the trial


def told(made):
    """What a person wants to know where it was called something else."""
    facts = [f"{name} = {fact['value']}" for one in made.authmedic.incidents()[:1]
             for name, fact in made.authmedic.incident(one["id"])["evidence"]["facts"].items()]
    return "\n".join([made.authmedic.output(), *facts])


def diagnosed(made):
    """The name of the last diagnosis; noise where there is no other by now."""
    names = [event["data"]["reason"] for event in made.authmedic.events("diagnosed")]
    noise = made.authmedic.metric("authmedic_incidents_total", diagnosis="noise")
    return names[-1] if names else "noise" if noise else None


def settled(made, cured_by, names):
    """Whether nothing more is to be expected of what goes on: it was cured, or has one of these names
    and is left alone."""
    getattr(made, "trouble", made.get)()
    if cured_by:
        return made.authmedic.events("resolved")
    return made.authmedic.events("refused") or ("noise" in names and diagnosed(made) == "noise")


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(rig, realm, keytab, name):
    """The fault has its name; a stale handle is recycled once and cured, all else is left alone."""
    fault, expected, cured_by, make = SCENARIOS[name]
    made = make(rig, realm, keytab)
    wait_until(lambda: settled(made, cured_by, {expected}), 90, lambda: told(made))
    actions = made.authmedic.ledger()
    FOUND[name] = (fault, expected, diagnosed(made), cured_by, len(actions))
    assert diagnosed(made) == expected, told(made)
    assert len(actions) == (1 if cured_by else 0)
    if cured_by:
        made.crowd.sign_in()
        assert made.get() == {200}
    [*incidents] = made.authmedic.incidents()
    assert all(made.authmedic.command("history", one["id"]).returncode == 0 for one in incidents)


def table(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def matrix():
    """What was found, as two tables: each fault, and how often each name was given to which."""
    names = sorted({cell for found in FOUND.values() for cell in found[1:3]})
    faults = table(["fault", "is", "called", "cured by", "actions"],
                   [FOUND[name] for name in SCENARIOS])
    counts = [[f"`{row}`", *(sum(found[1] == row and found[2] == column
                                 for found in FOUND.values()) or "" for column in names)]
              for row in names]
    return faults + "\n" + table(["is, called", *(f"`{name}`" for name in names)], counts)


def test_matrix(record_property):
    """All on the diagonal, and docs/diagnoses.md says so."""
    if set(FOUND) != set(SCENARIOS):
        pytest.skip("not all scenarios were run")
    text = matrix()
    record_property(PRINTED, text)
    with open(PAGE, encoding="utf-8") as page:
        before, begin, rest = page.read().partition("<!-- matrix -->\n")
        kept, end, after = rest.partition("<!-- end of matrix -->\n")
    if os.environ.get("AUTHMEDIC_WRITE_MATRIX"):
        with open(PAGE, "w", encoding="utf-8") as page:
            page.write(before + begin + text + end + after)
        kept = text
    assert kept == text
    assert len(FOUND) >= 20 and all(found[1] == found[2] for found in FOUND.values())
