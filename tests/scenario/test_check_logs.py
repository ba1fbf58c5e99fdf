"""Shows that `authmedic check` says what a log's format does not show, and which snippet would have it show that; and
that a log is told of which nothing can be read."""

import json
import os

from rig import SOURCE_DIRECTORY, build_directory, built_program
from rig.process import run

IIS_5 = """\
#Software: Microsoft Internet Information Services 5.0
#Version: 1.0
#Date: 2002-02-11 10:00:00
#Fields: time c-ip cs-method cs-uri-stem cs-username cs(User-Agent) sc-status
10:00:00 192.0.2.10 GET /app/ - Mozilla/4.0 401
10:00:00 192.0.2.10 GET /app/ EXAMPLE\\alice Mozilla/4.0 200
"""
COMMON = '192.0.2.10 - - [22/Nov/2026:10:00:00 +0000] "GET /private/ HTTP/1.1" 401 636\n'


LAST_VERDICT = "so this log alone never shows that sign-in broke"


def check(rig, logs, *options, finds=False):
    """What `check` prints for these logs, below its first line unless there are options."""
    path = rig.path("authmedic.yml")
    with open(path, "w", encoding="utf-8") as output:
        output.write(f"helper: spawn\nstate_dir: {rig.path('state')}\nrules_dir: {SOURCE_DIRECTORY}/rules\n"
                     f"plugin_dir: {build_directory()}/plugins\nprograms_dir: {build_directory()}\n")
        if logs:
            output.write("sites:\n  - name: intranet\n    evidence: voters\n    logs:\n")
        for log in logs:
            output.write(f"      - {{{log}}}\n")
    done = run([built_program("authmedic"), "check", "--config", path, *options], check=False)
    assert done.returncode == (1 if finds else 0), done
    if options:
        return done.stdout
    says = f"not all is fine: {min(len(logs), 1)} sites, " if finds else f"fine: {min(len(logs), 1)} sites, "
    assert done.stdout.startswith(f"{path}: {says}")
    return done.stdout.split("\n", 1)[1]


def write(rig, text, name="access.log", encoding="utf-8"):
    """A log with this text."""
    with open(rig.path(name), "w", encoding=encoding) as output:
        output.write(text)
    return rig.path(name)


def test_iis_5(rig):
    """IIS 5: the fields to switch on, for the newest file of a series."""
    for day in ("020210", "020211"):
        with open(rig.path(f"ex{day}.log"), "w", encoding="utf-8") as output:
            output.write(IIS_5)
    says = check(rig, [f"path: {rig.path('ex*.log')}, format: iis-w3c"])
    assert "switch on sc-substatus (IIS 6 and later)\n" in says
    assert "switch on sc-win32-status\n" in says
    assert "the snippet iis-authmedic.ps1 has the server log that\n" in says


def test_common(rig):
    """Apache's common format, found out from its lines: no agents and no tokens."""
    log = rig.path("access.log")
    with open(log, "w", encoding="utf-8") as output:
        output.write(COMMON)
    says = check(rig, [f"path: {log}"])
    assert says.startswith(f"{log} (apache-common): no agents: ")
    assert says.count("\n") == 3
    assert says.endswith("the snippet apache-authmedic.conf has the server log that\n")


def test_nothing_to_read(rig):
    """A path that was mistyped, a folder, a named pipe and a link to nowhere are told as what they are."""
    os.mkfifo(rig.path("pipe"))
    os.symlink(rig.path("nowhere"), rig.path("link"))
    os.mkdir(rig.path("folder"))
    names = ("typo.log", "pipe", "folder", "link")
    says = check(rig, [f"path: {rig.path(name)}, format: iis-w3c" for name in names]).splitlines()
    assert says == [f"{rig.path('typo.log')} (iis-w3c): no file is there yet",
                    f"{rig.path('pipe')} (iis-w3c): it is no regular file, and is not followed",
                    f"{rig.path('folder')} (iis-w3c): it is no regular file, and is not followed",
                    f"{rig.path('link')} (iis-w3c): no file is there yet"]


def test_nothing_to_say(rig):
    """Of a log that shows all nothing is said."""
    log = rig.path("access.log")
    with open(log, "w", encoding="utf-8") as output:
        output.write(COMMON.rstrip("\n") + ' "-" "curl/7.88.1" scheme=none merr="-"\n')
    assert check(rig, [f"path: {log}, format: apache-authmedic"]) == ""


