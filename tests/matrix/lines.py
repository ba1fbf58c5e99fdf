"""Numbered lines, and the oracle that compares those that were taken with those that were written."""

import re
import string
from dataclasses import dataclass, field

# A line as servers write it, so that it also parses; writer and number make each one unique.
LINE = (b'192.0.2.7 - - [01/Mar/2026:12:00:00 +0000] "GET /%s/%08d?%s HTTP/1.1" 200 612 "-" "matrix"')
NUMBERED = re.compile(rb"/(\w+)/(\d{8})\?")
MAX_FILLER = 120
EXAMPLES = 3


@dataclass
class Block:
    """Consecutive lines of one writer; its text ends with a newline."""
    lines: list
    newline: bytes = b"\n"

    @property
    def text(self):
        return self.newline.join(self.lines) + self.newline

    def __add__(self, other):
        assert self.newline == other.newline
        return Block(self.lines + other.lines, self.newline)


@dataclass
class Verdict:
    """How many lines went which way, and a few of them."""
    written: int
    taken: int
    lost: int = 0
    forgiven: int = 0
    repeated: int = 0
    invented: int = 0
    disordered: int = 0
    examples: list = field(default_factory=list)

    @property
    def is_good(self):
        return not (self.lost or self.repeated or self.invented or self.disordered)

    def note(self, what, line):
        setattr(self, what, getattr(self, what) + 1)
        if getattr(self, what) <= EXAMPLES and what != "forgiven":
            self.examples.append(f"{what}: {line[:160]!r}")

    def __str__(self):
        counts = ", ".join(f"{name} {getattr(self, name)}" for name in
                           ("lost", "forgiven", "repeated", "invented", "disordered")
                           if getattr(self, name))
        return f"{self.written} written, {self.taken} taken: {counts or 'all of them, once'}"


class Oracle:
    """Makes the lines that are written and remembers them."""

    def __init__(self, random):
        self.random = random
        letters = string.ascii_lowercase.encode()
        self._filler = bytes(random.choices(letters, k=16 * MAX_FILLER))
        self._next = {}
        self._written = []
        self._forgiven = set()
        self._past = set()
        self.tolerates = None  # what may come without having been written as a line

    def make(self, writer, count, newline=b"\n", line=LINE):
        """The writer's next lines, all of which a follower has to take."""
        first = self._next.get(writer, 1)
        self._next[writer] = first + count
        name = writer.encode()
        starts = self.random.choices(range(15 * MAX_FILLER), k=count)
        lines = [line % (name, number, self._filler[start:start + 1 + start % MAX_FILLER])
                 for number, start in enumerate(starts, first)]
        self._written += lines
        return Block(lines, newline)

    def make_long(self, writer, count, size_bytes):
        """The same, as lines of about that size."""
        filler = (self._filler * (size_bytes // len(self._filler) + 1))[:size_bytes]
        first = self._next.get(writer, 1)
        self._next[writer] = first + count
        lines = [LINE % (writer.encode(), number, filler) for number in range(first, first + count)]
        self._written += lines
        return Block(lines)

    def sized(self, writer, size_bytes):
        """Lines whose text is exactly so many bytes, which must be enough for two of them."""
        shortest = len(LINE % (writer.encode(), 0, b"")) + 1
        lines = []
        while size_bytes >= 2 * (shortest + MAX_FILLER):
            lines += self.make(writer, 1).lines
            size_bytes -= len(lines[-1]) + 1
        if size_bytes > shortest + MAX_FILLER:
            lines.append(self._exactly(writer, size_bytes // 2))
            size_bytes -= len(lines[-1]) + 1
        lines.append(self._exactly(writer, size_bytes))
        return Block(lines)

    def _exactly(self, writer, size_bytes):
        number = self._next.get(writer, 1)
        self._next[writer] = number + 1
        bare = LINE % (writer.encode(), number, b"")
        filler = size_bytes - 1 - len(bare)
        assert filler >= 0, "no line is as short"
        line = LINE % (writer.encode(), number, self._filler[:filler])
        self._written.append(line)
        return line

    def forget(self):
        """What was written so far is nobody's concern any more: neither that it was taken nor that
        it was not."""
        self._past.update(self._written)
        self._written.clear()

    def may_lose(self, block):
        """No follower can have all of these: what was lost of them is counted apart."""
        self._forgiven.update(block.lines)

    @property
    def written_count(self):
        return len(self._written)

    def judge(self, taken):
        """Compares the lines that a follower took, in its order; a Verdict."""
        if self._past:
            taken = [line for line in taken if line not in self._past]
        if self.tolerates is not None:
            taken = [line for line in taken if not self.tolerates(line)]
        verdict = Verdict(len(self._written), len(taken))
        if taken == self._written:
            return verdict
        missing = dict.fromkeys(self._written)
        known = set(missing)
        last = {}
        for line in taken:
            if line not in known:
                verdict.note("invented", line)
            elif line not in missing:
                verdict.note("repeated", line)
            else:
                del missing[line]
                writer, number = NUMBERED.search(line).groups()
                if number < last.get(writer, b""):
                    verdict.note("disordered", line)
                last[writer] = number
        for line in missing:
            verdict.note("forgiven" if line in self._forgiven else "lost", line)
        return verdict
