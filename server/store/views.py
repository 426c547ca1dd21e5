"""Look-ups in the folded views, for pages and services that are not the log's own.

Every look-up takes the scopes that the caller may read; a document elsewhere looks like a missing one.
Views may lag behind the log: whoever reads makes them current first (`services.viewing`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, bindparam, exists, func, select, tuple_
from sqlalchemy.orm import Session

from server.db import run
from server.models.findings import JudgedScope
from server.models.log import Head, NamedPhoto
from server.models.views import DocumentView, EntryPlot, EntryView, PhotoView, PlotView, SeasonView, ViewHead
from server.store.bulk import among
from server.store.own_products import has_picture
from server.store.view_write import fold_scope

__all__ = [
    "EntryFilter", "behind", "document", "documents_of", "entries", "fold_scope", "photo_named", "photos_of",
    "plots_of", "seasons_of",
]  # fmt: skip

WIDE = 20  # our choice, farms
_MARK = "~"  # stands in no scope, document or date
_BEHIND = (
    select(Head.scope)
    .outerjoin(ViewHead, ViewHead.scope == Head.scope)
    .where(among(Head.scope, "scopes"), Head.seq > func.coalesce(ViewHead.seq, 0))
    .order_by(Head.scope)
)

_OF_TYPE = (
    select(DocumentView)
    .where(DocumentView.scope == bindparam("of"), DocumentView.type == bindparam("type"))
    .order_by(DocumentView.first_seq)
)


@dataclass(frozen=True)
class EntryFilter:
    """Which entries a list shows; what is None or empty does not narrow it.

    Shape:  `first_day`, `last_day`: civil dates, both included (an entry without a date fits neither);
            `is_deleted`: None for both kinds.
    """

    season: str | None = None
    plot: str | None = None
    form: str | None = None
    sector: str | None = None
    by: str | None = None
    first_day: str | None = None
    last_day: str | None = None
    has_conflict: bool | None = None
    is_deleted: bool | None = False


def behind(session: Session, scopes: Collection[str]) -> list[str]:
    """Return those of the scopes whose views lack ops of the log, in the order of names."""
    return [str(scope) for scope in run(session, _BEHIND, {"scopes": scopes}).scalars()]


def judged(session: Session, scopes: Collection[str]) -> list[tuple[str, int, str, int]]:
    """Return (scope, up to which number and by which lists it was judged, up to which it is folded).

    Shape:  in the order of names; never judged: -1 and ""; a scope that is not folded is left out.
    """
    query = (
        select(ViewHead.scope, JudgedScope.seq, JudgedScope.lists, ViewHead.seq)
        .outerjoin(JudgedScope, JudgedScope.scope == ViewHead.scope)
        .where(ViewHead.scope.in_(scopes), ViewHead.seq > 0)
        .order_by(ViewHead.scope)
    )
    return [
        (scope, -1 if seq is None else seq, lists or "", upto)
        for scope, seq, lists, upto in session.execute(query)
    ]


def folded(session: Session, scope: str) -> int:
    """Return up to which number the views of a scope are folded."""
    head = session.get(ViewHead, scope)
    return 0 if head is None else head.seq


def entries(
    session: Session, scopes: Collection[str], wanted: EntryFilter, after: str | None, limit: int
) -> tuple[list[EntryView], str | None]:
    """Return a page of entries, the newest day first, and where the next page goes on (None at the end).

    Shape:  `after` is what the page before gave; any other text starts anew.
    """
    conditions = _conditions(wanted)
    is_wide = len(scopes) > WIDE and len(conditions) <= 1
    # Of many farms' entries the newest are few: their days are read backwards. Left to itself SQLite would
    # collect and sort them all; an expression keeps it from the farms' index.
    of = EntryView.scope + "" if is_wide else EntryView.scope
    query = select(EntryView).where(of.in_(scopes), *conditions)
    key = (EntryView.happened_on, EntryView.received_at, EntryView.scope, EntryView.doc)
    place = None if after is None else _parse_place(after)
    if place is not None:
        query = query.where(tuple_(*key) < tuple_(*place))
    rows = list(session.scalars(query.order_by(*(column.desc() for column in key)).limit(limit + 1)))
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    return rows[:limit], _MARK.join((last.happened_on, str(last.received_at), last.scope, last.doc))


def document(session: Session, scope: str, doc: str) -> DocumentView | None:
    """Return what a document says, or None where the scope has none of this name."""
    return session.get(DocumentView, (scope, doc))


def documents_of(session: Session, scope: str, doc_type: str) -> list[DocumentView]:
    """Return all documents of a type in a scope, in the order in which they came."""
    return list(session.scalars(_OF_TYPE, {"of": scope, "type": doc_type}))


def plots_of(session: Session, scopes: Collection[str]) -> list[PlotView]:
    """Return the plots of these scopes, deleted ones too, by name."""
    query = select(PlotView).where(PlotView.scope.in_(scopes))
    return list(session.scalars(query.order_by(PlotView.scope, PlotView.name, PlotView.doc)))


def seasons_of(session: Session, scopes: Collection[str]) -> list[SeasonView]:
    """Return the seasons of these scopes, deleted ones too, the newest first in each scope."""
    query = select(SeasonView).where(SeasonView.scope.in_(scopes))
    return list(
        session.scalars(query.order_by(SeasonView.scope, SeasonView.started_on.desc(), SeasonView.doc))
    )


def photos_of(session: Session, scope: str, docs: Sequence[str]) -> list[PhotoView]:
    """Return the photos and voice notes that stand at these documents of a scope."""
    query = select(PhotoView).where(
        PhotoView.scope == scope, PhotoView.of.in_(docs), PhotoView.is_deleted.is_(False)
    )
    return list(session.scalars(query.order_by(PhotoView.of, PhotoView.doc)))


def plots_of_entries(session: Session, scope: str, docs: Sequence[str]) -> dict[str, list[str]]:
    """Return the plots that each of these entries names; an entry without any is not listed."""
    query = select(EntryPlot.doc, EntryPlot.plot).where(EntryPlot.scope == scope, EntryPlot.doc.in_(docs))
    found: dict[str, list[str]] = {}
    for doc, plot in session.execute(query.order_by(EntryPlot.doc, EntryPlot.plot)):
        found.setdefault(doc, []).append(plot)
    return found


def photo_named(session: Session, scope: str, sha256: str) -> bool:
    """Return whether some op of the scope's log names these bytes, or a product has or had them."""
    return session.get(NamedPhoto, (scope, sha256)) is not None or has_picture(session, scope, sha256)


def _conditions(wanted: EntryFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column, value in (
        (EntryView.season, wanted.season),
        (EntryView.form, wanted.form),
        (EntryView.sector, wanted.sector),
        (EntryView.by, wanted.by),
    ):
        if value:
            found.append(column == value)
    if wanted.first_day:
        found.append(EntryView.happened_on >= wanted.first_day)
    if wanted.last_day:
        found += [EntryView.happened_on <= wanted.last_day, EntryView.happened_on != ""]
    if wanted.has_conflict is not None:
        found.append(EntryView.has_conflict.is_(wanted.has_conflict))
    if wanted.is_deleted is not None:
        found.append(EntryView.is_deleted.is_(wanted.is_deleted))
    if wanted.plot:
        found.append(
            exists().where(
                EntryPlot.scope == EntryView.scope,
                EntryPlot.doc == EntryView.doc,
                EntryPlot.plot == wanted.plot,
            )
        )
    return found


def _parse_place(after: str) -> tuple[str, int, str, str] | None:
    parts = after.split(_MARK)
    if len(parts) != 4 or not (parts[1].isascii() and parts[1].isdigit() and len(parts[1]) <= 16):
        return None
    return parts[0], int(parts[1]), parts[2], parts[3]
