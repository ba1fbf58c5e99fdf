"""Shows that whatever bytes are in its logs, authmedicd goes on: it reads all of them, allocates no more, keeps no file
open, answers, and does nothing. AUTHMEDIC_LONG=1 goes on for 40 minutes.

Its tables are laid out at their full size, and strangers' names come to touch more and more of them: what is resident
grows for long, and only what is allocated tells whether there is an end to it."""

import os
import random
import re
import shutil
import time

from rig import PRINTED, SOURCE_DIRECTORY, allocated_kib, config, count_files, resident_kib, wait_until

LONG = os.environ.get("AUTHMEDIC_LONG") == "1"
SECONDS = 2400  # of the long run
ROUNDS = 40  # of any other
ROUNDS_BETWEEN_LOOKS = 20
LOOKS_BETWEEN_RELOADS = 20 if LONG else 1
MAX_GROWTH_KIB = 8192
READ_AGAIN = "the configuration was read again"
SAMPLES = os.path.join(SOURCE_DIRECTORY, "tests", "fuzz", "corpus", "lines")
CASES = os.path.join(SOURCE_DIRECTORY, "tests", "unit", "detect", "corpus")
CONTROL = re.compile(r"[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]")
NO_LINE = re.compile(rb"# |(end|now|window|proxies): |wait ")
FORMATS = ["apache-authmedic", "apache-combined", "apache-common", "apache-error", "apache-vhost", "catalina",
           "haproxy-http", "httperr", "iis-native", "iis-w3c", "jetty", "json", "ncsa", "nginx-authmedic", "nginx-error",
           "squid-cache", "squid-combined", "squid-native", "tomcat"]

