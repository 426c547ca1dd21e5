"""What the rows of entries and lots hold of other documents, by the log alone: never for reading."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from sqlalchemy.orm import Session

from server.store import view_lots, view_states
from server.store.view_fold import BESIDE, DOCUMENTS, ENTRIES, PHOTOS, REVIEWS, Row, Rows
from server.store.view_fold_lots import LOTS
from server.store.view_survey import Survey
from server.store.view_write import DOCS_AT_ONCE, rows_of


class Beside:
    """The photos, reviews and findings of a scope as of a number, by their entry; the balance of each lot."""

    def __init__(self, session: Session, found: Survey, upto: int, grades: Mapping[str, int]) -> None:
        self._grades = grades
        self._counts: Counter[str] = Counter()
        self._shown: dict[str, list[Row]] = defaultdict(list)
        self._said: dict[str, list[Row]] = defaultdict(list)
        for rows in _some(session, found.scope, sorted(found.photos), upto):
            of = {row["doc"]: row["of"] for row in rows[PHOTOS]}
            self._counts.update(row["of"] for row in rows[PHOTOS] if not row["is_deleted"])
            for row in rows[DOCUMENTS]:
                self._shown[of[row["doc"]]].append(_heads(row))
        for rows in _some(session, found.scope, sorted(found.reviews), upto):
            for row in rows[REVIEWS]:
                self._said[row["of"]].append(row)

        told = [
            row for rows in _some(session, found.scope, sorted(found.lots), upto) for row in rows[DOCUMENTS]
        ]
        self._lots = view_lots.columns_of(told)

    def fill(self, rows: Rows) -> None:
        """Fill in the columns that the fold of an entry's or a lot's own ops lacks."""
        for row in rows[LOTS]:
            row |= self._lots[row["doc"]]
        own = {row["doc"]: _heads(row) for row in rows[DOCUMENTS]}
        for row in rows[ENTRIES]:
            doc = row["doc"]
            shown = [own[doc], *self._shown[doc]]
            row |= {**BESIDE, "photos": self._counts[doc], "severity": self._grades.get(doc, 0)}
            row |= view_states.columns_of(self._said[doc], shown, is_deleted=row["is_deleted"])


def _heads(row: Row) -> Row:
    return {"heads": row["heads"], "conflicts": row["conflicts"]}


def _some(session: Session, scope: str, docs: list[str], upto: int) -> Iterator[Rows]:
    for start in range(0, len(docs), DOCS_AT_ONCE):
        yield rows_of(session, scope, docs[start : start + DOCS_AT_ONCE], upto)
