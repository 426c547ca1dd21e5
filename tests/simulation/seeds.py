"""One seed from the first step to the verdict, on a server that the seeds of a process share.

The people and their first phones are made once, through the real invitations; each seed begins with a copy.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

from server.db import run_write
from server.services.enrolling_rows import find_or_add_member
from server.services.setup import set_up
from tests.server.authenticators import spare_all
from tests.simulation.box import Box, seeded_secrets
from tests.simulation.ground import DAY, SCENARIO, START, people_of
from tests.simulation.history import Broken
from tests.simulation.phone import Phone, Storage
from tests.simulation.rest import judge, settle, sync_all
from tests.simulation.world import World

Bug = Callable[[Box], AbstractContextManager[None]]


class Seeds:
    """A server with its people, from which every seed begins anew."""

    def __init__(self, folder: Path, box: Box | None = None) -> None:
        self.folder = folder
        self.box = Box(folder, SCENARIO["origin"]) if box is None else box
        self.start = folder / "start.db"
        self.members: dict[tuple[str, str | None], str] = {}
        with seeded_secrets(Random(0)):
            self.phones = self._make_people()
        self.box.save(self.start)

    def _make_people(self) -> list[Phone]:
        now = START - 60 * DAY
        self.box.now = lambda: now
        set_up("Xã Kiến Thụy", "HTX Thụy Hương", "Quản trị", ("Thôn Đông",), now)
        spare_all()
        phones = [Phone(one["name"], SCENARIO["origin"], Storage()) for one in SCENARIO["phones"]]
        for phone in phones:
            for person in people_of(phone):
                self.members[person["person"], person["farm"]] = self._member(person, now)
        first = World(self.box, Random(0), phones, self.folder, self.members)
        first.now = now
        for phone in phones:
            for place in range(len(people_of(phone))):
                first.join(phone, place)
        now = first.now = START - 60_000
        for phone in phones:
            phone.forget()
            sync_all(first, phone)
        return phones

    @staticmethod
    def _member(person: dict[str, Any], now: int) -> str:
        return run_write(
            lambda session: (
                find_or_add_member(
                    session, organisation=None, person=person["person"], farm=person["farm"],
                    village="Thôn Đông" if person["farm"] else None, role=person["role"], now=now,
                ).id
            )
        )  # fmt: skip

    def run(self, seed: int, phone_type: type[Phone] = Phone, bug: Bug | None = None) -> World:
        """Return the world of a seed after its verdict.

        Raises: Broken, and whatever a planted bug makes of it.
        """
        self.box.restart()
        self.box.is_full = False
        self.box.load(self.start)
        rng = Random(seed)
        phones = [phone_type(one.name, one.origin, deepcopy(one.disk)) for one in self.phones]
        for phone, one in zip(phones, self.phones, strict=True):
            phone.tokens = dict(one.tokens)
        # The server draws from a source of its own: a change of its code does not change the story.
        with seeded_secrets(Random(-seed - 1)), bug(self.box) if bug else nullcontext():
            world = World(self.box, rng, phones, self.folder, self.members, phone_type)
            world.run()
            settle(world)
            judge(world)
        return world

    def verdict(self, seed: int, phone_type: type[Phone] = Phone, bug: Bug | None = None) -> str:
        """Return what is wrong with a seed, an empty text where nothing is."""
        try:
            self.run(seed, phone_type, bug)
        except Broken as broken:
            return f"SEED={seed} COMMIT={commit()} {broken}"
        return ""


def wanted_seeds(most: int) -> list[int]:
    """Return the seeds to run: `SEED` alone, or `SEEDS` of them, else `most`, from `FIRST` on, else 0."""
    if "SEED" in os.environ:
        return [int(os.environ["SEED"])]
    first = int(os.environ.get("FIRST", "0"))
    return list(range(first, first + int(os.environ.get("SEEDS", most))))


def commit() -> str:
    """Return the commit that runs."""
    run = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return run.stdout.strip() or "unknown"
