"""Look-ups of lots: by scope, by code, and with all that they are made of or went into.

Views may lag behind the log: whoever reads makes them current first (`services.viewing`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from server.models.lots import LotEdge, LotSource, LotView
from server.store import people
from server.store.view_lots import chain_of, documents_of, some_of
from sync.lots.shape import Event, Lot, Sale, parse_event, parse_lot, parse_sale
from sync.rules.shape import Record

_AHEAD: Final = ("in", "sale")
_BACK: Final = ("out",)
_FARM: Final = "farm:"


@dataclass(frozen=True)
class Family:
    """Lots with the documents that tie them together, as the core reads them."""

    lots: tuple[Lot, ...]
    events: tuple[Event, ...]
    sales: tuple[Sale, ...]


def find(session: Session, scope: str, doc: str) -> LotView | None:
    """Return a lot of a scope, one that was taken out too."""
    return session.get(LotView, (scope, doc))


def by_code(session: Session, code: str) -> LotView | None:
    """Return the lot that has a code, whoever's it is: of several the one that was received first."""
    query = (
        select(LotView).where(LotView.code == code).order_by(LotView.received_at, LotView.scope, LotView.doc)
    )
    return session.scalar(query.limit(1)) if code else None


def page(
    session: Session, scope: str, state: str, after: tuple[str, str] | None, limit: int
) -> list[LotView]:
    """Return lots of a scope in a state, the newest day first, behind a (day, document)."""
    query = select(LotView).where(
        LotView.scope == scope, LotView.state == state, LotView.is_deleted.is_(False)
    )
    if after is not None:
        query = query.where(tuple_(LotView.happened_on, LotView.doc) < tuple_(*after))
    return list(session.scalars(query.order_by(LotView.happened_on.desc(), LotView.doc.desc()).limit(limit)))


def counts(session: Session, scope: str) -> dict[str, int]:
    """Return how many lots each state has."""
    query = select(LotView.state, func.count()).where(LotView.scope == scope, LotView.is_deleted.is_(False))
    return {str(state): int(count) for state, count in session.execute(query.group_by(LotView.state))}


def sources_of(session: Session, scope: str, doc: str) -> list[LotSource]:
    """Return the harvests that a lot itself is made of."""
    query = select(LotSource).where(LotSource.scope == scope, LotSource.doc == doc)
    return list(session.scalars(query.order_by(LotSource.place)))


def own_farms(session: Session, scope: str, farms: Iterable[str]) -> set[str]:
    """Return those of the farms that belong to the organisation of a scope.

    A lot may name any farm, as any op may say anything: others' diaries stay closed (faults.md 69).
    """
    named = {one.removeprefix(_FARM) for one in farms if one.startswith(_FARM)}
    of = people.organisations_of_farms(session, sorted(named))
    return {f"{_FARM}{farm}" for farm, organisation in of.items() if scope == f"org:{organisation}"}


def lots_from(session: Session, scope: str, farm: str, entries: Collection[str]) -> list[LotSource]:
    """Return which lots of a scope are made of these entries of a farm."""
    query = select(LotSource).where(LotSource.scope == scope, LotSource.farm == farm)
    found: list[LotSource] = []
    for some in some_of(entries):
        found += session.scalars(query.where(LotSource.entry.in_(some)))
    return found


def taken(session: Session, scope: str, farms: Collection[str]) -> dict[tuple[str, str], dict[str, int]]:
    """Return how much the lots of a scope took of the harvests of these farms, by (farm, entry) and unit."""
    columns = (LotSource.farm, LotSource.entry, LotSource.unit)
    query = select(*columns, func.sum(func.coalesce(LotSource.size, 0))).where(LotSource.scope == scope)
    found: dict[tuple[str, str], dict[str, int]] = {}
    for some in some_of(farms):
        for farm, entry, unit, size in session.execute(
            query.where(LotSource.farm.in_(some)).group_by(*columns)
        ):
            found.setdefault((farm, entry), {})[unit] = int(size)
    return found


def rows_of(session: Session, scope: str, docs: Collection[str]) -> list[LotView]:
    """Return the rows of these lots of a scope."""
    query = select(LotView).where(LotView.scope == scope)
    return [row for some in some_of(docs) for row in session.scalars(query.where(LotView.doc.in_(some)))]


def near(session: Session, scope: str, lot: str) -> Family:
    """Return a lot with what names it, what corrects that, and the other lots named there."""
    docs = chain_of(session, scope, naming(session, scope, lot))
    others = _others(session, scope, docs, ("in", "out"))
    return make_family(documents_of(session, scope, {lot, *others, *docs}))


def correcting(session: Session, scope: str, lot: str) -> list[str]:
    """Return the documents that take back something of a lot, and name no lot themselves."""
    docs = naming(session, scope, lot)
    return sorted(chain_of(session, scope, docs) - set(docs))


def naming(session: Session, scope: str, lot: str) -> list[str]:
    """Return the events, sales and labels that name a lot."""
    query = select(LotEdge.doc).distinct().where(LotEdge.scope == scope, LotEdge.lot == lot)
    return list(session.scalars(query.order_by(LotEdge.doc)))


def family(session: Session, scope: str, starts: Iterable[str], *, is_ahead: bool) -> Family:
    """Return lots with all that came of them, or (not `is_ahead`) all that they came of."""
    here, there = (_AHEAD, _BACK) if is_ahead else (_BACK, _AHEAD)
    lots, fresh, docs = set(starts), set(starts), set[str]()
    while fresh:
        events = _edges(session, scope, fresh, here) - docs
        docs |= chain_of(session, scope, events)
        fresh = _others(session, scope, events, there) - lots
        lots |= fresh
    if not is_ahead:  # what was done with them on the way, without making others of them
        docs |= chain_of(session, scope, _edges(session, scope, lots, _AHEAD))
    return make_family(documents_of(session, scope, {*lots, *docs}))


def make_family(records: Sequence[Record]) -> Family:
    """Return documents as the core reads them."""
    return Family(
        tuple(parse_lot(one) for one in records if one.type == "lot"),
        tuple(event for one in records if one.type == "lot_event" and (event := parse_event(one))),
        tuple(sale for one in records if one.type == "sale" and (sale := parse_sale(one))),
    )


def _edges(session: Session, scope: str, lots: Collection[str], sides: Sequence[str]) -> set[str]:
    query = select(LotEdge.doc).where(LotEdge.scope == scope, LotEdge.side.in_(sides))
    return {doc for some in some_of(lots) for doc in session.scalars(query.where(LotEdge.lot.in_(some)))}


def _others(session: Session, scope: str, docs: Collection[str], sides: Sequence[str]) -> set[str]:
    query = select(LotEdge.lot).where(LotEdge.scope == scope, LotEdge.side.in_(sides), LotEdge.lot != "")
    return {lot for some in some_of(docs) for lot in session.scalars(query.where(LotEdge.doc.in_(some)))}
