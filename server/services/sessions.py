"""Device sessions: a challenge, its signature, a token of which only the hash is kept.

A device that a restored server forgot sends the ops of its document along (`coming_back`).
Source: DESIGN §3 "Device session"; WIRE "Device session"; faults.md 41, 42, 44.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from server.db import reading, run_write
from server.errors import ServiceError
from server.services import coming_back, coming_back_alone, rates, read_only
from server.services.tokens import hash_token, make_token
from server.store import device_proofs, devices, log
from server.store.devices import Writer
from sync import ids, limits
from sync.ops import domain
from sync.signing import verify
from sync.wire import SentAssertion, SentOp

HOUR_MS = 3_600_000
MINUTE_MS = 60_000
PER_DEVICE = 30  # a minute; generous, for several tabs and retries
PER_ADDRESS = 600  # a minute, of devices that nobody knows


@dataclass(frozen=True)
class Opened:
    """A fresh session: the token, told once, and its end in ms."""

    token: str
    expires_at: int


@dataclass(frozen=True)
class Session24:
    """An opened session, and what the log has of the device's own documents: ops and touches over them."""

    opened: Opened
    kind: str
    ops: list[dict[str, object]]
    assertions: list[dict[str, object]]


def challenge(device: str, address: str, now: int) -> str:
    """Return a fresh nonce for a device, known or not: nothing in the answer tells them apart.

    Shape:  known devices count for themselves alone: a village behind one address comes back at once.
    Raises: ServiceError(too_many).
    """
    rates.check("challenge", device, rates.MINUTE_MS, PER_DEVICE, now)
    with reading() as session:
        is_known = devices.key_of(session, device) is not None
    if not is_known:
        rates.check("challenges", address, rates.MINUTE_MS, PER_ADDRESS, now)
    nonce = ids.b64_encode(secrets.token_bytes(32))
    expires_at = now + limits.NONCE_MINUTES * MINUTE_MS
    run_write(
        lambda session: device_proofs.add_nonce(session, hash_token(nonce), device, now, expires_at),
        is_note=True,
    )
    return nonce


def open_session(
    device: str,
    nonce: str,
    signature: str,
    sent: Sequence[SentOp],
    touches: Sequence[SentAssertion],
    now: int,
) -> Session24:
    """Return a session for the device that signed the nonce; the nonce is used up, whatever comes of it.

    Raises: ServiceError: nonce_unknown; session for an unknown device or a signature that is not its;
            device_revoked; key_wanted while the inviter is not back; no_right, bad_signature.
    """
    if not run_write(
        lambda session: device_proofs.take_nonce(session, hash_token(nonce), device, now), is_note=True
    ):
        raise ServiceError("nonce_unknown")
    with reading() as session:
        origin, key = log.origin(session), devices.key_of(session, device)
    if key is None:
        read_only.check()  # its own document would go into the log first
    own = coming_back.parse_own(origin, sent, device)
    is_known = key is not None
    key = key or coming_back.own_key(own, device)
    if key is None or not _is_signed(origin, key, nonce, signature):
        raise ServiceError("session")
    found = {} if is_known else coming_back_alone.confirm(origin, own.passkey, touches, now)
    token = make_token()

    def work(session: Session) -> Session24:
        if not read_only.is_on():
            coming_back.take(session, origin, own.device, found, now, may_fail=is_known)
        who = devices.writer(session, device)
        if who is None:
            raise ServiceError("session")
        if who.state == "revoked":
            raise ServiceError("device_revoked")
        devices.note_seen(session, device, now)
        row = devices.rows_of_device(session, device)[0]
        ops, kept = coming_back_alone.given(session, row)
        return Session24(store_token(session, token, device, now), who.kind, ops, kept)

    return run_write(work, is_note=True)


def caller_of(token: str, now: int) -> tuple[Writer, dict[str, bool]]:
    """Return who calls with a token, and the scopes that opens.

    Raises: ServiceError: session, device_revoked.
    """
    with reading() as session:
        who = devices.writer_of_session(session, hash_token(token), now)
        if who is None:
            raise ServiceError("session")
        if who.state == "revoked":
            raise ServiceError("device_revoked")
        return who, devices.scopes_of(session, who)


def waits_in(who: Writer, scope: str) -> bool:
    """Return whether a phone that nobody has confirmed yet may bring photos there: they wait with its ops.

    Source: DESIGN §3 "Who signs": before it is confirmed a device may send ops and photos (all held).
    """
    if who.state != "waiting" or who.kind == "browser":
        return False
    with reading() as session:
        return devices.scopes_of(session, replace(who, state="confirmed")).get(scope, False)


def end(token: str) -> None:
    """End a session."""
    run_write(lambda session: device_proofs.end_session(session, hash_token(token)), is_note=True)


def store_token(session: Session, token: str, device: str, now: int) -> Opened:
    """Store a session of 24 hours inside the caller's transaction."""
    expires_at = now + limits.SESSION_HOURS * HOUR_MS
    device_proofs.open_session(session, hash_token(token), device, now, expires_at)
    return Opened(token, expires_at)


def _is_signed(origin: str, key: bytes, nonce: str, signature: str) -> bool:
    if not ids.is_b64(signature, limits.SIGNATURE_BYTES):
        return False
    return verify(key, domain("session", origin) + nonce.encode("ascii"), ids.b64_decode(signature))
