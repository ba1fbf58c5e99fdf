"""What the tests of plugins share: a plugin run as the helper runs it, and processes to inspect."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

sys.dont_write_bytecode = True  # nothing is written into the source tree

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("AUTHMEDIC_BUILD_DIR", SOURCE / "build"))
PATIENCE = 30  # seconds; whatever takes longer fails


class Ended:
    """How a plugin ended: its status, what it printed, and that as facts."""

    def __init__(self, done):
        self.status = done.returncode
        self.out = done.stdout
        self.err = done.stderr
        lines = [line for line in done.stdout.splitlines() if "=" in line]
        self.facts = dict(line.split("=", 1) for line in lines)
        assert len(self.facts) == len(lines), "a fact is told twice"


def program(name):
    path = BUILD / "plugins" / name / name
    assert path.exists(), f"{path} is not built"
    return str(path)


def run(name, verb, prefix=(), path="/usr/sbin:/usr/bin:/sbin:/bin", **told):
    """Runs the plugin with AUTHMEDIC_… variables and nothing else; prefix comes before the command."""
    environment = {"PATH": str(path), "LC_ALL": "C.UTF-8", "AUTHMEDIC_CONTRACT": "1"}
    environment.update({f"AUTHMEDIC_{key.upper()}": str(value) for key, value in told.items()})
    return Ended(subprocess.run([*prefix, program(name), verb], env=environment, cwd="/", text=True,
                                stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False))


@pytest.fixture(name="tick")
def fixture_tick(tmp_path_factory):
    """Lets the clocks of files and of processes go on: the kernel counts both in steps of up to 10 ms."""
    clock = tmp_path_factory.mktemp("clock") / "file"

    def now():
        clock.write_text("")
        return clock.stat().st_ctime_ns

    def tick():
        start = now()
        while now() < start + 20_000_000:
            pass

    return tick


@pytest.fixture(name="plugin")
def fixture_plugin():
    return run


@pytest.fixture(name="program")
def fixture_program():
    return program


@pytest.fixture(name="start")
def fixture_start():
    """Starts processes that run until the test is over."""
    started = []

    def start(command, **options):
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture(name="start_cat")
def fixture_start_cat(start):
    """A process of the test's own making that is really there: cat, which has sent something back."""

    def start_cat(*argv, executable="/bin/cat", **options):
        process = start(argv or ["cat"], executable=str(executable), **options)
        process.stdin.write("up\n")
        process.stdin.flush()
        assert process.stdout.readline() == "up\n"
        return process

    return start_cat


@pytest.fixture(name="start_python")
def fixture_start_python(start):
    """Runs Python code that prints a line once it is ready, and keeps it running; the process and the line. The prefix
    comes before the command."""

    def start_python(code, *arguments, prefix=()):
        process = start([*prefix, sys.executable, "-c", f"import os, sys\n{code}\nsys.stdout.flush()\nsys.stdin.read()",
                         *map(str, arguments)])
        line = process.stdout.readline()
        assert line, "the process did not come up"
        return process, line.strip()

    return start_python


@pytest.fixture(name="pidfile")
def fixture_pidfile(tmp_path):
    def write(process_id):
        path = tmp_path / "worker.pid"
        path.write_text(f"{process_id}\n")
        return path

    return write


@pytest.fixture(name="overlaid")
def fixture_overlaid():
    """A command prefix that runs in a mount name space where files stand in for others."""
    if os.geteuid() != 0 or not shutil.which("unshare"):
        pytest.skip("needs root and unshare")
    if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("may not make mount name spaces")

    def overlaid(files):
        mounts = "".join(f"mount --bind '{ours}' '{theirs}' && " for theirs, ours in files.items())
        return ["unshare", "-m", "bash", "-c", f"{mounts}exec \"$@\"", "-"]

    return overlaid


@pytest.fixture(name="as_root")
def fixture_as_root():
    if os.geteuid() != 0:
        pytest.skip("needs root")
