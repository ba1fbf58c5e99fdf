"""What is in the files: T12 to T17."""

import os

from .rows_rotation import begin
from .table import row

REFUSED = 3  # enum intake_condition
MIB = 1024 * 1024
MAX_RESIDENT_KIB = 64 * 1024


def check_memory(w):
    """It never held more than the issue allows."""
    resident_kib = w.peak_resident_kib()
    w.check(resident_kib < MAX_RESIDENT_KIB, f"{resident_kib} KiB were resident")


@row("T12", "the log grows while a backlog is caught up with", "nothing lost or repeated; bounded memory")
def grows_during_catch_up(w):
    log = begin(w)
    w.catch_up()
    w.hold_up()
    w.write_lines(log, w.case.rate * 4)
    w.go_on(whole=False)
    for _ in range(8):
        w.read_some()
        w.write_lines(log, w.case.rate // 20)
    w.write(log)


@row("T13", "a hole of NULs after copytruncate; a preallocated tail of NULs",
     "NULs passed over, lines neither lost nor repeated, nothing read again")
def holes(w):
    log = begin(w, append=False)
    w.catch_up()
    if w.chance:
        w.copy("access.log", "access.log.1")
        w.truncate("access.log")
        w.nudge()
    else:
        w.second()
        os.posix_fallocate(log.descriptor, log.size, w.random.choice([1, 4096, MIB]))
        w.second()
    w.write(log)
    w.second()
    w.write(log)
    half = w.oracle.make(log.writer, 1).text
    log.write(half[:20])
    w.second()
    log.write(half[20:])
    if w.chance:
        w.second(2)
        os.ftruncate(log.descriptor, os.lseek(log.descriptor, 0, os.SEEK_CUR))
        w.write(log)


@row("T14", "UTF-16 with and without a mark, a mark of UTF-8, units split between reads",
     "decoded, or refused with the reason told")
def encodings(w):
    encoding, mark = w.random.choice([
        ("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff"),
        ("utf-16-le", b""), ("utf-16-be", b"")])
    log = w.open("access.log")
    w.start()
    block = w.oracle.make(log.writer, 200)
    w.write_text(log, mark + block.text.decode().encode(encoding))
    w.settle()
    if w.told("condition") == REFUSED:
        w.check("UTF-16" in w.told("why"), "the reason is not told")
        w.check(encoding != "utf-8", "UTF-8 is refused")
        w.oracle.may_lose(block)
    w.open("access.log.new").close()
    w.rename("access.log.new", "access.log")
    w.write(w.open("access.log", "utf8"))
    w.settle()
    w.check_told("condition", 0)


@row("T15", "CRLF split between reads", "one line")
def split_endings(w):
    log = begin(w)
    for _ in range(20):
        block = w.oracle.make(log.writer, 2, b"\r\n")
        place = block.text.index(b"\n") if w.chance else len(block.text) - 1
        log.write(block.text[:place])
        w.nudge()
        log.write(block.text[place:])
        w.nudge()
    w.write(log)


@row("T16", "a line of 1 MB or 1 GB without an end",
     "bounded memory, one discard counted, the next line intact")
def endless_line(w):
    log = begin(w)
    mebibytes = w.random.choice([1, 1, 4, 1024 if w.case.long and w.case.seed % 100 == 0 else 16])
    for _ in range(mebibytes):
        log.write(b"x" * MIB)
        w.nudge()
    if w.chance:
        w.kill() if w.chance else w.stop()
        w.restart()
    log.write(b"y" * w.random.randrange(1000))
    w.nudge()
    log.write(b"\n")
    w.write(log)
    w.settle()
    w.check_told("overlong_lines", 1)
    check_memory(w)


@row("T17", "an unfinished last line, an hour, then the rest of it", "exactly one line")
def unfinished_for_an_hour(w):
    log = begin(w)
    half = w.oracle.make(log.writer, 1).text
    place = w.random.randrange(1, len(half))
    log.write(half[:place])
    w.nudge()
    w.second(w.random.choice([1, 60, 3600]))
    if w.chance:
        w.stop()
        w.restart()
    w.second(w.random.choice([1, 3600]))
    log.write(half[place:])
    w.write(log)
