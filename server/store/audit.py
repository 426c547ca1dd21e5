"""Who saw and did what on the console: rows that are added, read and, when they are old, swept."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from server.models.privacy import AuditEvent


@dataclass(frozen=True)
class AuditFilter:
    """Which events a list shows; what is empty does not narrow it. `first`, `last`: ms, the last left out."""

    membership: str = ""
    act: str = ""
    object: str = ""
    first: int | None = None
    last: int | None = None


def events(
    session: Session,
    organisations: Collection[str],
    wanted: AuditFilter,
    before: tuple[int, str] | None,
    most: int,
) -> list[AuditEvent]:
    """Return events of these organisations, the newest first, at most `most` that come after `before`."""
    query = select(AuditEvent).where(AuditEvent.organisation.in_(organisations))
    if wanted.membership:
        query = query.where(AuditEvent.membership == wanted.membership)
    if wanted.act:
        query = query.where(AuditEvent.act == wanted.act)
    if wanted.object:
        query = query.where(AuditEvent.object.contains(wanted.object, autoescape=True))
    if wanted.first is not None:
        query = query.where(AuditEvent.at >= wanted.first)
    if wanted.last is not None:
        query = query.where(AuditEvent.at < wanted.last)
    if before is not None:
        query = query.where(tuple_(AuditEvent.at, AuditEvent.id) < tuple_(*before))
    return list(session.scalars(query.order_by(AuditEvent.at.desc(), AuditEvent.id.desc()).limit(most)))


def events_between(session: Session, first: int, last: int) -> Iterator[AuditEvent]:
    """Give every event from `first` on and before `last` (ms), the oldest first."""
    query = select(AuditEvent).where(AuditEvent.at >= first, AuditEvent.at < last)
    yield from session.scalars(query.order_by(AuditEvent.at, AuditEvent.id).execution_options(yield_per=500))


def acts_of(session: Session, organisations: Collection[str]) -> list[str]:
    """Return the acts that stand in these organisations' events."""
    query = select(AuditEvent.act).where(AuditEvent.organisation.in_(organisations)).distinct()
    return sorted(session.scalars(query))


def sweep(session: Session, before: int) -> None:
    """Forget what is older than a time (ms)."""
    session.execute(delete(AuditEvent).where(AuditEvent.at < before))
