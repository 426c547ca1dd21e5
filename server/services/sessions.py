"""Device sessions: a challenge, its signature, a token of which only the hash is kept.

After a restore the server may not know a device any more: the ops of its device document, sent with the
challenge's answer, make it known again; their chain ends at the operator's key, which no database holds.
Source: DESIGN §3 "Device session"; WIRE "Device session"; faults.md 41, 42, 44.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.db import reading, run_write
from server.errors import ServiceError
from server.services import rates
from server.store import devices, log
from server.store.device_fold import join_key, parse_invite
from server.store.devices import Writer
from sync import ids, limits
from sync.errors import Refusal
from sync.ops import Op, domain, message, parse_op
from sync.rights import is_revoking, may_revoke
from sync.signing import verify
from sync.wire import SentOp

HOUR_MS = 3_600_000
MINUTE_MS = 60_000
PER_DEVICE = 30  # a minute; generous, for several tabs and retries
PER_ADDRESS = 600  # a minute
OWN_OPS_MAX = 20


@dataclass(frozen=True)
class Opened:
    """A fresh session: the token, told once, and its end in ms."""

    token: str
    expires_at: int


@dataclass(frozen=True)
class Session24:
    """An opened session and all ops of the device's document as the log has them."""

    opened: Opened
    kind: str
    ops: list[dict[str, object]]


def challenge(device: str, address: str, now: int) -> str:
    """Return a fresh nonce for a device, known or not: nothing tells them apart.

    Raises: ServiceError(too_many).
    """
    rates.check("challenge", device, rates.MINUTE_MS, PER_DEVICE, now)
    rates.check("challenges", address, rates.MINUTE_MS, PER_ADDRESS, now)
    nonce = ids.b64_encode(secrets.token_bytes(32))
    expires_at = now + limits.NONCE_MINUTES * MINUTE_MS
    run_write(lambda session: devices.add_nonce(session, hash_token(nonce), device, now, expires_at))
    return nonce


def open_session(device: str, nonce: str, signature: str, sent: Sequence[SentOp], now: int) -> Session24:
    """Return a session for the device that signed the nonce; the nonce is used up, whatever comes of it.

    Raises: ServiceError: nonce_unknown; session for an unknown device or a signature that is not its;
            device_revoked; key_wanted while the inviter's ops are not back.
    """
    if not run_write(lambda session: devices.take_nonce(session, hash_token(nonce), device, now)):
        raise ServiceError("nonce_unknown")
    with reading() as session:
        origin, key = log.origin(session), devices.key_of(session, device)
    ops = [] if key is not None else _parse_all(origin, sent, device)
    if key is None:
        key = next((found for op in ops if op[0].device == device and (found := join_key(op[0]))), None)
    if key is None or not _is_signed(origin, key, nonce, signature):
        raise ServiceError("session")
    token = make_token()

    def work(session: Session) -> Session24:
        if ops:
            _take_back(session, origin, ops, now)
        who = devices.writer(session, device)
        if who is None:
            raise ServiceError("session")
        if who.state == "revoked":
            raise ServiceError("device_revoked")
        devices.note_seen(session, device, now)
        row = devices.rows_of_device(session, device)[0]
        own = log.wire_ops(session, row.scope, row.doc)
        return Session24(store_token(session, token, device, now), who.kind, own)

    return run_write(work)


def caller_of(token: str, now: int) -> tuple[Writer, dict[str, bool]]:
    """Return who calls with a token, and the scopes that opens.

    Raises: ServiceError: session, device_revoked.
    """
    with reading() as session:
        device = devices.session_device(session, hash_token(token), now)
        who = None if device is None else devices.writer(session, device)
        if who is None:
            raise ServiceError("session")
        if who.state == "revoked":
            raise ServiceError("device_revoked")
        return who, devices.scopes_of(session, who)


def end(token: str) -> None:
    """End a session."""
    run_write(lambda session: devices.end_session(session, hash_token(token)))


def make_token() -> str:
    """Return a new bearer token of 256 bits."""
    return ids.b64_encode(secrets.token_bytes(32))


