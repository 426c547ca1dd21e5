"""Rows of uploads: look-ups and the questions that other stores ask. Bytes are in `blobs`."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    String,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    false,
    func,
    or_,
    select,
    update,
)
from sqlalchemy import cast as as_type
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.db import run
from server.models.blobs import ERASED, PART, STORED, Blob, BlobPart
from server.models.log import NamedPhoto, OpRow
from server.store.bulk import each_pair
from server.store.upserts import upsert

# Built once: making a statement anew costs more than running it.
_RUN = (
    select(NamedPhoto.scope, NamedPhoto.sha256, NamedPhoto.seq)
    .where(
        NamedPhoto.scope.in_(bindparam("scopes", expanding=True)),
        NamedPhoto.is_settled.is_(False),
        or_(
            NamedPhoto.scope > bindparam("scope"),
            and_(NamedPhoto.scope == bindparam("scope"), NamedPhoto.seq > bindparam("seq")),
        ),
    )
    .order_by(NamedPhoto.scope, NamedPhoto.seq)
    .limit(bindparam("most"))
    .subquery("run")
)
_WANTED = (
    select(
        _RUN.c.scope,
        _RUN.c.sha256,
        _RUN.c.seq,
        and_(
            or_(Blob.state.is_(None), Blob.state == PART),
            or_(OpRow.device != bindparam("own"), OpRow.received_at <= bindparam("since")),
        ).label("is_wanted"),
    )
    .join(OpRow, and_(OpRow.scope == _RUN.c.scope, OpRow.seq == _RUN.c.seq))
    .outerjoin(Blob, and_(Blob.scope == _RUN.c.scope, Blob.sha256 == _RUN.c.sha256))
    .order_by(_RUN.c.scope, _RUN.c.seq)
)


def find_blob(session: Session, scope: str, sha256: str, *, lock: bool = False) -> Blob | None:
    """Return the upload; locked until the end of the transaction where asked."""
    query = select(Blob).where(Blob.scope == scope, Blob.sha256 == sha256)
    return session.scalar(query.with_for_update() if lock else query)


def find_parts(session: Session, scope: str, sha256: str) -> list[BlobPart]:
    """Return the pieces of an upload in their order."""
    query = select(BlobPart).where(BlobPart.scope == scope, BlobPart.sha256 == sha256)
    return list(session.scalars(query.order_by(BlobPart.start)))


def place(scope: str, use: str, sha256: str) -> str:
    """Return the name of a photo's bytes in the store: as `received`, `view` or `thumb`."""
    return f"{use}/{scope.replace(':', '/')}/{sha256}"


def shown_places(blob: Blob) -> list[str]:
    """Return the names without which a stored photo or voice note can't be shown."""
    uses = ("received",) if (blob.type or "").startswith("audio/") else ("view", "thumb")
    return [place(blob.scope, use, blob.sha256) for use in uses]


def stored_after(session: Session, scope: str, sha256: str, limit: int) -> list[Blob]:
    """Return the next stored photos in the order of scope and hash."""
    is_after = (Blob.scope > scope) | ((Blob.scope == scope) & (Blob.sha256 > sha256))
    query = select(Blob).where(Blob.state == STORED, is_after)
    return list(session.scalars(query.order_by(Blob.scope, Blob.sha256).limit(limit)))


def unsettle(session: Session, scope: str, sha256: str) -> None:
    """Forget that the bytes of a photo are here: phones are asked for them again (`want`)."""
    these = (NamedPhoto.scope == scope, NamedPhoto.sha256 == sha256)
    session.execute(update(NamedPhoto).where(*these).values(is_settled=False))
    session.execute(delete(Blob).where(Blob.scope == scope, Blob.sha256 == sha256, Blob.state == STORED))


def mark_erased(session: Session, scope: str, sha256: str) -> None:
    """Let nobody show, take or want these bytes again; the next sweep removes them (`expires_at` 0)."""
    key: dict[str, object] = {"scope": scope, "sha256": sha256}
    first: dict[str, object] = {
        "upload": "", "state": ERASED, "bytes": 0, "offset": 0, "device": "", "created_at": 0,
        "expires_at": 0,
    }  # fmt: skip
    upsert(session, Blob, key, first, {"state": ERASED, "expires_at": 0})
    settle(session, scope, sha256)


