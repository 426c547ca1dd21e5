"""Which pieces of a standard's book a season has, and which are missing: `completeness.json`, as data.

It depends on today, so it is no finding. Least favourable: an entry in conflict about what it is, or whether
it stands, fills no piece, and still asks for what belongs to it.
Twin: `pwa/src/core/rules/completeness.ts`. Source: TCVN 11892-1:2017, Annexes C and D; PROTOCOL §32.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from sync.checklists import INSPECTION
from sync.civil import add_days
from sync.rules.due import is_whole
from sync.rules.form_rules import NO_LINE, at
from sync.rules.shape import Record, counts, dates, line_ids, options, texts
from sync.values import DELETED, Json

State = Literal["present", "missing", "idle"]


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a season's book.

    Shape:  `table`: where the standard has it, "" for none; `state`: idle where it is neither there nor asked
            for yet; `count`: how many documents fill it; `form`: the one to record it by, "" for none.
    """

    code: str
    table: str
    state: State
    count: int
    form: str
    label: Mapping[str, str]
    todo: Mapping[str, str]


@cache
def data() -> Mapping[str, Any]:
    """Return the books as they stand in the file."""
    found: Mapping[str, Any] = json.loads(Path(__file__).with_name("completeness.json").read_text("utf-8"))
    return found


def completeness(season: Record, records: Iterable[Record], today: str) -> list[Piece]:
    """Return the pieces of a season's book in their order; none where no book fits its sector.

    Shape:  `records`: at least the season's entries, those that name none, and the farm's inspections.
    """
    sectors, standards = texts(season, "sector"), texts(season, "standard") or ["none"]
    books = [
        one
        for one in data()["books"]
        if set(sectors) & set(one["sectors"]) and set(standards) & set(one["standards"])
    ]
    if not books:
        return []
    said = [one for one in records if counts(one)]
    return [_piece(one, season, said, today) for one in books[0]["pieces"]]


def loose_from() -> int:
    """Return how many days before a season what names none still counts for it."""
    return int(data()["loose_days"])


def _piece(piece: Mapping[str, Any], season: Record, records: Sequence[Record], today: str) -> Piece:
    is_loose = bool(piece.get("loose"))
    filling = [
        one
        for one in records
        if (_is_inspected(one) if piece.get("type") == INSPECTION else _fits(one, piece["forms"]))
        and _is_of(one, season, today, is_loose=is_loose)
    ]
    state: State = "present" if filling else "idle"
    if not filling and _is_wanted(piece, season, records, today):
        state = "missing"
    form = next(iter(piece["forms"]), "")
    return Piece(piece["code"], piece["table"], state, len(filling), form, piece["label"], piece["todo"])


def _is_wanted(piece: Mapping[str, Any], season: Record, records: Sequence[Record], today: str) -> bool:
    if piece["wanted"] == "with":
        return any(
            one.type == "entry"
            and set(texts(one, "form")) & set(piece["with"])
            and season.doc in options(one, "season")
            for one in records
        )
    is_over = any(day <= today for day in dates(season, "ended_on"))
    return piece["wanted"] == "always" or (piece["wanted"] == "end" and is_over)


def _fits(record: Record, forms: Mapping[str, Mapping[str, Sequence[str]]]) -> bool:
    """Say whether an entry is of one of the forms with the values that it wants, by every head."""
    if record.type != "entry" or DELETED in record.rivals:
        return False
    said = options(record, "form")
    where = forms.get(said[0]) if isinstance(said[0], str) else None
    if where is None or any(one != said[0] for one in said):
        return False
    return all(
        any(_is_within(options(record, at(line, name)), values) for line in (NO_LINE, *line_ids(record)))
        for name, values in where.items()
    )


def _is_within(said: Sequence[Json], values: Sequence[str]) -> bool:
    return all(one in values for one in said)


def _is_inspected(record: Record) -> bool:
    return record.type == INSPECTION and DELETED not in record.rivals and is_whole(record)


def _is_of(record: Record, season: Record, today: str, *, is_loose: bool) -> bool:
    """Say whether a document belongs to a season, by every head: it names it, or none and its days fit."""
    name, none = ("of", "farm") if record.type == INSPECTION else ("season", None)
    said = [none if one is None or one == "" else one for one in options(record, name)]
    if any(one != said[0] for one in said):
        return False
    if said[0] == season.doc:
        return True
    began = min(dates(season, "started_on"), default="")
    days = dates(record, "happened_on")
    if said[0] != none or not is_loose or not began or not days:
        return False
    last = min([*dates(season, "ended_on"), today])
    return add_days(began, -loose_from()) <= min(days) and max(days) <= last
