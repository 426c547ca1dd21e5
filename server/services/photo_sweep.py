"""Sweeping photos: bytes that nobody finished or names, and those that were erased.

An erasure marks a photo in its own transaction; the bytes go behind it, here, as often as it takes: a process
that dies between the two leaves nothing behind for good.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from server.db import reading, run_write
from server.models.blobs import ERASED, PART, REFUSED, STORED, Blob
from server.services.photos import DAY_MS, UNNAMED_DAYS, PhotoStore, parts_folder, places
from server.store import photos as rows
from sync.limits import INTEGER_MAX

SWEEP_MAX = 200
SWEPT = (PART, REFUSED, STORED, ERASED)
NEVER = INTEGER_MAX


def expire(photos: PhotoStore, now: int, most: int = SWEEP_MAX) -> int:
    """Return how many were swept: unfinished or refused past their time, not named by any op, erased.

    Shape:  at most `most` of them.
    """
    with reading() as session:
        old = rows.find_expired(session, SWEPT, now, most)
        found = [(blob.scope, blob.sha256, blob.state) for blob in old]
    return sum(
        _drop_erased(photos, scope, sha256) if state == ERASED else _expire_one(photos, scope, sha256, now)
        for scope, sha256, state in found
    )


def expire_all(photos: PhotoStore, now: int) -> int:
    """Return how many were swept until nothing is past its time."""
    swept = 0
    while True:
        with reading() as session:
            if not rows.find_expired(session, SWEPT, now, 1):
                return swept
        swept += expire(photos, now)


def drop_erased(photos: PhotoStore) -> int:
    """Return how many erased photos lost their bytes now: all that were marked since the last sweep."""
    swept = 0
    while True:
        with reading() as session:
            found = [
                (blob.scope, blob.sha256) for blob in rows.find_expired(session, (ERASED,), 1, SWEEP_MAX)
            ]
        if not found:
            return swept
        swept += sum(_drop_erased(photos, scope, sha256) for scope, sha256 in found)


def erase(photos: PhotoStore, scope: str, sha256: str) -> None:
    """Drop the bytes of a photo for ever; they are not taken again."""
    run_write(lambda session: rows.mark_erased(session, scope, sha256))
    _drop_erased(photos, scope, sha256)


def _drop_erased(photos: PhotoStore, scope: str, sha256: str) -> bool:
    """Remove the bytes first, then remember that they are gone."""
    with reading() as session:
        blob = rows.find_blob(session, scope, sha256)
        upload = "" if blob is None else blob.upload
    photos.drop(places(scope, sha256))
    if upload:
        photos.drop(photos.blobs.names(parts_folder(scope, upload)))

    def work(session: Session) -> None:
        blob = rows.find_blob(session, scope, sha256, lock=True)
        if blob is not None and blob.state == ERASED:
            rows.forget_parts(session, scope, sha256)
            blob.expires_at = NEVER

    run_write(work)
    return True


def _expire_one(photos: PhotoStore, scope: str, sha256: str, now: int) -> bool:
    def work(session: Session) -> Blob | None:
        blob = rows.find_blob(session, scope, sha256, lock=True)
        if blob is None or blob.expires_at >= now or blob.state == ERASED:
            return None
        if blob.state == STORED and photos.named(session, scope, sha256):
            blob.expires_at = now + UNNAMED_DAYS * DAY_MS  # looked at again, for rebuilt views
            rows.settle(session, scope, sha256)  # the bytes may have come before the op
            return None
        session.delete(blob)
        return blob

    gone = run_write(work)
    if gone is None:
        return False
    photos.drop(photos.blobs.names(parts_folder(scope, gone.upload)))
    if gone.state == STORED:
        photos.drop(places(scope, sha256))
    return True
