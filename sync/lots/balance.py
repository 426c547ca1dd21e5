"""What came into each lot, what went, what was lost and what is left: every gram is somewhere.

Counts whole documents in no order: who tells first changes nothing. What does not add up is never refused;
it is a problem at the lots that it touches.
Source: PROTOCOL §36; Circular 17/2021/TT-BNNPTNT (one step back, one step forward).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from typing import Final, TypeVar

from sync.lots.shape import BECAUSE, Event, Label, Lot, Part, Sale

MAKES: Final = frozenset({"split", "merge", "grade", "pack", "handle"})
LEAVES: Final = frozenset({"ship"})
LOSES: Final = frozenset({"loss", "destroy"})
TAKEN_BACK: Final = BECAUSE[0]
_OPTIONAL_OUT: Final = frozenset({"pack", "handle"})
Told = TypeVar("Told", Event, Sale)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What does not add up. `doc`: the document that shows it."""

    code: str
    doc: str


@dataclass(frozen=True, slots=True)
class Balance:
    """A lot in whole base units: `left` is came - went - lost, below zero where more went than came.

    Shape:  `base`: g, ml or count, "" while nothing can be counted; `went`: to other lots, shipped and sold,
            less what came back; `packs`, `labels`: how many were packed and labelled.
    """

    base: str
    came: int
    went: int
    lost: int
    left: int
    packs: int
    labels: int
    problems: tuple[Problem, ...]


@dataclass
class _Count:
    base: str = ""
    came: int = 0
    went: int = 0
    lost: int = 0
    delivered: int = 0
    returned: int = 0
    packs: int = 0
    labels: int = 0
    origins: set[str] = field(default_factory=set)
    problems: set[Problem] = field(default_factory=set)


class _Book:
    """The counts of every lot while they are made; the first amount by name sets a lot's base."""

    def __init__(self, lots: Iterable[Lot]) -> None:
        self.counts = {one.doc: _Count() for one in lots}
        self._spare = _Count()

    def of(self, lot: str) -> _Count:
        """Return the count of a lot; of one that is not there, one that nobody reads."""
        return self.counts.get(lot, self._spare)

    def size(self, part: Part, doc: str) -> int:
        """Return how much of a lot a part names; 0, and a problem, where it can't be counted."""
        count = self.of(part.lot)
        if part.measure is None:
            count.problems.add(Problem("no_amount", doc))
            return 0
        if part.measure.base != count.base:
            count.problems.add(Problem("other_unit", doc))
            return 0
        return part.measure.size


def standing(documents: Iterable[Event]) -> list[Event]:
    """Return the events that count: none that was corrected, and no correction that only takes back."""
    return _standing(list(documents))


def standing_sales(documents: Iterable[Sale]) -> list[Sale]:
    """Return the sales that count, in the same way."""
    return _standing(list(documents))


def balances(
    lots: Collection[Lot], events: Iterable[Event], sales: Iterable[Sale] = (), labels: Iterable[Label] = ()
) -> dict[str, Balance]:
    """Return the balance of every lot. All documents of the organisation, in any order."""
    book = _Book(lots)
    happened, sold = standing(events), standing_sales(sales)
    _set_bases(book, lots, happened)
    for lot in lots:
        for source in lot.sources:
            count = book.of(lot.doc)
            count.came += book.size(Part(lot.doc, source.measure), lot.doc)
            count.origins.add(lot.doc)
    for event in happened:
        _tell(book, event)
    for sale in sold:
        count = book.of(sale.part.lot)
        size = book.size(sale.part, sale.doc)
        count.went += size
        count.delivered += size
    for label in labels:
        book.of(label.lot).labels += label.count
    return {lot.doc: _settle(lot, book.counts[lot.doc]) for lot in lots}


def used(lots: Iterable[Lot]) -> dict[tuple[str, str], dict[str, int]]:
    """Return how much lots took of each harvest: by (farm, entry) the sizes by base unit."""
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for lot in lots:
        if lot.is_deleted:
            continue
        for source in lot.sources:
            sizes = found[source.farm, source.entry]
            if source.measure is not None:
                sizes[source.measure.base] = sizes.get(source.measure.base, 0) + source.measure.size
    return dict(found)


def _set_bases(book: _Book, lots: Iterable[Lot], events: Iterable[Event]) -> None:
    """Fix the unit of each lot: that of its sources, else of what made it, the first by name."""
    said: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for lot in lots:
        said[lot.doc] += [(0, one.entry, one.measure.base) for one in lot.sources if one.measure]
    for event in events:
        said_outs = ((part.lot, part.measure) for part in event.outs if event.kind in MAKES)
        for name, measure in said_outs:
            if measure is not None:
                said[name].append((1, event.doc, measure.base))
    for name, found in said.items():
        if name in book.counts:
            book.counts[name].base = min(found, default=(0, "", ""))[2]


