"""How a farm stands on a day: who is silent, whose phone has trouble, what is due. Pure.

Source: PROTOCOL §32 "Silences", "What is due"; sync/rules/gaps.json.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from server.services.console import FarmName
from sync.civil import days_between
from sync.rules import Due, silence_max

View = Literal["need", "silent", "phone", "due", "review", "all"]
VIEWS: Final[tuple[View, ...]] = ("need", "silent", "phone", "due", "review", "all")
DAY_MS: Final = 86_400_000
UNSENT_DAYS: Final = 3  # our choice: what a phone held that long when it was last heard of is told
FULL_MB: Final = 200  # our choice: some four hundred photos


@dataclass(frozen=True)
class OpenSeason:
    """A season that runs. `last_day`: the newest day of its entries up to today, "" for none."""

    doc: str
    name: str
    sector: str
    started_on: str
    last_day: str


@dataclass(frozen=True)
class PhoneFacts:
    """A device of a household as the server knows it. Times in ms; `clock_days`: by how much it was wrong.

    Shape:  `unsent`, `photos`, `free_mb`: what it last said of itself, None for nothing.
    """

    invite: str
    label: str
    who: str
    last_seen: int | None
    unsent: int | None
    photos: int | None
    free_mb: int | None
    is_copied: bool
    held: int
    clock_days: int


@dataclass(frozen=True)
class Trouble:
    """One trouble of a phone; `n`: lines, photos, days or megabytes, as its kind asks."""

    kind: Literal["copied", "unsent", "photos", "held", "clock", "full"]
    n: int
    days: int
    phone: PhoneFacts


@dataclass(frozen=True)
class Silence:
    """A season that is silent for longer than its sector allows. `since`: its last entry, or its start."""

    season: OpenSeason
    since: str
    days: int


@dataclass(frozen=True)
class Facts:
    """What is known of a farm. `lately`: entries about the last 30 days; `waiting`: those to be reviewed."""

    farm: FarmName
    last_day: str
    last_received_at: int | None
    lately: int
    waiting: int
    seasons: tuple[OpenSeason, ...]
    phones: tuple[PhoneFacts, ...]
    dues: tuple[Due, ...]


@dataclass(frozen=True)
class Standing:
    """How a farm stands. `silence`: the longest; `dues`: late, never done, or near."""

    facts: Facts
    silence: Silence | None
    troubles: tuple[Trouble, ...]
    dues: tuple[Due, ...]

    def fits(self, view: View) -> bool:
        """Say whether a list shows the farm."""
        return {
            "need": bool(self.silence or self.troubles or self.dues),
            "silent": self.silence is not None,
            "phone": bool(self.troubles),
            "due": bool(self.dues),
            "review": self.facts.waiting > 0,
            "all": True,
        }[view]

    @property
    def rank(self) -> tuple[int, int, str]:
        """Return what the list of needs is sorted by: what presses, then the longest silence, then code."""
        presses = bool(self.silence or self.troubles) or any(one.when == "late" for one in self.dues)
        days = 0 if self.silence is None else self.silence.days
        return (0 if presses else 1 if self.dues else 2, -days, self.facts.farm.code)


def stand(facts: Facts, today: str, now: int) -> Standing:
    """Return how a farm stands on a day; `now` in ms."""
    return Standing(
        facts=facts,
        silence=silence(facts.seasons, today),
        troubles=tuple(one for phone in facts.phones for one in troubles(phone, now)),
        dues=tuple(one for one in facts.dues if one.when != "later"),
    )


def silence(seasons: Collection[OpenSeason], today: str) -> Silence | None:
    """Return the longest silence of seasons that run, None where each was written of lately enough."""
    found = []
    for season in seasons:
        most, since = silence_max(season.sector), max(season.last_day, season.started_on)
        days = days_between(since, today) if since else 0
        if most is not None and days > most:
            found.append(Silence(season, since, days))
    return max(found, key=lambda one: (one.days, one.season.doc), default=None)


def troubles(phone: PhoneFacts, now: int) -> list[Trouble]:
    """Return what is wrong with a phone; nothing of one that never reported.

    Shape:  what was unsent is told when the phone was last heard of `UNSENT_DAYS` ago or more: until then it
            may have been sent, and nobody knows.
    """
    away = 0 if phone.last_seen is None else max(0, now - phone.last_seen) // DAY_MS
    is_away = phone.last_seen is not None and away >= UNSENT_DAYS
    told: Sequence[tuple[bool, Trouble]] = (
        (phone.is_copied, Trouble("copied", 0, 0, phone)),
        (phone.held > 0, Trouble("held", phone.held, 0, phone)),
        (is_away and bool(phone.unsent), Trouble("unsent", phone.unsent or 0, away, phone)),
        (is_away and bool(phone.photos), Trouble("photos", phone.photos or 0, away, phone)),
        (phone.clock_days > 0, Trouble("clock", phone.clock_days, 0, phone)),
        (
            phone.free_mb is not None and phone.free_mb < FULL_MB,
            Trouble("full", phone.free_mb or 0, 0, phone),
        ),
    )
    return [one for holds, one in told if holds]
