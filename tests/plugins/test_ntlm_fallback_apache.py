"""ntlm-fallback-apache: what it refuses, that it does nothing then, and that revert puts exactly the old file back. Apache is
a stand-in here, a process with the environment that counts; tests/scenario/test_fallback.py has the real one."""

import os
import sys

import pytest

from access_lists import ACL, acl, set_acl

NAME = "ntlm-fallback-apache"
KERBEROS = "<Location /a>\n  AuthType GSSAPI\n  GssapiCredStore keytab:/k\n  GssapiAllowedMech krb5\n</Location>\n"
NTLM = ("<Location /a>\n  AuthType GSSAPI\n  GssapiAllowedMech ntlmssp\n  GssapiConnectionBound On\n"
        "  Require valid-user\n</Location>\n")


class Server:
    """Configuration files, the commands' stand-ins, and a process that stands in for Apache."""

    def __init__(self, folder, process_id):
        self.folder = folder
        self.main, self.active, self.snippet = folder / "apache2.conf", folder / "auth.conf", folder / "ntlm.conf"
        self.state = folder / "state"
        self.state.mkdir()
        self.calls = folder / "calls"
        self.calls.write_text("")
        self.main.write_text("ServerName x\nInclude auth.conf\n")
        self.active.write_text(KERBEROS)
        self.active.chmod(0o640)
        self.snippet.write_text(NTLM)
        (folder / "pid").write_text(f"{process_id}\n")
        self.told = {"with_snippet": self.snippet, "with_active": self.active, "with_config": self.main,
                     "with_ntlm_seen": "yes", "state_dir": self.state, "worker_pidfile": folder / "pid",
                     **self.command("config_test"), **self.command("reload")}

    def command(self, key, status=0):
        """A stand-in that notes that it was called, and ends so."""
        path = self.folder / key
        path.write_text(f"#!/bin/sh\necho {key} >> {self.calls}\nexit {status}\n")
        path.chmod(0o755)
        return {f"with_{key}_count": 1, f"with_{key}_1": path}

    def called(self):
        return self.calls.read_text().split()


@pytest.fixture(name="make_server")
def fixture_make_server(start, tmp_path):
    """Made with the environment of the Apache that runs; by default one with which NTLM works."""
    def make_server(environment=None):
        users, mechanisms = tmp_path / "users", tmp_path / "mech"
        users.write_text("EXAMPLE:a:b\n")
        mechanisms.write_text("gssntlmssp_v1 1.3.6.1.4.1.311.2.2.10 gssntlmssp.so\n")
        if environment is None:
            environment = {"NTLM_USER_FILE": str(users), "GSS_MECH_CONFIG": str(mechanisms)}
        process = start([sys.executable, "-c", "import sys; print('up', flush=True); sys.stdin.read()"], env=environment)
        assert process.stdout.readline() == "up\n"
        return Server(tmp_path, process.pid)

    return make_server


@pytest.fixture(name="server")
def fixture_server(make_server):
    return make_server()


def test_applies_and_reverts(plugin, server):
    """The snippet takes the file's place, with the rights of that; revert puts the bytes and rights back, once and again."""
    ended = plugin(NAME, "apply", **server.told)
    assert ended.status == 0, ended.err
    assert server.active.read_text() == NTLM and server.active.stat().st_mode & 0o777 == 0o640
    assert server.called() == ["config_test", "reload"]
    assert ended.out.splitlines()[-1].startswith("people sign in by NTLM now") and "relay" in ended.out
    assert plugin(NAME, "apply", **server.told).status == 0, "applied twice is applied"
    assert (server.state / "saved").read_text() == KERBEROS
    assert plugin(NAME, "revert", **server.told).status == 0
    assert server.active.read_text() == KERBEROS and server.active.stat().st_mode & 0o777 == 0o640
    calls = server.called()
    assert plugin(NAME, "revert", **server.told).status == 0
    assert server.called() == calls and server.active.read_text() == KERBEROS
    assert not list(server.state.iterdir())


