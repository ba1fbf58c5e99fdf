"""What rotation does to files: T1 to T11, T18 to T20, T30 and T33."""

import gzip
import os
import shutil
import time

from .table import row

BACKLOG_BYTES = 100_000_000


def begin(w, name="access.log", pattern="access.log", append=True):
    """A log with some lines, followed, perhaps not from its first line on."""
    file = w.open(name, append=append)
    if w.chance:
        w.write(file)
    w.start(pattern)
    w.write(file)
    return file


def rotate(w, generations=1):
    """As logrotate does it: access.log becomes access.log.1, and so on; the new file."""
    for number in range(generations - 1, 0, -1):
        if os.path.exists(w.path(f"access.log.{number}")):
            w.rename(f"access.log.{number}", f"access.log.{number + 1}")
    w.rename("access.log", "access.log.1")
    w.nudge()
    return w.open("access.log")


@row("T1", "rename and create; the writer keeps the old file open for 5 s",
     "nothing lost or repeated, in order for each file")
def rename_and_create(w):
    old = begin(w)
    w.rename("access.log", "access.log.1")
    w.nudge()
    w.write(old, 0.2)
    new = w.open("access.log")
    for _ in range(5):
        w.second()
        w.write(old, 0.1)
        w.write(new, 0.1)
    w.write(new)


@row("T2", "renamed twice while stopped or lagging",
     "nothing lost while the generations remain, else what was seen of them is counted")
def rename_twice(w):
    first = begin(w)
    w.catch_up()
    stopped = w.chance
    seen = w.write_lines(first, w.random.randrange(1, 50))
    w.look()
    if stopped:
        w.stop()
    else:
        w.hold_up()
    unseen = w.write(first)
    second = rotate(w, 3)
    w.write(second)
    third = rotate(w, 3)
    w.write(third)
    removed = w.chance
    if removed:
        w.remove("access.log.2")
        first.close()
    w.restart() if stopped else w.go_on()
    w.write(third)
    if removed and stopped:
        w.oracle.may_lose(seen + unseen)
        w.settle()
        lost = w.told("lost_bytes")
        w.check(lost is None or len(seen.text) <= lost <= len((seen + unseen).text),
                f"lost_bytes is {lost}, but {len(seen.text)} were seen")


@row("T3", "copytruncate, caught up",
     "lost is at most what was written in one poll, nothing where the copy is kept; nothing repeated")
