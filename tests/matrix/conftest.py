"""A pool of processes in which the tests of the matrix play their cases, and how many those are."""

import os
import sys
from concurrent.futures import ProcessPoolExecutor

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
sys.dont_write_bytecode = True  # nothing is written into the source tree


def pytest_addoption(parser):
    parser.addoption("--seed", type=int, help="play this seed of the matrix only")


@pytest.fixture(name="pool", scope="session")
def fixture_pool():
    """As many processes as there are processors."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        yield pool


@pytest.fixture(name="long", scope="session")
def fixture_long():
    """Whether the long run was asked for."""
    return os.environ.get("AUTHMEDIC_LONG") == "1"
