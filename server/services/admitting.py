"""What was held enters the log: by a person's admission, or when its device is confirmed.

Source: DESIGN §3 "Sync", "Who signs"; PROTOCOL §10.
"""

from __future__ import annotations

from functools import partial

from sqlalchemy.orm import Session

from server.db import reading, run_write
from server.services import judging
from server.store import devices, log
from server.store.devices import Writer
from sync import limits
from sync.ops import Op, parse_op


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
    batch = judging.Batch(scope, carrier, now, log.known_docs(session, scope, {row.doc for row in rows}))
    for row in rows:
        signed = log.Signed(parse_op(origin, row.body, row.private), row.signature)
        session.delete(row)
        session.flush()  # its own number would look like a copied key's
        writer = devices.writer(session, carrier.device, scope)
        reason = judging.reason(session, batch, signed.op, writer)
        if reason is not None:
            log.hold(session, scope, signed, row.received_at, reason)
            continue
        batch.docs.add(signed.op.doc)
        log.append_at(session, scope, [(signed, row.received_at)])
        if signed.op.doc_type == "admission":
            admit(session, scope, signed.op)
        if signed.op.doc_type == "device":
            devices.refold(session, scope, signed.op.doc)


def admit(session: Session, scope: str, op: Op) -> None:
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
