"""What Apache and nginx have in common: a parent process that starts its workers anew."""

from .process import children, run
from .wait import wait_until


class ForkingServer:
    """For those that have `command(verb)` and `environment()`; `_process` is the parent."""

    _process = None

    @property
    def pid(self):
        """The parent process, as in the pid file."""
        return self._process.pid

    def workers(self):
        """The ids of the processes that serve."""
        return children(self.pid)

    def renew_workers(self, verb):
        """Have it start new workers, and wait until only those are left."""
        old = set(self.workers())
        run(self.command(verb), self.environment())
        wait_until(lambda: self.workers() and not old & set(self.workers()), 20,
                   "there are only new workers")

    def stop(self):
        """Stop it, where it runs."""
        if self._process is not None:
            self._process.kill()  # its own shutdown takes a second, and nothing of it is kept
            self._process = None