def test_keeps_the_access_list(plugin, server):
    """Whom the file's access list names may read the fallback's, and the file that is put back."""
    set_acl(server.active, acl(12345))
    for verb, text in (("apply", NTLM), ("revert", KERBEROS)):
        ended = plugin(NAME, verb, **server.told)
        assert ended.status == 0, ended.err
        assert server.active.read_text() == text and os.getxattr(server.active, ACL) == acl(12345), verb
        assert server.active.stat().st_mode & 0o777 == 0o640


def test_check_does_nothing(plugin, server):
    """A check says what would be done and what it means."""
    before = {path: path.read_bytes() for path in server.folder.iterdir() if path.is_file()}
    ended = plugin(NAME, "check", **server.told)
    assert ended.status == 0 and "pass-the-hash" in ended.out and "would run: " in ended.out
    assert before == {path: path.read_bytes() for path in server.folder.iterdir() if path.is_file()}
    assert not list(server.state.iterdir()) and not server.called()


def refuses(plugin, server, word, **changes):
    """For a check and for the act, and nothing is done."""
    before = server.active.read_bytes()
    for verb in ("check", "apply"):
        ended = plugin(NAME, verb, **{**server.told, **changes})
        assert ended.status == 2 and word in ended.err, (ended.status, ended.err)
    assert server.active.read_bytes() == before and not server.called() and not list(server.state.iterdir())


@pytest.mark.parametrize("old, new, word", [
    ("ntlmssp\n", "ntlmssp krb5\n", "no other mechanism"),
    ("GssapiAllowedMech ntlmssp\n", "GssapiAllowedMech ntlmssp\n  gssapiallowedmech krb5\n", "no other mechanism"),
    ("  GssapiAllowedMech ntlmssp\n", "", "needs GssapiAllowedMech"),
    ("  GssapiConnectionBound On\n", "", "GssapiConnectionBound"),
    ("ConnectionBound On", "ConnectionBound off", "GssapiConnectionBound"),
    ("  Require", "  GssapiCredStore keytab:/k\n  Require", "GssapiCredStore"),
    ("  Require", "  GSSAPICREDSTORE \\\n keytab:/k\n  Require", "GssapiCredStore"),
    ("  Require", "  <IfModule x>\n  GssapiCredStore keytab:/k\n</IfModule>\n  Require", "GssapiCredStore"),
    ("  Require", "  Include other\n  Require", "Include"),
    ("  Require", "  GssapiBasicAuth On\n  Require", "GssapiBasicAuth"),
    ("</Location>\n", "</Location>\n<Location /b>\n  AuthType GSSAPI\n</Location>\n", "needs GssapiAllowedMech"),
    ("AuthType GSSAPI", "AuthType Basic", "AuthType GSSAPI"),
])
def test_refuses_snippets(plugin, server, old, new, word):
    """What lets in by anything but NTLM, or can take the worker down, is not put anywhere."""
    text = NTLM.replace(old, new)
    assert text != NTLM
    server.snippet.write_text(text)
    refuses(plugin, server, word)


@pytest.mark.parametrize("line, word", [
    ("GssapiUseS4U2Proxy On", "delegation"),
    ("GssapiDelegCcacheDir /tmp", "delegation"),
    ("GssapiImpersonate On", "delegation"),
    ("SomeChannelBinding require", "channel binding"),
    ("Include ${SITES}/x", "variable"),
    ("<Location /b>\nGssapiCredStore keytab:/k\n</Location>", "takes the worker down"),
    ("<Location /b>\nGssapiCredStore keytab:/k\nGssapiAllowedMech ntlmssp krb5\n</Location>", "takes the worker down"),
])
def test_refuses_where_apache_does_more(plugin, server, line, word):
    """Delegation and channel binding anywhere in what Apache reads, or what cannot be followed."""
    (server.folder / "sites").mkdir()
    (server.folder / "sites" / "a.conf").write_text(f"<VirtualHost *>\n {line}\n</VirtualHost>\n")
    server.main.write_text(server.main.read_text() + 'IncludeOptional "sites/*.conf"\n')
    refuses(plugin, server, word)


