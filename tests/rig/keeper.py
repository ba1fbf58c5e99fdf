"""Keeps one program running, as an init system does: `keeper.py PIDFILE PROGRAM ARGUMENT…`.

SIGHUP ends the program and starts it anew; where it ends by itself, so does this. The program's
process id stands in the file.
"""

import os
import signal
import subprocess
import sys


def keep(pid_file, *arguments):
    """The program's exit code, once it has ended untold."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP, signal.SIGCHLD})
    while True:
        program = subprocess.Popen(
            arguments, preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_SETMASK, set()))
        with open(pid_file + ".new", "w", encoding="ascii") as output:
            output.write(f"{program.pid}\n")
        os.rename(pid_file + ".new", pid_file)
        if signal.sigwait({signal.SIGHUP, signal.SIGCHLD}) == signal.SIGCHLD:
            return program.wait()
        program.terminate()
        program.wait()
        # The end that was asked for is no news.
        while signal.sigtimedwait({signal.SIGCHLD}, 0):
            pass


if __name__ == "__main__":
    sys.exit(keep(*sys.argv[1:]))
