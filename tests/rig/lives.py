"""An authmedicd that is ended again and again, and the access log that it follows through all its lives."""

import time

from .wait import wait_until

VOTERS = 12
LINE = ('10.0.{voter}.1 - {user} [{stamp}] "GET /private/ HTTP/1.1" {status} 381 "-" "browser"'
        ' scheme={scheme} conn=40{voter}\n')


class Lives:
    """Whoever makes one sets `authmedic`, and may do more in start() and look()."""

    def __init__(self, log):
        self.log = log  # its path
        self.lines = 0  # written so far
        self.authmedic = None
        with open(log, "wb"):
            pass

    def told(self):
        """What tells a failure apart: the seed, who was ended where."""
        raise NotImplementedError

    def start(self):
        """Begin a life, which may end at any moment."""
        self.authmedic.start(wait_ready=False)

    def look(self):
        """What must hold at each moment of waiting."""

    def write(self, status, moment, voters=VOTERS):
        """A challenge and its answer for each voter, at that second."""
        stamp = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(moment))
        text = "".join(
            LINE.format(voter=voter, stamp=stamp, user="-", status=401, scheme="none")
            + LINE.format(voter=voter, stamp=stamp, status=status, scheme="negotiate-kerberos",
                          user=f"user{voter}" if status == 200 else "-")
            for voter in range(voters))
        self.lines += 2 * voters
        with open(self.log, "ab", buffering=0) as log:
            log.write(text.encode())

    def site(self):
        """The site's status; None where authmedicd is dying."""
        if not self.authmedic.is_running:
            self.authmedic.wait_exit()
            self.start()
        try:
            return self.authmedic.status()["sites"][0]
        except OSError:
            return None

    def wait(self, holds, what):
        """Wait until the predicate holds of the site, through as many lives as it takes."""
        def look():
            self.look()
            site = self.site()
            return site is not None and holds(site)
        wait_until(look, 120, lambda: f"{what}; {self.told()}\n{self.authmedic.output()[-4000:]}")

    def wait_read(self):
        """Wait until all that was written counts."""
        self.wait(lambda site: site["logs"][0]["lines_committed"] >= self.lines, "all lines count")
