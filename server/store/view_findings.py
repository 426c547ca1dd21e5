"""Keeping the findings of a scope current: after a change only the groups of what changed are judged again.

Which groups a document matters to, and what the rules say of a group, is the `RuleBook`'s, which the caller
hands in. A scope that was folded without one, or judged by other lists, is judged as a whole the next time.
The caller holds the lock of the scope's `ViewHead`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, Protocol

from sqlalchemy import BindParameter, Table, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from server.models.findings import FindingView, JudgedScope, RecordKey
from server.models.views import DocumentView, EntryView
from server.store.view_fold import Row

AT_ONCE: Final = 500  # our choice: parameters of one statement


class RuleBook(Protocol):
    """The rules with the lists that a scope is judged by. Pure: the same rows give the same answers.

    Shape:  rows are those of `DocumentView`; `judge` gives rows of `FindingView` without scope, key, place.
    """

    @property
    def lists(self) -> str:
        """Return the state of the lists; another one after every change of them."""

    def keys_of(self, row: Row) -> Collection[str]:
        """Return the groups to which a document matters."""

    def judge(self, key: str, rows: Sequence[Row]) -> Sequence[Row]:
        """Return all findings of a group, of which `rows` are the documents."""


# Built once: making a statement anew costs as much as running it.
_NAMED: BindParameter[list[str]] = bindparam("named", expanding=True)
_KEYS_OF = (
    select(RecordKey.key).where(RecordKey.scope == bindparam("in"), RecordKey.doc.in_(_NAMED)).distinct()
)
_MEMBERS = (
    select(RecordKey.key, RecordKey.doc)
    .where(RecordKey.scope == bindparam("in"), RecordKey.key.in_(_NAMED))
    .order_by(RecordKey.key, RecordKey.doc)
)
_SAID = (
    "scope",
    "doc",
    "type",
    "values",
    "rivals",
    "is_deleted",
    "by",
    "recorded_at",
    "skew",
    "received_at",
    "last_seq",
)
_DOCUMENTS = select(*(getattr(DocumentView, name) for name in _SAID)).where(
    DocumentView.scope == bindparam("in"), DocumentView.doc.in_(_NAMED)
)
_STORED = (
    select(FindingView.__table__)
    .where(FindingView.scope == bindparam("in"), FindingView.key.in_(_NAMED))
    .order_by(FindingView.key, FindingView.place)
)
_GRAVEST = (
    select(FindingView.about, func.max(FindingView.severity))
    .where(FindingView.scope == bindparam("in"), FindingView.about.in_(_NAMED))
    .group_by(FindingView.about)
)
_GRADES = select(EntryView.doc, EntryView.severity).where(
    EntryView.scope == bindparam("in"), EntryView.doc.in_(_NAMED)
)


def is_current(session: Session, scope: str, seq: int, book: RuleBook) -> bool:
    """Return whether the findings of a scope are those of its views up to `seq`, by these lists."""
    judged = session.get(JudgedScope, scope)
    return (judged is None and seq == 0) or (
        judged is not None and (judged.seq, judged.lists) == (seq, book.lists)
    )


def keys_of(session: Session, scope: str, docs: Sequence[str]) -> set[str]:
    """Return the groups to which these documents matter, as stored."""
    return {key for some in _parts(docs) for key in session.scalars(_KEYS_OF, {"in": scope, "named": some})}


def write_keys(
    session: Session, scope: str, old: Sequence[str], rows: Iterable[Row], book: RuleBook
) -> set[str]:
    """Store the groups of documents anew, those of `old` ones away; return the new ones."""
    if old:
        session.execute(delete(RecordKey).where(RecordKey.scope == scope, RecordKey.doc.in_(old)))
    fresh = [
        {"scope": scope, "doc": row["doc"], "key": key} for row in rows for key in sorted(book.keys_of(row))
    ]
    if fresh:
        session.execute(insert(_table(RecordKey)), fresh)
    return {row["key"] for row in fresh}


def rejudge(
    session: Session, scope: str, keys: Collection[str], docs: Collection[str], book: RuleBook
) -> None:
    """Judge these groups again, and grade these documents and whatever the findings are about."""
    about = set(docs)
    for some in _parts(keys):
        named = {"in": scope, "named": some}
        members = [(str(key), str(doc)) for key, doc in session.execute(_MEMBERS, named)]
        rows = documents(session, scope, {doc for _, doc in members})
        groups = {key: [rows[doc] for _, doc in found] for key, found in groupby(members, key=itemgetter(0))}
        fresh = {key: rows_of_key(scope, key, group, book) for key, group in groups.items()}
        about |= _write(session, scope, fresh, session.execute(_STORED, named).mappings())
    _grade(session, scope, about)


def _write(session: Session, scope: str, fresh: Mapping[str, list[Row]], stored: Iterable[Any]) -> set[str]:
    """Write the findings of groups where they differ from those stored; return whom the others are about."""
    known: dict[str, list[Row]] = {}
    for row in stored:
        known.setdefault(row["key"], []).append(dict(row))
    changed = [key for key in sorted({*fresh, *known}) if fresh.get(key, []) != known.get(key, [])]
    gone = [key for key in changed if key in known]
    if gone:
        session.execute(delete(FindingView).where(FindingView.scope == scope, FindingView.key.in_(gone)))
    new = [row for key in changed for row in fresh.get(key, ())]
    if new:
        session.execute(insert(_table(FindingView)), new)
    return {row["about"] for key in changed for row in (*fresh.get(key, ()), *known.get(key, ()))}


def judge_all(session: Session, scope: str, seq: int, book: RuleBook) -> None:
    """Judge a whole scope anew from its documents as they are folded up to `seq`."""
    forget(session, scope)
    docs = list(session.scalars(select(DocumentView.doc).where(DocumentView.scope == scope)))
    keys: set[str] = set()
    for some in _parts(docs):
        keys |= write_keys(session, scope, (), documents(session, scope, some).values(), book)
    rejudge(session, scope, keys, [doc for doc in docs if doc.startswith("entry:")], book)
    note(session, scope, seq, book)


def note(session: Session, scope: str, seq: int, book: RuleBook) -> None:
    """Keep up to where and by which lists a scope was judged."""
    judged = session.get(JudgedScope, scope)
    if judged is None:
        session.add(JudgedScope(scope=scope, seq=seq, lists=book.lists))
    else:
        judged.seq, judged.lists = seq, book.lists
    session.flush()


def forget(session: Session, scope: str) -> None:
    """Empty what is kept of a scope's findings."""
    for model in (RecordKey, FindingView):
        table = _table(model)
        session.execute(delete(table).where(table.c.scope == scope))
    judged = session.get(JudgedScope, scope)
    if judged is not None:
        session.delete(judged)
        session.flush()


