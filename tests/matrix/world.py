"""The world of one scenario: a directory of logs, writers, a follower, an oracle, and time."""

import os
import shutil
import signal
import time
from dataclasses import dataclass
from random import Random

import pytest

from rig import need_program
from rig.clock import faketime_library

from .faults import Faults
from .follow import Ended
from .lines import Block, Oracle

SETTLE_S = 200  # the longest time for which a follower of ours waits for anything
PIECES = 4
MAX_TRIES = 20  # to be given an inode that was free
MAX_EVENTS = 200_000
RARELY = 250
NOBODY = 65534
CLOCK_WITHIN_S = 600


@dataclass(frozen=True)
class Case:
    """What one run of a scenario depends on."""
    row: str
    polling: bool
    rate: int  # lines a second
    seed: int
    long: bool = False

    def __str__(self):
        mode = "polling" if self.polling else "inotify"
        return f"{self.row} {mode} {self.rate} lines/s seed {self.seed}"


@dataclass
class Clock:
    """The machine's clock, as far as files show it: it may be set. Where births are told, they are
    still the real ones."""
    ahead_s: int = 0


class File:
    """An open log file and who writes to it. With `append` false it keeps its own place, as a writer
    without O_APPEND does."""

    def __init__(self, path, writer, clock, append=True):
        self.writer = writer
        self._clock = clock
        flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if append else 0)
        self.descriptor = os.open(path, flags, 0o644)

    def write(self, data):
        view = memoryview(data)
        while view:
            view = view[os.write(self.descriptor, view):]
        if self._clock.ahead_s != 0:
            time_ns = time.time_ns() + self._clock.ahead_s * 10**9
            os.utime(self.descriptor, ns=(time_ns, time_ns))

    @property
    def size(self):
        return os.fstat(self.descriptor).st_size

    @property
    def inode(self):
        return os.fstat(self.descriptor).st_ino

    def close(self):
        if self.descriptor >= 0:
            os.close(self.descriptor)
        self.descriptor = -1


