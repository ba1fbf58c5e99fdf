"""Child processes that are stopped by their own process id, whatever happens."""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess

import pytest

from .wait import wait_until

# Programs of servers live where an ordinary user's PATH does not look.
SEARCH_PATH = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin:/usr/lib/squid"


def need_program(name, package):
    """The path of a program; skips the test by the package's name where it is missing."""
    path = shutil.which(name, path=SEARCH_PATH)
    if path is None:
        pytest.skip(f"needs {name} (Debian package {package})")
    return path


def need_file(path, package):
    """The same for a file, such as a module of a server."""
    if not os.path.exists(path):
        pytest.skip(f"needs {path} (Debian package {package})")
    return path


def need_root(why):
    """Skip where the test is not run by root."""
    if os.geteuid() != 0:
        pytest.skip(f"needs root: {why}")


def strace(*injections, paths=()):
    """The words to put before a command line, so that its system calls fail as told:
    `pread64:error=EIO:when=3+5`; where paths are given, only those on these files."""
    calls = ",".join(injection.split(":")[0] for injection in injections)
    return [need_program("strace", "strace"), "-f", "-D", "--seccomp-bpf", "-o", os.devnull,
            *(f"--trace-path={path}" for path in paths), "-e", f"trace={calls}",
            *(f"--inject={injection}" for injection in injections)]


def need_mounts():
    """Skip where no mount name space can be made, as in a plain chroot; the path of unshare."""
    need_root("mount name spaces need root")
    unshare = need_program("unshare", "util-linux")
    if subprocess.run([unshare, "-m", "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("no mount name space can be made here")
    return unshare


class EndedEarly(AssertionError):
    """A program ended before it was ready."""


class Process:
    """One program in a session of its own, with its output in a file.

    Its children share its process group, and go with it when it must be killed.
    """

    def __init__(self, arguments, output_path, environment=None):
        self.name = os.path.basename(arguments[0])
        self.output_path = output_path
        self._reaped = False
        with open(output_path, "ab") as output:
            self._child = subprocess.Popen(
                arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                env=environment, start_new_session=True)

    @property
    def pid(self):
        return self._child.pid

    @property
    def exit_code(self):
        """None while it runs; -N after signal N."""
        if self._reaped:
            return self._child.returncode
        # Not reaped before kill(), so that its id cannot become somebody else's.
        ended = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if ended is None:
            return None
        return ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status

    def output(self):
        """All it has written so far."""
        with open(self.output_path, "rb") as output:
            return output.read().decode("utf-8", "replace")

    def wait_ready(self, predicate, deadline_s, what):
        """wait_until(), but raises EndedEarly at once, with the output, where the program has ended."""
        def ready_or_dead():
            return self.exit_code is not None or predicate()
        wait_until(ready_or_dead, deadline_s, lambda: f"{what}; it says:\n{self.output()}")
        if self.exit_code is not None:
            raise EndedEarly(
                f"{self.name} ended with {self.exit_code}; it says:\n{self.output()}")

    def signal(self, number):
        """Send a signal to the program alone."""
        if self.exit_code is None:
            os.kill(self.pid, number)

    def wait(self, deadline_s=20):
        """Wait for its end; the exit code."""
        wait_until(lambda: self.exit_code is not None, deadline_s,
                   lambda: f"{self.name} ends; it says:\n{self.output()}")
        return self.exit_code

    def kill(self):
        """SIGKILL for the program and what is left of its group; the exit code."""
        if not self._reaped:
            os.killpg(self.pid, signal.SIGKILL)
            self.reap()
        return self.exit_code

    def reap(self):
        """After its end: give its id back to the system. What is left of its group lives on."""
        self._child.wait()
        self._reaped = True

    def stop(self, deadline_s=20):
        """SIGTERM, and SIGKILL for whatever is left after the deadline; the exit code."""
        self.signal(signal.SIGTERM)
        try:
            self.wait(deadline_s)
        except AssertionError:
            pass
        return self.kill()


def run(arguments, environment=None, text=None, check=True, deadline_s=30):
    """Run a short command to its end; the CompletedProcess, with text output."""
    done = subprocess.run(arguments, input=text, env=environment, capture_output=True,
                          encoding="utf-8", errors="replace", timeout=deadline_s)
    if check and done.returncode != 0:
        raise AssertionError(f"{arguments} ended with {done.returncode}:\n"
                             f"{done.stdout}{done.stderr}")
    return done


def remove(path):
    """Remove a file, where there is one."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


def adopt_orphans():
    """From now on a process whose parent ends becomes our child, so that none is lost sight of."""
    pr_set_child_subreaper = 36
    if ctypes.CDLL(None, use_errno=True).prctl(pr_set_child_subreaper, 1) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def reap_orphans(known):
    """Our children that are not `known` and still run, as {id: command line}; those that have ended
    are reaped. For when no Process runs any more."""
    left = {}
    for pid in set(children(os.getpid())) - known:
        if os.waitpid(pid, os.WNOHANG) == (0, 0):
            with open(f"/proc/{pid}/cmdline", "rb") as command:
                left[pid] = command.read().replace(b"\0", b" ").decode("utf-8", "replace")
    return left


def _status_kib(pid, name):
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(f"{name}:"))


def resident_kib(pid):
    """A process's resident memory."""
    return _status_kib(pid, "VmRSS")


def allocated_kib(pid):
    """All that a process allocated, whether it touched it yet or not: tables are laid out at their full size."""
    return _status_kib(pid, "VmData")


def count_files(pid):
    """How many files it has open."""
    return len(os.listdir(f"/proc/{pid}/fd"))


def children(pid):
    """The ids of a process's direct children."""
    found = set()
    for task in os.listdir(f"/proc/{pid}/task"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread may end meanwhile
            with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as listed:
                found.update(int(word) for word in listed.read().split())
    return sorted(found)


def descendants(pid, name=None):
    """All processes below one; only those whose program is called `name`, where given."""
    found = []
    try:
        for child in children(pid):
            with open(f"/proc/{child}/cmdline", "rb") as command:
                program = os.path.basename(command.read().split(b"\0")[0].split(b" ")[0])
            # Squid puts its helper's name in brackets.
            if name is None or program.strip(b"()").decode() == name:
                found.append(child)
            found += descendants(child, name)
    except (FileNotFoundError, ProcessLookupError):
        pass  # it ended while we looked
    return found
