"""What a device that a passkey let in shows a restored server: the passkey's document, and touches over both.

The passkey comes first, as if it came for the first time: by whoever made it, once that device is back. The
touch over the join then stands for invitation and confirmation, as it did before the restore. An ended one
lets nobody back in: whoever has it could else make a join of long ago.
Source: PROTOCOL §12, §15, §27.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from server.db import run_write
from server.errors import ServiceError
from server.models.devices import DeviceRow
from server.services import admitting, judging, stepping_up
from server.services.judging import Batch
from server.services.stepping_up import Confirmation
from server.store import assertions, devices, log, people
from server.store.passkey_fold import parse_passkey
from sync.ops import Op, message
from sync.signing import verify
from sync.wire import SentAssertion


def given(session: Session, row: DeviceRow) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Return the ops that a device needs to come back, the passkey's document first, and their assertions."""
    docs = [row.doc] if row.passkey is None else [row.passkey, row.doc]
    ops = [op for doc in docs for op in log.wire_ops(session, row.scope, doc)]
    return ops, assertions.of_docs(session, row.scope, docs)


def confirm(
    origin: str, ops: Sequence[log.Signed], touches: Sequence[SentAssertion], now: int
) -> dict[str, Confirmation]:
    """Return, by op id, the touches that hold, after the passkey that was shown is in the log again.

    Raises: ServiceError: key_wanted while the device that made the passkey is not back; bad_signature;
            no_right.
    """
    found = stepping_up.verify_all(touches, now)
    made = next((one for one in ops if parse_passkey(one.op) is not None), None)
    if made is None or not run_write(lambda session: _take_passkey(session, origin, made, found, now)):
        return found
    return stepping_up.verify_all(touches, now)  # now that its key is known


def check_join(session: Session, op: Op, found: Mapping[str, Confirmation], now: int) -> None:
    """Refuse a join that its person's passkey does not confirm.

    Raises: ServiceError: key_wanted where the person's row or the passkey may yet come back; no_right.
    """
    is_unknown = op.id in found and not found[op.id].is_known
    if is_unknown or people.member(session, op.by) is None:
        raise ServiceError("key_wanted", "Khóa truy cập, hoặc tên của người này, chưa trở lại.")
    if not judging.is_own_join(session, found, op, now):
        raise ServiceError("no_right")


def _take_passkey(
    session: Session, origin: str, made: log.Signed, found: dict[str, Confirmation], now: int
) -> bool:
    """Return whether the passkey was taken just now."""
    op = made.op
    log.lock_head(session, op.scope)
    if log.known_ops(session, op.scope, [op.id]):
        return False
    writer = devices.writer(session, op.device, op.scope)
    if writer is None:
        raise ServiceError("key_wanted", "Máy đã tạo khóa truy cập chưa trở lại.")
    if not verify(writer.key, message(origin, op.body), made.signature):
        raise ServiceError("bad_signature")
    held = log.held_among(session, op.scope, [op.id]).get(op.id)
    log.forget_held(session, op.scope, [op.id])  # its own number would look like a copied key's
    docs = log.known_docs(session, op.scope, {op.doc})
    batch = Batch(op.scope, writer, now, docs, confirmations=found)
    if judging.is_early(session, batch, op):
        raise ServiceError("key_wanted", "Khóa truy cập trước nó chưa trở lại.")
    is_turned_down = held is not None and held.is_turned_down
    if is_turned_down or judging.reason(session, batch, op) is not None:
        raise ServiceError("no_right")
    stepping_up.keep(session, found, op.scope, op.id)
    log.append(session, op.scope, [made], now)
    admitting.take_effect(session, op.scope, op)
    return True
