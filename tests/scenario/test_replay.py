"""Shows that `authmedic replay` and `authmedic explain` tell from a real server's logs what its
clients saw, without a daemon."""

import os
import re
import subprocess

import pytest

from rig import apache_site, built_program, config, send_header, squid_site

SITES = {"apache": apache_site, "squid": squid_site}


def traffic(realm, server, crowd, keytab):
    """A day in short: all is well, the key is rotated, the cure comes."""
    assert crowd.get(server.url, "browser") == {200}
    assert crowd.get(server.url, "preemptive") == {200}
    assert crowd.get(server.url, "plain") == {401}
    realm.rotate_key()
    crowd.sign_in()
    assert crowd.get(server.url, "browser") == {401}
    realm.add_keys(keytab)
    server.reconfigure() if hasattr(server, "reconfigure") else server.reload()
    assert crowd.get(server.url, "browser") == {200}


@pytest.mark.parametrize("kind", SITES)
def test_replay(rig, realm, keytab, kind):
    """The summary is what the clients saw, each event comes in its order, and the same logs give
    the same output to the byte."""
    server = getattr(rig, kind)(realm, keytab)
    crowd = rig.crowd(realm, 6)
    traffic(realm, server, crowd, keytab)
    site = SITES[kind](server, rig.probe_keytab(realm))
    authmedic = rig.authmedic(config(site), start=False)
    log = server.authmedic_log
    *events, summary = authmedic.objects("replay", log.path)
    assert [event["event"] for event in events] == [
        "spike-opened", "would-probe", "diagnosis", "would-apply", "spike-closed"]
    assert {event["site"] for event in events} == {kind}
    assert events[0]["rejected"] == 5 and events[0]["active"] == 6
    assert events[3]["remedy"] == "recycle"
    nobody = {"ntlm": 0, "basic": 0, "unknown": 0}
    assert summary["handshakes"] == {
        "established": {"kerberos": 3 * len(crowd), **nobody},
        "rejected": {"kerberos": len(crowd), **nobody},
        "unanswered": len(crowd), "incomplete": 0}
    assert (summary["lines"], summary["bytes"]) == (len(log.lines()), log.size())
    assert (summary["records"], summary["unparsed"]) == (len(log.lines()), 0)
    voters = {line.split(" ")[0] for line in log.lines()}
    assert (summary["authenticated"], summary["voters"]) == (0, len(voters))
    assert events[0]["time"] <= events[-1]["time"] <= summary["last"]
    check_account(authmedic, log, summary, events)
    once, again = (authmedic.command("replay", "--json", check=True).stdout for _ in range(2))
    assert once == again
    assert not os.path.exists(os.path.join(authmedic.directory, "state")), "no daemon, no state"


def check_account(authmedic, log, summary, events):
    """At the end stands what the site came to, as a table and as JSON."""
    [account] = summary["sites"]
    [spike] = account["spikes"]
    assert (account["would_apply"], account["deaf_times"]) == ("recycle", 0)
    assert spike["from"] == events[0]["time"] and spike["rejected"] >= 5
    assert spike["diagnosis"] == events[2]["diagnosis"]
    assert sum(day["sign_ins"] for day in account["busiest_days"]) == sum(
        sum(summary["handshakes"][outcome].values()) for outcome in ("established", "rejected"))
    done = authmedic.command("replay", log.path, check=True)
    assert done.stderr == "" and "What authmedic would have seen and done\n" in done.stdout
    assert re.search(rf": sign-in failed 1 time; .*\n  FROM .*\n  20\S+ \S+ +\S.* {spike['diagnosis']} +recycle\n",
                     done.stdout), done.stdout


def test_explain(rig, realm, keytab):
    """Each line of a real log is read for what it is."""
    apache = rig.apache(realm, keytab)
    crowd = rig.crowd(realm, 1)
    assert crowd.get(apache.url) == {200}
    assert send_header(apache.url, "Basic QTpC") == 401
    realm.rotate_key()
    crowd.sign_in()
    assert crowd.get(apache.url, "preemptive") == {401}
    apache.error_log.wait_for("kvno 2 not found")
    authmedic = rig.authmedic(config(apache_site(apache, rig.probe_keytab(realm))), start=False)
    lines = apache.authmedic_log.lines()
    explained = authmedic.objects("explain", "--format", "apache-authmedic",
                                  text="\n".join(lines) + "\n")
    assert [one["line"] for one in explained] == list(range(1, len(lines) + 1))
    assert {(one["kind"], one["format"]) for one in explained} == {("record", "apache-authmedic")}
    assert [(one["client"], one.get("user"), one["status"], one["scheme"])
            for one in explained] == [
        ("127.0.1.2", None, 401, "none"),
        ("127.0.1.2", "user1@EXAMPLE.TEST", 200, "kerberos"),
        ("127.0.0.1", None, 401, "basic"),
        ("127.0.1.2", None, 401, "kerberos"),
        ("127.0.1.2", None, 401, "kerberos")][:len(lines)]
    assert explained[-1]["signal"] == "keytab-out-of-date" and explained[-1]["kvno"] == 2
    errors = authmedic.objects("explain", "--format", "apache-error", text="\n".join(
        apache.error_log.matching("kvno 2 not found")[:1]) + "\n")
    assert [(one["kind"], one["signal"]) for one in errors] == [("signal", "keytab-out-of-date")]


def test_explain_says_what_it_could_not_do(tmp_path):
    """A folder for a log and a full disk are failures, not empty logs and empty answers."""
    line = '10.0.0.1 - - [10/Oct/2020:13:55:36 +0000] "GET / HTTP/1.1" 401 3 "-" "x"'
    explain = [built_program("authmedic"), "explain"]
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        done = subprocess.run(explain, stdin=folder, capture_output=True, text=True, check=False)
    finally:
        os.close(folder)
    assert (done.returncode, "directory" in done.stderr) == (1, True)
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run([*explain, line], stdout=full, stderr=subprocess.PIPE, text=True,
                              check=False)
    assert (done.returncode, "No space left" in done.stderr) == (1, True)
