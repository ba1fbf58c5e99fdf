"""Shows that the fuzz campaign shares processor time out fairly, counts it for the code that ran alone, and
fails where something was found."""

import csv
import os
import pathlib
import select
import shutil
import subprocess

import pytest

SOURCE = pathlib.Path(os.environ.get("AUTHMEDIC_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
BUILD = "#!/bin/sh\ncp {program} \"$2\"\n"
FUZZER = """#!/bin/sh
[ "$AUTHMEDIC_FUZZ_FORMAT" = "$FAILS" ] && exit 77
i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done
echo 'stat::number_of_executed_units: 7'
"""


@pytest.fixture(name="tree")
def make_tree(tmp_path):
    """A tree with two parsers, one of which has two formats, and a fuzzer that only burns time."""
    for folder in ("agent/parse", "tests/fuzz", "rules/signatures"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "agent/parse/one.c").write_text('    .name = "first",\n    .name = "second",\n')
    (tmp_path / "agent/parse/other.c").write_text('    .name = "third",\n')
    shutil.copy(SOURCE / "tests/fuzz/campaign", tmp_path / "tests/fuzz/campaign")
    for name, text in (("fuzzer", FUZZER), ("build", BUILD.format(program=tmp_path / "tests/fuzz/fuzzer"))):
        path = tmp_path / "tests/fuzz" / name
        path.write_text(text)
        path.chmod(0o755)
    return tmp_path


def run(tree, *words, fails="none"):
    return subprocess.run(
        [tree / "tests/fuzz/campaign", "--ledger", tree / "ledger", "--corpora", tree / "corpora", *words],
        env={**os.environ, "FAILS": fails}, capture_output=True, text=True, check=False, timeout=60)


def ledger(tree):
    with (tree / "ledger").open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_shares(tree):
    """Every parser gets its share and no more than a slice above it; within one the formats take turns."""
    done = run(tree, "--share", "0.001", "--at-once", "1")
    assert done.returncode == 0, done.stderr
    rows = ledger(tree)
    assert {(row["parser"], row["format"]) for row in rows} == {
        ("lines", "lines"), ("logformat", "logformat"), ("one", "first"), ("one", "second"), ("other", "third")}
    for parser in ("lines", "logformat", "one", "other"):
        times = [float(row["processor_s"]) for row in rows if row["parser"] == parser]
        assert sum(times) >= 0.06 > sum(times[:-1])
    assert {row["runs"] for row in rows} == {"7"} and {row["outcome"] for row in rows} == {"none"}
    assert "| one | first, second | 0.0 |" in done.stdout
    assert not run(tree, "--share", "0.001").stderr and len(ledger(tree)) == len(rows)


def test_other_code(tree):
    """A changed parser has had no time yet."""
    run(tree, "--share", "0.0001")
    before = len(ledger(tree))
    (tree / "agent/parse/other.c").write_text('    .name = "third",\n\n')
    assert "| other | third | 0.0 | 0.0 | 0 |" in run(tree, "--show").stdout
    run(tree, "--share", "0.0001")
    rows = ledger(tree)
    assert len(rows) > before and len({row["code"] for row in rows}) == 2


def test_finding(tree):
    """What ends the fuzzer is a finding: told, in the ledger, and the others go on."""
    done = run(tree, "--share", "0.0001", fails="third")
    assert done.returncode == 1
    rows = ledger(tree)
    assert {row["outcome"] for row in rows if row["format"] == "third"} == {"ended with 77"}
    assert {"lines", "logformat", "first"} <= {row["format"] for row in rows if row["outcome"] == "none"}


def test_terminated(tree):
    """A campaign that is told to end tells its fuzzers, keeps what they used, and leaves none behind."""
    os.mkfifo(tree / "pids")
    pipe = os.open(tree / "pids", os.O_RDWR)
    (tree / "tests/fuzz/fuzzer").write_text(
        f"#!/bin/sh\ntrap 'exit 72' TERM\necho $$ >{tree}/pids\nwhile :; do sleep 0.1; done\n")
    pids = b""
    with subprocess.Popen(
            [tree / "tests/fuzz/campaign", "--ledger", tree / "ledger", "--corpora", tree / "corpora",
             "--at-once", "2"], stdout=subprocess.DEVNULL) as campaign:
        try:
            while pids.count(b"\n") < 2:
                assert select.select([pipe], [], [], 60)[0], "they are started"
                pids += os.read(pipe, 100)
            campaign.terminate()
            assert campaign.wait(30) == 0
        finally:
            campaign.kill()
    os.close(pipe)
    assert len(ledger(tree)) == 2
    for pid in pids.split():
        assert not os.path.exists(f"/proc/{int(pid)}")
