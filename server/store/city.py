"""Rows of the city's outbox: which lots grew, what waits, what was said, each organisation for itself.

Views may lag behind the log: whoever looks what grew makes them current first.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from server.models.city import CityDelivery, CityMark, CityTold
from server.models.log import OpRow
from server.models.views import ViewHead
from server.store import lots
from server.store.upserts import insert_new
from server.store.view_lots import ours, some_of, touched

WAITING, DELIVERED, REFUSED, LEFT = STATES = ("waiting", "delivered", "refused", "left")
UNSETTLED: Final = (WAITING, REFUSED)
OPS_AT_ONCE: Final = 500
Key = tuple[str, int]  # an event's id, and 1 for its declaration as an error


@dataclass(frozen=True)
class Grown:
    """The published lots of an organisation of which something was said after a mark, up to `seq`."""

    scope: str
    seq: int
    codes: tuple[str, ...]


def behind(session: Session, adapter: str) -> list[str]:
    """Return the organisations whose views know more than was looked at for an adapter."""
    query = (
        select(ViewHead.scope)
        .outerjoin(CityMark, (CityMark.scope == ViewHead.scope) & (CityMark.adapter == adapter))
        .where(ViewHead.scope.startswith("org:"), ViewHead.seq > func.coalesce(CityMark.seq, 0))
    )
    return list(session.scalars(query.order_by(ViewHead.scope)))


def grown(session: Session, scope: str, adapter: str) -> Grown | None:
    """Return what is to be looked at next in an organisation's log; None where there is nothing."""
    mark = session.get(CityMark, (scope, adapter))
    folded = session.get(ViewHead, scope)
    since, until = 0 if mark is None else mark.seq, 0 if folded is None else folded.seq
    ops = select(OpRow.seq, OpRow.doc).where(OpRow.scope == scope, OpRow.seq > since, OpRow.seq <= until)
    rows = session.execute(ops.order_by(OpRow.seq).limit(OPS_AT_ONCE)).all()
    if not rows:
        return None
    told = touched(session, scope, ours({str(doc) for _, doc in rows}))
    family = lots.family(session, scope, told, is_ahead=True) if told else None
    found = told | ({one.doc for one in family.lots} if family else set())
    rows_of = lots.rows_of(session, scope, found)
    codes = {one.code for one in rows_of if one.published_at is not None and one.code}
    return Grown(scope, int(rows[-1][0]), tuple(sorted(codes)))


def mark(session: Session, scope: str, adapter: str) -> CityMark:
    """Return the mark of an organisation, locked; made where there is none."""
    first = {"scope": scope, "adapter": adapter, "seq": 0, "count": 0, "looked_at": 0}
    session.execute(insert_new(session, CityMark).values(first))
    return session.get_one(CityMark, (scope, adapter), with_for_update=True)


def told(session: Session, scope: str, adapter: str, lot: str, events: Collection[str]) -> set[Key]:
    """Return which of these events are in a delivery already."""
    query = select(CityTold.event, CityTold.as_error).where(
        CityTold.scope == scope, CityTold.adapter == adapter, CityTold.lot == lot
    )
    return {
        (str(event), int(as_error))
        for some in some_of(events)
        for event, as_error in session.execute(query.where(CityTold.event.in_(some)))
    }


def keys_of(session: Session, delivery: CityDelivery) -> set[Key]:
    """Return the events that are in a delivery."""
    query = select(CityTold.event, CityTold.as_error).where(
        CityTold.scope == delivery.scope, CityTold.delivery == delivery.id
    )
    return {(str(event), int(as_error)) for event, as_error in session.execute(query)}


def of_lot(session: Session, scope: str, adapter: str, lot: str) -> list[CityDelivery]:
    """Return the deliveries of a lot in their order."""
    query = select(CityDelivery).where(
        CityDelivery.scope == scope, CityDelivery.adapter == adapter, CityDelivery.lot == lot
    )
    return list(session.scalars(query.order_by(CityDelivery.number)))


def find(session: Session, scope: str, id_: str) -> CityDelivery | None:
    """Return a delivery of an organisation, locked where the session writes."""
    return session.get(CityDelivery, (scope, id_), with_for_update=True)


def next_due(session: Session, adapter: str, now: int) -> CityDelivery | None:
    """Return, locked, what is to be sent next: of each lot only the first that is not settled."""
    earlier = aliased(CityDelivery)
    is_behind = exists().where(
        earlier.scope == CityDelivery.scope,
        earlier.adapter == CityDelivery.adapter,
        earlier.lot == CityDelivery.lot,
        earlier.number < CityDelivery.number,
        earlier.state.in_(UNSETTLED),
    )
    query = select(CityDelivery).where(
        CityDelivery.adapter == adapter,
        CityDelivery.state == WAITING,
        CityDelivery.next_try_at <= now,
        ~is_behind,
    )
    order = (CityDelivery.next_try_at, CityDelivery.scope, CityDelivery.number)
    return session.scalar(query.order_by(*order).limit(1).with_for_update(skip_locked=True))


def counts(session: Session, scopes: Sequence[str], adapter: str) -> dict[tuple[str, str], int]:
    """Return how many deliveries organisations have in each state."""
    query = select(CityDelivery.scope, CityDelivery.state, func.count()).where(
        CityDelivery.scope.in_(scopes), CityDelivery.adapter == adapter
    )
    rows = session.execute(query.group_by(CityDelivery.scope, CityDelivery.state))
    return {(str(scope), str(state)): int(count) for scope, state, count in rows}


def page(session: Session, scopes: Sequence[str], adapter: str, state: str, limit: int) -> list[CityDelivery]:
    """Return deliveries in a state: settled ones the newest first, others the oldest first."""
    query = select(CityDelivery).where(
        CityDelivery.scope.in_(scopes), CityDelivery.adapter == adapter, CityDelivery.state == state
    )
    order = (
        (CityDelivery.made_at, CityDelivery.scope, CityDelivery.number)
        if state in UNSETTLED
        else (CityDelivery.settled_at.desc(), CityDelivery.scope, CityDelivery.number.desc())
    )
    return list(session.scalars(query.order_by(*order).limit(limit)))


def last_delivered(session: Session, scopes: Sequence[str], adapter: str) -> int | None:
    """Return when something of these organisations was last delivered, None for never."""
    query = select(func.max(CityDelivery.settled_at)).where(
        CityDelivery.scope.in_(scopes), CityDelivery.adapter == adapter, CityDelivery.state == DELIVERED
    )
    return session.scalar(query)


def looked_at(session: Session, scopes: Sequence[str], adapter: str) -> int | None:
    """Return when it was last looked what there is to deliver; None for never."""
    query = select(func.max(CityMark.looked_at)).where(
        CityMark.scope.in_(scopes), CityMark.adapter == adapter
    )
    return session.scalar(query)


def look(session: Session, scopes: Sequence[str], id_: str) -> CityDelivery | None:
    """Return a delivery of some organisations."""
    query = select(CityDelivery).where(CityDelivery.scope.in_(scopes), CityDelivery.id == id_)
    return session.scalar(query)
