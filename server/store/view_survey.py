"""One pass over the log of a scope: is it whole, and which documents need folds of their own.

Says nothing about signatures: those were verified when the ops were taken, and ids bind the bodies.
Source: DESIGN §3 "Log"; WIRE "Digest"; merge.md §7, history 16.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from server.models.books import BookRow
from server.models.devices import DeviceRow
from server.models.erasures import ErasedDocument
from server.models.findings import FindingView, JudgedScope, RecordKey
from server.models.log import Head, NamedPhoto, OpRow
from server.models.lots import LotEdge, LotSource, LotView
from server.models.passkeys import PasskeyRow
from server.models.sales import SaleView
from server.models.sensors import SensorDay
from server.models.training import AttendanceView
from server.models.views import DocumentView, ReviewView, ViewHead
from server.store import log
from server.store.view_fold_lots import TYPES as LOT_TYPES
from sync import ids
from sync.erasure import erased_documents
from sync.errors import Refusal
from sync.log import next_digest, start_digest
from sync.ops import Op, domain, parse_op

ROWS_AT_ONCE = 1000  # our choice: rows held at a time


@dataclass
class Survey:
    """What a scope's log holds. `fault`: what is wrong with the first op that fails, None for a whole log."""

    scope: str
    seq: int
    digest: bytes
    fault: str | None = None
    named: dict[str, int] = field(default_factory=dict)  # hash of a photo → the last number that names it
    photos: set[str] = field(default_factory=set)
    reviews: set[str] = field(default_factory=set)  # and comments
    devices: set[str] = field(default_factory=set)
    lots: set[str] = field(default_factory=set)  # and what names them
    erased: dict[str, str] = field(default_factory=dict)  # document → the first document that erased it


def all_scopes(session: Session) -> list[str]:
    """Return every scope that a log or a view knows, in the order of names."""
    tables = (
        Head, OpRow, ViewHead, DocumentView, DeviceRow, NamedPhoto, BookRow, ErasedDocument, PasskeyRow,
        ReviewView, RecordKey, FindingView, JudgedScope, LotView, LotSource, LotEdge,
        AttendanceView, SaleView, SensorDay,
    )  # fmt: skip
    return sorted(session.scalars(union(*(select(table.scope).distinct() for table in tables))))


def survey(session: Session, scope: str) -> Survey:
    """Return what the log of a scope holds, read up to its end or to the first op that fails."""
    origin = log.origin(session)
    prefix = domain("log", origin)
    found = Survey(scope, 0, start_digest(origin, scope))
    query = (
        select(
            OpRow.seq, OpRow.id, OpRow.doc, OpRow.device, OpRow.n, OpRow.received_at, OpRow.digest,
            OpRow.body, OpRow.private,
        )
        .where(OpRow.scope == scope)
        .order_by(OpRow.seq)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )  # fmt: skip
    for row in session.execute(query):
        if row.seq != found.seq + 1:
            found.fault = f"op {found.seq + 1}: not there"
            return found
        op = _parse(origin, scope, row)
        digest = next_digest(prefix, found.digest, row.seq, row.received_at, ids.b64_decode(row.id))
        if isinstance(op, str) or digest != row.digest:
            found.fault = f"op {row.seq} ({row.id}): {op if isinstance(op, str) else 'digest'}"
            return found
        found.seq, found.digest = row.seq, digest
        _note(found, op)
    head = session.get(Head, scope)
    tip = (0, start_digest(origin, scope)) if head is None else (head.seq, head.digest)
    if tip != (found.seq, found.digest):
        found.fault = f"head: not that of op {found.seq}"
    return found


def _parse(origin: str, scope: str, row: Any) -> Op | str:
    """Return the op, or what is wrong with its row."""
    try:
        op = parse_op(origin, row.body, row.private)
    except Refusal as refusal:
        return refusal.slug
    if (op.id, op.scope, op.doc, op.device, op.n) != (row.id, scope, row.doc, row.device, row.n):
        return "columns"
    return op


def _note(found: Survey, op: Op) -> None:
    if op.doc_type == "photo":
        found.photos.add(op.doc)
        sha256 = op.fields.get("sha256")
        if ids.is_b64(sha256, 32):
            found.named[str(sha256)] = found.seq
    elif op.doc_type in ("review", "comment"):
        found.reviews.add(op.doc)
    elif op.doc_type in LOT_TYPES:
        found.lots.add(op.doc)
    elif op.doc_type == "device":
        found.devices.add(op.doc)
    for doc in erased_documents(op.doc_type, op.fields):
        found.erased.setdefault(doc, op.doc)
