"""Keeping the findings of a scope current: after a change only the groups of what changed are judged again.

Which groups a document matters to, and what the rules say of a group, is the `RuleBook`'s, which the caller
hands in. A scope that was folded without one, or judged by other lists, is judged as a whole the next time.
The caller holds the lock of the scope's `ViewHead`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final, Protocol

from sqlalchemy import Table, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from server.db import run
from server.models.findings import FindingView, JudgedScope, RecordKey
from server.models.views import DocumentView, EntryView
from server.store.bulk import among, insert_rows
from server.store.view_fold import Row
from server.store.view_groups import Group, Groups

AT_ONCE: Final = 500  # our choice: parameters of one statement


class RuleBook(Protocol):
    """The rules with the lists that a scope is judged by. Pure: the same rows give the same answers.

    Shape:  rows are those of `DocumentView`; records and findings are the rules' own, findings comparable.
    """

    @property
    def lists(self) -> str:
        """Return the state of the lists; another one after every change of them."""

    def read(self, row: Row) -> Any:
        """Return a document as the rules see it."""

    def keys_of(self, record: Any) -> Collection[str]:
        """Return the groups to which a document matters."""

    def judge(self, key: str, records: Sequence[Any]) -> Sequence[Any]:
        """Return all findings of a group, of which these are the documents."""

    def row_of(self, finding: Any) -> Row:
        """Return a finding as a row of `FindingView` without scope, key and place."""


# Built once: making a statement anew costs as much as running it.
_KEYS_OF = (
    select(RecordKey.key).where(RecordKey.scope == bindparam("in"), among(RecordKey.doc, "named")).distinct()
)
_MEMBERS = (
    select(RecordKey.key, RecordKey.doc)
    .where(RecordKey.scope == bindparam("in"), among(RecordKey.key, "named"))
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
    DocumentView.scope == bindparam("in"), among(DocumentView.doc, "named")
)
_STORED = (
    select(FindingView.__table__)
    .where(FindingView.scope == bindparam("in"), among(FindingView.key, "named"))
    .order_by(FindingView.key, FindingView.place)
)
_OF_ENTRY = (FindingView.scope == EntryView.scope) & (FindingView.about == EntryView.doc)
_WORST = func.coalesce(select(func.max(FindingView.severity)).where(_OF_ENTRY).scalar_subquery(), 0)
_ENTRY_ROWS = EntryView.__table__
_GRADE = (
    update(_ENTRY_ROWS)  # type: ignore[arg-type]
    .where(EntryView.scope == bindparam("in"), among(EntryView.doc, "named"), EntryView.severity != _WORST)
    .values(severity=_WORST)
)
_GRAVEST = (
    select(FindingView.about, func.max(FindingView.severity))
    .where(FindingView.scope == bindparam("in"), among(FindingView.about, "named"))
    .group_by(FindingView.about)
)


_FORGET_KEYS = delete(RecordKey).where(RecordKey.scope == bindparam("in"), among(RecordKey.doc, "named"))
_FORGET = delete(FindingView).where(
    FindingView.scope == bindparam("of"),
    FindingView.key == bindparam("at"),
    FindingView.place >= bindparam("from"),
)


_JUDGED = select(JudgedScope.seq, JudgedScope.lists).where(JudgedScope.scope == bindparam("in"))
_NOTE = (
    update(JudgedScope.__table__)  # type: ignore[arg-type]
    .where(JudgedScope.scope == bindparam("in"))
    .values(seq=bindparam("new_seq"), lists=bindparam("new_lists"))
)


def is_current(session: Session, scope: str, seq: int, book: RuleBook) -> bool:
    """Return whether the findings of a scope are those of its views up to `seq`, by these lists."""
    judged = run(session, _JUDGED, {"in": scope}).first()
    return seq == 0 if judged is None else tuple(judged) == (seq, book.lists)


def keys_of(session: Session, scope: str, docs: Sequence[str]) -> set[str]:
    """Return the groups to which these documents matter, as stored."""
    return {key for some in _parts(docs) for key in session.scalars(_KEYS_OF, {"in": scope, "named": some})}


def write_keys(
    session: Session, scope: str, old: Sequence[str], rows: Iterable[Row], book: RuleBook, groups: Groups
) -> set[str]:
    """Store the groups of documents anew, those of `old` ones away; return the new ones."""
    if old:
        run(session, _FORGET_KEYS, {"in": scope, "named": list(old)})
    fresh = []
    for row in rows:
        record, doc = book.read(row), row["doc"]
        keys = book.keys_of(record)
        groups.put(doc, record, keys)
        fresh += [{"scope": scope, "doc": doc, "key": key} for key in sorted(keys)]
    if fresh:
        insert_rows(session, _table(RecordKey), fresh)
    return {row["key"] for row in fresh}


def rejudge(session: Session, scope: str, keys: Collection[str], book: RuleBook, groups: Groups) -> set[str]:
    """Judge these groups again; return whom the findings are about that came or went."""
    about: set[str] = set()
    for some in _parts(keys):
        _recall(session, scope, some, book, groups)
        gone: list[Row] = []
        new: list[Row] = []
        for key in some:
            about |= _judge(scope, key, groups.groups[key], book, gone, new)
        if gone:
            run(session, _FORGET, gone)
        if new:
            insert_rows(session, _table(FindingView), new)
        groups.shrink()
    return about


def _recall(session: Session, scope: str, keys: Sequence[str], book: RuleBook, groups: Groups) -> None:
    """Read those of these groups that are not remembered."""
    lacking = groups.lacks(keys)
    if groups.is_whole:
        groups.groups |= {key: Group() for key in lacking}
    if groups.is_whole or not lacking:
        return
    named = {"in": scope, "named": lacking}
    members = [(str(key), str(doc)) for key, doc in run(session, _MEMBERS, named)]
    unread = {doc for _, doc in members}.difference(groups.records)
    for doc, row in documents(session, scope, unread).items():
        record = book.read(row)
        groups.put(doc, record, book.keys_of(record))
    for key in lacking:
        groups.groups[key] = Group()
    for key, doc in members:
        groups.groups[key].put(doc, groups.records[doc][0])
    for found in run(session, _STORED, named).mappings():
        groups.groups[found["key"]].rows.append(dict(found))


def _judge(scope: str, key: str, group: Group, book: RuleBook, gone: list[Row], new: list[Row]) -> set[str]:
    """Judge a group; add what is to be deleted and written; return whom what differs is about."""
    said, known = book.judge(key, group.ordered()) if group.records else (), group.rows
    first = _first_other(said, group.said or ())  # most of a large group stays as it is
    rows = known[:first]
    rows += [_placed(scope, key, place, book.row_of(said[place])) for place in range(first, len(said))]
    first += _first_other(rows[first:], known[first:])
    if first < len(known):
        gone.append({"of": scope, "at": key, "from": first})
    new += rows[first:]
    group.rows, group.said = rows, said
    left, right = ({_told(row): row["about"] for row in some[first:]} for some in (rows, known))
    return {(left | right)[one] for one in left.keys() ^ right.keys()}


def _first_other(some: Sequence[Any], others: Sequence[Any]) -> int:
    """Return the first place at which two lists differ, the length of the shorter one where none does."""
    pairs = zip(some, others, strict=False)
    least = min(len(some), len(others))
    return next((at for at, (a, b) in enumerate(pairs) if a is not b and a != b), least)


def _placed(scope: str, key: str, place: int, row: Row) -> Row:
    return {"scope": scope, "key": key, "place": place, **row}


def _told(row: Row) -> tuple[Any, ...]:
    return (row["about"], row["rule"], row["severity"], row["field"], row["behind"], row["facts"])


def judge_all(session: Session, scope: str, seq: int, book: RuleBook) -> Groups:
    """Judge a whole scope anew from its documents as they are folded up to `seq`."""
    forget(session, scope)
    docs = list(session.scalars(select(DocumentView.doc).where(DocumentView.scope == scope)))
    groups = Groups()
    keys: set[str] = set()
    for some in _parts(docs):
        keys |= write_keys(session, scope, (), documents(session, scope, some).values(), book, groups)
        groups.shrink()
    if len(groups.records) == len(docs):
        groups.gather()
    about = rejudge(session, scope, keys, book, groups)
    grade(session, scope, about.union(docs))
    note(session, scope, seq, book)
    return groups


def note(session: Session, scope: str, seq: int, book: RuleBook) -> None:
    """Keep up to where and by which lists a scope was judged."""
    told = {"in": scope, "new_seq": seq, "new_lists": book.lists}
    if not run(session, _NOTE, told).rowcount:
        run(session, insert(_table(JudgedScope)), {"scope": scope, "seq": seq, "lists": book.lists})


def forget(session: Session, scope: str) -> None:
    """Empty what is kept of a scope's findings."""
    for model in (RecordKey, FindingView, JudgedScope):
        table = _table(model)
        session.execute(delete(table).where(table.c.scope == scope))


