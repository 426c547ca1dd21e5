"""Folding the newest part of a scope's log into its views, under the lock of the scope's `ViewHead`.

Incremental is whole: only documents that got ops are folded, each from all of its ops, so any split of the
log into runs gives the same rows. Numbers are committed in their order (`log.lock_head`): a fold never passes
a hole that is filled later.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from sqlalchemy import Table, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from server.db import Base, run
from server.models.log import OpRow
from server.models.lots import LotEdge, LotSource, LotView
from server.models.sales import SaleView
from server.models.training import AttendanceView
from server.models.views import (
    DocumentView,
    EntryPlot,
    EntryView,
    PhotoView,
    PlotView,
    ReviewView,
    SeasonView,
    ViewHead,
)
from server.store import (
    log,
    view_findings,
    view_fold,
    view_fold_attendances,
    view_fold_lots,
    view_groups,
    view_lots,
    view_monitored,
    view_readings,
    view_states,
)
from server.store.bulk import among, insert_rows
from server.store.view_findings import RuleBook
from server.store.view_fold import BESIDE, DOCUMENTS, ENTRIES, PHOTOS, REVIEWS, Row, Rows
from server.store.view_fold_sales import SALES
from server.store.view_groups import Groups
from server.store.view_ops import ops_above, ops_of
from sync.merge import Placed

DOCS_AT_ONCE = 500  # our choice: parameters of one statement

MODELS: dict[str, type[Base]] = {
    view_fold.DOCUMENTS: DocumentView,
    view_fold.ENTRIES: EntryView,
    view_fold.ENTRY_PLOTS: EntryPlot,
    view_fold.PLOTS: PlotView,
    view_fold.SEASONS: SeasonView,
    view_fold.PHOTOS: PhotoView,
    view_fold.REVIEWS: ReviewView,
    view_fold_lots.LOTS: LotView,
    view_fold_lots.LOT_SOURCES: LotSource,
    view_fold_lots.LOT_EDGES: LotEdge,
    view_fold_attendances.ATTENDANCES: AttendanceView,
    SALES: SaleView,
}

# Built once: making a statement anew costs as much as running it.
_KNOWN = select(DocumentView.doc).where(
    DocumentView.scope == bindparam("of"), among(DocumentView.doc, "docs")
)
_COUNTS = (
    select(PhotoView.of, func.count())
    .where(PhotoView.scope == bindparam("of"), among(PhotoView.of, "docs"), PhotoView.is_deleted.is_(False))
    .group_by(PhotoView.of)
)


_LOCKED = select(ViewHead).where(ViewHead.scope == bindparam("of")).with_for_update()
_FRESH = {"populate_existing": True}
_MOVE = (
    update(ViewHead.__table__)  # type: ignore[arg-type]
    .where(ViewHead.scope == bindparam("of"))
    .values(seq=bindparam("to"))
)


def table_of(view: str) -> Table:
    """Return the table of a view."""
    table = MODELS[view].__table__
    assert isinstance(table, Table)
    return table


def lock_view(session: Session, scope: str) -> ViewHead:
    """Return up to where the scope is folded, locked until the transaction ends; made where it is new."""
    head = session.scalar(_LOCKED, {"of": scope}, execution_options=_FRESH)
    if head is not None:
        return head
    dialect = session.get_bind().dialect.name
    make = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(ViewHead)
    session.execute(make.values(scope=scope, seq=0).on_conflict_do_nothing())
    head = session.scalar(_LOCKED, {"of": scope}, execution_options=_FRESH)
    assert head is not None
    return head


def _move(session: Session, head: ViewHead, upto: int) -> None:
    run(session, _MOVE, {"of": head.scope, "to": upto})
    set_committed_value(head, "seq", upto)


def fold_scope(session: Session, scope: str, most: int | None = None, book: RuleBook | None = None) -> int:
    """Return how many ops were folded: those above the `ViewHead`, at most `most` of them.

    Shape:  with a `book` the findings are current afterwards, whatever was folded without one before.
    """
    head = lock_view(session, scope)
    if view_readings.is_sensors(scope):
        return view_readings.fold(session, scope, head, most)
    is_judged = book is not None and view_findings.is_current(session, scope, head.seq, book)
    groups = _remembered(session, scope, head.seq, book) if book is not None and is_judged else Groups()
    groups.is_whole |= is_judged and head.seq == 0
    fresh = list(ops_above(session, scope, head.seq, most))
    if not fresh:
        if book is not None and not is_judged:
            _remember(session, scope, head.seq, book, view_findings.judge_all(session, scope, head.seq, book))
        elif book is not None:
            _remember(session, scope, head.seq, book, groups)
        return 0
    upto = fresh[-1].seq or 0
    by_doc: dict[str, list[Placed]] = {}
    for placed in fresh:
        by_doc.setdefault(placed.op.doc, []).append(placed)
    docs = sorted(by_doc)
    keys: set[str] = set()
    entries: list[Row] = []
    for start in range(0, len(docs), DOCS_AT_ONCE):
        some = docs[start : start + DOCS_AT_ONCE]
        old = _known(session, scope, some)
        # Most documents are new: what was just read is all of them.
        by_doc |= _by_doc(ops_of(session, scope, old, upto)) if old else {}
        rows = _rows(scope, {doc: by_doc[doc] for doc in some})
        _replace(session, scope, old, rows, entries if is_judged else None)
        if book is not None and is_judged:
            keys |= view_findings.keys_of(session, scope, old)
            keys |= view_findings.write_keys(session, scope, old, rows[DOCUMENTS], book, groups)
    _move(session, head, upto)
    if book is not None and is_judged:
        about = view_findings.rejudge(session, scope, keys, book, groups)
        view_findings.grade(session, scope, about.difference(_insert_entries(session, scope, entries)))
        view_findings.note(session, scope, upto, book)
        _remember(session, scope, upto, book, groups)
    elif book is not None and len(fresh) != most:
        _remember(session, scope, upto, book, view_findings.judge_all(session, scope, upto, book))
    return len(fresh)


def _remembered(session: Session, scope: str, seq: int, book: RuleBook) -> Groups:
    return view_groups.take(scope, _state(session, scope, seq, book))


def _remember(session: Session, scope: str, seq: int, book: RuleBook, groups: Groups) -> None:
    view_groups.keep(scope, _state(session, scope, seq, book), groups)


def _state(session: Session, scope: str, seq: int, book: RuleBook) -> object:
    """Return what names all that a memory of a scope was made from: its log up to a number, and the lists."""
    return (seq, log.digest_at(session, scope, seq), book.lists)


def refold(session: Session, scope: str, docs: Collection[str], upto: int) -> None:
    """Make the rows of these documents anew from their ops up to a number; the caller holds the lock."""
    ordered = sorted(docs)
    for start in range(0, len(ordered), DOCS_AT_ONCE):
        some = ordered[start : start + DOCS_AT_ONCE]
        _replace(session, scope, _known(session, scope, some), rows_of(session, scope, some, upto))


def fold_all(session: Session, scope: str, upto: int) -> None:
    """Fold every document of a scope whose views are empty; the caller holds the lock."""
    if view_readings.is_sensors(scope):
        return view_readings.fold_all(session, scope, upto)
    low: str | None = None
    while True:
        query = select(OpRow.doc).distinct().where(OpRow.scope == scope, OpRow.seq <= upto)
        query = query.order_by(OpRow.doc).limit(DOCS_AT_ONCE)
        docs = list(session.scalars(query if low is None else query.where(OpRow.doc > low)))
        if not docs:
            return None
        refold(session, scope, docs, upto)
        low = docs[-1]


def refold_filled(session: Session, scope: str, docs: Collection[str]) -> None:
    """Fold documents again whose private part came later: no number above the `ViewHead` tells of it."""
    if docs:
        refold(session, scope, docs, lock_view(session, scope).seq)


def rows_of(session: Session, scope: str, docs: Sequence[str], upto: int) -> Rows:
    """Return the rows that these documents have by the log alone, as of a number; photos not counted yet."""
    return _rows(scope, _by_doc(ops_of(session, scope, docs, upto)))


def _rows(scope: str, by_doc: Mapping[str, Sequence[Placed]]) -> Rows:
    found: Rows = {view: [] for view in MODELS}
    for doc, ops in by_doc.items():
        for view, rows in view_fold.fold_rows(scope, doc, ops).items():
            found[view] += rows
    return found


def _by_doc(ops: Iterable[Placed]) -> dict[str, list[Placed]]:
    return {doc: list(found) for doc, found in groupby(ops, key=lambda one: one.op.doc)}


def _known(session: Session, scope: str, docs: Sequence[str]) -> list[str]:
    """Return those of the documents that have rows."""
    return [str(doc) for (doc,) in run(session, _KNOWN, {"of": scope, "docs": docs})]


def _replace(
    session: Session, scope: str, old: Sequence[str], rows: Rows, later: list[Row] | None = None
) -> None:
    """Write the rows of some documents; those of them that are `old` have rows already.

    Shape:  `later`: gets the rows of entries, which the caller writes once their findings are known.
    """
    photos = {row["of"] for row in rows[PHOTOS]} | _named_before(session, scope, old, PhotoView, "photo:")
    told = {row["of"] for row in rows[REVIEWS]} | _named_before(
        session, scope, old, ReviewView, "review:", "comment:"
    )
    of_lots = view_lots.ours(row["doc"] for row in rows[DOCUMENTS])
    lots = view_lots.touched(session, scope, of_lots) if of_lots else set()
    if old:
        for view in MODELS:
            table = table_of(view)
            session.execute(delete(table).where(table.c.scope == scope, table.c.doc.in_(old)))
    for view, fresh in rows.items():
        if fresh and view != ENTRIES:
            insert_rows(session, table_of(view), fresh)
    if later is None:
        made = _insert_entries(session, scope, rows[ENTRIES])
    else:
        later += rows[ENTRIES]
        made = {row["doc"] for row in later}
    count_photos(session, scope, photos.difference(made))
    for some in _entries_among((photos | told).difference(made)):
        view_states.settle(session, scope, some)
    if of_lots:
        view_lots.settle(session, scope, lots | view_lots.touched(session, scope, of_lots))


def _insert_entries(session: Session, scope: str, rows: Sequence[Row]) -> set[str]:
    """Write rows of entries with what other documents say of them; return their names."""
    made = [row["doc"] for row in rows]
    if made:
        counts = photo_counts(session, scope, made)
        grades = view_findings.gravest(session, scope, made)
        for row in rows:
            doc = row["doc"]
            row |= {**BESIDE, "photos": counts.get(doc, 0), "severity": grades.get(doc, 0)}
        view_states.for_new(session, scope, rows)
        insert_rows(session, table_of(ENTRIES), rows)
    return set(made)


def _named_before(
    session: Session, scope: str, docs: Iterable[str], model: type[PhotoView | ReviewView], *kinds: str
) -> set[str]:
    """Return the documents that these photos or reviews belonged to until now."""
    mine = [doc for doc in docs if doc.startswith(kinds)]
    if not mine:
        return set()
    return set(session.scalars(select(model.of).where(model.scope == scope, model.doc.in_(mine))))


def _entries_among(docs: Iterable[str]) -> Iterator[list[str]]:
    """Give those of the documents that are entries, some at a time."""
    entries = sorted(doc for doc in docs if doc.startswith("entry:"))
    for start in range(0, len(entries), DOCS_AT_ONCE):
        yield entries[start : start + DOCS_AT_ONCE]


def count_photos(session: Session, scope: str, docs: Iterable[str]) -> None:
    """Count the photos of these entries anew; those that are no entries are passed over."""
    for some in _entries_among(docs):
        counts = photo_counts(session, scope, some)
        for count, group in _by_count(some, counts):
            session.execute(
                update(EntryView)
                .where(EntryView.scope == scope, EntryView.doc.in_(group), EntryView.photos != count)
                .values(photos=count)
                .execution_options(synchronize_session=False)
            )


def photo_counts(session: Session, scope: str, docs: Sequence[str]) -> dict[str, int]:
    """Return how many photos stand at each of these documents; none: not listed."""
    return {str(of): int(count) for of, count in run(session, _COUNTS, {"of": scope, "docs": docs})}


def _by_count(docs: Sequence[str], counts: dict[str, int]) -> list[tuple[int, list[str]]]:
    groups: dict[int, list[str]] = {}
    for doc in docs:
        groups.setdefault(counts.get(doc, 0), []).append(doc)
    return sorted(groups.items())


def forget_scope(session: Session, scope: str) -> None:
    """Empty the views of a scope; the caller holds the lock and folds anew."""
    view_readings.forget(session, scope)
    view_findings.forget(session, scope)
    view_monitored.forget(session, scope)
    for view in MODELS:
        table = table_of(view)
        session.execute(delete(table).where(table.c.scope == scope))


def row_values(view: str, row: object) -> Row:
    """Return a stored row as the fold makes them."""
    return {column.name: getattr(row, column.name) for column in table_of(view).columns}
