"""Shows that the last hour, minute by minute, is what the log says, also over kill -9, and that a
minute nobody knows of is a gap and no zero."""

import time

from rig import config, wait_until

LINE = ('10.0.{voter}.1 - {user} [{stamp}] "GET /private/ HTTP/1.1" {status} 381 "-" "browser"'
        ' scheme={scheme} conn=40{voter}\n')
MINUTE = 60


class Past:
    """A log whose sign-ins are some minutes old, and what is to be told of them."""

    def __init__(self, path):
        self.path = path
        self.first = int(time.time()) // MINUTE * MINUTE - 40 * MINUTE
        self.established, self.rejected = {}, {}

    def write(self, minute, established, rejected):
        """So many sign-ins in that minute since the first."""
        stamp = time.strftime("%d/%b/%Y:%H:%M:%S +0000",
                              time.gmtime(self.first + minute * MINUTE + 1))
        with open(self.path, "a", encoding="ascii") as log:
            for voter in range(established + rejected):
                good = voter < established
                log.write(LINE.format(voter=voter, user="-", stamp=stamp, status=401, scheme="-"))
                log.write(LINE.format(voter=voter, user=f"u{voter}" if good else "-", stamp=stamp,
                                      status=200 if good else 401, scheme="Negotiate-YII"))
        self.established[minute] = established
        self.rejected[minute] = rejected

    def told(self, hour):
        """The minutes of the hour that are known, since the first, by count."""
        begin = time.strptime(hour["from"], "%Y-%m-%dT%H:%M:%S.000Z")
        from_minute = (int(time.mktime(begin)) - time.timezone - self.first) // MINUTE
        return [{from_minute + place: count for place, count in enumerate(hour[name])
                 if count is not None and from_minute + place < 30}
                for name in ("established", "rejected")]

    def is_told(self, site):
        """Whether exactly that is told; what is not written of is null."""
        return self.told(site["last_hour"]) == [self.established, self.rejected]


def test_minutes(rig):
    """Lines that were written while nobody ran, that are read at once, and that were read before a
    kill: each counts in its own minute, once."""
    past = Past(rig.path("access.log"))
    past.write(0, 7, 0)
    past.write(5, 3, 2)
    site = {"name": "intranet", "evidence": "voters", "server": "apache",
            "logs": [{"path": past.path, "format": "apache-authmedic"}]}
    authmedic = rig.authmedic(config(site, mode="observe", detect={"window": "1h"}))

    def is_told():
        return past.is_told(authmedic.status()["sites"][0])

    def told():
        return authmedic.status()["sites"][0]["last_hour"]

    wait_until(is_told, 20, told)
    past.write(11, 4, 4)
    wait_until(is_told, 20, told)
    authmedic.kill()
    past.write(13, 0, 9)
    authmedic.start()
    wait_until(is_told, 20, told)
    authmedic.restart()
    wait_until(is_told, 20, told)
    ratios = [ratio for ratio in told()["rejected_voters_ratio"] if ratio is not None]
    assert 0 < max(ratios) <= 1


def test_marks(rig):
    """A new configuration and a pause are marked; the same configuration again is not."""
    path = rig.path("access.log")
    with open(path, "wb"):
        pass
    site = {"name": "intranet", "evidence": "voters", "server": "apache",
            "logs": [{"path": path, "format": "apache-authmedic"}]}
    authmedic = rig.authmedic(config(site))

    def kinds():
        return [mark["kind"] for mark in authmedic.status()["sites"][0]["marks"]]

    assert kinds() == []
    authmedic.restart()
    assert kinds() == []
    authmedic.write_config(config(site, detect={"window": "2m"}))
    authmedic.reload()
    wait_until(lambda: kinds() == ["configured"], 20, kinds)
    authmedic.command("pause", check=True)
    authmedic.restart()  # it asks its helper at once
    wait_until(lambda: kinds() == ["configured", "paused"], 20, kinds)
    authmedic.command("resume", check=True)
    authmedic.restart()
    wait_until(lambda: kinds() == ["configured", "paused", "resumed"], 20, kinds)