class World:
    """What scenarios are written in. Here time is the test's: it passes by second() only, and the
    follower moves only when it is told to, by a chance that the seed decides."""

    real_time = False
    read_call = "pread64"  # by which the follower reads logs

    def __init__(self, case, directory, state, make_follower):
        self.case = case
        self.random = Random(f"{case.row} {case.rate} {case.seed}")
        self.directory = os.path.join(directory, "logs")
        os.mkdir(self.directory)
        self.oracle = Oracle(self.random)
        self.state = state
        self._make_follower = make_follower
        self.follower = None
        self.files = []
        self.clock = Clock()
        self._clock_file = None
        self._wrapper, self._environment, self._format = [], {}, None
        self.faults = None
        self.survives_kills = False
        self._asleep_ms = None  # so long has the follower been held up
        self.complaints = []

    def close(self):
        if self.follower:
            self.follower.close()
        for file in self.files:
            file.close()
        if self.faults:
            self.faults.close()

    # -- files

    def path(self, name):
        return os.path.join(self.directory, name)

    def followed_path(self, pattern):
        """As the follower sees it."""
        return self.path(pattern)

    def open(self, name, writer=None, append=True):
        """Opens a log for writing, and makes it where it is missing."""
        file = File(self.path(name), writer or f"w{len(self.files)}", self.clock, append)
        self.files.append(file)
        return file

    def open_with_inode(self, name, inode):
        """The same, as a new file that has an inode which was free before, where the file system
        gives inodes out again."""
        names = []
        for number in range(MAX_TRIES):
            names.append(f"{name}.try{number}")
            file = self.open(names[-1], f"w{len(self.files)}")
            if file.inode == inode:
                break
        for other in names[:-1]:
            self.remove(other)
        self.rename(names[-1], name)
        return file

    def rename(self, old, new):
        os.rename(self.path(old), self.path(new))

    def remove(self, name):
        os.unlink(self.path(name))

    def copy(self, old, new):
        shutil.copyfile(self.path(old), self.path(new))

    def truncate(self, name, size=0):
        os.truncate(self.path(name), size)

    def link(self, target, name):
        """Makes or flips a symbolic link, in one step as `ln -sfn` does not but rename does."""
        os.symlink(target, self.path(name + ".new"))
        self.rename(name + ".new", name)

    # -- writing

    def write(self, file, seconds=0.3):
        """So much as is written in that time, in pieces that end anywhere; the Block."""
        block = self.oracle.make(file.writer, self.lines_in(seconds))
        self.write_text(file, block.text, seconds)
        return block

    def lines_in(self, seconds):
        return max(1, int(seconds * self.case.rate))

    def write_text(self, file, text, seconds=0.3):
        cuts = sorted(self.random.randrange(len(text) + 1)
                      for _ in range(self.random.randrange(PIECES)))
        for start, end in zip([0, *cuts], [*cuts, len(text)]):
            file.write(text[start:end])
            self.nudge()

    def write_lines(self, file, count):
        """Some lines at once, without anything happening in between; the Block."""
        block = self.oracle.make(file.writer, count)
        file.write(block.text)
        return block

    # -- faults, to be asked for before the start

    def wrap(self, words):
        """Puts these words before the follower's command line."""
        self._wrapper = words + self._wrapper

    def inject_faults(self):
        """Puts the shim under it; self.faults has its values."""
        self.faults = Faults(self.path("../faults"))
        self._environment.update(self.faults.environment)

    def own_the_clock(self):
        """The follower's clock is what set_clock() makes it; files' times are left to whoever writes."""
        if self.real_time:
            return
        self._clock_file = self.path("../clock")
        self.set_clock(0)
        self._environment.update({
            "LD_PRELOAD": faketime_library(), "FAKETIME_TIMESTAMP_FILE": self._clock_file, "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"})

    def set_clock(self, ahead_s):
        """It jumps, for files that are written and, where own_the_clock() was asked for, for the
        follower."""
        self.clock.ahead_s = ahead_s
        if self._clock_file:
            with open(self._clock_file + ".new", "w", encoding="ascii") as file:
                file.write(f"{ahead_s:+d}")
            os.rename(self._clock_file + ".new", self._clock_file)
        if self._clock_file and self.is_awake:
            off_s = self.told("clock_ms") / 1000 - time.time() - ahead_s
            self.check(abs(off_s) < CLOCK_WITHIN_S, f"its clock is {off_s} s off")

    def set_zone(self, zone):
        self._environment["TZ"] = zone

    def parse(self, format_name):
        """Lines are taken as the records that come of them: client, status and user."""
        self._format = format_name

    def be_ordinary(self):
        """Has the follower run without root's rights."""
        if os.geteuid() != 0:
            return
        self.wrap([need_program("setpriv", "util-linux"), f"--reuid={NOBODY}", f"--regid={NOBODY}",
                   "--clear-groups"])
        os.makedirs(self.state, mode=0o700)
        os.chown(self.state, NOBODY, NOBODY)
        for folder in (self.path(".."), os.path.join(self.state, "..")):
            os.chmod(folder, 0o755)

    def forbid(self, name):
        os.chmod(self.path(name), 0)

    def allow(self, name):
        os.chmod(self.path(name), 0o644)

    def flood_with_events(self, names):
        """More of them than the queue of inotify holds, on two files in turn, so that none are merged."""
        with open("/proc/sys/fs/inotify/max_queued_events", encoding="ascii") as limit:
            count = int(limit.read()) + 1000
        if count > MAX_EVENTS:
            pytest.skip(f"max_queued_events is {count}: it cannot be filled in reasonable time")
        paths = [self.path(name) for name in names]
        for number in range(count):
            os.utime(paths[number % 2])
        return count

    def peak_resident_kib(self):
        """The most memory that the follower held."""
        with open(f"/proc/{self.follower.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))

    # -- the follower and time

    def start(self, pattern="access.log"):
        self._make(pattern)
        self._ask_anew("tick")

    def _make(self, pattern):
        self.follower = self._make_follower(self.state, self.followed_path(pattern))
        self.follower.wrapper = self._wrapper
        self.follower.environment = self._environment
        self.follower.format = self._format

    def _ask(self, command):
        """Where a kill is part of the scenario, the follower is started again after it."""
        try:
            return self.follower.ask(command)
        except Ended:
            if not self.survives_kills or not self.follower.wrapper:
                raise
            self.follower.close()
            self.follower.wrapper = []
            return self._ask_anew("tick")

    def _ask_anew(self, command):
        self.follower.start()
        return self._ask(command)

    def start_unready(self, pattern):
        """Starts it without waiting for it, until ready()."""
        self._make(pattern)
        self.follower.start()
        self.follower.tell("tick")

    def ready(self):
        self.follower.hear()

    def sleep_machine(self, seconds):
        """The machine is suspended: of that time nothing shows but that files are younger."""
        self.set_clock(self.clock.ahead_s + seconds)

    def stop(self):
        self.follower.stop()

    def kill(self):
        self.follower.kill()

    def restart(self):
        """The follower was stopped or killed; it goes on."""
        self._asleep_ms = None
        self._ask_anew("tick")

    def nudge(self):
        """The follower may come to notice what has just happened, or not."""
        if not self.is_awake:
            return
        chance = self.random.random()
        if chance < 0.35:
            self.hints()
        elif chance < 0.5:
            self._ask("tick")
        elif chance < 0.6:
            self._ask("look")
        elif chance < 0.7:
            self._ask("read 1")

    def hints(self):
        """No time passes, but the follower may have been told by inotify."""
        if not self.case.polling:
            self._ask("hints")

    def second(self, count=1):
        """Time passes."""
        if self.is_awake:
            self._ask(f"tick {count}")
        elif self._asleep_ms is not None:
            self._asleep_ms += 1000 * count

    def catch_up(self):
        """The follower has taken all that is there."""
        self.second()

    def look(self):
        """The follower has seen what is there, but has taken no more of it."""
        self._ask("look")

    def read_some(self):
        """It takes a little of what it has seen."""
        self._ask("read 1")

    def hold_up(self):
        """The follower stands still, as one that cannot keep up, until go_on()."""
        self._asleep_ms = 0

    def go_on(self, whole=True):
        slept_ms, self._asleep_ms = self._asleep_ms, None
        self._ask(f"pass {slept_ms}")
        self._ask("tick" if whole else "look")

    def freeze(self):
        """The same, and its process does not run at all."""
        os.kill(self.follower.pid, signal.SIGSTOP)
        self.hold_up()

    def thaw(self):
        os.kill(self.follower.pid, signal.SIGCONT)
        self.go_on()

    @property
    def is_awake(self):
        return self.follower is not None and self.follower.is_running and self._asleep_ms is None

    @property
    def is_rare(self):
        """For what takes much time or room: the long run does it now and then."""
        return self.case.long and self.case.seed % RARELY == 1

    @property
    def chance(self):
        return self.random.random() < 0.5

    # -- the end

    def settle(self):
        self.second(SETTLE_S)

    def told(self, name):
        """One of the follower's own totals, by its name in follow.c; None where it tells none."""
        return self._ask("status")[name]

    def check(self, holds, complaint):
        """A condition beside the lines'; all that fail are told."""
        if not holds:
            self.complaints.append(complaint)

    def check_told(self, name, expected):
        told = self.told(name)
        self.check(told is None or told == expected, f"{name} is {told}, not {expected}")

    def check_hinted(self, file):
        """What is written reaches the follower as a hint, without any time passing."""
        before = self.told("hints")
        self.write_lines(file, 10)
        if not self.case.polling:
            self.check(self._ask("hints")["hints"] > before, "no hint came")

    def verdict(self):
        """What became of all the lines that were written."""
        self.settle()
        self.stop()
        return self.oracle.judge(self.follower.lines())


__all__ = ["Block", "Case", "File", "World"]