def _tell(book: _Book, event: Event) -> None:
    for part in (*event.ins, *event.outs):
        if part.lot not in book.counts:
            for other in (*event.ins, *event.outs):
                book.of(other.lot).problems.add(Problem("unknown_lot", event.doc))
    if event.kind in MAKES:
        _make(book, event)
    elif event.kind in LEAVES and not event.sale:
        for part in event.ins:
            size = book.size(part, event.doc)
            book.of(part.lot).went += size
            book.of(part.lot).delivered += size
    elif event.kind in LOSES:
        for part in event.ins:
            book.of(part.lot).lost += book.size(part, event.doc)
    elif event.kind == "return":
        for part in event.outs:
            size = book.size(part, event.doc)
            book.of(part.lot).went -= size
            book.of(part.lot).returned += size


def _make(book: _Book, event: Event) -> None:
    """Count what goes from lots into others; what is missing afterwards was lost by those it came from."""
    for lot in {part.lot for part in (event.outs or event.ins)}:
        book.of(lot).packs += event.packs
    if not event.outs:
        if event.kind not in _OPTIONAL_OUT:
            for part in event.ins:
                book.of(part.lot).problems.add(Problem("no_out", event.doc))
        return
    ins, outs = (_sums(book, event, parts) for parts in (event.ins, event.outs))
    for lot in {part.lot for part in event.outs} - set(ins):
        book.of(lot).origins.add(event.doc)
    bases = {book.of(lot).base for lot in (*ins, *outs)} - {""}
    # Piglets become kilograms: what is weighed and what is counted can't be compared, so nothing is lost.
    short = sum(ins.values()) - sum(outs.values()) if len(bases) == 1 else 0
    if short < 0:
        for lot in outs:
            book.of(lot).problems.add(Problem("made_more", event.doc))
    shares = _shares(ins, max(short, 0))
    for lot, size in ins.items():
        stays = min(size, outs.get(lot, 0))  # what comes back into the same lot never left it
        away = size - stays
        lost = min(shares[lot], away)
        book.of(lot).lost += lost
        book.of(lot).went += away - lost
    for lot, size in outs.items():
        book.of(lot).came += size - min(size, ins.get(lot, 0))


def _sums(book: _Book, event: Event, parts: Sequence[Part]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in parts:
        found[part.lot] = found.get(part.lot, 0) + book.size(part, event.doc)
    return found


def _shares(ins: Mapping[str, int], short: int) -> dict[str, int]:
    """Return what each lot lost of a shortage: by what it gave, the rest in the order of names."""
    total = sum(ins.values())
    found, rest = dict.fromkeys(ins, 0), short
    for lot in sorted(ins):
        found[lot] = short * ins[lot] // total if total else 0
        rest -= found[lot]
    for lot in sorted(ins):
        more = min(rest, ins[lot] - found[lot])
        found[lot] += more
        rest -= more
    return found


def _settle(lot: Lot, count: _Count) -> Balance:
    problems = set(count.problems)
    left = count.came - count.went - count.lost
    checks = (
        ("over", left < 0),
        ("returned_more", count.returned > count.delivered),
        ("no_origin", not count.origins and not lot.is_deleted),
        ("two_origins", lot.doc in count.origins and len(count.origins) > 1),
        ("labels_over", count.labels > count.packs),
        ("conflict", lot.has_conflict),
    )
    problems |= {Problem(code, lot.doc) for code, holds in checks if holds}
    return Balance(
        count.base, count.came, count.went, count.lost, left, count.packs, count.labels,
        tuple(sorted(problems)),
    )  # fmt: skip


def _standing(told: list[Told]) -> list[Told]:
    by_doc = {one.doc: one for one in told}
    of: dict[str, list[Told]] = defaultdict(list)
    for one in told:
        if one.corrects and not _is_circle(by_doc, one):
            of[one.corrects].append(one)
    # A correction that itself "did not occur" corrects nothing: later ones are asked first.
    later = TopologicalSorter({doc: [one.doc for one in some] for doc, some in of.items()})
    idle: set[str] = set()
    for doc in later.static_order():
        if any(one.because == TAKEN_BACK and one.doc not in idle for one in of.get(doc, ())):
            idle.add(doc)
    return [
        one
        for one in told
        if all(other.doc in idle for other in of.get(one.doc, ()))
        and not (one.corrects and one.because == TAKEN_BACK)
    ]


def _is_circle(by_doc: Mapping[str, Told], start: Told) -> bool:
    """Say whether a correction comes back to itself; such ones correct nothing."""
    seen: set[str] = set()
    at: Told | None = start
    while at is not None and at.corrects and at.doc not in seen:
        seen.add(at.doc)
        if at.corrects == start.doc:
            return True
        at = by_doc.get(at.corrects)
    return False