# Where a line has its time, which is put to now: an old line is left out before much is done with it.
TIMES = [(re.compile(rb"\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d"), "%d/%b/%Y:%H:%M:%S"),
         (re.compile(rb"\d\d-\w{3}-\d{4} \d\d:\d\d:\d\d"), "%d-%b-%Y %H:%M:%S"),
         (re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"), "%Y-%m-%dT%H:%M:%S"),
         (re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"), "%Y-%m-%d %H:%M:%S"),
         (re.compile(rb"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d"), "%Y/%m/%d %H:%M:%S"),
         (re.compile(rb"\w{3} \w{3} \d\d \d\d:\d\d:\d\d\.\d{6}"), "%a %b %d %H:%M:%S.000000"),
         (re.compile(rb"\b1[67]\d{8}\b"), "%s")]
PIECES = [b"\0", b"\0" * 5000, b"\n", b"\r\n", b"\r", b"\t", b" ", b'"', b"\\", b"[", b"]", b"%", b"%00", b"\x1b[2J",
          b"\x1b]0;owned\x07", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3\x28", b"\xe2\x80\xae", b"<script>", b"'; --", b"-",
          b"0", b"-1", b"9" * 30, b"1e999", b"4294967296", b"18446744073709551616", b"::ffff:192.0.2.1", b"{}", b"{" * 99,
          b"#Fields: ", b"#Date: 9999-12-31 23:59:59\n", b"alice@EXAMPLE.COM", b"a" * 4000, b"%s%n", b"authmedic-probe/"]


def read_cases():
    """Short logs as servers write them, by their format; what is expected of them is left out."""
    cases = {name: [] for name in FORMATS}
    for path in sorted(os.listdir(CASES)):
        with open(os.path.join(CASES, path), "rb") as texts:
            for text in texts.read().split(b"\n\n"):
                lines = [line + b"\n" for line in text.splitlines() if not NO_LINE.match(line)]
                if lines and lines[0].startswith(b"log: "):
                    cases.setdefault(lines[0][5:-1].decode(), []).append(lines[1:])
    return cases


class Enemy:
    """Who may write what he likes into a log, and have it rotated at any time."""

    def __init__(self, rig, dice, format_name, cases):
        self.format = format_name
        self.path = rig.path(f"{format_name}.log")
        self._dice = dice
        with open(os.path.join(SAMPLES, format_name), "rb") as samples:
            self._cases = [samples.read().splitlines(keepends=True), *cases]
        open(self.path, "wb").close()

    def _now(self, line):
        """The line as it is written in this minute."""
        for pattern, form in TIMES:
            line = pattern.sub(time.strftime(form, time.gmtime()).encode(), line)
        return line

    def _line(self):
        return self._now(self._dice.choice(self._dice.choice(self._cases)))

    def _spoiled(self):
        """One with something done to it, once or often."""
        line = bytearray(self._line())
        for _ in range(self._dice.choice([1, 1, 1, 2, 5, 30])):
            place, other = (self._dice.randrange(len(line) + 1) for _ in range(2))
            what = self._dice.randrange(6)
            if what == 0:
                line[place:place] = self._dice.choice(PIECES)
            elif what == 1:
                line[place:place + 1] = bytes([self._dice.randrange(256)])
            elif what == 2:
                del line[min(place, other):max(place, other)]
            elif what == 3:
                line[place:place] = line[min(place, other):max(place, other)]
            elif what == 4:
                line[place:place] = self._line()
            else:
                line[place:other] = self._dice.randbytes(self._dice.randrange(40))
        return bytes(line[:100_000])

    def write(self):
        """Some lines of either kind, and now and then one that is endless, or another file."""
        lines = [self._spoiled() for _ in range(self._dice.randrange(30))]
        for _ in range(self._dice.randrange(5)):
            place = self._dice.randrange(len(lines) + 1)
            lines[place:place] = map(self._now, self._dice.choice(self._cases))
        if self._dice.random() < 0.02:
            lines.append(self._dice.choice(PIECES[2:]) * 30_000)
        with open(self.path, "ab") as log:
            log.write(b"".join(lines))
        if self._dice.random() < 0.1:
            self._rotate()

    def _rotate(self):
        what = self._dice.randrange(4)
        if what == 0:
            os.replace(self.path, f"{self.path}.1")
        elif what == 1:
            shutil.copyfile(self.path, f"{self.path}.1")
            os.truncate(self.path, 0)
        elif what == 2:
            os.truncate(self.path, os.path.getsize(self.path) + self._dice.randrange(1_000_000))
        else:
            os.remove(self.path)
        open(self.path, "ab").close()


def site_of(enemy, touched):
    """A site on which authmedic would act if it could be made to."""
    return {"name": enemy.format, "evidence": "voters", "logs": [{"path": enemy.path, "format": enemy.format}],
            "ladder": [{"remedy": "recycle", "with": {"command": ["/usr/bin/touch", touched]}}]}


def look(authmedic):
    """What people and machines see is well-formed, and nothing is waiting; the KiB it allocated, those of them that are
    resident, and the open files."""
    authmedic.wait_metric(lambda lag: lag == 0, "authmedic_log_lag_bytes", deadline_s=120)
    assert authmedic.is_ready() and authmedic.status()["sites"]
    for incident in authmedic.incidents():
        authmedic.incident(incident["id"])
    for text in (authmedic.fetch("/"), authmedic.fetch("/metrics"), authmedic.output()):
        raw = CONTROL.search(text)
        assert not raw, repr(text[max(0, raw.start() - 200):raw.end() + 200])
    return allocated_kib(authmedic.pid), resident_kib(authmedic.pid), count_files(authmedic.pid)


def reload(authmedic):
    """As an administrator does it; the endpoint is there again."""
    before = authmedic.output().count(READ_AGAIN)
    authmedic.reload()
    wait_until(lambda: authmedic.output().count(READ_AGAIN) > before, 60, READ_AGAIN)


def test_any_bytes(rig, record_property):
    """All formats at once, mutated, with rotations and reloads."""
    seed = int(os.environ.get("AUTHMEDIC_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
    print(f"AUTHMEDIC_SEED={seed}")
    dice = random.Random(seed)
    touched = rig.path("touched")
    cases = read_cases()
    enemies = [Enemy(rig, dice, name, cases[name]) for name in FORMATS]
    authmedic = rig.authmedic(config(*(site_of(enemy, touched) for enemy in enemies)))
    begun, rounds, seen = time.monotonic(), 0, []
    while time.monotonic() - begun < SECONDS if LONG else rounds < ROUNDS:
        if rounds > 0 and rounds % ROUNDS_BETWEEN_LOOKS == 0:
            seen.append(look(authmedic))
            if len(seen) % LOOKS_BETWEEN_RELOADS == 0:
                reload(authmedic)
        rounds += 1
        for enemy in enemies:
            enemy.write()
    seen.append(look(authmedic))
    quarter = len(seen) // 4
    allocated, resident, files = zip(*seen)
    lines, unparsed, handshakes = (authmedic.metric(f"authmedic_{name}_total")
                                   for name in ("log_lines", "log_unparsed_lines", "handshakes"))
    record_property(PRINTED, f"{rounds} rounds, {lines:.0f} lines, {unparsed:.0f} of them unparsed, {handshakes:.0f} "
                    f"handshakes, {len(authmedic.incidents())} incidents; of allocated KiB {allocated[0]} at first, "
                    f"{max(allocated)} at most, {allocated[-1]} at last, of resident ones {resident[0]}, {max(resident)}, "
                    f"{resident[-1]}; seed {seed}")
    assert lines > unparsed > 0 and handshakes > 0
    assert max(allocated[quarter:]) < allocated[quarter] + MAX_GROWTH_KIB
    assert "broke" not in authmedic.output(), authmedic.output()
    assert not authmedic.ledger() and not os.path.exists(touched)
    wait_until(lambda: count_files(authmedic.pid) <= files[0], 120, "files are closed")
