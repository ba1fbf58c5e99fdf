"""Shows that a replay tells the same of a site whatever others there are, and at the time when a daemon would have
told it, also where the log pauses."""

import calendar
import os
import random
import time

import pytest

from rig import config, log_site

MINUTE, HOUR, DAY = 60, 3600, 86400
FRIDAY = 1_700_244_000 # 18:00:00
WINDOW = {"detect": {"window": "5m", "handshake_timeout": "30s"}}
VOTERS = 6


def line(moment, client, status, user="-", scheme=""):
    stamp = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(moment))
    return f'{client} - {user} [{stamp}] "GET / HTTP/1.1" {status} 5 "-" "rig"{scheme}\n'


def quiet(start, end, every=60, client="10.9.0.1"):
    """Requests that nobody need sign in for."""
    return "".join(line(moment, client, 200) for moment in range(start, end, every))


def sign_ins(moment):
    """Each voter is asked, and gets in."""
    return "".join(line(moment, f"10.0.0.{voter}", status, user)
                   for voter in range(VOTERS) for status, user in ((401, "-"), (200, f"user{voter}")))


def refusals(moment):
    """Each voter is asked, and asked again, and that is all."""
    return "".join(line(moment, f"10.0.0.{voter}", 401) for voter in range(VOTERS) for _ in range(2))


def write(writer, text):
    os.makedirs(os.path.dirname(writer.path), exist_ok=True)
    with open(writer.path, "w", encoding="ascii") as file:
        file.write(text)


def stamp_of(moment):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment))


@pytest.mark.parametrize("count", [2, 3])
def test_sites(rig, count):
    """Of each of several sites, one of which has two logs, a replay of all tells what one of that site alone does."""
    writers = [rig.log_writer(f"site{number}/access.log") for number in range(count)]
    second = rig.log_writer("site0/second.log")
    for number, writer in enumerate(writers):
        write(writer, quiet(FRIDAY - HOUR, FRIDAY, 30) + sign_ins(FRIDAY + number)
              + refusals(FRIDAY + MINUTE + number) + quiet(FRIDAY + 2 * MINUTE, FRIDAY + HOUR, 30))
    write(second, quiet(FRIDAY - HOUR, FRIDAY, 30))
    sites = [log_site(writer, *([second] if number == 0 else []), name=f"site{number}")
             for number, writer in enumerate(writers)]
    alone = []
    for site in sites:
        alone += [rig.authmedic(config(site, **WINDOW), start=False).objects("replay")]
    *events, summary = rig.authmedic(config(*sites, **WINDOW), start=False).objects("replay")
    assert events == [event for told in alone for event in told[:-1]]
    assert [event["event"] for event in events].count("spike-opened") == count
    assert summary["sites"] == [told[-1]["sites"][0] for told in alone]
    assert summary["lines"] == sum(told[-1]["lines"] for told in alone)


def moment_of(event):
    return calendar.timegm(time.strptime(event["time"][:19], "%Y-%m-%dT%H:%M:%S"))


def replay_of(rig, text):
    """The events of the one log, but for those that a spike leads to: what each is, and when."""
    writer = rig.log_writer()
    write(writer, text)
    events = rig.authmedic(config(log_site(writer), **WINDOW), start=False).objects("replay")[:-1]
    return [(event["event"], moment_of(event)) for event in events if event["event"].startswith("spike-")]


@pytest.mark.parametrize("pause", [10 * MINUTE, 62 * HOUR])
def test_spike_before_a_pause(rig, pause):
    """Refusals that silence tells, and the spike's end, are found in the pause behind them, when they were due."""
    before = quiet(FRIDAY - HOUR, FRIDAY - MINUTE) + sign_ins(FRIDAY - MINUTE) + refusals(FRIDAY)
    after = quiet(FRIDAY + pause, FRIDAY + pause + HOUR)
    [opened, closed] = replay_of(rig, before + after)
    assert opened[0] == "spike-opened" and FRIDAY + 3 <= opened[1] <= FRIDAY + 8
    assert closed == ("spike-closed", FRIDAY + 5 * MINUTE)
    filled = replay_of(rig, before + quiet(FRIDAY + 1, FRIDAY + pause if pause < HOUR else FRIDAY + HOUR, 1) + after)
    assert [name for name, _ in filled] == ["spike-opened", "spike-closed"]
    assert all(abs(moment - then) <= 5 for (_, moment), (_, then) in zip([opened, closed], filled))


