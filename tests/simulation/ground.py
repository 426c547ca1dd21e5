"""What a run stands on: its phones, its clock, its server, and the scenario that both tiers read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from sync import ids
from tests.simulation.box import Box
from tests.simulation.history import History
from tests.simulation.phone import Asked, Identity, Kept, Phone, Storage

SCENARIO: dict[str, Any] = json.loads((Path(__file__).parent / "scenario.json").read_text("utf-8"))
START = 1_793_500_000_000
DAY = 86_400_000
YEAR = 365 * DAY
Answer = tuple[int, str, bytes]


@dataclass
class Flight:
    """A request under way to the server or, with `answer`, its answer under way to the phone."""

    phone: Phone
    asked: Asked
    body: bytes
    token: str
    answer: Answer | None = None


class Ground:
    """The state of one run; `phone_type` is the model of a phone, a planted bug's or the true one."""

    def __init__(
        self, box: Box, rng: Random, phones: list[Phone], folder: Path,
        members: dict[tuple[str, str | None], str], phone_type: type[Phone] = Phone,
    ) -> None:  # fmt: skip
        self.box, self.rng, self.folder, self.members = box, rng, folder, members
        self.phone_type = phone_type
        self.phones = phones
        self.now, self.server_off = START, 0
        box.now = lambda: self.now + self.server_off
        self.flights: list[Flight] = []
        self.page = rng.choice((2, 8, 40))
        self.snapshots = [folder / "start.db"]
        self.backups: dict[str, Storage] = {}
        self.requests = 0
        self.history = History(box)
        self.strength = {name: rng.choice(SCENARIO["strengths"]) for name in SCENARIO["swarm"]}
        self.is_lossy = self.strength["network"] > 0
        self.once: set[str] = set()

    def living(self) -> list[Phone]:
        """Return the phones that are not lost."""
        return [phone for phone in self.phones if phone.alive]

    def save(
        self, phone: Phone, who: Identity, scope: str, doc: str, fields: dict[str, Any],
        after: tuple[str, ...] = (), hidden: dict[str, Any] | None = None,
    ) -> Kept:  # fmt: skip
        kept = phone.save(who, scope, doc, fields, after, self.now, self.rng, hidden)
        self.history.saved[kept.op.id] = kept.op
        return kept

    def uuid(self) -> str:
        return ids.make_uuid7(self.now, self.rng.randbytes(10))


def people_of(phone: Phone) -> list[dict[str, Any]]:
    """Return the people whose phone this is, as the scenario has them."""
    name = phone.name.partition(" (")[0]
    found: list[dict[str, Any]] = next(one["people"] for one in SCENARIO["phones"] if one["name"] == name)
    return found


def is_staff(phone: Phone) -> bool:
    """Return whether a phone is the cooperative's."""
    return any(person["farm"] is None for person in people_of(phone))
