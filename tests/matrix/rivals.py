"""Other followers under the same scenarios, in real time: they have a process and an output file, and
tell nothing of themselves. Each is set up as well as its manual allows."""

import os
import shutil
import signal
import subprocess
import time

import pytest

from rig.process import SEARCH_PATH
from rig.wait import Expired, let_pass, wait_until

from .world import World

LONGEST_S = 3  # hours of a scenario are cut to this
QUIET_S = 3  # without a new line it is taken to have come to rest
SETTLE_S = 20
MAX_LINE_BYTES = 64 * 1024


def find_program(name, package):
    """The program, and the folder that its package was unpacked in ("" where it is installed)."""
    for root in os.environ.get("AUTHMEDIC_RIVALS", "").split(":"):
        for folder in ("usr/sbin", "usr/bin"):
            path = os.path.join(root, folder, name)
            if root and os.access(path, os.X_OK):
                return path, root
    path = shutil.which(name, path=SEARCH_PATH)
    if path is None:
        pytest.skip(f"needs {name} (Debian package {package}; or unpacked below $AUTHMEDIC_RIVALS)")
    return path, ""


class Rival:
    """A program that appends the lines it takes to a file."""

    name = package = program = ""

    def __init__(self, state, pattern, polling):
        self.state = state
        self.pattern = pattern
        self.polling = polling
        self.wrapper = []
        self.environment = {}
        self.format = None
        self._path, self._root = find_program(self.program, self.package)
        self._child = None
        os.makedirs(state, exist_ok=True)
        os.chmod(state, 0o700)
        with open(self.file("conf"), "w", encoding="utf-8") as output:
            output.write(self.configuration())

    def file(self, name):
        return os.path.join(self.state, name)

    def library(self, folder):
        """A folder of its libraries."""
        return os.path.join(self._root or "/", "usr/lib", folder)

    def configuration(self):
        raise NotImplementedError

    def arguments(self):
        raise NotImplementedError

    # -- the process

    def start(self):
        libraries = {"LD_LIBRARY_PATH": ":".join(
            self.library(folder) for folder in ("x86_64-linux-gnu", "aarch64-linux-gnu", "syslog-ng"))}
        with open(self.file("output"), "ab") as output:
            self._child = subprocess.Popen(
                [*self.wrapper, self._path, *self.arguments()], stdin=subprocess.DEVNULL,
                stdout=output, stderr=output, start_new_session=True,
                env={**os.environ, **(libraries if self._root else {}), **self.environment})
        try:
            wait_until(self.is_up, 10, "it is up")
        except Expired:
            raise AssertionError(f"{self.name} does not start: {self.output()[-500:]}") from None

    def is_up(self):
        return os.path.exists(self.file("pid"))

    def stop(self):
        self._end(signal.SIGTERM)

    def kill(self):
        self._end(signal.SIGKILL)

    def close(self):
        if self._child is not None:
            self._end(signal.SIGKILL)

    def _end(self, number):
        os.killpg(self._child.pid, signal.SIGCONT)
        os.killpg(self._child.pid, number)
        try:
            self._child.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self._child.pid, signal.SIGKILL)
            self._child.wait()
        self._child = None
        if os.path.exists(self.file("pid")):
            os.unlink(self.file("pid"))

    @property
    def pid(self):
        return self._child.pid

    @property
    def is_running(self):
        return self._child is not None

    @property
    def has_died(self):
        return self._child is not None and self._child.poll() is not None

    def output(self):
        with open(self.file("output"), encoding="utf-8", errors="replace") as output:
            return output.read()

    # -- what it took

    def lines(self):
        """The lines; that it leaves a CR or a mark of UTF-8 at them is not held against it."""
        try:
            with open(self.file("lines"), "rb") as lines:
                return [line.removesuffix(b"\r").removeprefix(b"\xef\xbb\xbf")
                        for line in lines.read().split(b"\n")[:-1]]
        except FileNotFoundError:
            return []

    def taken_bytes(self):
        try:
            return os.path.getsize(self.file("lines"))
        except FileNotFoundError:
            return 0


