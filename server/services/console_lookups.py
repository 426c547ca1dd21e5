"""Names behind the ids of the cooperative's pages: plots, seasons, products; and the photos of documents."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models.blobs import STORED, Blob
from server.models.views import DocumentView, PhotoView
from server.store import people, views
from sync.values import Json


@dataclass(frozen=True)
class Photo:
    """A photo or voice note. `is_here`: its bytes have come; `elsewhere`: others with these bytes."""

    doc: str
    sha256: str
    kind: str
    type: str
    is_here: bool
    recorded_at: int
    caption: str
    elsewhere: int = 0

    @property
    def is_sound(self) -> bool:
        """Return whether it is heard, not seen."""
        return self.type.startswith("audio/")


@dataclass(frozen=True)
class Names:
    """Names by (scope, document) and by product code; products in both languages."""

    documents: Mapping[tuple[str, str], str]
    products: Mapping[str, tuple[str, str]]

    def of(self, scope: str, doc: object) -> str:
        """Return the name of a plot or season, or an empty text."""
        return self.documents.get((scope, str(doc)), "")


def lookups(session: Session, scopes: Collection[str]) -> Names:
    """Return the names of the plots and seasons of these scopes; the views must be current."""
    documents = {(one.scope, one.doc): one.name for one in views.plots_of(session, scopes)}
    documents |= {(one.scope, one.doc): one.name for one in views.seasons_of(session, scopes)}
    products = {one.code: (one.name_vi, one.name_en) for one in people.products(session)}
    return Names(documents, products)


def photos_of(session: Session, scope: str, docs: Collection[str]) -> dict[str, tuple[Photo, ...]]:
    """Return the photos of each document, in the order in which they were made."""
    rows = [one for one in views.photos_of(session, scope, list(docs)) if one.sha256]
    if not rows:
        return {}
    hashes = {one.sha256 for one in rows}
    here = select(Blob.sha256).where(Blob.scope == scope, Blob.sha256.in_(hashes), Blob.state == STORED)
    stored = set(session.scalars(here))
    used = dict(_uses(session, scope, hashes))
    said = {
        one.doc: one
        for one in session.scalars(
            select(DocumentView).where(
                DocumentView.scope == scope, DocumentView.doc.in_([row.doc for row in rows])
            )
        )
    }
    gone = people.erased_among(session, {one.by for one in said.values()})  # kept, shown to nobody
    rows = [row for row in rows if said[row.doc].by not in gone]
    found: dict[str, list[Photo]] = {}
    for row in sorted(rows, key=lambda one: (said[one.doc].first_seq, one.doc)):
        caption = members(said[row.doc].private).get("caption") or members(said[row.doc].values).get(
            "caption"
        )
        photo = Photo(
            doc=row.doc,
            sha256=row.sha256,
            kind=row.kind,
            type=row.type,
            is_here=row.sha256 in stored,
            recorded_at=said[row.doc].recorded_at,
            caption=caption if isinstance(caption, str) else "",
            elsewhere=max(0, used.get(row.sha256, 1) - 1),
        )
        found.setdefault(row.of, []).append(photo)
    return {doc: tuple(photos) for doc, photos in found.items()}


def _uses(session: Session, scope: str, hashes: Collection[str]) -> Iterable[tuple[str, int]]:
    """Return in how many documents of the scope each of the bytes stands (faults.md 91)."""
    query = select(PhotoView.sha256, func.count(func.distinct(PhotoView.of))).where(
        PhotoView.scope == scope, PhotoView.sha256.in_(hashes), PhotoView.is_deleted.is_(False)
    )
    return [(sha256, count) for sha256, count in session.execute(query.group_by(PhotoView.sha256))]


def members(text: str | None) -> Mapping[str, Json]:
    """Return the members of a view's JSON text; nothing for None."""
    return {} if text is None else cast(Mapping[str, Json], json.loads(text))


def said_of(one: DocumentView, gone: Collection[str]) -> dict[str, Json]:
    """Return all that a document says; nothing private of a person who was erased (`gone`: memberships)."""
    return {**({} if one.by in gone else members(one.private)), **members(one.values)}


def list_of(text: str) -> list[Json]:
    """Return the items of a view's JSON list."""
    return cast(list[Json], json.loads(text))
