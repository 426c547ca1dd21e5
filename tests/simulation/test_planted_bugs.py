"""The test of the simulation: each fault planted on purpose is found within the seeds of one run."""

from __future__ import annotations

import pytest

from tests.simulation.planted import BUGS
from tests.simulation.seeds import Seeds
from tests.simulation.test_seeds import SEEDS


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_found(seeds: Seeds, name: str) -> None:
    bug = BUGS[name]
    for seed in range(SEEDS):
        try:
            seeds.run(seed, bug.phone, bug.server)
        except Exception:  # whatever it is that the bug breaks first
            return
    pytest.fail(f"{SEEDS} seeds did not notice that {name}")
