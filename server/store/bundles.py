"""What a lot's bundle is made of, as rows: documents' ops, the ways devices were let in, stored bundles."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.models.bundles import LotBundle
from server.models.devices import DeviceRow
from server.models.log import OpRow
from server.models.lots import LotView
from server.models.passkeys import PasskeyRow
from server.models.views import EntryView, PhotoView, ReviewView
from server.store.upserts import upsert
from server.store.view_lots import some_of


def documents(session: Session, farms: Collection[str], entries: Collection[str]) -> set[tuple[str, str]]:
    """Return (scope, document) of entries of these farms, with their seasons, plots, photos and reviews."""
    found: set[tuple[str, str]] = set()
    for farm in sorted(farms):
        for some in some_of(entries):
            rows = session.scalars(select(EntryView).where(EntryView.scope == farm, EntryView.doc.in_(some)))
            for row in rows:
                found |= {(farm, doc) for doc in (row.doc, row.season) if doc}
            for view in (PhotoView, ReviewView):
                named = select(view.doc).where(view.scope == farm, view.of.in_(some))
                found |= {(farm, doc) for doc in session.scalars(named)}
    return found


def ops_of(session: Session, docs: Iterable[tuple[str, str]], upto: int) -> list[OpRow]:
    """Return the ops of documents that were received by a moment, in the order of scope and number."""
    by_scope: dict[str, list[str]] = {}
    for scope, doc in docs:
        by_scope.setdefault(scope, []).append(doc)
    rows: list[OpRow] = []
    for scope in sorted(by_scope):
        for some in some_of(by_scope[scope]):
            query = select(OpRow).where(OpRow.scope == scope, OpRow.doc.in_(some), OpRow.received_at <= upto)
            rows += session.scalars(query)
    return sorted(rows, key=lambda row: (row.scope, row.seq))


def links(session: Session, scope: str, first: int, last: int) -> list[tuple[int, str]]:
    """Return (received_at, id) of a run of a scope's ops."""
    query = select(OpRow.received_at, OpRow.id).where(
        OpRow.scope == scope, OpRow.seq >= first, OpRow.seq <= last
    )
    return [(row.received_at, row.id) for row in session.execute(query.order_by(OpRow.seq))]


def ways_in(session: Session, devices: Collection[str], credentials: Collection[str]) -> list[OpRow]:
    """Return the ops by which devices were let in, and those who let them in, back to the operator's key."""
    docs: set[tuple[str, str]] = set()
    rows: dict[str, OpRow] = {}
    todo, known = set(devices), set[str]()
    made = select(PasskeyRow).where(PasskeyRow.credential.in_(credentials))
    fresh = {(row.scope, row.doc) for row in session.scalars(made)} if credentials else set()
    while todo or fresh:
        known |= todo
        for row in session.scalars(select(DeviceRow).where(DeviceRow.device.in_(todo))) if todo else ():
            fresh.add((row.scope, row.doc))
            if row.passkey:
                fresh.add((row.scope, row.passkey))
            if row.place > 0 and row.join_op:
                fresh |= _admissions(session, row.scope, row.join_op)
        docs |= fresh
        added = ops_of(session, fresh, 2**53 - 1)
        rows |= {row.id: row for row in added}
        todo, fresh = {row.device for row in added} - known, set()
    return sorted(rows.values(), key=lambda row: (row.scope, row.seq))


def _admissions(session: Session, scope: str, join: str) -> set[tuple[str, str]]:
    query = select(OpRow.doc).where(
        OpRow.scope == scope, OpRow.doc.startswith("admission:"), OpRow.body.contains(join)
    )
    return {(scope, doc) for doc in session.scalars(query)}


def wanted(session: Session, most: int) -> Sequence[tuple[str, str]]:
    """Return lots that are published and whose newest publication has no bundle yet."""
    query = (
        select(LotView.scope, LotView.doc)
        .outerjoin(LotBundle, (LotBundle.scope == LotView.scope) & (LotBundle.lot == LotView.doc))
        .where(LotView.published_at.is_not(None), LotView.is_deleted.is_(False))
        .where(or_(LotBundle.made_at.is_(None), LotBundle.made_at < LotView.published_at))
        .order_by(
            LotView.published_at.desc(), LotView.scope, LotView.doc
        )  # one that fails keeps nobody waiting
        .limit(most)
    )
    return [(row.scope, row.doc) for row in session.execute(query)]


def put(session: Session, scope: str, lot: str, published: str, text: str, now: int) -> None:
    """Store a bundle in the place of the one before."""
    values: dict[str, object] = {
        "published": published, "made_at": now, "bytes": zlib.compress(text.encode(), 9),
    }  # fmt: skip
    upsert(session, LotBundle, {"scope": scope, "lot": lot}, values, values)


def is_made(session: Session, scope: str, lot: str, published_at: int) -> bool:
    """Say whether the newest publication of a lot has its bundle."""
    query = select(LotBundle.made_at).where(LotBundle.scope == scope, LotBundle.lot == lot)
    made_at = session.scalar(query)
    return made_at is not None and made_at >= published_at


def text_of(session: Session, scope: str, lot: str) -> str | None:
    """Return the bundle of a lot, or None where it has none yet."""
    row = session.get(LotBundle, (scope, lot))
    return None if row is None else zlib.decompress(row.bytes).decode()
