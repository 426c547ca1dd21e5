"""Sessions of the console's pages: opened by a passkey, short, listed and ended by their person.

Source: platform.md §5.4 (ASVS 7.1.1: idle 30 minutes, at most 12 hours); DESIGN §3 "Device session".
"""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server.models.devices import DeviceRow
from server.models.passkeys import ConsoleSession
from server.models.people import Membership

MINUTE_MS = 60_000
IDLE_MS = 30 * MINUTE_MS
LIFE_MS = 12 * 60 * MINUTE_MS
SEEN_EVERY_MS = MINUTE_MS  # our choice: each note is a commit


def add(session: Session, row: ConsoleSession, now: int) -> None:
    """Store a session; those that are over go."""
    over = (ConsoleSession.expires_at <= now) | (ConsoleSession.seen_at <= now - IDLE_MS)
    session.execute(delete(ConsoleSession).where(over))
    session.add(row)
    session.flush()


def find(session: Session, token_hash: str, now: int) -> ConsoleSession | None:
    """Return a session that is neither over nor idle for too long."""
    row = session.get(ConsoleSession, token_hash)
    return row if row is not None and is_alive(row, now) else None


def is_alive(row: ConsoleSession, now: int) -> bool:
    """Return whether a session still opens the pages."""
    return now < row.expires_at and now < row.seen_at + IDLE_MS


def note_seen(session: Session, token_hash: str, now: int) -> None:
    """Keep that a session was used."""
    session.execute(update(ConsoleSession).where(ConsoleSession.token_hash == token_hash).values(seen_at=now))


def of_person(session: Session, person: str, now: int) -> list[ConsoleSession]:
    """Return the live sessions of a person, the newest first."""
    rows = session.scalars(select(ConsoleSession).where(ConsoleSession.person == person))
    alive = [row for row in rows if is_alive(row, now)]
    return sorted(alive, key=lambda row: (-row.created_at, row.id))


def end(session: Session, token_hash: str) -> None:
    """Forget one session."""
    session.execute(delete(ConsoleSession).where(ConsoleSession.token_hash == token_hash))


def end_one(session: Session, person: str, session_id: str) -> None:
    """Forget one session of a person by the id that pages show."""
    session.execute(
        delete(ConsoleSession).where(ConsoleSession.person == person, ConsoleSession.id == session_id)
    )


def end_all(session: Session, person: str) -> None:
    """Forget every session of a person."""
    session.execute(delete(ConsoleSession).where(ConsoleSession.person == person))


def browsers_of(session: Session, person: str) -> list[str]:
    """Return the devices of a person that are browsers."""
    query = (
        select(DeviceRow.device)
        .join(Membership, Membership.id == DeviceRow.membership)
        .where(Membership.person == person, DeviceRow.kind == "browser", DeviceRow.device.is_not(None))
    )
    return sorted({str(device) for device in session.scalars(query)})
