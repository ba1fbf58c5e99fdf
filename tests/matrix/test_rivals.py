"""Other followers in the same harness. A row that each of them passes shows that they are given a fair
chance; the table of all rows is in docs/tailing.md."""

import pytest

from matrix.play import play_rival
from matrix.rivals import RIVALS
from matrix.world import Case


@pytest.mark.parametrize("name", RIVALS)
def test_rival(name):
    """It takes each line once where nothing happens that it cannot stand."""
    outcome = play_rival(name, Case("T15", False, 1000, 1))
    if outcome.skipped:
        pytest.skip(outcome.skipped)
    assert not outcome.trouble, outcome.trouble