def gravest(session: Session, scope: str, docs: Collection[str]) -> dict[str, int]:
    """Return the severity of the gravest finding about each of these documents; without one: not listed."""
    found: dict[str, int] = {}
    for some in _parts(docs):
        rows = run(session, _GRAVEST, {"in": scope, "named": some})
        found |= {str(about): int(severity) for about, severity in rows}
    return found


def rows_of_key(scope: str, key: str, records: Sequence[Any], book: RuleBook) -> list[Row]:
    """Return the rows of a group's findings, as they are stored."""
    found = book.judge(key, records)
    return [_placed(scope, key, place, book.row_of(one)) for place, one in enumerate(found)]


def documents(session: Session, scope: str, docs: Collection[str]) -> dict[str, Row]:
    """Return what rules need of the rows of these documents, by their names."""
    found: dict[str, Row] = {}
    for some in _parts(docs):
        for row in run(session, _DOCUMENTS, {"in": scope, "named": some}):
            found[row[1]] = dict(zip(_SAID, row, strict=True))
    return found


def grade(session: Session, scope: str, docs: Collection[str]) -> None:
    """Write how grave the gravest finding about each entry is, where it differs."""
    for some in _parts([doc for doc in docs if doc.startswith("entry:")]):
        run(session, _GRADE, {"in": scope, "named": some})


def _parts(items: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(items)
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]


def _table(model: Any) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table
