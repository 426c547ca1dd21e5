"""The log in the database: append under the head's lock, look up, page.

What an op may do is not asked here: whoever appends has judged it.
Source: DESIGN §3 "Log"; WIRE "Digest".
"""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import cast
from weakref import WeakKeyDictionary

from sqlalchemy import Pool, Table, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from server.db import Base, run
from server.models.log import Epoch, Head, HeldOp, Meta, OpRow
from server.store import photos
from server.store.bulk import among, insert_rows
from sync import ids
from sync.log import next_digest, start_digest
from sync.merge import Placed, fold
from sync.ops import Op, domain, parse_op

# Built once: making a statement anew costs as much as running it.
_IN_SCOPE = OpRow.scope == bindparam("of")
_KNOWN_OPS = select(OpRow).where(_IN_SCOPE, OpRow.id.in_(bindparam("ids", expanding=True)))
_KNOWN_DOCS = select(OpRow.doc).where(_IN_SCOPE, among(OpRow.doc, "docs")).distinct()
_ANY_HELD = select(HeldOp.id).where(HeldOp.scope == bindparam("of")).limit(1)
_META = select(Meta.value).where(Meta.name == bindparam("named"))
_HEADS = select(Head.scope, Head.seq, Head.digest).where(Head.scope.in_(bindparam("of", expanding=True)))
_TURNED_DOWN = (
    select(HeldOp.id)
    .where(
        (HeldOp.by == bindparam("membership")) | HeldOp.scope.in_(bindparam("of", expanding=True)),
        HeldOp.is_turned_down.is_(True),
    )
    .order_by(HeldOp.received_at.desc(), HeldOp.id)
    .limit(bindparam("most"))
)
_HELD_OF_DEVICE = (
    select(HeldOp)
    .where(
        HeldOp.device == bindparam("of"),
        HeldOp.reason == bindparam("why"),
        HeldOp.is_turned_down.is_(False),
    )
    .order_by(HeldOp.scope, HeldOp.n)
)
_DIGEST = select(OpRow.digest).where(_IN_SCOPE, OpRow.seq == bindparam("at"))
_OP_ROWS = cast(Table, OpRow.__table__)
_HEAD_ROWS = cast(Table, Head.__table__)
_MOVE_HEAD = (
    update(_HEAD_ROWS)
    .where(_HEAD_ROWS.c.scope == bindparam("of"))
    .values(seq=bindparam("to"), digest=bindparam("ending"))
)
_LOCKED = select(Head).where(Head.scope == bindparam("of")).with_for_update()
_FRESH = {"populate_existing": True}
_origins: WeakKeyDictionary[Pool, str] = WeakKeyDictionary()


@dataclass(frozen=True)
class Signed:
    """An op whose signature was verified, with the 64 bytes of it."""

    op: Op
    signature: bytes


def origin(session: Session) -> str:
    """Return the log's name, or an empty text before `flask setup`; read once, for it never changes."""
    pool = session.get_bind().engine.pool
    name = _origins.get(pool) or run(session, _META, {"named": "origin"}).scalar()
    if name:
        _origins[pool] = name
    return name or ""


def set_origin(session: Session, name: str) -> None:
    """Fix the log's name, for ever."""
    session.add(Meta(name="origin", value=name))
    session.flush()


def meta(session: Session, name: str) -> str | None:
    """Return one fact about the log that is no op."""
    return run(session, _META, {"named": name}).scalar()


def set_meta(session: Session, name: str, value: str) -> None:
    """Keep one fact about the log that is no op."""
    session.merge(Meta(name=name, value=value))
    session.flush()


def epoch(session: Session) -> int:
    """Return how often the server was restored, plus one."""
    return int(run(session, _META, {"named": "epoch"}).scalar() or 1)


def begin_epoch(session: Session, number: int) -> int:
    """Return the epoch after a restore: `number`, or a later one that somebody else began meanwhile.

    Shape:  every older epoch that has no row gets one for each scope: up to where its log was kept.
    """
    session.execute(_insert(session, Meta).values(name="epoch", value="1").on_conflict_do_nothing())
    row = session.get(Meta, "epoch", with_for_update=True, populate_existing=True)
    assert row is not None
    if int(row.value) >= number:
        return int(row.value)
    row.value = str(number)
    there = {(one.scope, one.epoch) for one in session.scalars(select(Epoch))}
    for scope, seq in session.execute(select(Head.scope, Head.seq)).all():
        session.add_all(
            Epoch(scope=scope, epoch=old, last_kept_seq=seq)
            for old in range(1, number)
            if (scope, old) not in there
        )
    session.flush()
    return number


