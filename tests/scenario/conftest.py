"""What all scenarios share: the rig, which stops everything it started, also where a test fails."""

import contextlib
import os
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
sys.dont_write_bytecode = True  # nothing is written into the source tree

from rig import PRINTED, Rig, need_root  # noqa: E402 (the path comes first)


def pytest_terminal_summary(terminalreporter):
    """What tests found out is told, whichever process ran them."""
    for report in terminalreporter.getreports("passed"):
        for name, text in report.user_properties:
            if name == PRINTED:
                terminalreporter.section(report.nodeid)
                terminalreporter.write_line(text)


@contextlib.contextmanager
def closing_rig(**options):
    """A Rig that is closed at the end, whatever happens."""
    made = Rig(**options)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture(name="rig")
def fixture_rig():
    """A fresh Rig for each test."""
    with closing_rig() as made:
        yield made


@pytest.fixture(name="rig_of_root")
def fixture_rig_of_root():
    """The same where nobody but root can write, as the packaged helper wants it."""
    need_root("a folder of root's")
    with closing_rig(parent="/run") as made:
        yield made


@pytest.fixture(name="rig_in_opt")
def fixture_rig_in_opt():
    """The same where the packaged units hide nothing."""
    need_root("a folder in /opt")
    with closing_rig(parent="/opt") as made:
        yield made


@pytest.fixture(name="realm")
def fixture_realm(rig):
    """A realm with a running KDC."""
    return rig.realm()


@pytest.fixture(name="keytab")
def fixture_keytab(rig, realm):
    """The keytab of the realm's service, up to date."""
    return realm.export_keys(rig.path("http.keytab"))


@pytest.fixture(name="probe_keytab")
def fixture_probe_keytab(rig, realm):
    """The keytab of the probe's own principal."""
    return rig.probe_keytab(realm)
