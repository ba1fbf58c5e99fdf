"""Shows that lines with broken dates and logs whose clocks are off neither hide a failure nor make
one up, live and in a replay, and that a clock that is off is told."""

import time

import pytest

from rig import apache_site, config, log_site, wait_until

HOUR = 3600
DAY = 24 * HOUR
NOON = 1_700_000_000
DENIED = "scheme=negotiate-kerberos reply=reject"
ADMITTED = "scheme=negotiate-kerberos reply=accept"
QUICK = {"window": "10s"}


def line(moment, client, admitted=True):
    """A line as the apache-authmedic format has it."""
    stamp = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(moment))
    user, status, told = ("u@X", 200, ADMITTED) if admitted else ("-", 401, DENIED)
    return f'{client} - {user} [{stamp}] "GET / HTTP/1.1" {status} 5 "-" "rig" {told}\n'


def day(start=NOON, broken=(), off=0, network=1):
    """An hour in which ten people get in, with five lines of broken dates in its middle and just
    before its last minute; in that nobody gets in."""
    text = []
    for moment in range(start, start + HOUR, 6):
        if moment in (start + HOUR // 2, start + HOUR - 66):
            text += [line(moment + ahead, "10.9.9.9") for ahead in broken for _ in range(5)]
        for person in range(10):
            text.append(line(moment - off, f"10.{network}.0.{person}", moment < start + HOUR - 60))
    return "".join(text)


class Written:
    """A log that the test writes."""

    def __init__(self, rig, name, text=""):
        self.path = rig.path(name)
        self.add(text)

    def __str__(self):
        return self.path

    def add(self, text):
        with open(self.path, "a", encoding="ascii") as file:
            file.write(text)


def site(*logs, **changes):
    return log_site(logs=[{"path": log.path, "format": "apache-authmedic"} for log in logs], **changes)


def events_of(rig, *logs):
    *events, summary = rig.authmedic(config(site(*logs)), start=False).objects("replay")
    return events, summary


@pytest.mark.parametrize("broken", [[DAY], [365 * DAY], [-DAY], [-365 * DAY], [HOUR], [DAY, -HOUR]],
                         ids=str)
def test_broken_dates(rig, broken):
    """Five lines in a row dated a day or a year ahead, or back, twice in a log: the spike is found
    as without them, at the same time, and they are counted."""
    plain, _ = events_of(rig, Written(rig, "plain.log", day()))
    events, summary = events_of(rig, Written(rig, "broken.log", day(broken=broken)))
    assert [event["event"] for event in events] == ["spike-opened", "diagnosis"]
    assert [event["time"] for event in events] == [event["time"] for event in plain]
    assert [event.get("rejected") for event in events] == [event.get("rejected") for event in plain]
    assert summary["misdated"] == 2 * 5 * len(broken)


def test_pauses(rig):
    """Nights, a weekend and a year without a line are believed: after each the failure is found."""
    starts = [NOON, NOON + 14 * HOUR, NOON + 4 * DAY, NOON + 6 * DAY]
    events, summary = events_of(rig, Written(rig, "pauses.log", "".join(map(day, starts))))
    assert [event["event"] for event in events if event["event"] != "diagnosis"] == [
        "spike-opened", "spike-closed"] * 3 + ["spike-opened"]
    assert summary["misdated"] == 0
    log = Written(rig, "years.log", day() + day(NOON + 365 * DAY))
    events, summary = events_of(rig, log)
    assert [event["event"] for event in events].count("spike-opened") == 2
    assert summary["last"][:4] == "2024"


def test_replay_of_two_clocks(rig):
    """Two logs of one site, the second an hour behind the first: it is told, once, for the second."""
    logs = [Written(rig, "right.log", day(network=1)), Written(rig, "off.log", day(network=2, off=HOUR))]
    events, _ = events_of(rig, *logs)
    assert [event["log"] for event in events if event.get("reason") == "clock-off"] == [str(logs[1])]
    events, _ = events_of(rig, logs[0], Written(rig, "right-too.log", day(network=2)))
    assert not [event for event in events if event["event"] == "deaf"]


def test_two_clocks(rig):
    """Two logs of one site, the second an hour behind: live, who fails there is heard, and it is
    told; also after a kill. Once its clock is set right that is told, too."""
    logs = [Written(rig, "right.log"), Written(rig, "off.log")]
    authmedic = rig.authmedic(config(site(*logs), detect=QUICK, deaf={"silent_for": "1h"}))

    def go_on(off=HOUR, admitted=True):
        now = int(time.time())
        for person in range(6):
            logs[0].add(line(now, f"10.1.0.{person}"))
            logs[1].add(line(now - off, f"10.2.0.{person}", admitted))

    def is_off(expected):
        return authmedic.metric("authmedic_deaf_reason", log=str(logs[1]),
                                reason="clock-off") == expected

    wait_until(lambda: go_on() or is_off(1), 60, "the clock is found to be off")
    offset = authmedic.metric("authmedic_log_clock_offset_seconds", log=str(logs[1]))
    assert abs(offset - HOUR) <= 5
    assert authmedic.metric("authmedic_log_clock_offset_seconds", log=str(logs[0])) == 0
    authmedic.kill()
    authmedic.start()
    assert is_off(1)
    wait_until(lambda: go_on() or authmedic.metric("authmedic_known_good_voters") == 12, 60,
               "all are known")
    wait_until(lambda: go_on(admitted=False) or
               authmedic.metric("authmedic_rejected_voters_ratio") == 0.5, 60,
               lambda: f"half of them are refused\n{authmedic.output()}")
    assert authmedic.metric("authmedic_log_misdated_lines_total", log=str(logs[0])) == 0
    wait_until(lambda: go_on(off=0) or is_off(0), 60, "the clock is right again")


def test_five_lines_a_year_ahead(rig):
    """Live: they neither age out who is known nor close the window, and are counted."""
    log = Written(rig, "access.log")
    authmedic = rig.authmedic(config(site(log)))
    now = int(time.time())
    log.add("".join(line(now, f"10.1.0.{person}") for person in range(10)))
    log.add("".join(line(now, f"10.1.0.{person}", False) for person in range(5)))
    authmedic.wait_metric(lambda ratio: ratio == 0.5, "authmedic_rejected_voters_ratio")
    for ahead in (DAY, 365 * DAY, -DAY, -365 * DAY):
        log.add(line(now + ahead, "10.9.9.9", False) * 5)
    authmedic.wait_metric(lambda count: count == 20, "authmedic_log_misdated_lines_total")
    assert authmedic.metric("authmedic_rejected_voters_ratio") == 0.5
    assert authmedic.metric("authmedic_known_good_voters") == 10


def test_error_log_of_another_zone(rig, realm, keytab):
    """A real Apache in another time zone than authmedic: its error log, which names no zone, is put
    right, and its access log needs not be."""
    apache = rig.apache(realm, keytab, start=False)
    environment = apache.environment
    apache.environment = lambda: {**environment(), "TZ": "XXX-5"}
    apache.start()
    crowd = rig.crowd(realm, 2)
    assert crowd.get(apache.url) == {200}
    realm.rotate_key()
    crowd.sign_in()
    authmedic = rig.authmedic(config(apache_site(apache, evidence="voters"), detect=QUICK))
    wait_until(lambda: crowd.get(apache.url) and authmedic.metric(
        "authmedic_log_clock_offset_seconds", log=apache.error_log.path), 60, "it is found out")
    offset = authmedic.metric("authmedic_log_clock_offset_seconds", log=apache.error_log.path)
    assert abs(offset + 5 * HOUR) <= 5
    assert authmedic.metric("authmedic_log_clock_offset_seconds", log=str(apache.authmedic_log)) == 0
