"""recycle-iis and ntlm-fallback-iis with a program that stands in for appcmd, which runs on Windows only: it keeps a site's
providers in a file and understands what appcmd does of them."""

import sys

import pytest

STAND_IN = '''#!%s
import pathlib, re, sys
folder = pathlib.Path(sys.argv[0]).parent
state, calls = folder / "providers", folder / "calls"
with calls.open("a") as log:
    log.write(" | ".join(sys.argv[1:]) + "\\n")
if sys.argv[1:3] == ["recycle", "apppool"]:
    sys.exit(0 if sys.argv[3] == "/apppool.name:Good Pool" else 1)
fails = folder / "fails_at_list"
if sys.argv[1] == "list" and fails.exists() and calls.read_text().count("list | ") == int(fails.read_text()):
    sys.exit(1)
section = "-section:system.webServer/security/authentication/windowsAuthentication"
assert sys.argv[2] == "config" and sys.argv[3:5] == ["Default Web Site/app", section], sys.argv
names = state.read_text().split()
if sys.argv[1] == "set":
    assert sys.argv[-1] == "/commit:apphost"
    if (folder / "broken").exists():
        sys.exit(1)
    for edit in sys.argv[5:-1]:
        sign, name = re.fullmatch(r"/([-+])providers\\.\\[value='(.*)'\\]", edit).groups()
        if sign == "-":
            names.remove(name)
        else:
            names.append(name)
    if (folder / "odd").exists():
        names.append("Other")
    state.write_text(" ".join(names))
else:
    print("<system.webServer>\\r\\n  <security>\\r\\n    <authentication>")
    print('      <windowsAuthentication enabled="' + (folder / "enabled").read_text() + '">')
    print('        <extendedProtection tokenChecking="' + (folder / "tokens").read_text() + '">')
    print("        </extendedProtection>\\r\\n        <providers>")
    for name in names:
        print(f'          <add value="{name}" />\\r')
    print("        </providers>\\r\\n      </windowsAuthentication>")
''' % sys.executable


class Iis:
    """The stand-in, and what the plugins are told."""

    def __init__(self, folder):
        self.folder = folder
        self.appcmd = folder / "appcmd"
        self.appcmd.write_text(STAND_IN)
        self.appcmd.chmod(0o755)
        self.state = folder / "state"
        self.state.mkdir()
        self.set(providers="Negotiate NTLM", enabled="true", tokens="None", calls="")
        self.told = {"with_site": "Default Web Site/app", "with_ntlm_seen": "yes", "with_delegation": "no",
                     "with_appcmd": self.appcmd, "state_dir": self.state}

    def set(self, **texts):
        for name, text in texts.items():
            (self.folder / name).write_text(text)

    def providers(self):
        return (self.folder / "providers").read_text()

    def edits(self):
        return [call for call in (self.folder / "calls").read_text().splitlines() if call.startswith("set")]


@pytest.fixture(name="iis")
def fixture_iis(tmp_path):
    return Iis(tmp_path)


NAME = "ntlm-fallback-iis"


@pytest.mark.parametrize("before", ["Negotiate NTLM", "NTLM Negotiate", "Negotiate:Kerberos Negotiate NTLM"])
def test_restores_exactly(plugin, iis, before):
    """NTLM alone while it lasts, then exactly what there was, in its order; once more changes nothing."""
    iis.set(providers=before)
    ended = plugin(NAME, "apply", **iis.told)
    assert ended.status == 0 and "relay" in ended.out, ended.err
    assert iis.providers() == "NTLM" and len(iis.edits()) == 1
    assert plugin(NAME, "apply", **iis.told).status == 0, "applied twice is applied"
    assert iis.providers() == "NTLM"
    assert plugin(NAME, "revert", **iis.told).status == 0
    assert iis.providers() == before and not list(iis.state.iterdir())
    edits = iis.edits()
    assert plugin(NAME, "revert", **iis.told).status == 0 and iis.edits() == edits


def test_check_does_nothing(plugin, iis):
    """It says what would be left, and what that means."""
    ended = plugin(NAME, "check", **iis.told)
    assert ended.status == 0 and "Negotiate NTLM" in ended.out and "pass-the-hash" in ended.out
    assert not iis.edits() and not list(iis.state.iterdir())


