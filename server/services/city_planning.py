"""Looking what there is to tell the city's system: a delivery for each lot of which something new is known.

Read from the log's views, never noted beside an act: whatever made a lot's history grow (a publication, an
event, a correction, a recall, an op that was held for weeks), the next look finds it. An event that is in a
delivery is in no other; as an error it is told once more. Two processes may look at once.
Source: PROTOCOL §38 "Passing on".
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from sqlalchemy.orm import Session

from server.config import current_settings
from server.db import reading, run_write
from server.models.city import CityDelivery, CityTold
from server.services import city, tracing
from server.services.city.shape import Adapter
from server.services.epcis import events_of_lot
from server.services.setup import new_id
from server.services.tracing import Traced
from server.store import city as rows
from server.store import people
from server.store.demo_mark import is_demo
from sync.lots.epcis import Told


def plan(now: int) -> int:
    """Make the deliveries that are due for the adapter that is set; return how many."""
    adapter, made = city.current(), 0
    with reading() as session:
        if not people.has_tables(session):
            return 0
        if adapter.send is not None and is_demo(session):
            return 0  # made-up lots are no city's business
    tracing.make_lots_current()
    with reading() as session:
        scopes = rows.behind(session, adapter.name)
    for scope in scopes:
        while (found := _next(scope, adapter.name)) is not None:
            made += sum(_plan_lot(scope, code, adapter, now) for code in found.codes)
            run_write(partial(_look, scope=scope, adapter=adapter.name, seq=found.seq, now=now))
    return made


def key_of(event: Told) -> rows.Key:
    """Return by what an event is told once."""
    return str(event["eventID"]), int("errorDeclaration" in event)


def _next(scope: str, adapter: str) -> rows.Grown | None:
    with reading() as session:
        return rows.grown(session, scope, adapter)


def _look(session: Session, scope: str, adapter: str, seq: int, now: int) -> None:
    mark = rows.mark(session, scope, adapter)
    mark.seq, mark.looked_at = max(mark.seq, seq), now


def _plan_lot(scope: str, code: str, adapter: Adapter, now: int) -> int:
    traced = tracing.find(code)
    if traced is None or traced.scope != scope:  # the code was another lot's first
        return 0
    events = events_of_lot(traced, current_settings().public_url)
    return run_write(partial(_put, traced=traced, events=events, adapter=adapter, now=now))


def _put(session: Session, traced: Traced, events: Sequence[Told], adapter: Adapter, now: int) -> int:
    """Put what was not told yet into a delivery; one that waits for a person takes it up."""
    mark = rows.mark(session, traced.scope, adapter.name)
    lot = "" if adapter.tells_once else traced.doc
    known = rows.told(session, traced.scope, adapter.name, lot, {key_of(one)[0] for one in events})
    fresh = [one for one in events if key_of(one) not in known]
    if not fresh:
        return 0
    before = rows.of_lot(session, traced.scope, adapter.name, traced.doc)
    waits = before[-1] if before and before[-1].state == rows.WAITING and adapter.send is None else None
    delivery = waits or _delivery(mark.scope, adapter.name, traced, now)
    if waits is None:
        mark.count += 1
        delivery.number = mark.count
        session.add(delivery)
    delivery.kind = _kind(fresh, is_first=not before or before == [waits])
    delivery.body = adapter.body(traced, fresh if adapter.tells_once else events)
    delivery.made_at = now
    for one in fresh:
        event, as_error = key_of(one)
        session.add(
            CityTold(
                scope=traced.scope, adapter=adapter.name, lot=lot, event=event, as_error=as_error,
                delivery=delivery.id,
            )
        )  # fmt: skip
    return 1


def _delivery(scope: str, adapter: str, traced: Traced, now: int) -> CityDelivery:
    return CityDelivery(
        scope=scope, id=new_id(now), adapter=adapter, lot=traced.doc, code=traced.code, state=rows.WAITING,
        tries=0, next_try_at=now, tried_at=None, job="", problem="", answer="", receipt="",
        settled_at=None, settled_by="", handed_on="",
    )  # fmt: skip


def _kind(fresh: Sequence[Told], *, is_first: bool) -> str:
    """Return why there is a delivery, the gravest reason."""
    if any(one["eventID"].endswith("#recall") for one in fresh):
        return "recalled"
    if is_first:
        return "published"
    return "corrected" if any("errorDeclaration" in one for one in fresh) else "grown"
