"""What happens in the demo: people, their phones, and the saves and syncs of one autumn, as plain data.

Nothing here knows a server. A story is the same for the same seed and time; keys, ids of rows and
signatures are made when it is played, and differ each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sync.civil import date_to_day
from sync.form_shape import Form
from sync.values import Json

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
VIETNAM_MS = 7 * HOUR_MS
DAYS = 86  # how far the story goes back: September to November at the end of November
DAY_OF_1970 = 2_440_588


@dataclass(frozen=True)
class Person:
    """Somebody of a household, or of a cooperative's staff where `farm` is None."""

    key: str
    name: str
    role: str
    organisation: str
    farm: str | None = None
    villages: tuple[str, ...] = ()  # of a helper


@dataclass(frozen=True)
class Household:
    """A farm with its cooperative and village; `boundary` gives the middle of its land in 10⁻⁷ degree."""

    key: str
    name: str
    organisation: str
    village: str
    lat: int
    lng: int


@dataclass(frozen=True)
class Phone:
    """One device of one person; it joins at `at`, and waits to be confirmed where `confirm` says so."""

    key: str
    person: str
    label: str
    at: int
    confirm: bool = False


@dataclass(frozen=True)
class Helping:
    """The right of a team member to record for a household, until a time."""

    person: str
    farm: str
    until: int | None


@dataclass(frozen=True)
class Picture:
    """A photo to be drawn: its kind as the form names it, what it shows, and the seed of its details."""

    uuid: str
    kind: str
    scene: str
    seed: int
    text: str = ""


@dataclass(frozen=True)
class Save:
    """One tap on "Lưu": fields of one document, true time `at`, the phone's clock off by `clock_ms`."""

    at: int
    phone: str
    farm: str
    doc: str
    form: str
    fields: Mapping[str, Json]
    pictures: tuple[Picture, ...] = ()
    clock_ms: int = 0
    on_behalf_of: str | None = None  # key of a person


@dataclass(frozen=True)
class Sync:
    """A phone finds coverage; `left`: so many lines it says that it still holds."""

    at: int
    phone: str
    left: int = 0


@dataclass(frozen=True)
class Admit:
    """A reviewer admits what is held of a document."""

    at: int
    phone: str
    farm: str
    doc: str
    uuid: str


@dataclass(frozen=True)
class Ask:
    """A reviewer asks back about a document that has one op."""

    at: int
    phone: str
    farm: str
    doc: str
    uuid: str
    comment: str


@dataclass(frozen=True)
class Inspect:
    """A reviewer writes an inspection of a farm."""

    at: int
    phone: str
    farm: str
    uuid: str
    fields: Mapping[str, Json]
    private: Mapping[str, Json]


Event = Save | Sync | Admit | Ask | Inspect


@dataclass(frozen=True)
class Story:
    """The whole demo. `events` stand in the order of their times."""

    now: int
    began_at: int
    people: tuple[Person, ...]
    households: tuple[Household, ...]
    phones: tuple[Phone, ...]
    helps: tuple[Helping, ...]
    events: tuple[Event, ...]


def at_hour(day: str, hour: int, minute: int = 0) -> int:
    """Return the time of day `hour:minute` in Vietnam, in ms."""
    return (date_to_day(day) - DAY_OF_1970) * DAY_MS - VIETNAM_MS + hour * HOUR_MS + minute * 60_000


def split(form: Form, fields: Mapping[str, Json]) -> tuple[dict[str, Json], dict[str, Json]]:
    """Return the public and the private part of fields, as the form says."""
    public: dict[str, Json] = {}
    private: dict[str, Json] = {}
    for name, value in fields.items():
        known = form.field(name)
        (private if known is not None and not known.public else public)[name] = value
    return public, private
