"""Joining alone: a new key let in by its person's passkey, without any invitation or other person.

The join is the first op of a new device document; the assertion over its id stands for invitation and
confirmation, and is kept beside it.
Source: DESIGN §3 "Who signs"; PROTOCOL §27.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from server.db import reading, run_write
from server.errors import ServiceError
from server.services import coming_back_alone, judging, rates, stepping_up
from server.services.joining import Joined, SentJoin, parse_join
from server.services.sessions import store_token
from server.services.stepping_up import Confirmation
from server.services.tokens import make_token
from server.store import assertions, devices, log
from server.store.device_fold import parse_own_join
from server.store.operator import operator_device
from sync.wire import SentAssertion

PER_ADDRESS = 3000  # an hour: more than the phones of a commune that stand behind one address


def join(body: str, signature: str, key: str, response: dict[str, object], address: str, now: int) -> Joined:
    """Return how the join ended; the same bytes again end the same way.

    Raises: ServiceError: as `joining.parse_join`; bad_passkey, bad_challenge, uv_required; passkey_unknown;
            key_in_use, device_revoked, too_many.
    """
    rates.check("alone", address, rates.HOUR_MS, PER_ADDRESS, now)
    with reading() as session:
        origin = log.origin(session)
    sent = parse_join(origin, body, signature, key, None)
    if parse_own_join(sent.op) is None:
        raise ServiceError("bad_body", "Không phải thao tác nhận máy bằng khóa truy cập.")
    confirmation = stepping_up.verify_one(SentAssertion((sent.op.id,), response), now)
    if not confirmation.is_known:
        raise ServiceError("passkey_unknown")
    token = make_token()
    return run_write(lambda session: _take(session, sent, confirmation, token, now))


def _take(session: Session, sent: SentJoin, confirmation: Confirmation, token: str, now: int) -> Joined:
    scope, doc = sent.op.scope, sent.op.doc
    if not log.has_head(session, scope):
        raise ServiceError("passkey_unknown")
    rows = [one for one in devices.rows_of_doc(session, doc) if one.scope == scope]
    mine = next((one for one in rows if one.join_op == sent.op.id), None)
    if mine is None:
        _append(session, sent, confirmation, now)
        mine = devices.rows_of_device(session, sent.op.device)[0]
        result = "accepted"
    elif mine.state == "revoked":
        raise ServiceError("device_revoked")
    else:
        result = "already"
    devices.note_seen(session, sent.op.device, now)
    ops, kept = coming_back_alone.given(session, mine)
    opened = store_token(session, token, sent.op.device, now)
    return Joined(result, ops, opened, mine.kind, sent.op.device, kept)


def _append(session: Session, sent: SentJoin, confirmation: Confirmation, now: int) -> None:
    op = sent.op
    found = {op.id: confirmation}
    is_first = not log.known_docs(session, op.scope, {op.doc})
    if devices.rows_of_device(session, op.device) or op.device == operator_device():
        raise ServiceError("key_in_use")
    if not is_first or not judging.is_own_join(session, found, op, now):
        raise ServiceError("passkey_unknown")
    assertions.keep(session, op.scope, op.id, confirmation.credential, confirmation.text)
    log.append(session, op.scope, [log.Signed(op, sent.signature)], now)
    devices.refold(session, op.scope, op.doc)
