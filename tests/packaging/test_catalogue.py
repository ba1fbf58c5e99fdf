"""Shows that what is written of the journal's entries is what the programs send: each id once, explained in
docs/journal.md and in a catalogue that journalctl takes."""

import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = ROOT / "agent/config/log_kinds.def"
CATALOGUE = ROOT / "packaging/systemd/authmedic.catalog"


def identities():
    return re.findall(r'^KIND\(\w+, LOG_LEVEL_\w+, "(.*)",$', TABLE.read_text(encoding="utf-8"), re.M)


def test_table():
    """Every kind has an id of its own."""
    found = identities()
    assert len(found) > 15 and len(set(found)) == len(found)
    assert all(re.fullmatch("[0-9a-f]{32}", identity) for identity in found)


def test_up_to_date():
    """The document and the catalogue are made of the table; else tools/journal-catalogue --write does it."""
    done = subprocess.run([ROOT / "tools/journal-catalogue"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.skipif(not shutil.which("journalctl"), reason="journalctl is missing")
def test_journalctl(tmp_path):
    """journalctl takes the catalogue and finds each entry in it."""
    (tmp_path / "usr/lib/systemd/catalog").mkdir(parents=True)
    (tmp_path / "var/lib/systemd/catalog").mkdir(parents=True)
    shutil.copy(CATALOGUE, tmp_path / "usr/lib/systemd/catalog")
    journalctl = ["journalctl", f"--root={tmp_path}"]
    done = subprocess.run([*journalctl, "--update-catalog"], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    for identity in identities():
        said = subprocess.run([*journalctl, "--dump-catalog", identity], capture_output=True, text=True, check=True)
        assert f"-- {identity}" in said.stdout and "Defined-By: authmedic" in said.stdout
