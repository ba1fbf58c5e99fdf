"""Shows that authmedicd starts whatever became of its state, keeps what it could not use under
another name, says what was lost with it, and goes on."""

import os
import time

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


def sign_ins(now, count, refused):
    """People who get in, by name, at one of two host names and workers, and those of the first that
    later do not any more."""
    stamp = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now))
    return "".join(
        f'10.1.0.{person} - name{person} [{stamp}] "GET / HTTP/1.1" {401 if refused else 200} 5 "-" '
        f'"rig" scheme=negotiate-kerberos host=host{person % 2}.example pid={person % 2} '
        f'reply={"reject" if refused else "accept"}\n'
        for person in range(count) if not refused or person % 2 == 0)


def window_of_spike(rig, kill):
    """The facts about the window at the diagnosis; on the way the daemon is killed, or is not."""
    path = rig.path(f"{kill}.log")
    now = int(time.time())
    logs = [{"path": path, "format": "apache-authmedic"}]
    authmedic = rig.authmedic(config(log_site(logs=logs), safety={"warm_up": "0s", "confirm_over": "100ms"}), start=False)
    with open(path, "w", encoding="ascii") as log:
        log.write(sign_ins(now, 20, False) + sign_ins(now, 8, True))
    authmedic.start()
    wait_until(lambda: authmedic.lines_committed(path) == 24, 30, "the first lines are committed")
    if kill:
        authmedic.kill()
        authmedic.start()
    with open(path, "a", encoding="ascii") as log:
        log.write(sign_ins(now, 20, True) * 4)
    authmedic.wait_event("diagnosed", deadline_s=120)
    incident = authmedic.incident(authmedic.incidents()[0]["id"])
    return {name: fact["value"] for name, fact in incident["evidence"]["facts"].items()
            if name.startswith("window.") and "onset" not in name}


def test_evidence(rig):
    """What tells one cause from another in the window is the same with a kill in its middle as
    without: the different names, host names and workers included."""
    facts = window_of_spike(rig, False)
    assert (facts["window.rejected_names"], facts["window.hosts"], facts["window.workers"]) == (
        "10", "2", "2")
    assert facts["window.failing_host"] == "host0.example"
    assert (facts["window.host_spread"], facts["window.worker_spread"]) == ("one", "one")
    assert window_of_spike(rig, True) == facts
