"""How much there is of what an operator watches: a few sums, none of which walks the log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from server.models.backups import SafePoint
from server.models.blobs import PART, STORED, Blob
from server.models.city import CityDelivery
from server.models.devices import DeviceSeen
from server.models.log import Head, HeldOp, OpRow
from server.models.reminders import PushSubscription
from server.models.views import EntryView, ViewHead
from server.store.city import WAITING

Figures = Iterator[tuple[str, float]]
_IS_HEAD = (OpRow.scope == Head.scope) & (OpRow.seq == Head.seq)


def log_figures(session: Session) -> Figures:
    """Give what stands in the logs, what is held, how far views and tested backups are behind."""
    yield "ops_logged", ops(session)
    yield "books", session.scalar(select(func.count()).select_from(Head)) or 0
    held = select(func.count()).select_from(HeldOp).where(HeldOp.is_turned_down.is_(False))
    yield "ops_held", session.scalar(held) or 0
    behind = select(func.sum(Head.seq - func.coalesce(ViewHead.seq, 0)))
    behind = behind.outerjoin(ViewHead, ViewHead.scope == Head.scope)
    yield "ops_unfolded", session.scalar(behind) or 0
    readings = behind.where(Head.scope.like("sensor:%"))
    yield "readings_unfolded", session.scalar(readings) or 0
    lag = select(func.sum(Head.seq - func.coalesce(SafePoint.seq, 0)))
    lag = lag.outerjoin(SafePoint, SafePoint.scope == Head.scope)
    yield "ops_not_safe", session.scalar(lag) or 0


def ops(session: Session) -> int:
    """Return how many ops all logs hold."""
    return int(session.scalar(select(func.sum(Head.seq))) or 0)


def newest_received(session: Session) -> int:
    """Return when the newest op of any log was received, in ms; by heads, for the log is long."""
    query = select(func.max(OpRow.received_at)).join(Head, _IS_HEAD)
    return int(session.scalar(query) or 0)


def newest_skews(session: Session) -> list[int]:
    """Return by how many ms the server was ahead of the writer's clock, by the newest op of each book."""
    bodies = session.scalars(select(OpRow.body).join(Head, _IS_HEAD).where(Head.scope.like("farm:%")))
    skews = (json.loads(body).get("skew") for body in bodies)
    return [one for one in skews if isinstance(one, int)]


def queue_figures(session: Session) -> Figures:
    """Give what waits for somebody: reviewers, the city, phones to be reminded."""
    waiting = select(func.count()).select_from(EntryView).where(EntryView.queue == "review")
    yield "inbox_entries", session.scalar(waiting) or 0
    city = select(func.count()).select_from(CityDelivery).where(CityDelivery.state == WAITING)
    yield "city_waiting", session.scalar(city) or 0
    wanted = select(func.count()).select_from(PushSubscription)
    yield "reminders_waiting", session.scalar(wanted.where(PushSubscription.wanted_at.is_not(None))) or 0


def photo_figures(session: Session) -> Figures:
    """Give the photos and voice notes that are here whole, their bytes, and those on their way."""
    stored = select(func.count(), func.sum(Blob.bytes)).where(Blob.state == STORED)
    count, size = session.execute(stored).one()
    yield "photos_stored", count
    yield "photo_bytes", size or 0
    begun = select(func.count()).select_from(Blob).where(Blob.state == PART)
    yield "photos_begun", session.scalar(begun) or 0


def unsent_of(report: str | None) -> int:
    """Return how many lines a phone said that it still holds; 0 where it said nothing readable."""
    try:
        said = json.loads(report or "null")
    except ValueError:
        return 0
    number = said.get("unsent") if isinstance(said, dict) else None
    return number if isinstance(number, int) else 0


def silent_with_unsent(session: Session, before: int) -> int:
    """Return how many phones held lines when they were last heard of, which is before that time."""
    query = select(DeviceSeen.phone).where(DeviceSeen.phone.is_not(None), DeviceSeen.last_seen < before)
    return sum(unsent_of(report) > 0 for report in session.scalars(query))


def database_bytes(session: Session, path: Path | None) -> int:
    """Return the size of the database: of its files where it is SQLite."""
    if path is None:
        return int(session.scalar(text("SELECT pg_database_size(current_database())")) or 0)
    files = (path, path.with_name(f"{path.name}-wal"))
    return sum(one.stat().st_size for one in files if one.exists())
