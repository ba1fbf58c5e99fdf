"""What the system does to a follower: T21 to T29 and T31, as far as its lines can show it. What only
the whole daemon can show is in tests/scenario."""

import errno
import os
import socket

from rig import strace

from .rows_rotation import begin, rotate
from .table import row

FINE, REFUSED = 0, 3  # enum intake_condition


HOUR_S, YEAR_S = 3600, 365 * 24 * 3600


@row("T21", "the clock is set an hour or a year back or on; the machine sleeps",
     "nothing lost or repeated")
def clock_jumps(w):
    w.own_the_clock()
    log = begin(w)
    w.catch_up()
    for _ in range(4):
        w.set_clock(w.random.choice([0, HOUR_S, -HOUR_S, YEAR_S, -YEAR_S]))
        w.write(log, 0.1)
        how = w.random.choice(["nothing", "rotate", "rotate", "sleep", "stop"])
        if how == "rotate":
            log = rotate(w, 5)
        elif how == "sleep":
            w.hold_up()
            w.sleep_machine(HOUR_S)
            w.write(log, 0.1)
            w.go_on()
        elif how == "stop":
            w.stop()
            log = rotate(w, 5)
            w.write(log, 0.1)
            w.restart()
        w.write(log, 0.1)
        w.second(w.random.choice([0, 1, 10]))


@row("T22", "the disk is full, read-only, or over its quota, when the place is to be stored",
     "it goes on; a kill repeats only what came since the last time that it could be stored",
     needs_ours=True)
def state_cannot_be_stored(w):
    if w.random.random() < 0.25:
        state_cannot_be_synced(w)
        return
    w.inject_faults()
    log = begin(w)
    w.catch_up()
    w.faults.set(full=w.random.choice([errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EIO]))
    w.write(log)
    w.catch_up()
    w.check(w.told("store_error") != 0, "it does not know that storing failed")
    w.check(w.told("lines") == w.oracle.written_count, "it did not go on")
    if w.chance:
        w.write(rotate(w))
    if w.chance:
        w.kill()
        w.faults.set(full=0)
        w.restart()
    else:
        w.faults.set(full=0)
    w.write(w.files[-1])
    w.catch_up()
    w.check_told("store_error", 0)


def state_cannot_be_synced(w):
    """Storing fails now and then, when what is stored is to reach the disk. Where it cannot even begin,
    it ends and is started again."""
    w.survives_kills = True
    w.wrap(strace(f"fdatasync:error=EIO:when={w.random.randrange(3, 8)}+{w.random.randrange(2, 5)}"))
    log = begin(w)
    for _ in range(3):
        w.write(log)
        w.catch_up()
        if w.chance:
            w.kill() if w.chance else w.stop()
            w.write(log)
            w.restart()


@row("T23", "kill -9 at any system call", "the same state as an uninterrupted run", needs_ours=True)
def killed_anywhere(w):
    call = w.random.choice(["pwrite64"] * 4 + ["pread64", "statx", "openat", "getdents64", "close",
                                               "fdatasync", "epoll_wait", "sendto"])
    w.wrap(strace(f"{call}:signal=SIGKILL:when={w.random.randrange(1, 120)}"))
    w.survives_kills = True
    log = begin(w)
    for _ in range(3):
        w.write(log)
        w.second()
        log = rotate(w, 5)
    w.write(log)
    w.settle()
    w.check_told("bytes", sum(os.stat(w.path(name)).st_size for name in os.listdir(w.directory)))


@row("T24", "the stored place is zeroed, cut short, overwritten, of a later schema, or has a bit flipped",
     "it starts, what was damaged is kept beside, and nothing is lost or repeated from then on",
     needs_ours=True)
def state_is_damaged(w):
    log = begin(w)
    w.catch_up()
    if w.chance:  # killed on the way to setting it aside, or not able to
        w.survives_kills = True
        what = w.random.choice(["signal=SIGKILL", "error=EIO"])
        w.follower.wrapper = strace(f"rename:{what}:when={w.random.randrange(1, 5)}")
    w.kill() if w.chance else w.stop()
    how = w.random.choice(["zero", "cut", "overwrite", "later", "flip", "empty"])
    w.follower.damage(how, w.random)
    w.restart()
    w.catch_up()
    # A bit may have been one that means nothing.
    w.check(how == "flip" or w.follower.kept_aside(), f"{how}: what was damaged is not kept")
    w.oracle.forget()
    w.write(log)
    w.write(rotate(w))
    w.catch_up()
    w.check_told("store_error", 0)


