"""Lots, what happens to them, their sales and labels, read from folded documents.

Nothing that was written breaks a reading: what makes no sense counts as missing, and `balance` names it.
An amount is a whole number of g, ml or pieces; a sack without a size is no amount.
Source: PROTOCOL §36; DESIGN §3 "Values".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sync.civil import is_civil_date
from sync.ids import is_doc
from sync.rules.shape import Record, counts
from sync.units import UnitError, find_unit, to_base
from sync.values import Json

BASES: Final = ("g", "ml", "count")
DOMESTIC: Final = ("split", "merge", "grade", "handle", "pack", "store")  # what is done within the house
KINDS: Final = (*DOMESTIC, "ship", "return", "loss", "destroy")
BECAUSE: Final = ("did_not_occur", "incorrect_data")
_PART: Final = re.compile(r"(source|in|out)\.([a-z2-7]{8})\.(farm|entry|heads|lot|amount)")
_COUNT_MAX: Final = 10_000_000  # our choice: labels or packs that one document may name


@dataclass(frozen=True, slots=True)
class Measure:
    """How much, in whole base units (g, ml or count)."""

    size: int
    base: str


@dataclass(frozen=True, slots=True)
class Source:
    """A harvest that a lot is made of. `heads`: the ids of its ops that were approved and on the page."""

    farm: str
    entry: str
    heads: tuple[str, ...]
    measure: Measure | None


@dataclass(frozen=True, slots=True)
class Part:
    """What an event takes of a lot, or adds to it. `measure`: None where no amount can be counted."""

    lot: str
    measure: Measure | None


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot. `states`: what every head of the field says; `is_published`: facts were signed for it.

    Shape:  `code`, `product`, `happened_on`: "" where missing; `recall`: what stands of a recall, or None.
    """

    doc: str
    product: str
    code: str
    happened_on: str
    sources: tuple[Source, ...]
    states: tuple[str, ...]
    is_published: bool
    recall: Mapping[str, Json] | None
    is_deleted: bool
    has_conflict: bool


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to lots. `sale`: the sale that a shipment delivers, "" for none.

    Shape:  `corrects`: the event that this one takes the place of ("" for none), `because`: did_not_occur
            (nothing takes its place) or incorrect_data; `packs`: how many were packed.
    """

    doc: str
    kind: str
    happened_on: str
    ins: tuple[Part, ...]
    outs: tuple[Part, ...]
    corrects: str
    because: str
    packs: int
    sale: str


@dataclass(frozen=True, slots=True)
class Sale:
    """What was sold of a lot. `corrects`, `because` as with events."""

    doc: str
    part: Part
    happened_on: str
    corrects: str
    because: str


@dataclass(frozen=True, slots=True)
class Label:
    """Labels of a lot that were issued; `count`: those that were not voided."""

    doc: str
    lot: str
    count: int


def parse_lot(record: Record) -> Lot:
    """Return a lot; a deleted one too, for its code stays what it was."""
    values = record.values
    states = record.rivals.get("state") or (values.get("state"),)
    recalls = record.rivals.get("recall") or (values.get("recall"),)
    parts = _groups(values, "source")
    return Lot(
        doc=record.doc,
        product=_text(values.get("product")),
        code=_text(values.get("code")),
        happened_on=_date(values.get("happened_on")),
        sources=tuple(source for one in parts if (source := _source(one))),
        states=tuple(one for one in states if isinstance(one, str)),
        is_published=isinstance(values.get("facts"), dict),
        recall=next((one for one in recalls if isinstance(one, dict)), None),
        is_deleted=not counts(record),
        has_conflict=bool(record.rivals),
    )


def parse_event(record: Record) -> Event | None:
    """Return an event, None for a deleted one or one of no known kind."""
    values = record.values
    kind = values.get("kind")
    if not counts(record) or kind not in KINDS:
        return None
    return Event(
        doc=record.doc,
        kind=str(kind),
        happened_on=_date(values.get("happened_on")),
        ins=_parts(values, "in"),
        outs=_parts(values, "out"),
        corrects=_doc(values.get("corrects"), "lot_event"),
        because=_because(values),
        packs=_whole(values.get("packs")),
        sale=_doc(values.get("sale"), "sale"),
    )


def parse_sale(record: Record) -> Sale | None:
    """Return a sale, None for a deleted one, for one that names no lot, and for what was bought.

    What is bought of a farm comes into a lot by its harvest: buying it takes nothing out.
    """
    values = record.values
    lot = _doc(values.get("lot"), "lot")
    if not counts(record) or not lot or values.get("direction") == "buy":
        return None
    return Sale(
        doc=record.doc,
        part=Part(lot, measure_of(values.get("amount"))),
        happened_on=_date(values.get("happened_on")),
        corrects=_doc(values.get("corrects"), "sale"),
        because=_because(values),
    )


def parse_label(record: Record) -> Label | None:
    """Return how many labels of a lot stand, None for a deleted document and for one that names no lot."""
    values = record.values
    lot = _doc(values.get("lot"), "lot")
    if not counts(record) or not lot:
        return None
    voided, issued = values.get("voided"), _whole(values.get("count"))
    if voided is True:
        return Label(record.doc, lot, 0)
    gone = _ranges(voided) if isinstance(voided, list) else 0
    return Label(record.doc, lot, max(0, issued - gone))


def measure_of(value: Json) -> Measure | None:
    """Return what an amount comes to in whole base units; None where it can't be counted."""
    if not isinstance(value, dict):
        return None
    amount, unit = value.get("amount"), value.get("unit")
    if not isinstance(amount, str) or not isinstance(unit, str):
        return None
    try:
        base = find_unit(unit).base
        return Measure(to_base(amount, unit), base) if base in BASES else None
    except UnitError:
        return None


