"""Phones, a lossy link and the real server, seed by seed: nothing acknowledged is lost, all agree in the end.

`SEED=17 pytest tests/simulation` replays one seed, `SEEDS=5000 pytest tests/simulation` runs so many.
Source: DESIGN §3; faults.md §3.1, promises P2, P5, P6, P10; STYLE 21.
"""

from __future__ import annotations

import pytest

from tests.simulation.seeds import Seeds, wanted_seeds

SEEDS = 100
PARTS = 10  # so that the processes of a run share them
BROKE_ONCE = (124, 629, 828, 913, 2364, 5103)  # in long runs; what was mended has a test of its own


@pytest.mark.parametrize("part", range(PARTS))
def test_every_seed_comes_to_rest_with_everything_that_was_acknowledged(seeds: Seeds, part: int) -> None:
    broken = [seeds.verdict(seed) for seed in wanted_seeds(SEEDS)[part::PARTS]]
    assert [one for one in broken if one] == []


def test_seeds_that_broke_once_come_to_rest(seeds: Seeds) -> None:
    assert [one for one in map(seeds.verdict, BROKE_ONCE) if one] == []


def test_a_seed_replays_to_the_byte(seeds: Seeds) -> None:
    first, again = seeds.run(7), seeds.run(7)
    assert first.history.events == again.history.events
    assert first.history.logs == again.history.logs


def test_the_seeds_meet_what_they_are_made_for(seeds: Seeds) -> None:
    """A simulation in which nothing happens proves nothing: look at what a few seeds met."""
    met: set[str] = set()
    for seed in range(8):
        history = seeds.run(seed).history
        for kind, what in history.events:
            met.add(kind)
            if kind == "ok" and isinstance(what, tuple):
                met |= {str(result.get("problem", result["result"])) for result in what[1]}
        met |= {"restored"} if ("info", "restored") in history.events else set()
        met |= {"copied"} if history.copied else set()
    wanted = {"invoke", "ok", "fail", "info", "accepted", "already", "device_revoked", "restored", "copied"}
    assert met >= wanted | {"not_confirmed"}
