"""The books of a farm: opened for an organisation, closed when it leaves; closing ends writing but late ops.

A farm without any book is open: it is older than its book, or its book has not come yet. One that was closed
to move stays open until the next book is there, so that no phone waits for a manager.
Source: DESIGN §2 "What is an op, and what is an ordinary row"; PROTOCOL §18.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from server.db import run
from server.models.books import BookRow
from server.store import log
from sync import ids
from sync.merge import fold

Row = dict[str, object]
_OF_SCOPE = select(BookRow).where(BookRow.scope == bindparam("of")).order_by(BookRow.doc)
_CLOSED = select(BookRow.doc, BookRow.is_closed, BookRow.moved_to, BookRow.before).where(
    BookRow.scope == bindparam("of")
)


def refold(session: Session, scope: str, doc: str) -> None:
    """Make the view's row of a book anew from its ops."""
    session.execute(delete(BookRow).where(BookRow.scope == scope, BookRow.doc == doc))
    session.add_all(BookRow(**row) for row in rows_of(session, scope, doc))
    session.flush()


def rows_of(session: Session, scope: str, doc: str) -> list[Row]:
    """Return the row that a book has by the log alone.

    Shape:  closed only where that stands undisputed: of two that disagree the farmer may go on.
    """
    ops = log.document_ops(session, scope, doc)
    if not ops:
        return []
    folded = fold(ops)
    organisation, moved_to = folded.values.get("organisation"), folded.values.get("moved_to")
    before = folded.values.get("before")
    is_closed = folded.deleted or (folded.values.get("closed") is True and "closed" not in folded.conflicts)
    return [{
        "scope": scope, "doc": doc, "is_closed": is_closed,
        "organisation": str(organisation) if ids.is_uuid(organisation) else None,
        "moved_to": str(moved_to) if ids.is_uuid(moved_to) else None,
        "before": before if _is_book(before) else None,
    }]  # fmt: skip


def refold_all(session: Session, scope: str) -> None:
    """Make the rows of all books of a scope anew."""
    session.execute(delete(BookRow).where(BookRow.scope == scope))
    session.add_all(BookRow(**row) for row in all_rows(session, scope))
    session.flush()


def all_rows(session: Session, scope: str) -> list[Row]:
    """Return the rows that the books of a scope have by the log alone."""
    docs = sorted({op.doc for op in log.ops_of_type(session, scope, "book")})
    return [row for doc in docs for row in rows_of(session, scope, doc)]


def of_scope(session: Session, scope: str) -> list[BookRow]:
    """Return the books of a farm."""
    return list(session.scalars(_OF_SCOPE, {"of": scope}))


def is_closed(session: Session, scope: str) -> bool:
    """Return whether the farm has books and none of them is open, nor closed only to move on."""
    found = run(session, _CLOSED, {"of": scope}).all()
    followed = {row.before for row in found}
    return bool(found) and all(
        row.is_closed and (row.moved_to is None or row.doc in followed) for row in found
    )


def was_kept_for(session: Session, scope: str, organisation: str) -> bool:
    """Return whether a book of the farm is or was this organisation's."""
    return organisation in organisations_of(session, [scope])


def organisations_of(session: Session, scopes: Collection[str]) -> set[str]:
    """Return the organisations that the books of these farms are or were kept for."""
    query = select(BookRow.organisation).where(BookRow.scope.in_(scopes)).distinct()
    return {one for one in session.scalars(query) if one is not None}


def _is_book(value: object) -> bool:
    kind, _, uuid = value.partition(":") if isinstance(value, str) else ("", "", "")
    return kind == "book" and ids.is_uuid(uuid)
