"""The groups and findings that a scope has by its log alone: for comparing and never for reading."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models.findings import FindingView
from server.models.log import OpRow
from server.store.view_findings import RuleBook, is_current, rows_of_key
from server.store.view_fold import DOCUMENTS, Row
from server.store.view_write import DOCS_AT_ONCE, rows_of


@dataclass(frozen=True)
class Judged:
    """Rows of `RecordKey` and of `FindingView`."""

    keys: tuple[Row, ...]
    findings: tuple[Row, ...]


def expected(session: Session, scope: str, upto: int, book: RuleBook) -> Judged | None:
    """Return what a scope's rows should be, None where it was not judged by these lists up to this number."""
    if upto == 0 or not is_current(session, scope, upto, book):
        return None
    rows = _documents(session, scope, upto)
    groups: dict[str, list[Any]] = {}
    keys = []
    for doc in sorted(rows):
        record = book.read(rows[doc])
        for key in sorted(book.keys_of(record)):
            groups.setdefault(key, []).append(record)
            keys.append({"scope": scope, "doc": doc, "key": key})
    found = [row for key, some in groups.items() for row in rows_of_key(scope, key, some, book)]
    return Judged(tuple(keys), tuple(found))


def grades_of(findings: Iterable[Row]) -> dict[str, int]:
    """Return the severity of the gravest finding about each document."""
    found: dict[str, int] = {}
    for row in findings:
        found[row["about"]] = max(row["severity"], found.get(row["about"], 0))
    return found


def stored_grades(session: Session, scope: str) -> dict[str, int]:
    """Return the same of the findings as they are stored."""
    query = select(FindingView.about, func.max(FindingView.severity)).where(FindingView.scope == scope)
    rows = session.execute(query.group_by(FindingView.about))
    return {str(about): int(severity) for about, severity in rows}


def _documents(session: Session, scope: str, upto: int) -> dict[str, Row]:
    docs = sorted(
        session.scalars(select(OpRow.doc).distinct().where(OpRow.scope == scope, OpRow.seq <= upto))
    )
    found: dict[str, Row] = {}
    for start in range(0, len(docs), DOCS_AT_ONCE):
        rows = rows_of(session, scope, docs[start : start + DOCS_AT_ONCE], upto)[DOCUMENTS]
        found |= {row["doc"]: row for row in rows}
    return found
