"""Look-ups of the reviewers' inbox: entries by who is to act and how grave, the gravest and oldest first.

Every look-up takes the scopes that the caller may read. Views may lag behind the log: whoever reads makes
them current first (`services.viewing`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true, tuple_
from sqlalchemy.orm import Session

from server.models.devices import DeviceRow
from server.models.findings import FindingView, RecordKey
from server.models.log import OpRow
from server.models.views import DocumentView, EntryView, PhotoView
from server.store.view_findings import documents
from server.store.view_fold import Row
from server.store.views import WIDE

SEVERITIES: Final = (3, 2, 1, 0)
QUIET_BELOW: Final = 2  # severities of which many are approved at once: no finding, notes


@dataclass(frozen=True)
class InboxFilter:
    """Which entries the inbox shows; what is None does not narrow it. `season`: a document."""

    queue: str = "review"
    severity: int | None = None
    has_photo: bool | None = None
    has_conflict: bool | None = None
    is_answered: bool | None = None
    season: str | None = None
    form: str | None = None


@dataclass(frozen=True, order=True)
class Place:
    """Where an entry stands in the inbox's order."""

    severity: int
    received_at: int
    scope: str
    doc: str


def place_of(row: EntryView) -> Place:
    """Return where an entry stands, also one that has left the queue."""
    return Place(row.severity, row.received_at, row.scope, row.doc)


def page(
    session: Session,
    scopes: Collection[str],
    wanted: InboxFilter,
    after: Place | None,
    limit: int,
    *,
    is_backwards: bool = False,
) -> list[EntryView]:
    """Return the entries that stand after a place (before it: the nearest first), at most `limit`."""
    # One question a severity: each walks an index in its order, whatever else the cooperative has.
    rows: list[EntryView] = []
    order = SEVERITIES[::-1] if is_backwards else SEVERITIES
    of = EntryView.scope + "" if len(scopes) > WIDE else EntryView.scope  # as in `views.entries`
    key = (EntryView.received_at, EntryView.scope, EntryView.doc)
    for severity in order:
        is_past = after is not None and (
            severity < after.severity if is_backwards else severity > after.severity
        )
        if is_past or wanted.severity not in (None, severity) or len(rows) >= limit:
            continue
        query = select(EntryView).where(of.in_(scopes), EntryView.queue == wanted.queue)
        query = query.where(EntryView.severity == severity, *_narrowing(wanted))
        if after is not None and severity == after.severity:
            here = tuple_(after.received_at, after.scope, after.doc)
            query = query.where(tuple_(*key) < here if is_backwards else tuple_(*key) > here)
        query = query.order_by(*((one.desc() for one in key) if is_backwards else key))
        rows += session.scalars(query.limit(limit - len(rows)))
    return rows


@dataclass(frozen=True)
class Tally:
    """How many entries of one queue and severity: all of them, those that are narrowed to, and the quiet.

    Shape:  `quiet`: those without a conflict and without an answer, narrowed else; below `QUIET_BELOW` alone.
    """

    queue: str
    severity: int
    every: int
    narrowed: int
    quiet: int


def tallies(session: Session, scopes: Collection[str], wanted: InboxFilter) -> list[Tally]:
    """Return how many entries each queue and severity has; those two of the filter do not narrow it.

    Shape:  season and form narrow all that is counted; the entries are gone through once.
    """
    of = (EntryView.queue, EntryView.severity)
    calm = (EntryView.has_conflict.is_(False), EntryView.is_answered.is_(False))
    mine = EntryView.scope.in_(scopes)
    if not _narrowing(wanted):  # an index holds all that is counted, but for what waits with little to read
        every = session.execute(select(*of, func.count()).where(mine).group_by(*of)).all()
        little = (EntryView.queue == "review", EntryView.severity < QUIET_BELOW)
        counted = session.execute(select(*of, func.count()).where(mine, *little, *calm).group_by(*of))
        quiet = {(queue, severity): count for queue, severity, count in counted}
        return [Tally(a, b, count, count, quiet.get((a, b), 0)) for a, b, count in every if a]
    beside = _narrowing(replace(wanted, has_photo=None, has_conflict=None, is_answered=None))
    some = _narrowing(replace(wanted, season=None, form=None)) or [true()]
    photos = _narrowing(replace(wanted, season=None, form=None, has_conflict=None, is_answered=None))
    told = (func.count(), func.count().filter(*some), func.count().filter(*photos, *calm))
    rows = session.execute(select(*of, *told).where(mine, *beside).group_by(*of)).all()
    return [Tally(one[0], one[1], one[2], one[3], one[4]) for one in rows if one[0]]