def _source(part: Mapping[str, Json]) -> Source | None:
    farm, entry, heads = _doc(part.get("farm"), "farm"), _doc(part.get("entry"), "entry"), part.get("heads")
    if not farm or not entry:
        return None
    named = heads if isinstance(heads, list) else []
    return Source(
        farm, entry, tuple(one for one in named if isinstance(one, str)), measure_of(part.get("amount"))
    )


def _parts(values: Mapping[str, Json], side: str) -> tuple[Part, ...]:
    found = ((_doc(one.get("lot"), "lot"), one.get("amount")) for one in _groups(values, side))
    return tuple(Part(lot, measure_of(amount)) for lot, amount in found if lot)


def _groups(values: Mapping[str, Json], side: str) -> Iterator[Mapping[str, Json]]:
    """Give the lines of one side in the order of their ids."""
    found: dict[str, dict[str, Json]] = {}
    for name, value in values.items():
        match = _PART.fullmatch(name)
        if match and match[1] == side:
            found.setdefault(match[2], {})[match[3]] = value
    for one in sorted(found):
        yield found[one]


def _because(values: Mapping[str, Json]) -> str:
    said = values.get("corrects_because")
    return said if isinstance(said, str) and said in BECAUSE else BECAUSE[1]


def _ranges(voided: Sequence[Json]) -> int:
    """Return how many numbers the ranges [from, to] name, each once."""
    ends = (one for one in voided if isinstance(one, list) and len(one) == 2)
    found, upto = 0, 0
    for first, last in sorted((_whole(one[0]), _whole(one[1])) for one in ends):
        found += max(0, last - max(first - 1, upto)) if first else 0
        upto = max(upto, last) if first else upto
    return found


def _doc(value: Json, doc_type: str) -> str:
    is_named = isinstance(value, str) and value.startswith(f"{doc_type}:") and is_doc(value)
    return str(value) if is_named else ""


def _whole(value: Json) -> int:
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _COUNT_MAX
    return value if isinstance(value, int) and is_count else 0


def _date(value: Json) -> str:
    return value if isinstance(value, str) and is_civil_date(value) else ""


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
