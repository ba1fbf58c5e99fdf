"""What is in the files: T12 to T17 and T32."""

import os

from .rows_rotation import begin
from .table import row

REFUSED = 3  # enum intake_condition
MIB = 1024 * 1024
GIB = 1024 * MIB
MAX_RESIDENT_KIB = 64 * 1024


def check_memory(w):
    """It never held more than it may."""
    resident_kib = w.peak_resident_kib()
    w.check(resident_kib < MAX_RESIDENT_KIB, f"{resident_kib} KiB were resident")


@row("T12", "the log grows while a backlog is caught up with", "nothing lost or repeated; bounded memory")
def grows_during_catch_up(w):
    log = begin(w)
    w.catch_up()
    w.hold_up()
    w.write_lines(log, w.case.rate * 4)
    while w.is_rare and log.size < GIB:
        log.write(w.oracle.make_long(log.writer, 100, 32 * 1024).text)
    w.go_on(whole=False)
    for _ in range(8):
        w.read_some()
        w.write_lines(log, w.case.rate // 20)
    w.write(log)
    w.second()
    check_memory(w)


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
        size = log.size + w.random.choice([1, 4096, MIB])
        if w.chance:
            os.posix_fallocate(log.descriptor, 0, size)
        else:
            os.ftruncate(log.descriptor, size)
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
    mebibytes = 1024 if w.is_rare else w.random.choice([1, 1, 4, 16])
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
    if w.real_time:  # others may hand it on in pieces
        w.oracle.tolerates = lambda line: not line.strip(b"xy")
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


# What the lines hold, by the names of W3C; only these three are taken from them.
COLUMNS = {"date": b"2026-03-01", "time": b"12:00:00", "c-ip": b"192.0.2.7", "cs-method": b"GET",
           "cs-uri-stem": b"/", "s-port": b"443", "sc-status": b"401", "sc-substatus": b"1",
           "sc-win32-status": b"5", "time-taken": b"15", "cs(User-Agent)": b"matrix/1+(test)"}
RECORD = b"192.0.2.7 401 /%s/%08d?%s"


def new_fields(w):
    """Some columns in some order, with those that are taken, as after a change in the manager."""
    taken = ["date", "time", "c-ip", "sc-status", "cs-username"]
    others = [name for name in COLUMNS if name not in taken]
    fields = taken + w.random.sample(others, w.random.randrange(len(others)))
    w.random.shuffle(fields)
    return fields


def header(fields):
    return (b"#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n"
            b"#Date: 2026-03-01 12:00:00\r\n#Fields: %s\r\n" % " ".join(fields).encode())


def w3c_lines(w, writer, fields, count):
    records = w.oracle.make(writer, count, line=RECORD).lines
    return b"".join(
        b" ".join(COLUMNS.get(name) or record.split()[2] for name in fields) + b"\r\n"
        for record in records)


@row("T32", "the header of IIS comes again in the middle of the file with other #Fields",
     "the columns behind it are read rightly, also after a restart, in the next file, and in lines that"
     " come late into an earlier one",
     needs_ours=True)
def fields_change(w):
    w.parse("iis-w3c")
    log = w.open("u_ex260301.log")
    fields = new_fields(w)
    log.write(header(fields))
    w.start("u_ex*.log")
    earlier = []  # the files before, and the columns that hold in each
    for _ in range(8):
        if earlier and w.chance:
            old, its_fields = w.random.choice(earlier)
            w.second(w.random.choice([0, 1, 130]))  # it may be over already
            w.write_text(old, w3c_lines(w, old.writer, its_fields, w.random.randrange(1, 20)))
        w.write_text(log, w3c_lines(w, log.writer, fields, w.lines_in(0.1)))
        how = w.random.choice(["same", "other", "other", "restart", "kill", "next file"])
        if how in ("restart", "kill"):
            w.second() if w.chance else None
            w.stop() if how == "restart" else w.kill()
            w.write_text(log, w3c_lines(w, log.writer, fields, 5))
            w.restart()
            continue
        if how == "next file":
            earlier.append((log, fields))
            log = w.open(f"u_ex26030{2 + len(w.files)}.log")
        if how != "same":
            fields = new_fields(w)
        w.write_text(log, header(fields))
    w.write_text(log, w3c_lines(w, log.writer, fields, w.lines_in(0.1)))