def forget_parts(session: Session, scope: str, sha256: str) -> None:
    """Forget the pieces of an upload."""
    for part in find_parts(session, scope, sha256):
        session.delete(part)


def name_photos(session: Session, scope: str, named: Mapping[str, int]) -> None:
    """Keep the hashes that ops of these numbers name, by one statement; a number moves where one is there."""
    run(session, _names(session.get_bind().dialect.name), {"of": scope, "named": json.dumps(named)})


@cache
def _names(dialect: str) -> sqlite.Insert | postgresql.Insert:
    each = each_pair(dialect, "named")
    rows = select(bindparam("of", type_=String), each.key, as_type(each.value, BigInteger), false())
    table = cast(Table, NamedPhoto.__table__)
    put = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    columns = ["scope", "sha256", "seq", "is_settled"]
    rows = rows.where(each.key.is_not(None))  # SQLite reads no upsert behind a select without any WHERE
    put = put.from_select(columns, rows)
    return put.on_conflict_do_update(index_elements=columns[:2], set_={"seq": put.excluded.seq})


def wanted_photos(
    session: Session, scopes: Collection[str], device: str, since: int, most: int
) -> list[tuple[str, str]]:
    """Return (scope, sha256) of bytes that the log names and the store lacks (for `want`), the oldest first.

    Shape:  bytes that were refused for good or erased are not wanted; nor are those that `device` itself has
            named after `since` (ms), for they follow their ops. Looked for in runs: of thousands that are
            missing the first that are wanted are found without looking at the rest.
    """
    asked: dict[str, Any] = {
        "scopes": list(scopes),
        "own": device,
        "since": since,
        "scope": "",
        "seq": 0,
        "most": most,
    }
    found: list[tuple[str, str]] = []
    while True:
        rows = run(session, _WANTED, asked).all()
        found += [(row.scope, row.sha256) for row in rows if row.is_wanted]
        if len(found) >= most or len(rows) < asked["most"]:
            return found[:most]
        asked |= {"scope": rows[-1].scope, "seq": rows[-1].seq, "most": 2 * asked["most"]}


def bytes_of(session: Session, scopes: Collection[str]) -> int:
    """Return how many bytes the photos of these scopes have, finished or announced."""
    query = select(func.sum(Blob.bytes)).where(Blob.scope.in_(scopes), Blob.state.in_((PART, STORED)))
    return int(session.scalar(query) or 0)


def settle(session: Session, scope: str, sha256: str) -> None:
    """Keep that the bytes of a photo are here or erased: nobody looks for them again."""
    these = (NamedPhoto.scope == scope, NamedPhoto.sha256 == sha256)
    session.execute(update(NamedPhoto).where(*these).values(is_settled=True))


def settle_all(session: Session, scope: str) -> None:
    """Do so for every photo of a scope whose bytes are here or erased, after its rows were made anew."""
    here = exists().where(
        Blob.scope == scope, Blob.sha256 == NamedPhoto.sha256, Blob.state.in_((STORED, ERASED))
    )
    session.execute(
        update(NamedPhoto)
        .where(NamedPhoto.scope == scope, here)
        .values(is_settled=True)
        .execution_options(synchronize_session=False)
    )


def count_begun(session: Session, device: str, since: int) -> int:
    """Return how many uploads the device has begun after `since` (ms)."""
    query = select(func.count()).select_from(Blob)
    return session.scalar(query.where(Blob.device == device, Blob.created_at > since)) or 0


def find_expired(session: Session, states: Collection[str], before: int, limit: int) -> list[Blob]:
    """Return uploads in one of `states` whose time was over at `before` (ms), at most `limit`."""
    query = select(Blob).where(Blob.state.in_(states), Blob.expires_at < before)
    return list(session.scalars(query.order_by(Blob.expires_at).limit(limit)))