def test_reads_what_is_off(plugin, server):
    """What is switched off, or stands in a comment, is not in use."""
    server.main.write_text("# GssapiUseS4U2Proxy On\nGssapiUseS4U2Proxy Off\nInclude auth.conf\n"
                           "<Location /b>\nGssapiAllowedMech krb5\nGssapiCredStore keytab:/k\n</Location>\n")
    assert plugin(NAME, "check", **server.told).status == 0


@pytest.mark.parametrize("seen", ["no", "unknown", "", "Yes"])
def test_refuses_unless_ntlm_was_seen(plugin, server, seen):
    """Only the administrator's plain yes counts; what the downgrade means is said."""
    refuses(plugin, server, "pass-the-hash", with_ntlm_seen=seen)


def test_refuses_what_apache_does_not_include(plugin, server):
    """A swap that would change nothing."""
    server.main.write_text("ServerName x\n")
    refuses(plugin, server, "does not include")


@pytest.mark.parametrize("environment, word", [
    ({"GSS_MECH_CONFIG": "/dev/null"}, "gss-ntlmssp is not installed"),
    ({"WINBINDD_SOCKET_DIR": "/nothing"}, "neither NTLM_USER_FILE"),
])
def test_refuses_without_the_environment(plugin, make_server, tmp_path, environment, word):
    """A graceful restart gives a running Apache no new environment."""
    environment.setdefault("GSS_MECH_CONFIG", str(tmp_path / "mech"))
    refuses(plugin, make_server(environment), word)


def test_waits_for_a_running_apache(plugin, server):
    """Where none runs nothing is done, and it may be tried later."""
    (server.folder / "pid").write_text("999999999\n")
    assert plugin(NAME, "apply", **server.told).status == 75
    assert server.active.read_text() == KERBEROS


def test_refuses_files_of_others(plugin, server, as_root):
    """Neither file may be somebody else's, or a link."""
    os.chown(server.snippet, 1, 1)
    refuses(plugin, server, "others than root")
    os.chown(server.snippet, 0, 0)
    server.snippet.chmod(0o666)
    refuses(plugin, server, "others than root")
    server.snippet.chmod(0o644)
    real = server.folder / "real.conf"
    server.active.rename(real)
    server.active.symlink_to(real)
    refuses(plugin, server, "link")


def test_rolls_back(plugin, server):
    """A configuration that does not pass its test, or a server that cannot be reloaded: all is as it was."""
    told = {**server.told, **server.command("config_test", 1)}
    assert plugin(NAME, "apply", **told).status == 1
    assert server.active.read_text() == KERBEROS and server.called() == ["config_test"]
    assert not list(server.state.iterdir())
    told = {**server.told, **server.command("config_test"), **server.command("reload", 1)}
    ended = plugin(NAME, "apply", **told)
    assert ended.status == 1 and server.active.read_text() == KERBEROS


@pytest.mark.parametrize("failing", ["config_test", "reload"])
def test_rolls_back_to_what_was_before(plugin, server, failing):
    """Killed before Apache has read the fallback, and applied once more where that fails: what was there before the fallback
    is put back, not the fallback itself."""
    killing = server.folder / "killing"
    killing.write_text("#!/bin/sh\nkill -9 $PPID\n")
    killing.chmod(0o755)
    assert plugin(NAME, "apply", **{**server.told, "with_config_test_1": killing}).status == -9
    assert server.active.read_text() == NTLM
    ended = plugin(NAME, "apply", **{**server.told, **server.command(failing, 1)})
    assert ended.status == 1 and server.active.read_text() == KERBEROS, ended.out
    assert plugin(NAME, "revert", **{**server.told, **server.command(failing)}).status == 0
    assert server.active.read_text() == KERBEROS and not list(server.state.iterdir())


def test_revert_is_tried_again(plugin, server):
    """Where Apache cannot read it, what was kept stays, and the next revert goes on."""
    assert plugin(NAME, "apply", **server.told).status == 0
    assert plugin(NAME, "revert", **{**server.told, **server.command("reload", 1)}).status == 1
    assert server.active.read_text() == KERBEROS and (server.state / "saved").exists()
    assert plugin(NAME, "revert", **{**server.told, **server.command("reload")}).status == 0
    assert not list(server.state.iterdir())


