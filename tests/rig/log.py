"""Reading the logs that servers write."""

import os
import re
import shutil
import time

from .wait import wait_until


class Log:
    """A log file, which need not exist yet."""

    def __init__(self, path):
        self.path = path

    def __fspath__(self):
        return self.path

    def __str__(self):
        return self.path

    def size(self):
        """Its bytes, to be given to lines() or wait_for() as the place to start from."""
        try:
            return os.stat(self.path).st_size
        except FileNotFoundError:
            return 0

    def lines(self, start=0):
        """The complete lines from byte `start` on."""
        try:
            with open(self.path, "rb") as log:
                log.seek(start)
                text = log.read().decode("utf-8", "replace")
        except FileNotFoundError:
            return []
        return text.split("\n")[:-1]

    def matching(self, pattern, start=0):
        """Those of them in which the regular expression is found."""
        return [line for line in self.lines(start) if re.search(pattern, line)]

    def wait_for(self, pattern, start=0, count=1, deadline_s=20):
        """Wait until that many lines match; the matching lines."""
        wait_until(lambda: len(self.matching(pattern, start)) >= count, deadline_s,
                   lambda: f"{count} lines with {pattern!r} in {self.path}, which ends with:\n"
                           + "\n".join(self.lines(start)[-20:]))
        return self.matching(pattern, start)


class LogWriter:
    """A server that only writes its access log, in the combined format, and whose log is rotated.
    `lines` counts the complete lines written so far."""

    def __init__(self, path):
        self.path = path
        self.lines = 0
        self._log = open(path, "ab", buffering=0)

    def stop(self):
        """Close the log."""
        self._log.close()

    def line(self):
        """The next line, unlike all others."""
        stamp = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime())
        self.lines += 1
        return (f'127.0.3.{self.lines % 250 + 1} - - [{stamp}] "GET /{self.lines} HTTP/1.1" 200 5'
                ' "-" "rig"\n').encode()

    def write(self, count=1):
        """Write that many lines."""
        self._log.write(b"".join(self.line() for _ in range(count)))

    def write_halves(self):
        """Write a line in two halves: the first now, the other at next()."""
        line = self.line()
        self._log.write(line[:30])
        yield
        self._log.write(line[30:])
        yield

    def _shift(self, number=1):
        """Make room for PATH.1, as logrotate does."""
        if os.path.exists(f"{self.path}.{number}"):
            self._shift(number + 1)
            os.rename(f"{self.path}.{number}", f"{self.path}.{number + 1}")

    def rename(self, lines_after=0):
        """Rotate by a new name; the server writes some more lines there before it opens the log
        anew."""
        self._shift()
        os.rename(self.path, f"{self.path}.1")
        self.write(lines_after)
        self._log.close()
        self._log = open(self.path, "ab", buffering=0)

    def copytruncate(self):
        """Rotate by a copy, and empty the file."""
        self._shift()
        shutil.copy2(self.path, f"{self.path}.1")
        self._log.truncate(0)