def test_spike_in_a_pause(rig):
    """A share that grows as those who got in leave the window opens the spike then, though no line comes."""
    others = "".join(line(FRIDAY - 4 * MINUTE, f"10.1.0.{voter}", status, user)
                     for voter in range(60) for status, user in ((401, "-"), (200, f"other{voter}")))
    text = (quiet(FRIDAY - HOUR, FRIDAY - 5 * MINUTE) + sign_ins(FRIDAY - 5 * MINUTE) + others + refusals(FRIDAY)
            + quiet(FRIDAY + 5, FRIDAY + 10, 1) + quiet(FRIDAY + 20 * MINUTE, FRIDAY + HOUR))
    assert replay_of(rig, text) == [("spike-opened", FRIDAY + MINUTE), ("spike-closed", FRIDAY + 5 * MINUTE)]


def test_spike_at_the_end(rig):
    """Run a minute after the first dozen lines of a Monday, a replay finds in them what fails since the weekend."""
    monday = FRIDAY + 62 * HOUR
    text = quiet(FRIDAY - HOUR, FRIDAY - MINUTE) + sign_ins(FRIDAY - MINUTE) + quiet(FRIDAY, FRIDAY + 5)
    assert replay_of(rig, text + refusals(monday)) == [("spike-opened", monday)]


def test_chosen_agents(rig):
    """Agents that would be taken for one another, were what hides them known, are different clients behind a NAT."""
    unseeded = bytes.fromhex("db28b4a0d17e03e7")
    ends = []
    for agents in ((b"one-browser", b"two-browser"), (unseeded + b"one", unseeded + b"two")):
        writer = rig.log_writer()
        text = b"".join(line(FRIDAY, "10.0.0.1", status, user).encode().replace(b"rig", agent)
                        for agent, status, user in zip(agents, (401, 200), ("-", "user1")))
        with open(writer.path, "wb") as file:
            file.write(text)
        summary = rig.authmedic(config(log_site(writer), **WINDOW), start=False).objects("replay")[-1]
        ends += [(summary["handshakes"], summary["authenticated"])]
    assert ends[0] == ends[1]


def chance_lines(chance):
    """Minutes of sign-ins and refusals, with pauses of seconds to an hour between them; (moment, line) in order."""
    moment, lines = FRIDAY, []
    for _ in range(40):
        well = chance.random() < 0.6
        for voter in range(chance.randint(3, 12)):
            then = moment + chance.randint(0, 20)
            statuses = [401, 200] if well or chance.random() < 0.2 else [401] * chance.choice([1, 2, 2, 4])
            lines += [(then, line(then, f"10.0.0.{voter}", status, "user" if status == 200 else "-"))
                      for status in statuses]
        moment += 20 + chance.choice([5, 10, MINUTE, 200, 400, HOUR])
    return sorted(lines, key=lambda one: one[0])


@pytest.mark.parametrize("seed", range(5))
def test_pauses_by_chance(rig, seed):
    """Whatever happens between pauses, the same is told as where somebody else's line comes each second."""
    lines = chance_lines(random.Random(seed))
    before, after = quiet(FRIDAY - 50, FRIDAY, 1), lines[-1][0]
    filled = sorted(lines + [(moment, line(moment, "10.9.0.1", 200)) for moment in range(FRIDAY, after)],
                    key=lambda one: one[0])
    told, expected = (replay_of(rig, before + "".join(text for _, text in some)) for some in (lines, filled))
    assert expected and [name for name, _ in told] == [name for name, _ in expected]
    assert all(abs(moment - then) <= 5 for (_, moment), (_, then) in zip(told, expected))
