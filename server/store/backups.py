"""Rows of backups, and what a tested one covers of each log."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.orm import Session

from server.db import run
from server.models.backups import BackupRow, SafePoint
from server.models.blobs import PART, STORED, Blob
from server.models.log import Head, NamedPhoto, OpRow
from server.store.upserts import upsert

_SAFE = select(SafePoint.scope, SafePoint.seq).where(SafePoint.scope.in_(bindparam("scopes", expanding=True)))


def safe_points(session: Session, scopes: Collection[str]) -> dict[str, int]:
    """Return up to where a tested backup covers these logs; one that none covers is left out."""
    return {row.scope: row.seq for row in run(session, _SAFE, {"scopes": list(scopes)})} if scopes else {}


def covered(session: Session) -> dict[str, int]:
    """Return for each log the number up to which every op's photos are here: what a backup made now covers.

    Shape:  a photo that was refused or erased is waited for no more.
    """
    whole = {row.scope: row.seq for row in session.execute(select(Head.scope, Head.seq))}
    missing = (
        select(NamedPhoto.scope, func.min(NamedPhoto.seq).label("seq"))
        .outerjoin(Blob, (Blob.scope == NamedPhoto.scope) & (Blob.sha256 == NamedPhoto.sha256))
        .where(NamedPhoto.is_settled.is_(False), Blob.state.is_(None) | (Blob.state == PART))
        .group_by(NamedPhoto.scope)
    )
    short = {row.scope: row.seq - 1 for row in session.execute(missing)}
    return {scope: min(seq, short.get(scope, seq)) for scope, seq in whole.items()}


def heads(session: Session) -> dict[str, tuple[int, bytes]]:
    """Return the newest point of every log."""
    query = select(Head.scope, Head.seq, Head.digest)  # by column: an older schema has these, not all
    return {row.scope: (row.seq, row.digest) for row in session.execute(query)}


def stored_photos(session: Session) -> list[tuple[str, str]]:
    """Return (scope, hash) of every photo and voice note whose bytes are here."""
    query = select(Blob.scope, Blob.sha256).where(Blob.state == STORED).order_by(Blob.scope, Blob.sha256)
    return [(row.scope, row.sha256) for row in session.execute(query)]


def has_digest(session: Session, scope: str, seq: int, digest: bytes) -> bool:
    """Return whether a log has this digest at this number."""
    query = select(OpRow.digest).where(OpRow.scope == scope, OpRow.seq == seq)
    return session.scalar(query) == digest


def note_made(session: Session, name: str, file: str, made_at: int, ops: int) -> None:
    """Keep that a backup was made."""
    row: dict[str, object] = {"file": file, "made_at": made_at, "tested_at": None, "ops": ops}
    upsert(session, BackupRow, {"id": name}, row, {"file": file})


def forget_failed(session: Session, file: str) -> None:
    """Count a backup no more: a file of this name failed its trial, and no earlier one of it went well."""
    session.execute(delete(BackupRow).where(BackupRow.file == file, BackupRow.tested_at.is_(None)))


def note_tested(
    session: Session, name: str, made_at: int, ops: int, tested_at: int, safe: Mapping[str, int]
) -> None:
    """Keep that a backup was restored on trial, and what it covers; a log never loses what it had."""
    upsert(
        session,
        BackupRow,
        {"id": name},
        {"file": "", "made_at": made_at, "tested_at": tested_at, "ops": ops},
        {"tested_at": tested_at},
    )
    had = safe_points(session, safe)
    for scope, seq in safe.items():
        if seq > had.get(scope, 0):
            upsert(session, SafePoint, {"scope": scope}, {"seq": seq}, {"seq": seq})


def newest_made(session: Session) -> BackupRow | None:
    """Return the newest backup."""
    return session.scalar(select(BackupRow).order_by(BackupRow.made_at.desc()).limit(1))


def newest_tested(session: Session) -> BackupRow | None:
    """Return the backup that was tested last."""
    query = select(BackupRow).where(BackupRow.tested_at.is_not(None))
    return session.scalar(query.order_by(BackupRow.tested_at.desc()).limit(1))
