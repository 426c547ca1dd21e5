"""Erased documents: their private parts and photos go from the log, and none is kept that comes later.

Bodies, signatures and digests stay, so that every op verifies as before. A head tells whether its scope has
any erasure: those without pay nothing. The bytes of photos go behind the transaction (`photo_sweep`).
Source: DESIGN §3 "Erasure"; PROTOCOL §5 "Erasure".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.orm import Session

from server.config import now_ms
from server.models.erasures import ErasedDocument
from server.models.log import HeldOp, OpRow
from server.store import log, people, photos
from server.store.upserts import insert_new
from server.store.view_ops import stored_op
from sync import ids
from sync.erasure import erased_documents
from sync.ops import Op

Row = dict[str, object]
PERSON = "person:"  # in an organisation's log an erasure names people beside documents: their row goes too
DOCS_AT_ONCE = 500  # our choice: parameters of one statement


def erase(session: Session, scope: str, op: Op) -> list[str]:
    """Return the documents that an erasure names, after dropping what they held; the caller has the lock."""
    docs = list(erased_documents(op.doc_type, op.fields))
    if docs:
        _put(session, [{"scope": scope, "doc": doc, "erasure": op.doc} for doc in docs])
        log.lock_head(session, scope).has_erasures = True
        _drop(session, scope, docs)
    return docs


def keep_erased(session: Session, scope: str, docs: Collection[str]) -> None:
    """Drop what has just been stored of documents that were erased before; the caller has the lock."""
    if not log.lock_head(session, scope).has_erasures:
        return
    _drop(session, scope, sorted(among(session, scope, docs)))


def among(session: Session, scope: str, docs: Collection[str]) -> set[str]:
    """Return those of the documents that were erased."""
    found: set[str] = set()
    for some in _parts(sorted(docs)):
        query = select(ErasedDocument.doc).where(ErasedDocument.scope == scope, ErasedDocument.doc.in_(some))
        found |= set(session.scalars(query))
    return found


def remake(session: Session, scope: str, erased: Mapping[str, str]) -> None:
    """Make the rows of a scope anew from what its log says (document → erasure), and drop what they name."""
    session.execute(delete(ErasedDocument).where(ErasedDocument.scope == scope))
    if erased:
        table = ErasedDocument.__table__
        assert isinstance(table, Table)
        session.execute(insert(table), rows_of(scope, erased))
    if log.has_head(session, scope):
        log.lock_head(session, scope).has_erasures = bool(erased)
    _drop(session, scope, sorted(erased))
    session.flush()


def rows_of(scope: str, erased: Mapping[str, str]) -> list[Row]:
    """Return the rows that a scope has by its log alone."""
    return [{"scope": scope, "doc": doc, "erasure": erasure} for doc, erasure in sorted(erased.items())]


def standing_parts(session: Session, scope: str, docs: Collection[str]) -> Iterator[int]:
    """Give the numbers of ops of these documents whose private part is still here."""
    for some in _parts(sorted(docs)):
        query = select(OpRow.seq).where(OpRow.scope == scope, OpRow.doc.in_(some), OpRow.private.is_not(None))
        yield from session.scalars(query.order_by(OpRow.seq))


def standing_persons(session: Session, scope: str, docs: Collection[str]) -> list[str]:
    """Return those of the people who were erased in an organisation's log and still have a name."""
    kind, uuid = ids.split_ref(scope)
    named = [doc.removeprefix(PERSON) for doc in docs if doc.startswith(PERSON)]
    if kind != "org" or not named:
        return []
    found = people.persons_among(session, named, [uuid])
    return sorted(one.id for one in found if one.erased_at is None or one.phone is not None)


def _put(session: Session, rows: list[Row]) -> None:
    session.execute(insert_new(session, ErasedDocument), rows)


def _drop(session: Session, scope: str, docs: list[str]) -> None:
    session.flush()
    for some in _parts(docs):
        for table in (OpRow, HeldOp):
            session.execute(
                update(table)
                .where(table.scope == scope, table.doc.in_(some), table.private.is_not(None))
                .values(private=None)
            )
    kind, uuid = ids.split_ref(scope)
    for person in (doc.removeprefix(PERSON) for doc in docs if doc.startswith(PERSON) and kind == "org"):
        people.blank_person(session, uuid, person, now_ms())
    for sha256 in _photos(session, scope, [doc for doc in docs if doc.startswith("photo:")]):
        photos.mark_erased(session, scope, sha256)


def _photos(session: Session, scope: str, docs: list[str]) -> list[str]:
    """Return the hashes that these photos name."""
    found: set[str] = set()
    for some in _parts(docs):
        query = select(OpRow.id, OpRow.body).where(OpRow.scope == scope, OpRow.doc.in_(some))
        for op_id, body in session.execute(query):
            sha256 = stored_op(op_id, body, None).fields.get("sha256")
            if ids.is_b64(sha256, 32):
                found.add(str(sha256))
    return sorted(found)


def _parts(docs: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(docs), DOCS_AT_ONCE):
        yield docs[start : start + DOCS_AT_ONCE]
