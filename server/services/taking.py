"""Taking ops in: each judged by its own device's right, never by the session that brings it.

One transaction a scope; results in the order sent; one op never decides another's fate.
Source: DESIGN §3 "Sync", "Who signs"; PROTOCOL §8; faults.md groups B and D.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy.orm import Session

from server.db import reading, run_write
from server.store import devices, log, people
from server.store.device_fold import join_key
from server.store.devices import Writer
from sync import ids, limits
from sync.errors import LATER, Refusal
from sync.ops import Op, message, parse_op
from sync.rights import is_revoking, may_revoke, may_write
from sync.signing import verify
from sync.wire import SentOp

Result = dict[str, object]


@dataclass(frozen=True)
class Checked:
    """An op that its signature covers, its place in the request, and its key."""

    place: int
    signed: log.Signed
    key: bytes


@dataclass
class Batch:
    """What one transaction knows of a scope before it judges its ops."""

    scope: str
    carrier: Writer
    now: int
    docs: set[str]
    fresh: list[log.Signed] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    copied: set[str] = field(default_factory=set)


def take(sent: Sequence[SentOp | None], keys: Mapping[str, bytes], carrier: Writer, now: int) -> list[Result]:
    """Return one result for each op sent, in that order; what is accepted or held is durable."""
    results: list[Result] = [{} for _ in sent]
    by_scope: dict[str, list[Checked]] = {}
    for one in _check_all(sent, keys, results):
        by_scope.setdefault(one.signed.op.scope, []).append(one)
    for scope in sorted(by_scope):
        work = partial(_take_scope, scope=scope, checked=by_scope[scope], carrier=carrier, now=now)
        done = run_write(work)
        for place, result in done.items():
            results[place] = result
    return results


def admit_confirmed(carrier: Writer, now: int) -> None:
    """Move what was held only because the device was not confirmed yet into the log, in one step a scope.

    Confirming says whose the device is and gives no right: each op is judged again, and one that its writer
    had no right to stays held for that.
    """
    with reading() as session:
        scopes = sorted({row.scope for row in log.held_of_device(session, carrier.device, "not_confirmed")})
    for scope in scopes:
        run_write(partial(_admit_scope, scope=scope, carrier=carrier, now=now))


def _admit_scope(session: Session, scope: str, carrier: Writer, now: int) -> None:
    log.lock_head(session, scope)
    held = log.held_of_device(session, carrier.device, "not_confirmed")
    rows = [row for row in held if row.scope == scope]
    origin = log.origin(session)
    batch = Batch(scope, carrier, now, log.known_docs(session, scope, {row.doc for row in rows}))
    for row in rows:
        signed = log.Signed(parse_op(origin, row.body, row.private), row.signature)
        session.delete(row)
        session.flush()  # its own number would look like a copied key's
        writer = devices.writer(session, carrier.device, scope)
        reason = _reason(session, batch, signed.op, writer)
        if reason is not None:
            log.hold(session, scope, signed, row.received_at, reason)
            continue
        batch.docs.add(signed.op.doc)
        log.append_at(session, scope, [(signed, row.received_at)])
        if signed.op.doc_type == "admission":
            _admit(session, scope, signed.op)
        if signed.op.doc_type == "device":
            devices.refold(session, scope, signed.op.doc)


def _check_all(
    sent: Sequence[SentOp | None], keys: Mapping[str, bytes], results: list[Result]
) -> list[Checked]:
    """Parse and verify before any transaction; what fails has its result already."""
    with reading() as session:
        origin = log.origin(session)
        known: dict[str, bytes | None] = {}
        checked = []
        for place, one in enumerate(sent):
            try:
                if one is None:
                    raise Refusal("bad_body", "an op of the wrong shape")
                op = parse_op(origin, one.body, one.private)
                signature = _signature(one.signature)
                if op.device not in known:
                    known[op.device] = devices.key_of(session, op.device) or keys.get(op.device)
                key = known[op.device]
                if key is None:
                    results[place] = {"result": "later", "problem": "key_wanted"}
                elif not verify(key, message(origin, op.body), signature):
                    raise Refusal("bad_signature", "not signed by its device")
                else:
                    checked.append(Checked(place, log.Signed(op, signature), key))
            except Refusal as refusal:
                result = "later" if refusal.slug in LATER else "refused"
                results[place] = {"result": result, "problem": refusal.slug}
    return checked


def _signature(text: str) -> bytes:
    if not ids.is_b64(text, limits.SIGNATURE_BYTES):
        raise Refusal("bad_signature", "a signature is 64 bytes")
    return ids.b64_decode(text)


def _take_scope(
    session: Session, scope: str, checked: Sequence[Checked], carrier: Writer, now: int
) -> dict[int, Result]:
    """Judge and store the ops of one scope under its lock."""
    log.lock_head(session, scope)
    wanted = [one.signed.op.id for one in checked]
    known, held = log.known_ops(session, scope, wanted), log.held_among(session, scope, wanted)
    docs = log.known_docs(session, scope, {one.signed.op.doc for one in checked})
    batch = Batch(scope, carrier, now, docs)
    unsettled = bool(people.unsettled_scopes(session, [scope]))
    results: dict[int, Result] = {}
    first: dict[str, int] = {}
    for one in checked:
        op = one.signed.op
        if op.id in known:
            row = known[op.id]
            if row.private is None and op.private is not None:
                log.fill_private(session, row, op.private)
            results[one.place] = {"result": "already", "seq": row.seq, "received_at": row.received_at}
        elif op.id in held:
            results[one.place] = {"result": "held", "problem": held[op.id].reason}
        elif op.id in first:
            first_of = first[op.id]
            results[one.place] = {"same_as": first_of}
        elif unsettled:
            results[one.place] = {"result": "later", "problem": "scope_unknown"}
        else:
            first[op.id] = one.place
            results[one.place] = _judge(session, batch, one)
    _store(session, batch, results)
    return {place: _resolve(result, results) for place, result in results.items()}


def _resolve(result: Result, results: Mapping[int, Result]) -> Result:
    """Return the result of an op that stands twice in a request: what the second would get now."""
    if "same_as" not in result:
        return result
    first = results[int(str(result["same_as"]))]
    return first | {"result": "already"} if first["result"] == "accepted" else first


def _judge(session: Session, batch: Batch, one: Checked) -> Result:
    """Return what becomes of a new op; an accepted one waits in the batch for its number."""
    op = one.signed.op
    writer = devices.writer(session, op.device, batch.scope)
    reaches = writer is not None and (
        writer.role == "operator" or devices.had_right(session, writer, batch.scope)
    )
    if not reaches and not devices.had_right(session, batch.carrier, batch.scope):
        return {"result": "later", "problem": "scope_unknown"}
    reason = _reason(session, batch, op, writer)
    if reason is not None:
        log.hold(session, batch.scope, one.signed, batch.now, reason)
        return {"result": "held", "problem": reason}
    batch.fresh.append(one.signed)
    batch.places.append(one.place)
    batch.docs.add(op.doc)
    return {"result": "accepted"}


def _reason(session: Session, batch: Batch, op: Op, writer: Writer | None) -> str | None:
    """Return why a person must look first, or None."""
    if writer is None:
        return "not_confirmed"
    taken_here = {one.op.n for one in batch.fresh if one.op.device == op.device}
    if op.n in taken_here or log.used_numbers(session, batch.scope, op.device, [op.n]):
        devices.mark_copied(session, op.device)
        batch.copied.add(op.device)
    if writer.copied or op.device in batch.copied:
        return "device_copied"
    if writer.state == "revoked":
        return "device_revoked"
    if writer.state != "confirmed":
        return "not_confirmed"
    if not writer.in_force or op.by != writer.membership:
        return "no_right"
    return None if _may(session, batch, op, writer) else "no_right"


def _may(session: Session, batch: Batch, op: Op, writer: Writer) -> bool:
    kind, _ = ids.split_ref(batch.scope)
    if op.doc_type == "device":
        return _may_device(session, batch, op, writer)
    if writer.role != "operator" and not devices.scopes_of(session, writer).get(batch.scope):
        return False
    is_first = op.doc not in batch.docs
    if may_write(writer.role, kind, op.doc_type, is_first=is_first):
        return True
    return not is_first and may_write(
        writer.role, kind, op.doc_type, is_first=False, is_writer=_began(session, batch, op, writer)
    )


def _began(session: Session, batch: Batch, op: Op, writer: Writer) -> bool:
    """Return whether the writer's membership wrote the document's first op."""
    ops = log.document_ops(session, batch.scope, op.doc)
    first = ops[0].op if ops else next((one.op for one in batch.fresh if one.op.doc == op.doc), None)
    return first is not None and first.by == writer.membership


def _may_device(session: Session, batch: Batch, op: Op, writer: Writer) -> bool:
    """Invites and confirmations by whoever may invite; ends by those or the person; joins come by `/join`."""
    if join_key(op) is not None or batch.scope != f"org:{writer.organisation}":
        return False
    if is_revoking(op.fields):
        rows = devices.rows_of_doc(session, op.doc)
        is_self = any(row.scope == batch.scope and row.membership == writer.membership for row in rows)
        return may_revoke(writer.role, is_self=is_self)
    return devices.may_invite(session, writer, op)


def _store(session: Session, batch: Batch, results: dict[int, Result]) -> None:
    """Give the accepted ops their numbers; an admission's ops follow it at once."""
    waiting: list[int] = []
    pending: list[log.Signed] = []
    for place, signed in zip(batch.places, batch.fresh, strict=True):
        waiting.append(place)
        pending.append(signed)
        if signed.op.doc_type == "admission":
            _number(session, batch, waiting, pending, results)
            _admit(session, batch.scope, signed.op)
            waiting, pending = [], []
    _number(session, batch, waiting, pending, results)
    for doc in sorted({one.op.doc for one in batch.fresh if one.op.doc_type == "device"}):
        devices.refold(session, batch.scope, doc)


def _number(
    session: Session, batch: Batch, places: list[int], ops: list[log.Signed], results: dict[int, Result]
) -> None:
    for place, seq in zip(places, log.append(session, batch.scope, ops, batch.now), strict=True):
        results[place] |= {"seq": seq, "received_at": batch.now}


def _admit(session: Session, scope: str, op: Op) -> None:
    """Do what an admission says: its ops get the next numbers as they are, or are turned down."""
    admitted = log.held_among(session, scope, _ids(op, "admit"))
    rows = [admitted[one] for one in _ids(op, "admit") if one in admitted]
    docs = {row.doc for row in rows if row.doc.startswith("device:")}
    log.release(session, scope, rows)
    for doc in sorted(docs):
        devices.refold(session, scope, doc)
    for row in log.held_among(session, scope, _ids(op, "turn_down")).values():
        row.is_turned_down = True
    session.flush()


def _ids(op: Op, name: str) -> list[str]:
    listed = op.fields.get(name)
    if not isinstance(listed, list):
        return []
    return [one for one in listed if isinstance(one, str)][: limits.ADMISSION_IDS_MAX]
