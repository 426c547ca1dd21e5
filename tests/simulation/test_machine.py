"""Hypothesis chooses what happens: rules over the server and phones of the seeds, and what never may break.

It shrinks what it finds to the fewest steps. `TIMES=20` runs twenty times as many,
and so does `HYPOTHESIS_PROFILE=long`.
Source: faults.md §3.2; promises P2, P5, P6.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.simulation.box import seeded_secrets
from tests.simulation.phone import Phone
from tests.simulation.rest import judge, settle
from tests.simulation.seeds import Seeds
from tests.simulation.world import World

TIMES = int(os.environ.get("TIMES") or (20 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 1))
SHARED: dict[str, Seeds] = {}


@pytest.fixture(scope="module", autouse=True)
def _server(seeds: Seeds) -> Iterator[None]:
    """Give the machine the server of this process."""
    SHARED["seeds"] = seeds
    yield
    SHARED.clear()


class Diary(RuleBasedStateMachine):
    """Phones and a server; each rule is one step of the simulation, chosen by Hypothesis."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.secrets: Any = None

    @initialize(seed=st.integers(0, 3))
    def begin(self, seed: int) -> None:
        """Begin with the people's first phones, all in sync."""
        seeds = SHARED["seeds"]
        rng = Random(seed)
        seeds.box.restart()
        seeds.box.is_full = False
        seeds.box.load(seeds.start)
        self.secrets = seeded_secrets(Random(seed + 1))  # not those that the start drew
        self.secrets.__enter__()
        phones = [Phone(one.name, one.origin, deepcopy(one.disk)) for one in seeds.phones]
        for phone, one in zip(phones, seeds.phones, strict=True):
            phone.tokens = dict(one.tokens)
        self.world = World(seeds.box, rng, phones, seeds.folder, seeds.members)
        self.world.is_lossy = False

    def _step(self, name: str) -> None:
        self.world.now += 1000
        getattr(self.world, name)()

    @rule()
    def create_or_edit(self) -> None:
        """Somebody saves an entry."""
        self._step("save_form")

    @rule()
    def open_a_form(self) -> None:
        """Somebody leaves a form open."""
        self._step("open_form")

    @rule()
    def void(self) -> None:
        """Somebody strikes an entry out."""
        self._step("void")

    @rule(drop=st.sampled_from(("", "", "request", "response", "kill early", "kill late")))
    def sync(self, drop: str) -> None:
        """A phone syncs once, and something of it is lost."""
        world = self.world
        world.flights.clear()
        for phone in world.living():
            phone.waiting = None
        if drop.startswith("kill"):
            world.box.kill_in, world.box.killed_late = 1, drop == "kill late"
        self._step("begin_sync")
        if drop == "request":
            world.flights.clear()
        while world.flights:
            flight = world.flights.pop()
            if flight.answer is None:
                flight.answer = world.serve(flight)
                if drop != "response":
                    world.flights.append(flight)
                continue
            world.arrive(flight)
        world.box.restart()

    @rule()
    def admit(self) -> None:
        """The reviewer admits what is held."""
        self._step("admit")

    @rule()
    def turn_down(self) -> None:
        """The reviewer turns one down."""
        self._step("turn_down")

    @rule()
    def revoke(self) -> None:
        """The operator ends a device."""
        self._step("revoke")

    @rule()
    def rejoin_and_confirm(self) -> None:
        """Somebody gets a new key."""
        self._step("rejoin")
        self._step("confirm")

    @rule()
    def back_up(self) -> None:
        """The operator makes a backup."""
        self._step("snapshot")

    @precondition(lambda self: len(self.world.snapshots) > 1)
    @rule()
    def restore(self) -> None:
        """The server goes back to a backup."""
        self._step("restore")

    @rule()
    def clone(self) -> None:
        """A phone is copied."""
        self._step("clone_phone")

    @rule()
    def wipe(self) -> None:
        """A phone loses its storage."""
        self._step("wipe_phone")

    @invariant()
    def nothing_acknowledged_is_lost_and_the_digests_chain(self) -> None:
        """P2 and P6 after every step."""
        if hasattr(self, "world"):
            self.world.history.dirty = True
            self.world.history.check_step()

    def teardown(self) -> None:
        """P5: in the end all come to rest and agree."""
        try:
            if hasattr(self, "world"):
                settle(self.world)
                judge(self.world)
        finally:
            if self.secrets is not None:
                self.secrets.__exit__(None, None, None)


TestDiary = Diary.TestCase
TestDiary.settings = settings(
    max_examples=12 * TIMES,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
