"""A command that stops in the middle until the test lets it go on."""

import os
import shlex
import signal

from .log import Log

SCRIPT = """\
#!/bin/sh
echo "$$" >>{runs}
read -r _ <{gate}
exec {command}
"""


class Gate:
    """Stands before another command: `command` is what to run instead. It says that it has begun,
    and waits to be let through."""

    def __init__(self, directory, command):
        os.makedirs(directory)
        self._gate = os.path.join(directory, "gate")
        self._runs = Log(os.path.join(directory, "runs"))
        os.mkfifo(self._gate)
        script = os.path.join(directory, "command")
        with open(script, "w", encoding="ascii") as output:
            output.write(SCRIPT.format(gate=self._gate, runs=self._runs,
                                       command=shlex.join(command)))
        os.chmod(script, 0o755)
        self.command = [script]

    def runs(self):
        """The process id of each run so far."""
        return [int(line) for line in self._runs.lines()]

    def wait_begun(self):
        """Wait until it has begun; its process id."""
        return int(self._runs.wait_for("^[0-9]+$", deadline_s=60)[0])

    def open(self):
        """Let the run that waits through; OSError where none does."""
        gate = os.open(self._gate, os.O_WRONLY | os.O_NONBLOCK)
        os.write(gate, b"\n")
        os.close(gate)

    def kill(self):
        """kill -9 for the run that waits."""
        os.kill(self.runs()[-1], signal.SIGKILL)

    def stop(self):
        """Let through what still waits."""
        try:
            self.open()
        except OSError:
            pass