def lock_head(session: Session, scope: str) -> Head:
    """Return the scope's head, locked until the transaction ends; made where the scope is new."""
    locked: dict[str, Head] = session.info.setdefault("locked_heads", {})  # a session is one transaction
    if scope not in locked:
        locked[scope] = _lock_head(session, scope)
    return locked[scope]


def has_head(session: Session, scope: str) -> bool:
    """Return whether the scope has a head; it is locked then, else nothing is made."""
    locked: dict[str, Head] = session.info.setdefault("locked_heads", {})
    if scope not in locked:
        head = session.scalar(_LOCKED, {"of": scope}, execution_options=_FRESH)
        if head is not None:
            locked[scope] = head
    return scope in locked


def _lock_head(session: Session, scope: str) -> Head:
    head = session.scalar(_LOCKED, {"of": scope}, execution_options=_FRESH)
    if head is not None:
        return head
    first = start_digest(origin(session), scope)
    session.execute(_insert(session, Head).values(scope=scope, seq=0, digest=first).on_conflict_do_nothing())
    head = session.scalar(_LOCKED, {"of": scope}, execution_options=_FRESH)
    assert head is not None
    return head


def append(session: Session, scope: str, ops: Sequence[Signed], received_at: int) -> list[int]:
    """Return the numbers of `ops`, now in the log; the caller holds or takes the head's lock here."""
    return append_at(session, scope, [(one, received_at) for one in ops])


def append_at(session: Session, scope: str, ops: Sequence[tuple[Signed, int]]) -> list[int]:
    """Append ops that each have their own `received_at` (an admitted op keeps the one it had)."""
    if not ops:
        return []
    head = lock_head(session, scope)
    prefix = domain("log", origin(session))
    seq, digest, rows = head.seq, head.digest, []
    for one, received_at in ops:
        seq += 1
        digest = next_digest(prefix, digest, seq, received_at, urlsafe_b64decode(one.op.id + "="))
        rows.append(_row(scope, seq, digest, one, received_at))
    insert_rows(session, _OP_ROWS, rows)
    numbers = list(range(head.seq + 1, seq + 1))
    run(session, _MOVE_HEAD, {"of": scope, "to": seq, "ending": digest})
    set_committed_value(head, "seq", seq)
    set_committed_value(head, "digest", digest)
    _name_photos(session, scope, zip(ops, numbers, strict=True))
    session.flush()
    return numbers


def hold(
    session: Session,
    scope: str,
    one: Signed,
    received_at: int,
    reason: str,
    *,
    is_turned_down: bool = False,
) -> None:
    """Keep an op beside the log until a person decides; the same op again changes nothing."""
    if session.get(HeldOp, (scope, one.op.id)) is None:
        session.add(
            HeldOp(
                scope=scope, id=one.op.id, device=one.op.device, by=one.op.by, n=one.op.n, doc=one.op.doc,
                reason=reason, received_at=received_at, body=one.op.body, private=one.op.private,
                signature=one.signature, is_turned_down=is_turned_down,
            )
        )  # fmt: skip
        session.flush()


def document_ops(session: Session, scope: str, doc: str) -> list[Placed]:
    """Return all ops of a document in the order of their numbers."""
    name = origin(session)
    return [
        Placed(parse_op(name, row.body, row.private), row.seq, row.received_at)
        for row in _of(session, scope, doc)
    ]


def tips(session: Session, scope: str, doc: str) -> list[str]:
    """Return the ids a new op of the document names in `after`."""
    return sorted(fold(document_ops(session, scope, doc)).tips)


