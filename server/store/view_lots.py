"""What the documents of an organisation come to for each lot: kept current lot by lot, never as a whole.

A change of a document touches the lots that it names, or named, or whose events it corrects, and those that
share an event with them. The rule is `sync.lots.balance`; here stands only where its arguments are read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Final, TypeVar

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from server.models.lots import LotEdge, LotView
from server.models.views import DocumentView
from server.store.view_fold_lots import TYPES, UNTOLD, Row
from sync.lots.balance import Balance, balances
from sync.lots.shape import parse_event, parse_label, parse_lot, parse_sale
from sync.rules.shape import Record
from sync.values import write_text

AT_ONCE: Final = 500  # our choice: parameters of one statement
_LOT: Final = "lot:"
_PREFIXES: Final = tuple(f"{one}:" for one in TYPES)
Parsed = TypeVar("Parsed")

_SETTLE = (
    update(LotView.__table__)  # type: ignore[arg-type]
    .where(LotView.scope == bindparam("in"), LotView.doc == bindparam("at"))
    .values({name: bindparam(f"new_{name}") for name in UNTOLD})
)


def ours(docs: Iterable[str]) -> list[str]:
    """Return those of the documents that matter to lots."""
    return [doc for doc in docs if doc.startswith(_PREFIXES)]


def touched(session: Session, scope: str, docs: Iterable[str]) -> set[str]:
    """Return the lots that these documents are about, by the rows that stand now."""
    named = set(docs)
    chain = chain_of(session, scope, named)
    return {one for one in named if one.startswith(_LOT)} | _lots_of(session, scope, chain)


def settle(session: Session, scope: str, lots: Collection[str]) -> None:
    """Write anew what the rows of these lots, and of those that share an event with them, say."""
    if not lots:
        return
    wanted = set(lots) | _lots_of(session, scope, _naming(session, scope, lots))
    naming = _naming(session, scope, wanted)
    near = wanted | _lots_of(session, scope, naming)
    docs = chain_of(session, scope, naming | _naming(session, scope, near))
    found = columns_of(_documents(session, scope, {*near, *docs}))
    rows = [
        {"in": scope, "at": doc, **{f"new_{name}": value for name, value in found[doc].items()}}
        for doc in sorted(wanted & set(found))
    ]
    if rows:
        session.execute(_SETTLE, rows)


def columns_of(rows: Iterable[Row]) -> dict[str, Row]:
    """Return by lot what its row holds of other documents; `rows` are those of `DocumentView`."""
    records = [_record(row) for row in rows]
    by_type = {one: [record for record in records if record.type == one] for one in TYPES}
    found = balances(
        [parse_lot(one) for one in by_type["lot"]],
        _parsed(parse_event, by_type["lot_event"]),
        _parsed(parse_sale, by_type["sale"]),
        _parsed(parse_label, by_type["label"]),
    )
    return {doc: _columns(one) for doc, one in found.items()}


def _columns(told: Balance) -> Row:
    return {
        "unit": told.base,
        "came": told.came,
        "went": told.went,
        "lost": told.lost,
        "remains": told.left,
        "packs": told.packs,
        "labels": told.labels,
        "problems": write_text([[one.code, one.doc] for one in told.problems]),
    }


def _parsed(parse: Callable[[Record], Parsed | None], records: Iterable[Record]) -> list[Parsed]:
    return [one for record in records if (one := parse(record)) is not None]


def _record(row: Row) -> Record:
    rivals = {name: tuple(some) for name, some in json.loads(row["rivals"]).items()}
    return Record(row["doc"], row["type"], json.loads(row["values"]), rivals, row["is_deleted"])


def documents_of(session: Session, scope: str, docs: Collection[str]) -> list[Record]:
    """Return what these documents say, in the order of names; those that are not there are left out."""
    return [_record(row) for row in _documents(session, scope, docs)]


def _documents(session: Session, scope: str, docs: Collection[str]) -> Iterator[Row]:
    columns = (DocumentView.doc, DocumentView.type, DocumentView.values, DocumentView.rivals)
    query = select(*columns, DocumentView.is_deleted).where(DocumentView.scope == scope)
    query = query.order_by(DocumentView.doc)
    for some in some_of(docs):
        for row in session.execute(query.where(DocumentView.doc.in_(some))).mappings():
            yield dict(row)


def _naming(session: Session, scope: str, lots: Collection[str]) -> set[str]:
    """Return the documents that name one of these lots."""
    query = select(LotEdge.doc).where(LotEdge.scope == scope)
    return {doc for some in some_of(lots) for doc in session.scalars(query.where(LotEdge.lot.in_(some)))}


def _lots_of(session: Session, scope: str, docs: Collection[str]) -> set[str]:
    """Return the lots that these documents name."""
    query = select(LotEdge.lot).where(LotEdge.scope == scope, LotEdge.lot != "")
    return {lot for some in some_of(docs) for lot in session.scalars(query.where(LotEdge.doc.in_(some)))}


def chain_of(session: Session, scope: str, docs: Collection[str]) -> set[str]:
    """Return documents with all that they correct, and all that correct them."""
    found, fresh = set(docs), set(docs)
    down = select(LotEdge.corrects).where(LotEdge.scope == scope, LotEdge.corrects != "")
    up = select(LotEdge.doc).where(LotEdge.scope == scope)
    while fresh:
        more: set[str] = set()
        for some in some_of(fresh):
            more |= set(session.scalars(down.where(LotEdge.doc.in_(some))))
            more |= set(session.scalars(up.where(LotEdge.corrects.in_(some))))
        fresh = more - found
        found |= fresh
    return found


def some_of(names: Collection[str]) -> Iterator[Sequence[str]]:
    """Give names in their order, as many at a time as one statement takes."""
    ordered = sorted(names)
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]