def test_no_user(rig):
    """IIS without cs-username, or without c-ip: what that hides, and which field to switch on, though all else is there."""
    fields = "date time c-ip cs-username cs-method cs-uri-stem cs(User-Agent) sc-status sc-substatus sc-win32-status"
    line = "2026-11-22 10:00:00 192.0.2.10 EXAMPLE\\alice GET /app/ Mozilla/5.0 200 0 0\n"
    snippet = "the snippet iis-authmedic.ps1 has the server log that\n"
    log = write(rig, f"#Fields: {fields}\n{line}")
    assert check(rig, [f"path: {log}, format: iis-w3c"]) == ""
    write(rig, "#Fields: " + fields.replace(" cs-username", "") + "\n" + line.replace(" EXAMPLE\\alice", ""))
    for named in ("iis-w3c", "auto"):
        assert check(rig, [f"path: {log}, format: {named}"]) == (
            f"{log} (iis-w3c): no users: nobody is ever known-good, {LAST_VERDICT}; switch on cs-username\n"
            f"{log} (iis-w3c): {snippet}")
    write(rig, "#Fields: " + fields.replace(" c-ip", "") + "\n" + line.replace(" 192.0.2.10", ""))
    assert check(rig, [f"path: {log}, format: iis-w3c"]) == (
        f"{log} (iis-w3c): no clients: the whole site is one voter, {LAST_VERDICT}; switch on c-ip\n"
        f"{log} (iis-w3c): {snippet}")


def test_no_user_in_a_format(rig):
    """A format string without a user, and HAProxy's httplog, which cannot have one."""
    log = write(rig, '192.0.2.10 [22/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 401 "curl/7.88.1"\n')
    string = '%h %t "%r" %>s "%{User-Agent}i"'
    says = check(rig, [f"path: {log}, logformat: '{string}'"])
    assert f"{log} (logformat): no users: nobody is ever known-good, {LAST_VERDICT}; add %u (Squid: %un)\n" in says
    string = '$remote_addr [$time_local] "$request" $status "$http_user_agent"'
    says = check(rig, [f"path: {log}, logformat: '{string}'"])
    assert f"{LAST_VERDICT}; add $remote_user\n" in says
    write(rig, "Nov 22 10:04:34 lb haproxy[14389]: 192.0.2.1:33317 [22/Nov/2026:10:04:34.655] in app/web1 "
          '10/0/30/69/109 401 2750 - - ---- 1/1/1/1/0 0/0 "GET / HTTP/1.1"\n')
    says = check(rig, [f"path: {log}"])
    assert (f"{log} (haproxy-http): no users: nobody is ever known-good, {LAST_VERDICT}; HAProxy knows none, but with "
            "tokens in its log it would\n") in says
    assert "the snippet haproxy-authmedic.cfg has the server log that\n" in says


def test_format_does_not_fit(rig):
    """Where a format reads none of the lines that is told, with the reason and what does read them: by status 1 too."""
    log = write(rig, IIS_5)
    says = check(rig, [f"path: {log}, format: nginx-combined"], finds=True)
    assert says == (f"{log} (nginx-combined): none of its first 6 lines can be read: the line does not begin with client, "
                    'ident, user, [time] and "request"; they look like iis-w3c\n')
    write(rig, "lorem ipsum\n\ndolor sit amet\n")
    assert check(rig, [f"path: {log}"], finds=True) == (
        f"{log} (auto): none of its first 2 lines can be read: no built-in format reads it\n")
    write(rig, COMMON)
    says = check(rig, [f"path: {log}, logformat: '%h %l %u %t &quot;%r&quot; %s %b'"], finds=True)
    assert says.startswith(f"{log} (logformat): its first line cannot be read: ")
    assert says.endswith('; they look like apache-common; &quot; is how XML writes a quote: put " there\n')
    first, *rest = map(json.loads, check(rig, [f"path: {log}, format: iis-w3c"], "--json", finds=True).splitlines())
    assert first["fine"] is False
    assert rest == [{"log": log, "format": "iis-w3c", "advice":
                     "its first line cannot be read: no #Fields line came before; they look like apache-common"}]


def test_no_text(rig):
    """UTF-16, with its mark or without, is told as what it is; the mark of UTF-8 is no part of the first line."""
    for encoding in ("utf-16", "utf-16-le"):
        log = write(rig, COMMON, encoding=encoding)
        for format_ in ("apache-common", "auto"):
            assert check(rig, [f"path: {log}, format: {format_}"], finds=True) == (
                f"{log} ({format_}): it is UTF-16 text, and is not followed\n")
    write(rig, COMMON, encoding="utf-8-sig")
    assert check(rig, [f"path: {log}"]).startswith(f"{log} (apache-common): no agents: ")


def test_no_reasons(rig):
    """GssapiPublishErrors left out: no merr= on a refusal, and no reply= either."""
    line = ('192.0.2.10 - - [22/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 401 636 "-" "curl/7.88.1" '
            'scheme=negotiate-kerberos merr="-"\n')
    log = write(rig, line * 3)
    assert check(rig, [f"path: {log}, format: apache-authmedic"]) == (
        f"{log} (apache-authmedic): merr= says nothing of 3 tokens that were answered with 401: it seems never to be "
        "filled, and then only silence tells a refusal from a leg; set GssapiPublishErrors On, and load mod_headers for "
        "reply=\n")
    write(rig, line * 3 + line.replace('merr="-"', 'merr="GSS ERROR"'))
    assert check(rig, [f"path: {log}, format: apache-authmedic"]) == ""


def test_no_site(rig):
    """A configuration without sites is no mistake, but nothing is watched, and that is said."""
    assert check(rig, []) == "no site is configured, so nothing is watched\n"
