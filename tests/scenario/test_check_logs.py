"""Shows that `authmedic check` says what a log's format does not show, and which snippet would have it show that."""

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


def check(rig, logs):
    """What `check` prints below its first line, for these logs."""
    path = rig.path("authmedic.yml")
    with open(path, "w", encoding="utf-8") as output:
        output.write(f"helper: spawn\nstate_dir: {rig.path('state')}\nrules_dir: {SOURCE_DIRECTORY}/rules\n"
                     f"plugin_dir: {build_directory()}/plugins\nprograms_dir: {build_directory()}\n"
                     "sites:\n  - name: intranet\n    evidence: voters\n    logs:\n")
        for log in logs:
            output.write(f"      - {{{log}}}\n")
    done = run([built_program("authmedic"), "check", "--config", path])
    assert done.stdout.startswith(f"{path}: fine: 1 sites, ")
    return done.stdout.split("\n", 1)[1]


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
