"""The matrix: each fault that files of a log meet, at both rates, with inotify and by polling, with
authmedic's own follower. See docs/tailing.md."""

import pytest

from rig import built_program

from matrix.play import play
from matrix.scenarios import ROWS
from matrix.world import Case

# Lines a second → seeds in each run, and in the long one, which at the high rate takes hours.
SEEDS = {1000: (25, 1000), 50000: (3, 1000)}
MODES = ["inotify", "polling"]
TOLD = 5


@pytest.mark.parametrize("rate", SEEDS)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", ROWS)
def test_row(pool, long, request, name, mode, rate):
    """Whatever the seed, the row's bounds hold."""
    built_program("tests/matrix/follow")
    seed = request.config.getoption("--seed")
    seeds = [seed] if seed is not None else range(1, SEEDS[rate][long] + 1)
    outcomes = list(pool.map(play, [Case(name, mode == "polling", rate, seed, long) for seed in seeds]))
    skipped = {outcome.skipped for outcome in outcomes if outcome.skipped}
    if skipped:
        pytest.skip("; ".join(sorted(skipped)))
    bad = [outcome for outcome in outcomes if outcome.trouble]
    assert not bad, (
        f"{len(bad)} of {len(outcomes)} seeds failed; tests/matrix/run {name} --mode {mode} --rate {rate}"
        " --seed N plays one again:\n"
        + "\n".join(f"{outcome.case}:\n  {outcome.trouble}" for outcome in bad[:TOLD]))
