"""Shows that a replay tells the same of a site whatever others there are, and at the time when a daemon would have
told it, also where the log pauses."""

import os
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
