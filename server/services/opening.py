"""Taking a scope by document: the open ones whole, as of one point of the log; others when asked for.

A document comes with all of its ops or not at all. What is open may change between two pages; that moves no
op: whatever was left out is opened by name.
Source: WIRE "Taking a scope by document".
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.db import reading
from server.errors import ServiceError
from server.services.viewing import make_current
from server.store import assertions, log, view_open, views
from sync import ids, limits
from sync.civil import ms_to_date
from sync.log import EMPTY, Cursor
from sync.values import write_text

YEAR_MS = 366 * 86_400_000
PAGE_DOCS = limits.PAGE_OPS_MAX + 1  # one more than a page can hold, to know where the next begins
Wire = dict[str, object]


@dataclass(frozen=True)
class Page:
    """Whole documents as of `at`; `next` names the document that the next page begins with."""

    at: str
    ops: list[Wire]
    assertions: list[Wire]
    next: str | None


def start(scopes: Collection[str], scope: str, since: str, at: Cursor | None) -> Page:
    """Return a page of the open documents of a scope, from the document named `since` on.

    Shape:  `at` is what the first page gave. Where the log has no such point (any more) the answer is the
            first page of a new run, which its own `at` tells.
    Raises: ServiceError(scope_unknown), for a foreign scope and a missing one alike; DatabaseTrouble.
    """
    _check(scopes, scope)
    make_current([scope])
    with reading() as session:
        seq, since = _point(session, scope, since, at)
        digest = log.digest_at(session, scope, seq)
        if seq == 0 or digest is None:
            return Page(EMPTY, [], [], None)
        docs = view_open.open_docs(session, scope, seq, _year_before(session, scope, seq), since, PAGE_DOCS)
        whole = docs[: PAGE_DOCS - 1]
        ops, count = _fitting(session, scope, whole, seq)
        following = docs[count] if count < len(docs) else None
        touches = assertions.of_docs(session, scope, whole[:count], seq)
        return Page(str(Cursor(log.epoch(session), seq, digest)), ops, touches, following)


def document(scopes: Collection[str], scope: str, doc: str) -> tuple[list[Wire], list[Wire]]:
    """Return all ops of a document, in order, and the assertions of those that have one.

    Raises: ServiceError(scope_unknown); ServiceError(not_found) where the scope has no such document.
    """
    _check(scopes, scope)
    if not ids.is_doc(doc):  # also U+0000, which PostgreSQL has no text for
        raise ServiceError("not_found")
    with reading() as session:
        ops, touches = log.wire_ops(session, scope, doc), assertions.of_docs(session, scope, [doc])
    if not ops:
        raise ServiceError("not_found")
    return ops, touches


def _check(scopes: Collection[str], scope: str) -> None:
    if scope not in scopes:
        raise ServiceError("scope_unknown")


def _point(session: Session, scope: str, since: str, at: Cursor | None) -> tuple[int, str]:
    """Return the number as of which the page stands, and the document that it begins with."""
    folded = views.folded(session, scope)
    if at is not None and at.seq <= folded and log.digest_at(session, scope, at.seq) == at.digest:
        return at.seq, since
    return folded, ""


def _year_before(session: Session, scope: str, seq: int) -> tuple[int, str]:
    """Return the time and the day 12 months before an op was received: the same for every page of a run."""
    time = max(0, view_open.received_at(session, scope, seq) - YEAR_MS)
    return time, ms_to_date(time)


def _fitting(session: Session, scope: str, docs: list[str], seq: int) -> tuple[list[Wire], int]:
    """Return the ops of the first documents that fit into a page together, and how many those are."""
    ops: list[Wire] = []
    count = size = 0
    for rows in view_open.whole_docs(session, scope, docs, seq):
        found = [log.wire_op(row) for row in rows]
        size += sum(len(write_text(op).encode("utf-8")) for op in found)
        is_full = len(ops) + len(found) > limits.PAGE_OPS_MAX or size > limits.PAGE_BYTES_MAX
        if ops and is_full:
            break
        ops += found
        count += 1
    return ops, count
