"""Shows that SIGHUP takes a good configuration up without losing or repeating a line, and that a
bad one changes nothing."""

import os
import shutil

import pytest

from rig import config, free_port, log_site, notify, wait_until

BURST = 1000
NOBODY = 65534


def wait_lines(authmedic, *writers):
    for writer in writers:
        wait_until(lambda: authmedic.lines_committed(writer.path) >= writer.lines, 60,
                   lambda: f"{writer.lines} lines: {authmedic.log_status(writer.path)}")
        assert authmedic.lines_committed(writer.path) == writer.lines


def reload(authmedic, says):
    """Have the configuration read again, and wait until the daemon says how that went."""
    before = len(authmedic.output())
    authmedic.reload()
    wait_until(lambda: says in authmedic.output()[before:], 20,
               lambda: f"{says!r} in: {authmedic.output()}")
    return authmedic.output()[before:]


def test_good_configuration(rig):
    """Read again while the log is written to, once with another site. It is no start."""
    first, second = rig.log_writer(), rig.log_writer("logs/second.log")
    authmedic = rig.authmedic(config(log_site(first)))
    started = authmedic.status()["started"]
    for _ in range(3):
        first.write(BURST)
        reload(authmedic, "the configuration was read again")
        first.write(BURST)
    second.write(BURST)
    authmedic.write_config(config(log_site(first), log_site(second, name="second")))
    reload(authmedic, "the configuration was read again")
    first.write(BURST)
    wait_until(authmedic.is_ready, 20, "authmedicd is ready")
    wait_lines(authmedic, first, second)
    assert [site["name"] for site in authmedic.status()["sites"]] == ["plain", "second"]
    assert authmedic.status()["started"] == started


def test_bad_configuration(rig):
    """The old one goes on, and what is wrong is said, with its place."""
    writer = rig.log_writer()
    authmedic = rig.authmedic(config(log_site(writer)))
    authmedic.write_config(config(log_site(writer, nmae="x"), log_site(writer, name="second")))
    says = reload(authmedic, "the old one stays")
    assert f"{authmedic.config_path}:" in says and "unknown key 'nmae'" in says, says
    authmedic.write_config("mode: [")
    says = reload(authmedic, "the old one stays")
    assert f"{authmedic.config_path}:2:1: " in says, says
    writer.write(BURST)
    wait_lines(authmedic, writer)
    assert [site["name"] for site in authmedic.status()["sites"]] == ["plain"]


def test_unusable_configuration(rig):
    """What looks good but cannot be used, such as a port that another process has or a secret that
    is not there, changes nothing either."""
    writer, receiver = rig.log_writer(), rig.webhook()
    authmedic = rig.authmedic(config(log_site(writer)))
    taken = receiver.url.split("/")[2]
    no_secret = [{**notify(receiver)[0], "secret_file": rig.path("nowhere")}]
    garbage = rig.path("garbage")
    with open(garbage, "w", encoding="ascii") as file:
        file.write("This is no certificate.")
    no_authority = [{**notify(receiver)[0], "ca_file": garbage}]
    for change in ({"http": {"listen": taken}}, {"notify": no_secret}, {"notify": no_authority}):
        authmedic.write_config(config(log_site(writer), **change))
        says = reload(authmedic, "the old one stays")
        assert taken in says or rig.path("nowhere") in says or garbage in says, says
        writer.write(BURST)
        wait_lines(authmedic, writer)
    assert not receiver.deliveries


def test_spoilt_password(rig):
    """A password of the fleet's that cannot be used any more, which the old configuration needs too, ends
    nothing: the reload is refused with the reason."""
    writer, password = rig.log_writer(), rig.path("password")
    with open(password, "w", encoding="ascii") as file:
        file.write("secret-word\n")
    os.chmod(password, 0o600)
    fleet = {"endpoints": [f"http://127.0.0.1:{free_port()}"], "group": "web", "host": "first", "user": "web",
             "password_file": password}
    authmedic = rig.authmedic(config(log_site(writer), fleet=fleet))
    os.chmod(password, 0o644)
    says = reload(authmedic, "the old one stays")
    assert f": the secret file {password} cannot be used: must belong to root or to us" in says, says
    os.truncate(password, 0)
    os.chmod(password, 0o600)
    says = reload(authmedic, "the old one stays")
    assert f": the secret file {password} cannot be used: no regular file, or does not hold" in says, says
    writer.write(BURST)
    wait_lines(authmedic, writer)
    assert "secret-word" not in authmedic.output()


def take_away(state):
    os.rename(state, state + ".elsewhere")


def bring_back(state):
    os.rename(state + ".elsewhere", state)


def forbid(state):
    os.chmod(state, 0o500)


def allow(state):
    os.chmod(state, 0o700)


@pytest.mark.parametrize(("spoil", "mend"), [(take_away, bring_back), (forbid, allow)],
                         ids=["renamed", "unwritable"])
def test_state_directory_spoilt(rig_of_root, spoil, mend):
    """What became of the state directory ends nothing: the old configuration goes on, the reload is
    refused with the reason, and once it is as it was all lines count."""
    writer = rig_of_root.log_writer()
    authmedic = rig_of_root.authmedic(
        config(log_site(writer), **rig_of_root.install("recycle")), user=(NOBODY, [NOBODY]))
    state = os.path.join(authmedic.directory, "state")
    spoil(state)
    writer.write(BURST)
    says = reload(authmedic, "the old one stays")
    assert f"{state}: the state cannot be opened: " in says, says
    mend(state)
    wait_lines(authmedic, writer)
    reload(authmedic, "the configuration was read again")
    writer.write(BURST)
    wait_lines(authmedic, writer)


def test_state_directory_removed(rig):
    """Nothing is called saved that nobody would find again, everybody who asks is told, and a reload
    goes on in a directory that was made anew."""
    writer = rig.log_writer()
    authmedic = rig.authmedic(config(log_site(writer)))
    writer.write(BURST)
    wait_lines(authmedic, writer)
    shutil.rmtree(os.path.join(authmedic.directory, "state"))
    wait_until(lambda: authmedic.status()["not_ready"] == "the state cannot be saved", 20,
               "it is told")
    assert "taken out of the state directory" in authmedic.output()
    writer.write(BURST)
    reload(authmedic, "the old one stays")
    assert authmedic.lines_committed(writer.path) == BURST
    authmedic.make_folders()
    reload(authmedic, "the configuration was read again")
    wait_lines(authmedic, writer)
    assert authmedic.is_ready()