def tips_of(session: Session, scope: str, docs: Collection[str]) -> dict[str, list[str]]:
    """Return the same for many documents of a scope, by one look-up."""
    name = origin(session)
    found: dict[str, list[Placed]] = {}
    query = select(OpRow).where(OpRow.scope == scope, OpRow.doc.in_(docs)).order_by(OpRow.seq)
    for row in session.scalars(query):
        placed = Placed(parse_op(name, row.body, row.private), row.seq, row.received_at)
        found.setdefault(row.doc, []).append(placed)
    return {doc: sorted(fold(ops).tips) for doc, ops in found.items()}


def last_n(session: Session, scope: str, device: str) -> int:
    """Return the greatest `n` of a device in a scope, 0 where it wrote nothing."""
    found = select(func.max(OpRow.n)).where(OpRow.scope == scope, OpRow.device == device)
    return session.scalar(found) or 0


def wire_ops(session: Session, scope: str, doc: str) -> list[dict[str, object]]:
    """Return all ops of a document as an answer carries them."""
    return [wire_op(row) for row in _of(session, scope, doc)]


def wire_op(row: OpRow) -> dict[str, object]:
    """Return one op of the log as an answer carries it."""
    found: dict[str, object] = {
        "scope": row.scope, "seq": row.seq, "received_at": row.received_at, "body": row.body,
    }  # fmt: skip
    if row.private is not None:
        found["private"] = row.private
    return found | {"signature": ids.b64_encode(row.signature)}


def heads(session: Session, scopes: Sequence[str]) -> dict[str, tuple[int, bytes]]:
    """Return the newest number and digest of each scope that has any."""
    found = run(session, _HEADS, {"of": scopes})
    return {scope: (seq, digest) for scope, seq, digest in found if seq > 0}


def digest_at(session: Session, scope: str, seq: int) -> bytes | None:
    """Return the digest of a scope at a number, or None where the log does not reach so far."""
    if seq == 0:
        return start_digest(origin(session), scope)
    return run(session, _DIGEST, {"of": scope, "at": seq}).scalar()


def texts(session: Session, scope: str) -> Iterable[tuple[int, int, str]]:
    """Give (seq, received_at, body) of a scope's ops in order, some at a time."""
    query = select(OpRow.seq, OpRow.received_at, OpRow.body).where(OpRow.scope == scope).order_by(OpRow.seq)
    for row in session.execute(query.execution_options(yield_per=500)):
        yield row.seq, row.received_at, row.body


def newest(session: Session, scope: str) -> int:
    """Return the last number of a scope, 0 where nothing is."""
    head = session.get(Head, scope)
    return 0 if head is None else head.seq


def kept_since(session: Session, scope: str, of_epoch: int) -> int | None:
    """Return the last number that every restore since an epoch kept; None where there was none."""
    query = select(func.min(Epoch.last_kept_seq)).where(Epoch.scope == scope, Epoch.epoch >= of_epoch)
    return session.scalar(query)


def known_ops(session: Session, scope: str, op_ids: Sequence[str]) -> dict[str, OpRow]:
    """Return those of the ops that the log has, by id."""
    found = session.scalars(_KNOWN_OPS, {"of": scope, "ids": op_ids})
    return {row.id: row for row in found}


def held_among(session: Session, scope: str, op_ids: Sequence[str]) -> dict[str, HeldOp]:
    """Return those of the ops that are held or were turned down, by id."""
    if not op_ids or not session.scalar(_ANY_HELD, {"of": scope}):
        return {}
    found = session.scalars(select(HeldOp).where(HeldOp.scope == scope, HeldOp.id.in_(op_ids)))
    return {row.id: row for row in found}


def known_docs(session: Session, scope: str, docs: Iterable[str]) -> set[str]:
    """Return those of the documents that have an op in the log."""
    return set(run(session, _KNOWN_DOCS, {"of": scope, "docs": list(docs)}).scalars())


def used_numbers(session: Session, scope: str, device: str, numbers: Sequence[int]) -> set[int]:
    """Return those of a device's `n` that some op, in the log or held, has."""
    found: set[int] = set()
    for table in (OpRow, HeldOp):
        query = select(table.n).where(table.scope == scope, table.device == device)
        found |= set(session.scalars(query.where(table.n.in_(numbers))))
    return found


def fill_private(session: Session, scope: str, seq: int, private: str) -> None:
    """Store the private part that came later."""
    session.execute(update(OpRow).where(OpRow.scope == scope, OpRow.seq == seq).values(private=private))


