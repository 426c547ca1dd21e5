"""Which documents of a scope are open: those that a phone takes at once when it takes a scope by document.

Open are: documents of the farm's and the devices' making (plots, seasons, the book, devices …), entries of a
running season or of the last 12 months, what changed in the last 12 months, and photos of open documents.
Source: DESIGN §3 "Sync"; WIRE "Taking a scope by document".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from server.models.log import OpRow
from server.models.views import DocumentView, EntryView, PhotoView, SeasonView

ALWAYS_OPEN = ("plot", "season", "book", "device", "passkey", "erasure")


def open_docs(
    session: Session, scope: str, seq: int, since: tuple[int, str], start: str, most: int
) -> list[str]:
    """Return open documents of a scope that were there at a number, from the name `start` on, at most `most`.

    Shape:  `since`: what counts as the last 12 months, as time in ms and as civil date.
    """
    document = aliased(DocumentView)
    is_photo_open = exists(
        select(PhotoView.doc)
        .join(document, and_(document.scope == PhotoView.scope, document.doc == PhotoView.of))
        .where(PhotoView.scope == scope, PhotoView.doc == DocumentView.doc, document.scope == scope)
        .where(_is_open(document, scope, since))
    )
    query = select(DocumentView.doc).where(
        DocumentView.scope == scope,
        DocumentView.first_seq <= seq,
        DocumentView.doc >= start,
        or_(_is_open(DocumentView, scope, since), and_(DocumentView.type == "photo", is_photo_open)),
    )
    return list(session.scalars(query.order_by(DocumentView.doc).limit(most)))


def whole_docs(session: Session, scope: str, docs: Sequence[str], seq: int) -> Iterator[list[OpRow]]:
    """Give all ops of each of these documents up to a number, document by document in the order of names."""
    query = select(OpRow).where(OpRow.scope == scope, OpRow.doc.in_(docs), OpRow.seq <= seq)
    rows = session.scalars(query.order_by(OpRow.doc, OpRow.seq))
    for _, found in groupby(rows, key=lambda row: row.doc):
        yield list(found)


def received_at(session: Session, scope: str, seq: int) -> int:
    """Return when an op of the log was received."""
    return session.scalars(select(OpRow.received_at).where(OpRow.scope == scope, OpRow.seq == seq)).one()


def _is_open(document: type[DocumentView], scope: str, since: tuple[int, str]) -> ColumnElement[bool]:
    time, day = since  # the scope stands in every table's condition: no planner reads other farms' rows
    is_running = exists().where(
        SeasonView.scope == scope,
        SeasonView.doc == EntryView.season,
        SeasonView.ended_on == "",
        SeasonView.is_deleted.is_(False),
    )
    is_entry_open = exists().where(
        EntryView.scope == scope,
        EntryView.doc == document.doc,
        or_(EntryView.happened_on >= day, is_running),
    )
    return or_(
        document.type.in_(ALWAYS_OPEN),
        document.changed_at >= time,
        and_(document.type == "entry", is_entry_open),
    )