def waiting(session: Session, scopes: Collection[str], most: int) -> int:
    """Return how many entries wait for the cooperative, counted up to `most`; the views may lag behind."""
    some = select(EntryView.doc).where(EntryView.scope.in_(scopes), EntryView.queue == "review").limit(most)
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0


def heads_of(session: Session, scope: str, docs: Sequence[str]) -> dict[str, tuple[set[str], bool]]:
    """Return for each entry the ids that a review of it names, and whether anything there is in conflict."""
    own = select(DocumentView.doc, DocumentView.heads, DocumentView.conflicts).where(
        DocumentView.scope == scope, DocumentView.doc.in_(docs)
    )
    photos = _photo_heads(scope, docs)
    found: dict[str, tuple[set[str], bool]] = {}
    for query in (own, photos):
        for doc, heads, conflicts in session.execute(query):
            named, has_conflict = found.get(doc, (set(), False))
            found[doc] = (named | set(json.loads(heads)), has_conflict or conflicts != "[]")
    return found


def photo_heads(session: Session, scope: str, doc: str) -> tuple[set[str], bool]:
    """Return the ids that stand for the photos of a document, and whether one of these is in conflict."""
    found: set[str] = set()
    has_conflict = False
    for _of, heads, conflicts in session.execute(_photo_heads(scope, [doc])):
        found |= set(json.loads(heads))
        has_conflict = has_conflict or conflicts != "[]"
    return found, has_conflict


def _photo_heads(scope: str, docs: Sequence[str]) -> Select[str, str, str]:
    return (
        select(PhotoView.of, DocumentView.heads, DocumentView.conflicts)
        .join(DocumentView, and_(DocumentView.scope == PhotoView.scope, DocumentView.doc == PhotoView.doc))
        .where(PhotoView.scope == scope, PhotoView.of.in_(docs))
    )


def written_by(session: Session, scope: str, docs: Sequence[str], memberships: Collection[str]) -> set[str]:
    """Return those of the entries in which, or in whose photos, a device of these memberships wrote."""
    devices = list(session.scalars(select(DeviceRow.device).where(DeviceRow.membership.in_(memberships))))
    photos = select(PhotoView.doc, PhotoView.of).where(PhotoView.scope == scope, PhotoView.of.in_(docs))
    of = {str(doc): str(entry) for doc, entry in session.execute(photos)} | {doc: doc for doc in docs}
    query = select(OpRow.doc).where(
        OpRow.scope == scope, OpRow.doc.in_(sorted(of)), OpRow.device.in_([one for one in devices if one])
    )
    return {of[doc] for doc in session.scalars(query.distinct())}


def findings_of(session: Session, scope: str, docs: Sequence[str]) -> dict[str, list[FindingView]]:
    """Return the findings of each of these documents, the gravest first."""
    query = select(FindingView).where(FindingView.scope == scope, FindingView.about.in_(docs))
    found: dict[str, list[FindingView]] = {}
    order = (FindingView.severity.desc(), FindingView.rule, FindingView.key, FindingView.place)
    for row in session.scalars(query.order_by(*order)):
        found.setdefault(row.about, []).append(row)
    return found


def group_rows(session: Session, scope: str, keys: Sequence[str]) -> dict[str, list[Row]]:
    """Return the rows of the documents of each of these groups of the rules (`RecordKey`)."""
    query = select(RecordKey.key, RecordKey.doc).where(RecordKey.scope == scope, RecordKey.key.in_(keys))
    members = [(str(key), str(doc)) for key, doc in session.execute(query.order_by(RecordKey.doc))]
    rows = documents(session, scope, {doc for _, doc in members})
    found: dict[str, list[Row]] = {}
    for key, doc in members:
        found.setdefault(key, []).append(rows[doc])
    return found


def season_findings(scope: str, season: str) -> Select[FindingView]:
    """Return the question for the findings of a season and of its entries, the gravest first."""
    mine = select(EntryView.doc).where(EntryView.scope == scope, EntryView.season == season)
    query = select(FindingView).where(
        FindingView.scope == scope, or_(FindingView.about == season, FindingView.about.in_(mine))
    )
    order = (FindingView.severity.desc(), FindingView.about, FindingView.key, FindingView.place)
    return query.order_by(*order)


def _narrowing(wanted: InboxFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.has_photo is not None:
        found.append(EntryView.photos > 0 if wanted.has_photo else EntryView.photos == 0)
    if wanted.has_conflict is not None:
        found.append(EntryView.has_conflict.is_(wanted.has_conflict))
    if wanted.is_answered is not None:
        found.append(EntryView.is_answered.is_(wanted.is_answered))
    if wanted.season:
        found.append(EntryView.season == wanted.season)
    if wanted.form:
        found.append(EntryView.form == wanted.form)
    return found