def turned_down(session: Session, membership: str, scopes: Sequence[str], most: int) -> list[str]:
    """Return the ids of the newest ops that a person turned down: by a membership, or in some scopes.

    Shape:  of all its keys, those too that a restore made unknown: whoever lost a key asks with another one;
            `scopes`: those that the phone follows, for after a restore it brings what others wrote there.
    """
    asked = {"membership": membership, "of": list(scopes), "most": most}
    return list(run(session, _TURNED_DOWN, asked).scalars())


def held_of_device(session: Session, device: str, reason: str) -> list[HeldOp]:
    """Return what is held of a device for one reason, the oldest first."""
    return list(session.scalars(_HELD_OF_DEVICE, {"of": device, "why": reason}))


def held_joins(session: Session, scope: str, doc: str, device: str) -> list[HeldOp]:
    """Return what is held of a device for its own document."""
    query = select(HeldOp).where(HeldOp.scope == scope, HeldOp.doc == doc, HeldOp.device == device)
    return list(session.scalars(query.where(HeldOp.is_turned_down.is_(False)).order_by(HeldOp.n)))


def held_of_type(session: Session, scope: str, doc_type: str) -> list[HeldOp]:
    """Return what is held of one type of document in a scope and was not turned down, the oldest first."""
    query = select(HeldOp).where(HeldOp.scope == scope, HeldOp.doc.startswith(f"{doc_type}:"))
    return list(
        session.scalars(query.where(HeldOp.is_turned_down.is_(False)).order_by(HeldOp.received_at, HeldOp.id))
    )


def forget_held(session: Session, scope: str, op_ids: Sequence[str]) -> None:
    """Remove held copies of ops that entered the log by another way."""
    session.execute(delete(HeldOp).where(HeldOp.scope == scope, HeldOp.id.in_(op_ids)))


def ops_named(session: Session, scope: str, doc: str, op_ids: Sequence[str]) -> list[Op]:
    """Return the ops of a document, and those of the given ids."""
    query = select(OpRow).where(OpRow.scope == scope, (OpRow.doc == doc) | OpRow.id.in_(op_ids))
    name = origin(session)
    return [parse_op(name, row.body, row.private) for row in session.scalars(query)]


def ops_of_type(session: Session, scope: str, doc_type: str) -> list[Op]:
    """Return all ops of one type of document in a scope, in order."""
    query = select(OpRow).where(OpRow.scope == scope, OpRow.doc.startswith(f"{doc_type}:"))
    name = origin(session)
    return [parse_op(name, row.body, row.private) for row in session.scalars(query.order_by(OpRow.seq))]


def release(session: Session, scope: str, rows: Sequence[HeldOp]) -> list[int]:
    """Move held ops into the log as they are, the writer's order kept; return their numbers."""
    name = origin(session)
    ops = [(Signed(parse_op(name, row.body, row.private), row.signature), row.received_at) for row in rows]
    for row in rows:
        session.delete(row)
    session.flush()
    return append_at(session, scope, ops)


def _insert(session: Session, table: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """Return an insert that can say what to do where the row is there."""
    dialect = session.get_bind().dialect.name
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def _of(session: Session, scope: str, doc: str) -> Iterable[OpRow]:
    return session.scalars(select(OpRow).where(OpRow.scope == scope, OpRow.doc == doc).order_by(OpRow.seq))


def _row(scope: str, seq: int, digest: bytes, one: Signed, received_at: int) -> dict[str, object]:
    op = one.op
    return {
        "scope": scope, "seq": seq, "id": op.id, "doc": op.doc, "device": op.device, "n": op.n,
        "received_at": received_at, "digest": digest, "body": op.body, "private": op.private,
        "signature": one.signature,
    }  # fmt: skip


def _name_photos(session: Session, scope: str, ops: Iterable[tuple[tuple[Signed, int], int]]) -> None:
    """Keep which hashes the log names, in the transaction that names them."""
    named: dict[str, int] = {}
    for (one, _), seq in ops:
        sha256 = one.op.fields.get("sha256")
        if one.op.doc_type == "photo" and ids.is_b64(sha256, 32):
            named[str(sha256)] = seq
    if named:
        photos.name_photos(session, scope, named)
