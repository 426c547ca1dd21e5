"""A device that a restored server forgot is itself again, by the ops of its document, without any person.

The chain of who invited whom ends at the operator's key, which no database holds. Until the inviter's own
device, or the membership that he gave, is back, nothing is taken and nothing leaves the phone. Possession of
the invite op itself tells a device that had joined from one that only heard of an invitation: joining is what
answers with it. A device that a passkey let in shows that passkey and the touch over its join instead.
Source: DESIGN §3 "Device session"; WIRE "Device session"; PROTOCOL §12, §15, §27.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.errors import ServiceError
from server.services import admitting, coming_back_alone, stepping_up
from server.services.stepping_up import Confirmation
from server.store import devices, log, people
from server.store.device_fold import (
    Invite,
    confirmed_device,
    join_key,
    knows_secret,
    own_passkey,
    parse_invite,
    parse_own_join,
)
from server.store.devices import Writer
from sync import ids, limits
from sync.errors import Refusal
from sync.ops import Op, message, parse_op
from sync.rights import is_revoking, may_revoke
from sync.signing import verify
from sync.wire import SentOp

OWN_OPS_MAX = 40
Signed = log.Signed


@dataclass(frozen=True)
class Own:
    """The ops of a device's own document, parents first, and those of the passkey that let it in."""

    device: list[Signed]
    passkey: list[Signed]


def parse_own(origin: str, sent: Sequence[SentOp], device: str) -> Own:
    """Return what a device shows of itself.

    Raises: ServiceError: too_large, the slug of a malformed op, bad_body where they are of other documents,
            session where none is the device's own.
    """
    if len(sent) > OWN_OPS_MAX:
        raise ServiceError("too_large")
    ops: list[Signed] = []
    for one in sent:
        try:
            op = parse_op(origin, one.body, one.private)
            ops.append(Signed(op, ids.b64_decode(one.signature, limits.SIGNATURE_BYTES)))
        except Refusal as error:
            raise ServiceError(error.slug) from error
    if len({one.op.scope for one in ops}) > 1 or any(not one.op.scope.startswith("org:") for one in ops):
        raise ServiceError("bad_body", "Chỉ gửi các thao tác của chính máy này.")
    own = [one for one in ops if one.op.doc_type == "device"]
    others = [one for one in ops if one.op.doc_type != "device"]
    named = {own_passkey(one.op) for one in own if one.op.device == device}
    if len({one.op.doc for one in own}) > 1 or any(one.op.doc not in named for one in others):
        raise ServiceError("bad_body", "Chỉ gửi các thao tác của chính máy này.")
    if ops and not any(one.op.device == device for one in own):
        raise ServiceError("session")
    return Own(_parents_first(own), others)


def own_key(own: Own, device: str) -> bytes | None:
    """Return the key that the device's own join carries."""
    return next((key for one in own.device if one.op.device == device and (key := join_key(one.op))), None)


def take(
    session: Session,
    origin: str,
    ops: Sequence[Signed],
    found: Mapping[str, Confirmation],
    now: int,
    *,
    may_fail: bool,
) -> None:
    """Append what the log lacks of a device document, each op checked as if it came for the first time.

    Shape:  found: the touches of passkeys over these ops, by id;
            may_fail: of a device that is known anyway ops that can't be taken are left out, all of them.
    Raises: ServiceError: key_wanted, bad_signature, no_right.
    """
    if not ops:
        return
    if not may_fail:
        _take(session, origin, ops, found, now)
        return
    with session.begin_nested() as part:
        try:
            _take(session, origin, ops, found, now)
        except ServiceError:
            part.rollback()


def _take(
    session: Session, origin: str, ops: Sequence[Signed], found: Mapping[str, Confirmation], now: int
) -> None:
    scope, doc = ops[0].op.scope, ops[0].op.doc
    log.lock_head(session, scope)
    placed = [one.op for one in log.document_ops(session, scope, doc)]
    known = {op.id for op in placed}
    fresh = [one for one in ops if one.op.id not in known]
    for one in fresh:
        key = join_key(one.op) or devices.key_of(session, one.op.device)
        if key is None:
            raise ServiceError("key_wanted", "Máy của người mời chưa trở lại.")
        if not verify(key, message(origin, one.op.body), one.signature):
            raise ServiceError("bad_signature")
    first, invite = _first_among(placed, [one.op for one in ops])
    if join_key(first) is not None and first not in placed:
        coming_back_alone.check_join(session, first, found, now)
        stepping_up.keep(session, found, scope, first.id)
    for one in fresh:
        if join_key(one.op) is None:
            _check_right(session, one.op, invite)
    joined = {op.device for op in placed if join_key(op) is not None}
    named = {confirmed_device(op) for op in placed} | {confirmed_device(one.op) for one in fresh}
    for one in fresh:
        if join_key(one.op) is not None and one.op.id != first.id:
            is_let_in = not joined or one.op.device in named or admitting.is_admitted(session, scope, one.op)
            _check_join(session, one.op, invite, is_let_in=is_let_in)
            joined.add(one.op.device)
    log.append(session, scope, fresh, now)
    log.forget_held(session, scope, [one.op.id for one in fresh])
    devices.refold(session, scope, doc)


def _first_among(placed: Sequence[Op], sent: Sequence[Op]) -> tuple[Op, Invite]:
    """Return the document's invitation, or the join alone that began it, and what it sets.

    Shape:  the device must show it even where the log still has it.
    """
    first = next((op for op in placed if _terms(op) is not None), None)
    shown = [op for op in sent if _terms(op) is not None and first in (None, op)]
    invite = _terms(shown[0]) if shown else None
    if invite is None:
        raise ServiceError("session")
    return shown[0], invite


def _terms(op: Op) -> Invite | None:
    return parse_invite(op) or parse_own_join(op)


def _check_right(session: Session, op: Op, invite: Invite) -> None:
    """Refuse an invite, confirmation or revocation by somebody without the right."""
    who = devices.writer(session, op.device, op.scope)
    if who is None or people.member(session, invite.membership) is None:
        raise ServiceError("key_wanted", "Người mời, hoặc người được mời, chưa trở lại.")
    is_his = who.may_act and who.membership == op.by and devices.reaches(session, who, op.scope)
    if not is_his or not _may(session, who, op, invite):
        raise ServiceError("no_right")


def _may(session: Session, who: Writer, op: Op, invite: Invite) -> bool:
    if is_revoking(op.fields):
        return may_revoke(who.role, is_self=invite.membership == who.membership)
    return devices.may_invite(session, who, op, target=invite.membership)


def _check_join(session: Session, op: Op, invite: Invite, *, is_let_in: bool) -> None:
    """Refuse a join that nobody would have taken before the restore."""
    if not invite.secret_hash:  # a document of a device that came alone is for that device
        raise ServiceError("no_right")
    secret = op.fields.get("secret")
    others = [row for row in devices.rows_of_device(session, op.device) if row.doc != op.doc]
    fits = op.n == 1 and op.by == invite.membership and (secret is None or knows_secret(invite, secret))
    if not fits or others or not is_let_in:
        raise ServiceError("no_right")


def _parents_first(ops: list[Signed]) -> list[Signed]:
    left, placed, order = list(ops), set[str](), list[Signed]()
    here = {one.op.id for one in ops}
    while left:
        ready = [one for one in left if not (set(one.op.after) & here) - placed] or left[:1]
        order += ready
        placed |= {one.op.id for one in ready}
        left = [one for one in left if one.op.id not in placed]
    return order