def gravest(session: Session, scope: str, docs: Collection[str]) -> dict[str, int]:
    """Return the severity of the gravest finding about each of these documents; without one: not listed."""
    found: dict[str, int] = {}
    for some in _parts(docs):
        rows = session.execute(_GRAVEST, {"in": scope, "named": some})
        found |= {str(about): int(severity) for about, severity in rows}
    return found


def rows_of_key(scope: str, key: str, rows: Sequence[Row], book: RuleBook) -> list[Row]:
    """Return the rows of a group's findings, as they are stored."""
    found = book.judge(key, rows)
    return [{"scope": scope, "key": key, "place": place, **row} for place, row in enumerate(found)]


def documents(session: Session, scope: str, docs: Collection[str]) -> dict[str, Row]:
    """Return what rules need of the rows of these documents, by their names."""
    found: dict[str, Row] = {}
    for some in _parts(docs):
        for row in session.execute(_DOCUMENTS, {"in": scope, "named": some}):
            found[row[1]] = dict(zip(_SAID, row, strict=True))
    return found


def _grade(session: Session, scope: str, docs: Collection[str]) -> None:
    """Write how grave the gravest finding about each entry is, where it differs."""
    entries = [doc for doc in docs if doc.startswith("entry:")]
    wanted = gravest(session, scope, entries)
    changed: dict[int, list[str]] = {}
    for some in _parts(entries):
        for doc, severity in session.execute(_GRADES, {"in": scope, "named": some}):
            if severity != wanted.get(doc, 0):
                changed.setdefault(wanted.get(doc, 0), []).append(str(doc))
    for severity, found in sorted(changed.items()):
        for some in _parts(found):
            session.execute(
                update(EntryView)
                .where(EntryView.scope == scope, EntryView.doc.in_(some))
                .values(severity=severity)
                .execution_options(synchronize_session=False)
            )


def _parts(items: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(items)
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]


def _table(model: Any) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table
