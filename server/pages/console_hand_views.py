"""What stands at hand beside an entry, in words: its inputs in store and its season’s first safe day."""

from __future__ import annotations

from dataclasses import dataclass

from server.pages.console_show import amount_text, date_text
from server.pages.console_words import Language, say
from server.services.at_hand import InStore
from server.services.waits import PlotWait
from sync import ids
from sync.values import Json


@dataclass(frozen=True)
class Stored:
    """A line of the store: amounts as people say them, empty where nothing is known."""

    name: str
    day: str
    bought: str
    used: str
    left: str
    is_short: bool
    is_open: bool


@dataclass(frozen=True)
class Safe:
    """When something may be taken from the season's plots first. `href`: the entry that sets it."""

    icon: str
    kind: str
    text: str
    why: str
    href: str


def stored(language: Language, one: InStore) -> Stored:
    """Return an input of the store in words."""
    return Stored(
        name=one.name,
        day=date_text(one.day),
        bought=_amount(language, one.bought),
        used=_amount(language, one.used),
        left=_amount(language, one.left),
        is_short=one.is_short,
        is_open=one.is_open,
    )


def safe(language: Language, farm: str, one: PlotWait) -> Safe:
    """Return in words when something of a plot may be taken first, and by what."""
    what = say(language, f"produce_{one.produce}")
    href = f"/htx/dong/{farm}/{ids.split_ref(one.by)[1]}"
    if one.state == "days":
        why = say(language, "hand_by", product=one.product, n=one.days)
        return Safe(
            "calendar", "row", say(language, "hand_from", what=what, day=date_text(one.until)), why, href
        )
    if one.state == "unknown":
        why = say(language, "hand_unknown_by", product=one.product)
        return Safe("unknown", "finding", say(language, "hand_unknown", what=what), why, href)
    return Safe("unknown", "row", say(language, "hand_not_defined", what=what), one.product, href)


def _amount(language: Language, value: Json) -> str:
    if not isinstance(value, dict):
        return ""
    return amount_text(str(value["amount"]), str(value["unit"]), language)