def hash_token(token: str) -> str:
    """Return what is kept of a token or nonce: its SHA-256. 256 random bits need no salt."""
    return ids.b64_encode(hashlib.sha256(token.encode("utf-8", "replace")).digest())


def store_token(session: Session, token: str, device: str, now: int) -> Opened:
    """Store a session of 24 hours inside the caller's transaction."""
    expires_at = now + limits.SESSION_HOURS * HOUR_MS
    devices.open_session(session, hash_token(token), device, now, expires_at)
    return Opened(token, expires_at)


def _is_signed(origin: str, key: bytes, nonce: str, signature: str) -> bool:
    if not ids.is_b64(signature, limits.SIGNATURE_BYTES):
        return False
    return verify(key, domain("session", origin) + nonce.encode("ascii"), ids.b64_decode(signature))


def _parse_all(origin: str, sent: Sequence[SentOp], device: str) -> list[tuple[Op, bytes]]:
    """Return the ops of one device document, parents first; anything else in `ops` refuses the request."""
    if len(sent) > OWN_OPS_MAX:
        raise ServiceError("too_large")
    ops: list[tuple[Op, bytes]] = []
    for one in sent:
        try:
            op = parse_op(origin, one.body, one.private)
            signature = ids.b64_decode(one.signature, limits.SIGNATURE_BYTES)
        except Refusal as error:
            raise ServiceError(error.slug) from error
        ops.append((op, signature))
    if len({(op.scope, op.doc) for op, _ in ops}) > 1 or any(
        op.doc_type != "device" or not op.scope.startswith("org:") for op, _ in ops
    ):
        raise ServiceError("bad_body", "Chỉ gửi các thao tác của chính máy này.")
    if ops and not any(op.device == device for op, _ in ops):
        raise ServiceError("session")
    return _parents_first(ops)


def _parents_first(ops: list[tuple[Op, bytes]]) -> list[tuple[Op, bytes]]:
    left, placed, order = list(ops), set[str](), list[tuple[Op, bytes]]()
    here = {op.id for op, _ in ops}
    while left:
        ready = [one for one in left if not (set(one[0].after) & here) - placed] or left[:1]
        order += ready
        placed |= {op.id for op, _ in ready}
        left = [one for one in left if one[0].id not in placed]
    return order


def _take_back(session: Session, origin: str, ops: Sequence[tuple[Op, bytes]], now: int) -> None:
    """Append the ops of a forgotten device document, each checked as if it came for the first time."""
    scope, doc = ops[0][0].scope, ops[0][0].doc
    log.lock_head(session, scope)
    known = {placed.op.id for placed in log.document_ops(session, scope, doc)}
    invites = [invite for invite in (parse_invite(op) for op, _ in ops) if invite is not None]
    target = invites[0].membership if len(invites) == 1 else None
    fresh = []
    for op, signature in ops:
        if op.id in known:
            continue
        key = join_key(op) or devices.key_of(session, op.device)
        if key is None:
            raise ServiceError("key_wanted", "Máy của người mời chưa trở lại.")
        if not verify(key, message(origin, op.body), signature):
            raise ServiceError("bad_signature")
        _check_right(session, op, target)
        fresh.append(log.Signed(op, signature))
    log.append(session, scope, fresh, now)
    devices.refold(session, scope, doc)


def _check_right(session: Session, op: Op, target: str | None) -> None:
    """Refuse an invite, confirmation or revocation by somebody without the right."""
    if join_key(op) is not None:
        return
    who = devices.writer(session, op.device, op.scope)
    if (
        who is None
        or not who.may_act
        or who.membership != op.by
        or f"org:{who.organisation}" != op.scope
        or not _may(session, who, op, target)
    ):
        raise ServiceError("no_right")


def _may(session: Session, who: Writer, op: Op, target: str | None) -> bool:
    if is_revoking(op.fields):
        return may_revoke(who.role, is_self=target == who.membership)
    return devices.may_invite(session, who, op, target=target)
