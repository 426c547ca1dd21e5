"""What was held enters the log: by a person's admission, or when its device is confirmed.

Nobody lets in what he may not write himself. What a person decided once stands: an op that comes again, after
a restore, is judged by the decision that the log holds.
Source: DESIGN §3 "Sync", "Who signs"; PROTOCOL §10, §11.
"""

from __future__ import annotations

from functools import partial

from sqlalchemy.orm import Session

from server.db import reading, run_write
from server.models.log import HeldOp
from server.services import judging
from server.services.judging import Batch
from server.store import books, devices, erasures, log, passkeys
from server.store.device_fold import confirmed_device, join_key
from server.store.devices import Writer
from server.store.view_write import refold_filled
from sync import ids, limits
from sync.ops import Op, parse_op
from sync.rights import is_revoking, may_revoke, may_write

# The next op is judged by what these say.
EFFECTIVE = frozenset({"admission", "device", "passkey", "book", "erasure"})
OWN_ALONE = ("self_review", "four_eyes")  # what a person must not let in of his own


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
    batch = Batch(scope, carrier, now, {row.doc for row in rows})
    for row in rows:
        signed = log.Signed(parse_op(origin, row.body, row.private), row.signature)
        session.delete(row)
        session.flush()  # its own number would look like a copied key's
        reason = judging.reason(session, batch, signed.op)
        if reason is not None:
            log.hold(session, scope, signed, row.received_at, reason)
            continue
        batch.begun.add(signed.op.doc)
        log.append_at(session, scope, [(signed, row.received_at)])
        take_effect(session, scope, signed.op)
        if signed.op.doc_type in EFFECTIVE:
            batch.standings.clear()
            batch.is_book_closed = None
    erasures.keep_erased(session, scope, batch.docs)


def take_effect(session: Session, scope: str, op: Op) -> None:
    """Do what an op that has just entered the log does to others."""
    if op.doc_type == "admission":
        _admit(session, scope, op)
    elif op.doc_type == "device":
        _release(session, scope, _joins_confirmed(session, scope, op))
        devices.refold(session, scope, op.doc)
    elif op.doc_type == "passkey":
        passkeys.refold(session, scope, op.doc)
    elif op.doc_type == "book":
        books.refold(session, scope, op.doc)
    elif op.doc_type == "erasure":
        refold_filled(session, scope, erasures.erase(session, scope, op))


def decision(session: Session, batch: Batch, op: Op, reason: str) -> str | None:
    """Return what the log says a person decided of an op that would be held: `admit` or `turn_down`."""
    if op.doc_type == "device" and join_key(op) is not None:
        confirmed = {confirmed_device(one.op) for one in log.document_ops(session, batch.scope, op.doc)}
        if op.device in confirmed and _fits_invitation(session, batch.scope, op):
            return "admit"
    if batch.decisions is None:
        batch.decisions = _decisions(session, batch.scope)
    admission = batch.decisions.get(("admit", op.id))
    if admission is not None and _may_admit(session, batch.scope, admission, op, reason):
        return "admit"
    return "turn_down" if ("turn_down", op.id) in batch.decisions else None


def is_admitted(session: Session, scope: str, op: Op) -> bool:
    """Return whether an admission in the log names the op, by somebody who may admit it."""
    admission = _decisions(session, scope).get(("admit", op.id))
    return admission is not None and _may_admit(session, scope, admission, op, "")


def _decisions(session: Session, scope: str) -> dict[tuple[str, str], Op]:
    return {
        (verb, one): admission
        for admission in log.ops_of_type(session, scope, "admission")
        for verb in ("admit", "turn_down")
        for one in _ids(admission, verb)
    }


def _admit(session: Session, scope: str, admission: Op) -> None:
    """Do what an admission says: its ops get the next numbers as they are, or are turned down."""
    held = log.held_among(session, scope, _ids(admission, "admit"))
    origin = log.origin(session)
    rows = []
    for row in (held[one] for one in _ids(admission, "admit") if one in held):
        op = parse_op(origin, row.body, row.private)
        if _may_admit(session, scope, admission, op, row.reason):
            rows.append(row)
    _release(session, scope, rows)
    for row in log.held_among(session, scope, _ids(admission, "turn_down")).values():
        row.is_turned_down = True
    session.flush()


def _joins_confirmed(session: Session, scope: str, op: Op) -> list[HeldOp]:
    """Return the held join of the device that a confirmation names; nothing else that this device wrote."""
    named = confirmed_device(op)
    if named is None:
        return []
    origin = log.origin(session)
    held = log.held_joins(session, scope, op.doc, named)
    joins = [(row, parse_op(origin, row.body, row.private)) for row in held]
    return [row for row, one in joins if join_key(one) is not None and _fits_invitation(session, scope, one)]


def _release(session: Session, scope: str, rows: list[HeldOp]) -> None:
    """Move held ops into the log, then do what they do."""
    origin = log.origin(session)
    ops = [parse_op(origin, row.body, row.private) for row in rows]
    log.release(session, scope, rows)
    for op in ops:
        take_effect(session, scope, op)
    erasures.keep_erased(session, scope, {op.doc for op in ops})


def _may_admit(session: Session, scope: str, admission: Op, op: Op, reason: str) -> bool:
    """Return whether the one who admits might have written the op himself, and does not decide on his own."""
    admitter = devices.writer(session, admission.device, scope)
    if admitter is None or (reason in OWN_ALONE and op.by == admission.by):
        return False
    author = devices.writer(session, op.device, scope)
    if author is not None and author.person == admitter.person and op.by != author.membership:
        return False  # his own under another's name: he could review it then
    if op.doc_type == "device" and join_key(op) is None and is_revoking(op.fields):
        return may_revoke(admitter.role, is_self=False)
    if op.doc_type in ("device", "passkey"):
        is_join = join_key(op) is not None
        if is_join and not _fits_invitation(session, scope, op):
            return False
        target = op.by if is_join or op.doc_type == "passkey" else None
        return devices.may_invite(session, admitter, op, target=target)
    kind, _ = ids.split_ref(scope)
    return any(may_write(admitter.role, kind, op.doc_type, is_first=first) for first in (True, False))


def _fits_invitation(session: Session, scope: str, op: Op) -> bool:
    """Return whether a join is of the person whom its document invites, by a key that no other one has."""
    rows = [row for row in devices.rows_of_doc(session, op.doc) if row.scope == scope]
    others = [row for row in devices.rows_of_device(session, op.device) if row.doc != op.doc]
    return bool(rows) and rows[0].membership == op.by and not others


def _ids(op: Op, name: str) -> list[str]:
    listed = op.fields.get(name)
    if not isinstance(listed, list):
        return []
    return [one for one in listed if isinstance(one, str)][: limits.ADMISSION_IDS_MAX]
