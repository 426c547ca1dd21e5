"""Rows of uploads: look-ups and the questions that other stores ask. Bytes are in `blobs`."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models.blobs import PART, Blob, BlobPart


def find_blob(session: Session, scope: str, sha256: str, *, lock: bool = False) -> Blob | None:
    """Return the upload; locked until the end of the transaction where asked."""
    query = select(Blob).where(Blob.scope == scope, Blob.sha256 == sha256)
    return session.scalar(query.with_for_update() if lock else query)


def find_parts(session: Session, scope: str, sha256: str) -> list[BlobPart]:
    """Return the pieces of an upload in their order."""
    query = select(BlobPart).where(BlobPart.scope == scope, BlobPart.sha256 == sha256)
    return list(session.scalars(query.order_by(BlobPart.start)))


def settled_hashes(session: Session, scope: str, hashes: Collection[str]) -> set[str]:
    """Return those of `hashes` that need not be sent: stored, refused for good, or erased (for `want`)."""
    query = select(Blob.sha256).where(Blob.scope == scope, Blob.sha256.in_(hashes), Blob.state != PART)
    return set(session.scalars(query))


def count_begun(session: Session, device: str, since: int) -> int:
    """Return how many uploads the device has begun after `since` (ms)."""
    query = select(func.count()).select_from(Blob)
    return session.scalar(query.where(Blob.device == device, Blob.created_at > since)) or 0


def find_expired(session: Session, states: Collection[str], before: int, limit: int) -> list[Blob]:
    """Return uploads in one of `states` whose time was over at `before` (ms), at most `limit`."""
    query = select(Blob).where(Blob.state.in_(states), Blob.expires_at < before)
    return list(session.scalars(query.order_by(Blob.expires_at).limit(limit)))
