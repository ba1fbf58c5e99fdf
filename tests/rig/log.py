"""Reading the logs that servers write."""

import os
import re

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
