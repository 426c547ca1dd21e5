"""What proves a device for a while: its sessions, the nonces that it signs, the tries on an invitation.

None of it is in the log: all of it may be lost.
"""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.models.devices import DeviceSession, InviteTry, Nonce
from server.store.upserts import upsert


def open_session(session: Session, token_hash: str, device: str, now: int, expires_at: int) -> None:
    """Store a session; those that are over go."""
    session.execute(delete(DeviceSession).where(DeviceSession.expires_at <= now))
    session.add(DeviceSession(token_hash=token_hash, device=device, created_at=now, expires_at=expires_at))


def end_session(session: Session, token_hash: str) -> None:
    """Forget one session."""
    session.execute(delete(DeviceSession).where(DeviceSession.token_hash == token_hash))


def end_sessions(session: Session, device: str) -> None:
    """Forget every session of a device."""
    session.execute(delete(DeviceSession).where(DeviceSession.device == device))


def add_nonce(session: Session, nonce_hash: str, device: str, now: int, expires_at: int) -> None:
    """Store a challenge; those that are over go."""
    session.execute(delete(Nonce).where(Nonce.expires_at <= now))
    session.add(Nonce(nonce_hash=nonce_hash, device=device, expires_at=expires_at))


def take_nonce(session: Session, nonce_hash: str, device: str, now: int) -> bool:
    """Return whether the challenge was this device's and live; it is gone in any case."""
    taken = session.execute(
        delete(Nonce).where(Nonce.nonce_hash == nonce_hash).returning(Nonce.device, Nonce.expires_at)
    ).first()
    return taken is not None and taken.device == device and taken.expires_at > now


def tries_of(session: Session, invite: str) -> int:
    """Return how often an invite id was tried with a wrong secret or code, existing or not."""
    return session.scalar(select(InviteTry.tries).where(InviteTry.invite == invite)) or 0


def add_try(session: Session, invite: str, now: int) -> None:
    """Count one wrong try; tries older than a month go."""
    session.execute(delete(InviteTry).where(InviteTry.last_at < now - 30 * 86_400_000))
    upsert(
        session,
        InviteTry,
        {"invite": invite},
        {"tries": 1, "last_at": now},
        {"last_at": now},
        InviteTry.tries,
    )
