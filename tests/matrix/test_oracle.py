"""The oracle finds what it is there to find: without that the matrix would prove nothing."""

from random import Random

import pytest

from matrix.lines import Oracle


@pytest.fixture(name="oracle")
def fixture_oracle():
    """An oracle and two writers' lines."""
    oracle = Oracle(Random(1))
    oracle.make("a", 5)
    oracle.make("b", 5)
    return oracle


def lines(oracle):
    return list(oracle._written)  # pylint: disable=protected-access


def test_all_once(oracle):
    """All lines, each writer's in order, whichever writer's come first."""
    assert oracle.judge(lines(oracle)).is_good
    assert oracle.judge(lines(oracle)[5:] + lines(oracle)[:5]).is_good


def test_lost(oracle):
    """A line that is missing, unless nobody could have had it."""
    verdict = oracle.judge(lines(oracle)[:9])
    assert (verdict.lost, verdict.is_good) == (1, False)
    oracle.may_lose(oracle.make("c", 2))
    verdict = oracle.judge(lines(oracle)[:10])
    assert (verdict.lost, verdict.forgiven, verdict.is_good) == (0, 2, True)


def test_repeated(oracle):
    """A line that came twice."""
    verdict = oracle.judge(lines(oracle) + lines(oracle)[-1:])
    assert (verdict.repeated, verdict.is_good) == (1, False)


def test_invented(oracle):
    """Two lines glued, half a line, an empty one, and one with a byte more."""
    for wrong in (lines(oracle)[0] + lines(oracle)[1], lines(oracle)[0][:40], b"",
                  lines(oracle)[0] + b"\0"):
        verdict = oracle.judge(lines(oracle) + [wrong])
        assert (verdict.invented, verdict.is_good) == (1, False)


def test_disordered(oracle):
    """Two lines of one writer the wrong way round."""
    taken = lines(oracle)
    taken[1], taken[2] = taken[2], taken[1]
    verdict = oracle.judge(taken)
    assert (verdict.disordered, verdict.is_good) == (1, False)


@pytest.mark.parametrize("size", [1000, 4321, 100_000])
def test_sized(oracle, size):
    """Lines that come to a certain size do, and all of them count."""
    before = oracle.written_count
    block = oracle.sized("a", size)
    assert len(block.text) == size
    assert oracle.written_count == before + len(block.lines)
