"""The store: what was bought, counted and used of each input, by its name.

Amounts only add up where their units do; what can't be compared is listed as such, never guessed. A count of
the store sets what is left; on one day things are bought, then used, then counted.
Twin: `pwa/src/core/rules/stock.ts`. Source: TCVN 11892-1:2017, bảng C.2; PROTOCOL §Rules and findings.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final, Literal

from sync.lists import Lists
from sync.plain import plain
from sync.rules.amounts import Sizes, amount_of, least, most
from sync.rules.form_rules import Sort, at, lines_of, rules_of, sorts
from sync.rules.shape import Finding, Record, counts, dates, make_finding, once, texts
from sync.values import Json

KINDS: Final = frozenset({"input"})
_ORDER: Final = {"buy": "0", "use": "1", "count": "2"}


@dataclass(frozen=True, slots=True, eq=False)
class Move:
    """One line of one entry. `sizes`: how much by unit, the least favourable of its heads."""

    what: Literal["buy", "use", "count"]
    day: str
    place: tuple[str, str, str, str]  # what moves are sorted by
    record: Record
    line: str
    name: str
    field: str
    sizes: Sizes
    expires: tuple[str, ...]
    lots: tuple[str, ...]


@dataclass(slots=True)
class StockLine:
    """What the store holds of one input, by the unit in which amounts add up.

    `left` may be below zero; `open`: entries whose amount adds to nothing that was bought or counted.
    """

    plain: str
    name: str
    kinds: set[str] = field(default_factory=set)
    bought: Sizes = field(default_factory=dict)
    used: Sizes = field(default_factory=dict)
    left: Sizes = field(default_factory=dict)
    counted_on: str = ""
    expires: list[str] = field(default_factory=list)
    lots: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)


def keys(record: Record) -> Iterator[str]:
    """Yield the groups of an entry: each input that it buys, uses or counts, by its plain name."""
    yield from {f"input:{name}" for name in _moves(record)}


def _lines(record: Record) -> Iterator[tuple[Literal["buy", "use", "count"], str]]:
    known = rules_of(record)
    for line in lines_of(record):
        if known.buys:
            yield "buy", line
        if known.uses:
            yield "use", line
        if known.counts:
            yield "count", line


def _sort(record: Record, what: str) -> Sort | None:
    known = rules_of(record)
    return {"buy": known.buys, "use": known.uses, "count": known.counts}[what]


def moves(name: str, records: Iterable[Record]) -> list[Move]:
    """Return all that happened to the input of a plain name, in its order; what has no day stands first."""
    found = [move for record in records if counts(record) for move in _moves(record).get(name, ())]
    return sorted(found, key=attrgetter("place"))


@once
def _moves(record: Record) -> Mapping[str, Sequence[Move]]:
    """Return what an entry does to each input, by its plain name."""
    found: dict[str, list[Move]] = {}
    for what, line in _lines(record):
        names: dict[str, str] = {}
        for name in texts(record, at(line, "product")):
            names.setdefault(plain(name), name)
        for key, name in names.items():
            if key:
                found.setdefault(key, []).append(_move(record, what, line, name))
    return found


def _move(record: Record, what: Literal["buy", "use", "count"], line: str, name: str) -> Move:
    sort, when = _sort(record, what), dates(record, "happened_on")
    assert sort is not None  # as `_lines` gives it
    day = min(when, default="") if what == "use" else max(when, default="")
    pack = at(line, sort.pack) if sort.pack else ""
    sizes = (most if what == "use" else least)(record, [at(line, sort.amount)], pack)
    ends, lots = (tuple(texts(record, at(line, one))) for one in ("expires_on", "lot_no"))
    place = (day, _ORDER[what], record.doc, line)
    return Move(what, day, place, record, line, name, at(line, "product"), sizes, ends, lots)


def stock(records: Iterable[Record]) -> list[StockLine]:
    """Return the store, one line an input, in the order of plain names."""
    book = list(records)
    names = sorted({name for record in book if counts(record) for name in _moves(record)})
    return [stock_line(name, moves(name, book)) for name in names]


def stock_line(name: str, all_moves: Sequence[Move]) -> StockLine:
    """Return what these moves of one input come to, in the order of `moves`."""
    line = StockLine(name, all_moves[0].name if all_moves else name)
    for move in all_moves:
        line.kinds |= sorts(move.record, _sort(move.record, move.what), move.line)
        line.left = _after(line.left, move)
        if move.what == "count":
            line.counted_on = move.day
            continue
        totals = line.bought if move.what == "buy" else line.used
        for unit, size in move.sizes.items():
            totals[unit] = totals.get(unit, 0) + size
        if move.what == "buy":
            line.expires = sorted({*line.expires, *move.expires})
            line.lots = sorted({*line.lots, *move.lots})
    known = {unit for move in all_moves if move.what != "use" for unit in move.sizes}
    vague = [move for move in all_moves if not known & set(move.sizes)]
    line.open = sorted({move.record.doc for move in vague})
    return line


def _after(left: Sizes, move: Move) -> Sizes:
    """Return what is left after a move. A count sets what it says and forgets the units it doesn't name."""
    if move.what == "count":
        return move.sizes or left
    if not move.sizes:
        return left
    sign = -1 if move.what == "use" else 1
    return {**left, **{unit: left.get(unit, 0) + sign * size for unit, size in move.sizes.items()}}


def judge(key: str, records: Sequence[Record], _lists: Lists) -> Iterator[Finding]:
    """Yield what is noticed of the store of one input: uses before anything came in, and below zero."""
    came: list[str] = []
    units_in: set[str] = set()
    ends: str | None = ""  # the latest day on which something of it is good; None where nobody says
    left: Sizes = {}
    below: set[str] = set()
    for move in moves(key.partition(":")[2], records):
        left = _after(left, move)
        if below:
            below &= {unit for unit, size in left.items() if size < 0}
        if move.what != "use":
            came.append(move.record.doc)
            units_in.update(move.sizes)
            ends = max(ends, *move.expires) if ends is not None and move.expires else None
            continue
        if not came:
            yield _unbought(move)
            continue
        facts: dict[str, Json] = {"product": move.name, "day": move.day}
        if ends is not None and move.day > ends:
            told = {**facts, "expires_on": ends}
            yield make_finding("stock_expired", "doubt", move.record.doc, told, move.field, came)
        units = sorted(unit for unit in move.sizes if unit in units_in)
        fresh = [unit for unit in units if unit not in below]
        if fresh and all(left[unit] < 0 for unit in units):
            below.update(units)
            told = {**facts, "short": amount_of(-left[fresh[0]], fresh[0])}
            yield make_finding("stock_below_zero", "doubt", move.record.doc, told, move.field, came)


def _unbought(move: Move) -> Finding:
    """Return what is noticed of a use before anything came in: the same one each time."""
    known: Finding | None = move.record.memo.get(move)
    if known is None:
        facts: dict[str, Json] = {"product": move.name, "day": move.day}
        known = make_finding("stock_no_purchase", "note", move.record.doc, facts, move.field)
        move.record.memo[move] = known
    return known
