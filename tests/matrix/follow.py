"""tests/matrix/follow under test: authmedicd's own intake and store, with the lines in sight."""

import glob
import json
import os
import shutil
import socket
import sqlite3
import subprocess

from rig import built_program

ANSWER_WITHIN_S = 120
DATABASE = "authmedic.db"


class Ended(Exception):
    """The follower is gone, as after a kill."""


class Follow:
    """One follower; it may be stopped, killed and started again, and goes on where it stood.

    `wrapper` is put before its command line (strace …), `environment` is added to ours.
    """

    name = "authmedic"
    remembers = True  # goes on after a restart

    def __init__(self, state, pattern, polling=False, live=False):
        self.state = state
        self.wrapper = []
        self.environment = {}
        self.format = None  # lines are parsed, where it names one
        self._arguments = ["--state", state, "--log", pattern]
        self._arguments += ["--polling"] * polling + ["--live"] * live
        self._program = built_program("tests/matrix/follow")
        self._child = None
        self._channel = None
        os.makedirs(state, mode=0o700, exist_ok=True)

    # -- the process

    def start(self):
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(ANSWER_WITHIN_S)
        descriptor = its.fileno()
        with its, open(self.output_path, "ab") as output:
            self._child = subprocess.Popen(
                [*self.wrapper, self._program, "--channel", str(descriptor), *self._arguments,
                 *(["--format", self.format] if self.format else [])],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, pass_fds=[descriptor],
                env={**os.environ, **self.environment})
        self._channel = ours

    def stop(self):
        """End it in good order."""
        code = self._leave()
        assert code == 0, f"follow ended with {code}: {self.output()}"

    def kill(self):
        """kill -9."""
        self._child.kill()
        self._leave()

    def _leave(self):
        self._channel.close()
        try:
            return self._child.wait(ANSWER_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
            raise AssertionError("follow does not end") from None
        finally:
            self._child = None

    def close(self):
        """Whatever happened."""
        if self._child is not None:
            self._child.kill()
            self._leave()

    @property
    def pid(self):
        return self._child.pid

    @property
    def is_running(self):
        return self._child is not None

    @property
    def output_path(self):
        return os.path.join(self.state, "output")

    def output(self):
        with open(self.output_path, encoding="utf-8", errors="replace") as output:
            return output.read()

    # -- what it does and tells

    def tell(self, command):
        """Have it do something, without waiting."""
        try:
            self._channel.send(command.encode())
        except (BrokenPipeError, ConnectionResetError):
            raise Ended(f"follow ended before {command!r}: {self.output()[-500:]}") from None

    def hear(self):
        """What it tells when it has done that; Ended where it was killed on the way."""
        try:
            answer = self._channel.recv(16384)
        except ConnectionResetError:
            answer = b""
        except TimeoutError:
            raise AssertionError("no answer: the follower is blocked") from None
        if not answer:
            raise Ended(f"follow ended: {self.output()[-500:]}")
        return json.loads(answer)

    def ask(self, command):
        """Both."""
        self.tell(command)
        return self.hear()

    def progress(self):
        """The lines that it took so far."""
        return self.ask("status")["committed_lines"]

    def tables(self):
        """What its state says of the log, as committed. It must not run."""
        with sqlite3.connect(os.path.join(self.state, DATABASE)) as database:
            return {name: database.execute(f"SELECT * FROM {name}").fetchall()
                    for name in ("log", "cursor", "detector")}

    def lines(self):
        """The lines that it took, in its order, as committed. It must not run."""
        with sqlite3.connect(os.path.join(self.state, DATABASE)) as database:
            rows = database.execute("SELECT value FROM detector ORDER BY key").fetchall()
        return b"".join(value for (value,) in rows).split(b"\n")[:-1]

    def damage(self, how, random):
        """What a failing disk or a later version might leave behind of its state. It must not run."""
        path = os.path.join(self.state, DATABASE)
        database = sqlite3.connect(path)
        if how == "later":
            database.execute("PRAGMA user_version = 1000000")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        database.close()  # all is in the one file now
        size = os.path.getsize(path)
        with open(path, "r+b") as file:
            if how in ("cut", "empty"):
                file.truncate(random.randrange(1, size // 2) if how == "cut" else 0)
            elif how == "flip":
                offset, bit = random.randrange(size), random.randrange(8)
                byte = os.pread(file.fileno(), 1, offset)[0]
                os.pwrite(file.fileno(), bytes([byte ^ 1 << bit]), offset)
            elif how != "later":
                file.write(bytes(size) if how == "zero" else random.randbytes(size))

    def kept_aside(self):
        """The files that hold a state that was set aside."""
        return [path for path in glob.glob(os.path.join(self.state, DATABASE + ".set-aside-*"))
                if not path.endswith(("-wal", "-shm", "-journal"))]

    def forget(self):
        """As if it had never run."""
        shutil.rmtree(self.state)
        os.makedirs(self.state, mode=0o700)