@pytest.mark.parametrize("persons", ["", "# mine\n"])
def test_says_what_could_not_be_put_back(plugin, server, persons):
    """Where the file cannot be written the fallback is still there: that is said, and not that all is as it was before."""
    assert plugin(NAME, "apply", **server.told).status == 0
    server.active.write_text(NTLM + persons)
    calls = server.called()
    obstacle = (server.state / "edited.authmedic-new") if persons else server.folder / "auth.conf.authmedic-new"
    obstacle.mkdir()
    ended = plugin(NAME, "revert", **server.told)
    assert ended.status == 1 and "putting the configuration back: " in ended.err
    assert ended.out == f"{server.active} could not be put back: Apache goes on with the fallback, and what was there " \
        "before it is kept\n"
    assert server.active.read_text() == NTLM + persons and server.called() == calls
    obstacle.rmdir()
    assert plugin(NAME, "revert", **server.told).status == 0 and server.active.read_text() == KERBEROS


@pytest.mark.parametrize("persons, said", [("", "as it was before the fallback"), (KERBEROS + "# mine\n", "a person's")])
def test_says_what_apache_cannot_read(plugin, server, persons, said):
    """What was put back, or what a person had put there meanwhile."""
    assert plugin(NAME, "apply", **server.told).status == 0
    server.active.write_text(persons or NTLM)
    ended = plugin(NAME, "revert", **{**server.told, **server.command("config_test", 1)})
    assert ended.status == 1 and ended.out.splitlines()[-1] == f"{server.active} is {said}, but Apache could not read it"
    assert server.active.read_text() == (persons or KERBEROS)


def test_respects_a_person(plugin, server):
    """A fallback that a person has changed is kept beside; one that he has taken out already is left."""
    assert plugin(NAME, "apply", **server.told).status == 0
    server.active.write_text(NTLM + "# mine\n")
    assert plugin(NAME, "revert", **server.told).status == 0
    assert server.active.read_text() == KERBEROS and "# mine" in (server.state / "edited").read_text()
    assert plugin(NAME, "apply", **server.told).status == 0
    server.active.write_text(KERBEROS + "# mine\n")
    assert plugin(NAME, "revert", **server.told).status == 0
    assert "# mine" in server.active.read_text()


def test_goes_on_after_a_crash(plugin, server):
    """Stopped between keeping the file and replacing it, or in the middle of a revert, it goes on."""
    (server.state / "saved").write_text(KERBEROS)
    assert plugin(NAME, "apply", **server.told).status == 0
    server.active.write_text(KERBEROS)
    assert plugin(NAME, "revert", **server.told).status == 0
    assert not list(server.state.iterdir())
    (server.state / "saved").write_text("of an earlier day\n")
    ended = plugin(NAME, "apply", **server.told)
    assert ended.status == 2 and "not taken back" in ended.err and server.active.read_text() == KERBEROS


@pytest.mark.parametrize("verb", ["apply", "revert"])
@pytest.mark.parametrize("key", ["config_test", "reload"])
def test_killed_in_the_middle(plugin, server, verb, key):
    """Killed while a command runs, Apache's file is whole, one or the other; the next revert takes all of it back."""
    killing = server.folder / "killing"
    killing.write_text("#!/bin/sh\nkill -9 $PPID\n")
    killing.chmod(0o755)
    if verb == "revert":
        assert plugin(NAME, "apply", **server.told).status == 0
    assert plugin(NAME, verb, **{**server.told, f"with_{key}_1": killing}).status == -9
    assert server.active.read_text() in (KERBEROS, NTLM)
    assert plugin(NAME, "revert", **server.told).status == 0
    assert server.active.read_text() == KERBEROS and not list(server.state.iterdir())
    assert plugin(NAME, "apply", **server.told).status == 0 and server.active.read_text() == NTLM
