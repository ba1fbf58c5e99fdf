"""Shows that authmedicd starts whatever became of its state, keeps what it could not use under
another name, says what was lost with it, and goes on."""

import os

import pytest

from rig import config, log_site, wait_until

NAME = "authmedic.db"
LINES = 200


def zero(content):
    return bytes(len(content))


def cut(content):
    return content[:len(content) // 2]


def fill(content):
    return content[:4096] + b"\xa5" * 4096 + content[8192:]


def flip(content):
    """One bit of what the detector knows, in a value that SQLite would read."""
    place = content.index(b"apache-combined\n")
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1:]


def be_newer(content):
    return content[:60] + (99).to_bytes(4, "big") + content[64:]


def be_foreign(content):
    return b"This is a letter to my mother." * 100


DAMAGES = [zero, cut, fill, flip, be_newer, be_foreign]


@pytest.mark.parametrize("damage", DAMAGES, ids=[damage.__name__ for damage in DAMAGES])
def test_set_aside(rig, damage):
    """Each kind of damage: the file is kept, all who may ask are told, and lines count again."""
    writer = rig.log_writer()
    writer.write(LINES)
    authmedic = rig.authmedic(config(log_site(writer)))
    wait_until(lambda: authmedic.lines_committed(writer.path) == LINES, 20, "all lines count")
    authmedic.stop()
    path = os.path.join(authmedic.directory, "state", NAME)
    with open(path, "rb") as file:
        damaged = damage(file.read())
    with open(path, "wb") as file:
        file.write(damaged)
    authmedic.start()
    aside = path + ".set-aside-1"
    with open(aside, "rb") as file:
        assert file.read() == damaged
    assert f"was set aside as {aside}" in authmedic.output()
    assert "incidents were lost with it; budget, locks and approvals" in authmedic.output()
    assert "set aside" in authmedic.fetch("/-/ready")
    assert authmedic.metric("authmedic_state_set_aside") == 1
    assert authmedic.status()["state_set_aside"]["file"] == aside
    assert aside in authmedic.command("status", check=True).stdout
    wait_until(lambda: authmedic.lines_committed(writer.path) == LINES, 20, "read from the start")
    writer.write(LINES)
    wait_until(lambda: authmedic.lines_committed(writer.path) == 2 * LINES, 20, "it goes on")


def test_told_until_taken_away(rig):
    """A restart does not make it forgotten; that the file was moved away does."""
    writer = rig.log_writer()
    authmedic = rig.authmedic(config(log_site(writer)))
    authmedic.stop()
    path = os.path.join(authmedic.directory, "state", NAME)
    os.truncate(path, 10)
    authmedic.start()
    authmedic.restart()
    assert authmedic.metric("authmedic_state_set_aside") == 1
    assert authmedic.status()["state_set_aside"]
    authmedic.stop()
    os.rename(path + ".set-aside-1", rig.path("for-study"))
    authmedic.start()
    assert authmedic.metric("authmedic_state_set_aside") == 0
    assert authmedic.status()["state_set_aside"] is None
