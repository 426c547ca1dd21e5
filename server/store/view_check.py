"""What stands in the views against what the log gives: every difference by name.

Compares as of the number up to which the scope is folded, so that views that only lag are no difference.
Reads; nothing is changed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from server.db import Base
from server.models.books import BookRow
from server.models.devices import DeviceRow
from server.models.erasures import ErasedDocument
from server.models.findings import FindingView, RecordKey
from server.models.log import Head, NamedPhoto, OpRow
from server.models.passkeys import PasskeyRow
from server.models.sensors import SensorDay
from server.models.views import ViewHead
from server.store import assertions, books, devices, erasures, log, passkeys, view_judged, view_readings
from server.store.device_fold import fold_devices
from server.store.view_beside import Beside
from server.store.view_findings import RuleBook
from server.store.view_fold import Row, Rows
from server.store.view_survey import Survey
from server.store.view_write import DOCS_AT_ONCE, MODELS, rows_of, table_of

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Difference:
    """One row that is not what the log gives. `what`: "missing", "too many" or the columns that differ."""

    table: str
    key: str
    what: str

    def __str__(self) -> str:
        return f"{self.table} {self.key}: {self.what}"


def differences(session: Session, found: Survey, book: RuleBook | None = None) -> Iterator[Difference]:
    """Give what differs in every view of a scope whose log is whole.

    Shape:  findings are compared by the rules of `book`, where the scope was last judged by its lists.
    """
    yield from _head(session, found)
    yield from _folded(session, found, book)
    expected = [row for doc in sorted(found.devices) for row in device_rows(session, found.scope, doc)]
    yield from _compare(DeviceRow, expected, _stored(session, DeviceRow, found.scope))
    yield from _compare(BookRow, books.all_rows(session, found.scope), _stored(session, BookRow, found.scope))
    yield from _erased(session, found)
    mine = passkeys.all_rows(session, found.scope)
    yield from _compare(PasskeyRow, mine, _stored(session, PasskeyRow, found.scope))
    named = [{"scope": found.scope, "sha256": name, "seq": seq} for name, seq in found.named.items()]
    yield from _compare(NamedPhoto, named, _stored(session, NamedPhoto, found.scope))


def _erased(session: Session, found: Survey) -> Iterator[Difference]:
    """Compare what was erased, and name each private part that should be gone."""
    rows = erasures.rows_of(found.scope, found.erased)
    yield from _compare(ErasedDocument, rows, _stored(session, ErasedDocument, found.scope))
    head = session.get(Head, found.scope)
    if head is not None and head.has_erasures != bool(found.erased):
        yield Difference("heads", found.scope, "has_erasures")
    for seq in erasures.standing_parts(session, found.scope, found.erased):
        yield Difference("ops", f"{found.scope} {seq}", "private part of an erased document")
    for person in erasures.standing_persons(session, found.scope, found.erased):
        yield Difference("persons", person, "erased")


def device_rows(session: Session, scope: str, doc: str) -> list[Row]:
    """Return the rows that a device document has by the log alone."""
    ops = log.document_ops(session, scope, doc)
    folded = fold_devices(ops, assertions.of_ops(session, scope, [one.op.id for one in ops]))
    return [{"scope": scope, "doc": doc, "place": one.place, **devices.columns_of(one)} for one in folded]


def _head(session: Session, found: Survey) -> Iterator[Difference]:
    head = session.get(ViewHead, found.scope)
    if head is not None and not 0 <= head.seq <= found.seq:
        yield Difference("view_heads", found.scope, "seq")


def _folded(session: Session, found: Survey, book: RuleBook | None) -> Iterator[Difference]:
    """Compare the folded views, some documents at a time, in the database's own order of names."""
    head = session.get(ViewHead, found.scope)
    upto = 0 if head is None else min(head.seq, found.seq)
    if view_readings.is_sensors(found.scope):
        days = view_readings.rows_of(session, found.scope, upto)
        yield from _compare(SensorDay, days, _stored(session, SensorDay, found.scope))
        return
    judged = None if book is None else view_judged.expected(session, found.scope, upto, book)
    if judged is None:
        grades = view_judged.stored_grades(session, found.scope)
    else:
        grades = view_judged.grades_of(judged.findings)
        yield from _compare(RecordKey, judged.keys, _stored(session, RecordKey, found.scope))
        yield from _compare(FindingView, judged.findings, _stored(session, FindingView, found.scope))
    beside = Beside(session, found, upto, grades)
    low: str | None = None
    while True:
        query = select(OpRow.doc).distinct().where(OpRow.scope == found.scope, OpRow.seq <= upto)
        query = query.order_by(OpRow.doc).limit(DOCS_AT_ONCE)
        docs = list(session.scalars(query if low is None else query.where(OpRow.doc > low)))
        high = docs[-1] if len(docs) == DOCS_AT_ONCE else None
        expected = rows_of(session, found.scope, docs, upto)
        beside.fill(expected)
        yield from _compare_views(session, found.scope, expected, low, high)
        if high is None:
            return
        low = high


def _compare_views(
    session: Session, scope: str, expected: Rows, low: str | None, high: str | None
) -> Iterator[Difference]:
    for view, model in MODELS.items():
        table = table_of(view)
        query = select(table).where(table.c.scope == scope)
        query = query if low is None else query.where(table.c.doc > low)
        query = query if high is None else query.where(table.c.doc <= high)
        yield from _compare(model, expected[view], (dict(row) for row in session.execute(query).mappings()))


def _stored(session: Session, model: type[Base], scope: str) -> Iterator[Row]:
    table = _table(model)
    for row in session.execute(select(table).where(table.c.scope == scope)).mappings():
        yield dict(row)


def _compare(model: type[Base], expected: Iterable[Row], stored: Iterable[Row]) -> Iterator[Difference]:
    table = _table(model)
    names = [column.name for column in table.primary_key.columns]
    right = {_key(row, names): row for row in expected}
    for row in stored:
        key = _key(row, names)
        wanted = right.pop(key, None)
        if wanted is None:
            yield Difference(table.name, _text(key), "too many")
        elif changed := sorted(name for name in wanted if row[name] != wanted[name]):
            yield Difference(table.name, _text(key), ", ".join(changed))
    for key in sorted(right):
        yield Difference(table.name, _text(key), "missing")


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


def _key(row: Mapping[str, Any], names: list[str]) -> Key:
    return tuple(row[name] for name in names)


def _text(key: Key) -> str:
    return " ".join(str(part) for part in key)