@row("T25", "the queue of inotify overflows", "nothing lost or repeated")
def queue_overflows(w):
    log = begin(w)
    w.catch_up()
    w.open("access.log.lock").close()
    hints = w.told("hints")
    w.freeze()
    events = w.flood_with_events(["access.log", "access.log.lock"])
    log = rotate(w)
    w.write(log)
    w.thaw()
    w.write(log)
    if hints is not None:
        w.check(w.told("hints") - hints < events, "the queue did not overflow")


@row("T26", "no watch and no inotify instance is to be had", "polling, and nothing lost or repeated")
def watches_run_out(w):
    w.wrap(strace(w.random.choice(["inotify_add_watch:error=ENOSPC", "inotify_init1:error=EMFILE"])))
    log = begin(w)
    w.check_told("watching", False)
    log = rotate(w)
    w.write(log)
    w.second(3)
    w.write(log)


@row("T27", "a network file system: sizes lag, handles go stale (simulated)",
     "no false truncation, nothing lost or repeated")
def network(w):
    w.inject_faults()
    w.faults.set(remote=1)
    log = begin(w)
    for _ in range(6):
        w.faults.set(lag_bytes=w.random.choice([0, 1, 300, log.size // 2, log.size]),
                     lag_reads=w.random.randrange(2))
        w.write(log, 0.1)
        w.second()
        w.faults.set(stale=w.random.choice([0, 0, 1, 3]))
        w.second()
    w.faults.set(lag_bytes=0, stale=0)
    if w.chance:
        log = rotate(w)
        w.write(log)
    w.settle()
    w.check_told("truncations", 0)


@row("T28", "the log cannot be opened for a while; a moment without rights in rotation",
     "nothing lost or repeated after that, at most one try a second")
def not_permitted(w):
    w.be_ordinary()
    w.inject_faults()
    log = begin(w)
    w.catch_up()
    if w.chance:
        w.stop()
        w.forbid("access.log")
        w.write(log)
        w.restart()
    else:
        log = rotate(w)
        w.forbid("access.log")
    w.write(log)
    opens = w.faults.get("opens")
    for _ in range(10):
        w.forbid("access.log")
        w.hints()
        w.second()
    opens = w.faults.get("opens") - opens
    w.check(opens <= 11, f"opened {opens} times in 10 s")
    w.allow("access.log")
    w.second(2)
    w.write(log)


@row("T29", "a FIFO, a device, a socket or a directory at the path", "refused, and never waited for")
def no_file(w):
    log = begin(w)
    w.catch_up()
    w.rename("access.log", "access.log.1")
    what = w.random.choice(["fifo", "device", "socket", "directory"])
    path = w.path("access.log")
    if what == "fifo":
        os.mkfifo(path)
    elif what == "device":
        os.symlink("/dev/zero", path)
    elif what == "directory":
        os.mkdir(path)
    else:
        with socket.socket(socket.AF_UNIX) as listener:
            short = os.open(w.directory, os.O_PATH)  # sun_path is short
            listener.bind(f"/proc/self/fd/{short}/access.log")
            os.close(short)
    w.nudge()
    w.second(2)
    w.check_told("condition", REFUSED)
    w.write(log)
    os.rmdir(path) if what == "directory" else os.unlink(path)
    w.write(w.open("access.log"))


# Beside pread(), what else is done to logs and their directory.
FAILING_CALLS = {
    "open": "openat:error=EIO", "no descriptors": "openat:error=EMFILE",
    "stat": "statx:error=EIO", "no memory": "statx:error=ENOMEM",
    "directory": "getdents64:error=EIO", "statfs": "fstatfs:error=EIO",
}


@row("T31", "EIO, EINTR and short reads; open, stat and readdir that fail",
     "nothing lost or repeated")
def bad_reads(w):
    how = w.random.choice(["EIO", "EIO for long", "EINTR", "short", *FAILING_CALLS])
    if how in ("EIO for long", "short"):
        w.inject_faults()
    else:
        first, step = w.random.randrange(1, 20), w.random.randrange(2, 9)
        call = FAILING_CALLS.get(how) or f"{w.read_call}:error={how}"
        # It comes to an end: a file that can never be looked at cannot be read either.
        w.wrap(strace(f"{call}:when={first}..{first + 100}+{step}",
                      paths=[w.path("access.log"), w.path("access.log.1"), w.directory]))
    if how == "short":
        w.faults.set(max_read=w.random.choice([1, 7, 100, 1000]))
    log = begin(w)
    while w.told("condition") not in (FINE, None):
        w.second()  # what is rotated away before it can be looked at for the first time is history
    w.write(log)
    w.write(rotate(w))
    if how == "EIO for long":
        w.second(w.random.randrange(4))
        w.faults.set(unreadable=errno.EIO)
        w.second(20)
        w.write(w.files[-1])
        w.faults.set(unreadable=0)
    w.second(3)
    w.write(w.files[-1])