@pytest.mark.parametrize("changes, texts", [
    ({"with_ntlm_seen": "unknown"}, {}), ({"with_ntlm_seen": ""}, {}), ({"with_delegation": "yes"}, {}),
    ({"with_delegation": ""}, {}), ({"with_site": ""}, {}), ({"with_site": "-x"}, {}), ({"with_site": "a'b"}, {}),
    ({}, {"enabled": "false"}), ({}, {"tokens": "Allow"}), ({}, {"tokens": "Require"}), ({}, {"providers": "Negotiate"}),
    ({}, {"providers": "Negotiate NTLM a'b"}),
])
def test_refuses(plugin, iis, changes, texts):
    """Without the administrator's word, with delegation or channel binding, without NTLM: nothing is done."""
    iis.set(**texts)
    for verb in ("check", "apply"):
        assert plugin(NAME, verb, **{**iis.told, **changes}).status == 2
    assert not iis.edits() and not list(iis.state.iterdir())


def test_failures(plugin, iis):
    """An appcmd that fails, or does something else: rolled back, or kept for the next revert."""
    iis.set(broken="")
    assert plugin(NAME, "apply", **iis.told).status == 1
    assert iis.providers() == "Negotiate NTLM" and not list(iis.state.iterdir())
    (iis.folder / "broken").unlink()
    assert plugin(NAME, "apply", **iis.told).status == 0
    iis.set(broken="")
    assert plugin(NAME, "revert", **iis.told).status == 1 and list(iis.state.iterdir())
    (iis.folder / "broken").unlink()
    iis.set(odd="")
    assert plugin(NAME, "revert", **iis.told).status == 1 and list(iis.state.iterdir())
    (iis.folder / "odd").unlink()
    assert plugin(NAME, "revert", **iis.told).status == 0 and iis.providers() == "Negotiate NTLM"
    assert plugin(NAME, "apply", **{**iis.told, "with_appcmd": "/nothing/there"}).status == 1


def test_says_what_could_not_be_forgotten(plugin, iis):
    """The providers are back, and what was kept of them cannot be removed: both are said."""
    assert plugin(NAME, "apply", **iis.told).status == 0
    appcmd = iis.folder / "appcmd"
    real = appcmd.rename(iis.folder / "real-appcmd")
    saved = iis.state / "providers"
    appcmd.write_text(f"#!/bin/sh\n'{real}' \"$@\" || exit\n[ -d {saved} ] || rm -f {saved}\nmkdir -p {saved}\n")
    appcmd.chmod(0o755)
    ended = plugin(NAME, "revert", **iis.told)
    assert ended.status == 1 and iis.providers() == "Negotiate NTLM"
    assert "offers what it did before the fallback, but what was kept cannot be removed: Is a directory" in ended.err


def test_rolls_back_to_what_was_before(plugin, iis):
    """Applied once more, where appcmd fails in the middle: what was kept of the time before is not given up for that."""
    assert plugin(NAME, "apply", **iis.told).status == 0
    listed = (iis.folder / "calls").read_text().count("list | ")
    iis.set(fails_at_list=str(listed + 2))
    assert plugin(NAME, "apply", **iis.told).status == 1
    assert iis.providers() == "Negotiate NTLM" and not list(iis.state.iterdir())
    assert plugin(NAME, "revert", **iis.told).status == 0 and iis.providers() == "Negotiate NTLM"


def test_earlier_fallback(plugin, iis):
    """What was kept of an earlier one is not lost to a second."""
    assert plugin(NAME, "apply", **iis.told).status == 0
    iis.set(providers="NTLM Negotiate")
    ended = plugin(NAME, "apply", **iis.told)
    assert ended.status == 2 and "revert it first" in ended.err


def test_recycles_one_pool(plugin, iis):
    """The pool's name is one argument; appcmd's failure is the remedy's."""
    told = {"with_appcmd": iis.appcmd, "with_pool": "Good Pool"}
    assert plugin("recycle-iis", "check", **told).status == 0
    assert (iis.folder / "calls").read_text() == ""
    assert plugin("recycle-iis", "apply", **told).status == 0
    assert (iis.folder / "calls").read_text() == "recycle | apppool | /apppool.name:Good Pool\n"
    assert plugin("recycle-iis", "apply", **{**told, "with_pool": "Other"}).status == 1
    for pool in ("", "-x", "a\"b", "a/b", "*"):
        assert plugin("recycle-iis", "apply", **{**told, "with_pool": pool}).status == 2