def copytruncate(w):
    log = begin(w)
    w.catch_up()
    late = w.write_lines(log, 1 + w.case.rate // 10) if w.chance else None
    w.copy("access.log", "access.log.1")
    if w.chance:
        w.nudge()
    w.truncate("access.log")
    if w.chance:
        w.remove("access.log.1")
        if late:
            w.oracle.may_lose(late)
    w.write(log)
    w.second()
    w.write(log)


def fall_behind(w, seconds, rarely_bytes=0):
    """A log with lines that were seen and not taken: the log, they, and how many bytes they are."""
    log = begin(w)
    w.catch_up()
    before = log.size
    behind = w.write_lines(log, w.lines_in(seconds))
    while w.is_rare and log.size - before < rarely_bytes:
        behind += w.write_lines(log, 50_000)
    w.look()
    return log, behind, log.size - before


def check_loss(w, log, lost, lost_bytes):
    """Go on: these lines may be lost, if any, and exactly so many bytes are told."""
    if lost:
        w.oracle.may_lose(lost)
    w.go_on()
    w.write(log)
    w.settle()
    w.check_told("lost_bytes", lost_bytes)


@row("T4", "copytruncate while 100 MB behind",
     "nothing lost by way of the copy; without it the unread bytes are reported exactly")
def copytruncate_behind(w):
    log, behind, unread = fall_behind(w, 2, BACKLOG_BYTES)
    w.hold_up()
    w.copy("access.log", "access.log.1")
    w.truncate("access.log")
    kept = w.chance
    if not kept:
        w.remove("access.log.1")
    check_loss(w, log, None if kept else behind, 0 if kept else unread)


@row("T33", "copytruncate while behind, and the copy is gone before the log is looked at again",
     "nothing lost where the copy was seen; else the unread bytes are reported exactly")
def copytruncate_and_remove(w):
    log, behind, unread = fall_behind(w, 1)
    w.copy("access.log", "access.log.1")
    seen = w.chance
    if seen:
        w.look()
    w.hold_up()
    w.truncate("access.log")
    w.remove("access.log.1")
    check_loss(w, log, None if seen else behind, 0 if seen else unread)


@row("T5", "truncated and refilled to the same or a larger size",
     "always noticed; nothing lost or repeated of what is there")
def truncate_and_refill(w):
    log = begin(w)
    w.catch_up()
    size = log.size
    how = w.random.choice(["same", "larger", "a little larger", "smaller"])
    w.hold_up()
    w.truncate("access.log")
    if how == "same":
        log.write(w.oracle.sized(log.writer, size).text)
        w.check(log.size == size, "the test did not refill it to the same size")
    elif how == "larger":
        log.write(w.oracle.sized(log.writer, 2 * size).text)
    elif how == "a little larger":
        log.write(w.oracle.sized(log.writer, size + w.random.randrange(1, 300)).text)
    else:
        w.write_lines(log, 3)
    w.go_on()
    w.write(log)
    w.settle()
    w.check_told("truncations", 1)


@row("T6", "deleted and created with the inode used again, at the same path or another of the glob",
     "nothing lost or repeated")
def inode_reused(w):
    first = begin(w, "access.log", "access*.log")
    w.rename("access.log", "access.log.1")
    second = w.open("access.log")
    w.write(second)
    w.settle()  # the rotated file is over, and closed
    inode = first.inode
    first.close()
    w.remove("access.log.1")
    if w.chance:
        w.rename("access.log", "access.log.1")
        name = "access.log"
    else:
        name = "access-other.log"
    third = w.open_with_inode(name, inode)
    if w.chance:
        w.nudge()
    w.write(third)
    w.write(second)
    w.write(third)


@row("T7", "the inode used again while stopped", "nothing lost or repeated of what is there")
def inode_reused_while_stopped(w):
    log = begin(w)
    w.catch_up()
    w.stop()
    size, inode = log.size, log.inode
    log.close()
    w.remove("access.log")
    again = w.open_with_inode("access.log", inode)
    how = w.random.choice(["smaller", "same", "larger"])
    if how == "smaller":
        w.write_lines(again, 2)
    else:
        again.write(w.oracle.sized(again.writer, size * (1 + (how == "larger"))).text)
    w.restart()
    w.write(again)


@row("T8", "replaced by a file with the same beginning and more lines", "nothing lost or repeated")
def replaced_by_longer(w):
    log = begin(w)
    w.catch_up() if w.chance else w.nudge()
    stopped = w.random.random() < 0.3
    if stopped:
        w.stop()
    w.copy("access.log", "access.log.tmp")
    new = w.open("access.log.tmp", writer=log.writer)
    w.write(new)
    w.nudge()
    w.rename("access.log.tmp", "access.log")
    w.nudge()
    if stopped:
        w.restart()
    w.write(new)
    w.second()
    w.write(new)


@row("T9", "replaced by a larger file with other content", "read from its start, nothing lost")
def replaced_by_other(w):
    log = begin(w)
    w.catch_up()
    stopped = w.random.random() < 0.3
    if stopped:
        w.stop()
    new = w.open("access.log.tmp")
    new.write(w.oracle.sized(new.writer, log.size + w.random.randrange(1, 5000)).text)
    w.nudge()
    w.rename("access.log.tmp", "access.log")
    w.nudge()
    if stopped:
        w.restart()
    w.write(new)


@row("T10", "a symbolic link flips, dangles for 2 s, and comes back", "nothing lost or repeated")
def link_flips(w):
    first = w.open("app-1.log")
    w.write(first)
    w.link("app-1.log", "access.log")
    w.start()
    w.write(first)
    second = w.open("app-2.log")
    w.link("app-2.log", "access.log")
    w.nudge()
    w.write(second)
    w.second()
    w.link("app-3.log", "access.log")
    w.second(2)
    w.write(second)
    if w.chance:
        w.link("app-2.log", "access.log")
        w.write(second)
    third = w.open("app-3.log")
    w.write(third)
    w.link("app-3.log", "access.log")
    w.write(third)


@row("T11", "the rotated file is compressed while it is read, and the .gz matches the glob",
     "nothing lost or repeated, no compressed byte taken for a line")
def compressed(w):
    log = begin(w, pattern="access.log*")
    w.rename("access.log", "access.log.1")
    new = w.open("access.log")
    w.nudge()
    w.write(log)
    w.look()
    with open(w.path("access.log.1"), "rb") as plain, \
            gzip.open(w.path("access.log.1.gz"), "wb", 1) as packed:
        shutil.copyfileobj(plain, packed)
        w.nudge()
    w.nudge()
    w.remove("access.log.1")
    w.write(new)
    w.second(2)
    if w.chance:
        shutil.copyfile(w.path("access.log.1.gz"), w.path("access.log.2"))  # no name tells
    w.write(new)


@row("T18", "an unfinished last line, then rotation", "told once, never glued to another")
def unfinished_and_rotated(w):
    log = begin(w)
    half = w.oracle.make(log.writer, 1).text
    log.write(half[:-1])
    w.nudge()
    how = w.random.choice(["rename", "completed", "delete", "copytruncate"])
    if how == "copytruncate":
        w.copy("access.log", "access.log.1")
        w.truncate("access.log")
        new = log
    elif how == "delete":
        w.look()
        w.remove("access.log")
        new = w.open("access.log")
    else:
        new = rotate(w)
        w.write(new)
        if how == "completed":
            w.second(w.random.randrange(4))
            log.write(b"\n")
            w.write(log)
    w.write(new)
    w.second(3)
    w.write(new)


DATED_NAMES = [
    ("u_ex260301.log", "u_ex260302.log", "u_ex*.log"),  # daily, as UTF-8
    ("ex260301.log", "ex260302.log", "ex*.log"),
    ("u_ex261231.log", "u_ex270101.log", "u_ex*.log"),
    ("u_ex26030123.log", "u_ex26030200.log", "u_ex*.log"),  # hourly
    ("ex26030123.log", "ex26030200.log", "ex*.log"),
    ("u_ex260301_x.log", "u_ex260302_x.log", "u_ex*_x.log"),  # with fields of one's own
    ("u_ex26030123_x.log", "u_ex26030200_x.log", "u_ex*_x.log"),
    ("u_ex260309.log", "u_ex260310.log", "u_ex*.log"),  # weekly: year, month, week
    ("u_ex2603.log", "u_ex2604.log", "u_ex*.log"),  # monthly
    ("u_extend1.log", "u_extend2.log", "u_ex*.log"),  # by size
    ("localhost_access_log.2026-03-01.txt", "localhost_access_log.2026-03-02.txt",
     "localhost_access_log.*.txt"),  # Tomcat
]
ZONES = [("UTC", 0), ("Asia/Kathmandu", 6), ("America/Los_Angeles", -8), ("Pacific/Auckland", 12)]


@row("T19", "dated names at midnight, the old file flushed late", "nothing lost or repeated")
def dated_names(w):
    zone, hours = w.random.choice(ZONES)
    w.set_zone(zone)
    old, new, pattern = w.random.choice(DATED_NAMES)
    yesterday = begin(w, old, pattern)
    # Names follow UTC or the local time; the files are of a moment before and one after midnight.
    midnight = -(-time.time() // 86400) * 86400 - w.random.choice([0, hours]) * 3600
    w.clock.ahead_s = int(midnight - time.time()) - 1
    w.write(yesterday, 0.1)
    w.clock.ahead_s += 2
    today = w.open(new)
    w.nudge()
    for _ in range(3):
        w.write(today, 0.2)
        w.second(w.random.randrange(20))
        w.write(yesterday, 0.1)  # HTTP.sys writes what it holds once a minute
    w.second(30)
    if w.chance:
        w.stop()
        w.write(yesterday, 0.1)
        w.restart()
    w.write(today)


@row("T20", "a file that appears between the look at the directory and the watch on it",
     "nothing lost or repeated")
def appears_at_start(w):
    name = w.random.choice(["access.log", "access-2.log"])
    w.open("access-1.log")
    w.start_unready("access*.log")
    for _ in range(w.random.randrange(2000)):
        os.path.exists(w.path(name))
    log = w.open(name)
    w.write_lines(log, w.random.randrange(1, 50))
    w.ready()
    if w.chance:
        w.write(log)


@row("T30", "the directory removed and made again", "watched again, nothing lost from then on")
def directory_remade(w):
    log = begin(w)
    w.catch_up()
    if w.chance:
        w.remove("access.log")
        w.second(w.random.randrange(3))
        os.rmdir(w.directory)
    else:
        os.rename(w.directory, w.directory + ".old")
    log.close()
    w.second(w.random.randrange(3))
    os.mkdir(w.directory)
    w.second(w.random.randrange(2))
    new = w.open("access.log")
    w.write(new)
    w.second(2)
    w.check_hinted(new)
    w.write(new)