class Rsyslog(Rival):
    """rsyslog's imfile, with truncation watched for and its place stored after each line."""

    name, package, program = "rsyslog", "rsyslog", "rsyslogd"

    def configuration(self):
        mode = 'mode="polling" pollingInterval="1"' if self.polling else 'mode="inotify"'
        return f"""global(workDirectory="{self.state}" maxMessageSize="{MAX_LINE_BYTES}"
       parser.escapeControlCharactersOnReceive="off")
module(load="imfile" {mode})
input(type="imfile" File="{self.pattern}" Tag="matrix" ruleset="matrix" reopenOnTruncate="on"
      persistStateInterval="1" persistStateAfterSubmission="on" addMetadata="off")
template(name="line" type="string" string="%rawmsg%\\n")
ruleset(name="matrix") {{ action(type="omfile" file="{self.file("lines")}" template="line") }}
"""

    def arguments(self):
        modules = self.library("x86_64-linux-gnu/rsyslog")
        return ["-n", "-f", self.file("conf"), "-i", self.file("pid"),
                *(["-M", modules] if os.path.isdir(modules) else [])]


class SyslogNg(Rival):
    """syslog-ng's file source, or its source for several files where the pattern is a glob."""

    name, package, program = "syslog-ng", "syslog-ng-core", "syslog-ng"

    def configuration(self):
        folder, name = os.path.split(self.pattern)
        source = f'file("{self.pattern}" follow-freq(1) flags(no-parse))'
        if "*" in name:
            method = "poll" if self.polling else "inotify"
            source = (f'wildcard-file(base-dir("{folder}") filename-pattern("{name}") recursive(no)'
                      f' monitor-method("{method}") follow-freq(1) flags(no-parse))')
        return f"""@version: 3.35
options {{ log-msg-size({MAX_LINE_BYTES}); stats-freq(0); flush-lines(1); }};
source s {{ {source}; }};
destination d {{ file("{self.file("lines")}" template("${{MESSAGE}}\\n")); }};
log {{ source(s); destination(d); flags(flow-control); }};
"""

    def arguments(self):
        modules = self.library("syslog-ng/3.38")
        return ["-F", "--no-caps", "-f", self.file("conf"), "-R", self.file("persist"),
                "-p", self.file("pid"), "-c", self.file("control"),
                *([f"--module-path={modules}"] if self._root else [])]


RIVALS = {rival.name: rival for rival in (Rsyslog, SyslogNg)}


class RealWorld(World):
    """The same world for those whose time nobody can make stand still: what a scenario lets happen in
    a moment happens in a moment, and hours are cut short."""

    real_time = True
    read_call = "read"

    def start(self, pattern="access.log"):
        self._make(pattern)
        self._started()

    def _started(self):
        self.follower.start()
        self.catch_up()

    def start_unready(self, pattern):
        self._make(pattern)
        self.follower.start()

    def ready(self):
        self.catch_up()

    def restart(self):
        self._started()

    def inject_faults(self):
        pytest.skip("simulated by calls that only authmedic makes")

    def nudge(self):
        if self.is_awake:
            let_pass(self.random.random() * 0.02)

    def hints(self):
        let_pass(0.01)

    def look(self):
        let_pass(0.01)

    read_some = look

    def second(self, count=1):
        if self.is_awake:
            let_pass(min(count, LONGEST_S))

    def _lines_come(self, longest_s, quiet_s):
        """Until all that was written may be there, or nothing comes any more."""
        begin_s = last_s = time.monotonic()
        taken_bytes = -1
        while time.monotonic() - begin_s < longest_s and time.monotonic() - last_s < quiet_s:
            if self.follower.taken_bytes() != taken_bytes:
                taken_bytes, last_s = self.follower.taken_bytes(), time.monotonic()
            if len(self.follower.lines()) == self.oracle.written_count:
                break
            let_pass(0.05)
        self.check(not self.follower.has_died, f"{self.follower.name} died")

    def catch_up(self):
        self._lines_come(5, 2)

    def settle(self):
        self._lines_come(SETTLE_S, QUIET_S)
        let_pass(1.2)  # for what comes twice

    def hold_up(self):
        os.kill(self.follower.pid, signal.SIGSTOP)
        self._asleep_ms = 0

    freeze = hold_up

    def go_on(self, whole=True):
        os.kill(self.follower.pid, signal.SIGCONT)
        self._asleep_ms = None
        if whole:
            self.second()

    thaw = go_on

    def told(self, name):
        return None

    def check_hinted(self, file):
        self.write_lines(file, 10)
        self.second()
