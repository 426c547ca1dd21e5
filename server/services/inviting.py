"""Invitations from the command line: one op signed by the operator's key, one link, one short code."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.config import current_settings
from server.db import run_write
from server.errors import ServiceError
from server.models.people import Farm, Membership
from server.services import admitting
from server.services.setup import new_id
from server.store import books, device_proofs, devices, log, people
from server.store.device_fold import hash_code
from sync import ids, limits
from sync.ops import make_body, message, parse_op
from sync.rights import STAFF
from sync.signing import SoftwareKey

CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # 32 of them: 40 bits in 8; no 0 O 1 I
HOUR_MS = 3_600_000


@dataclass(frozen=True)
class InviteLink:
    """What a person is given. `url` carries the secret in its fragment; `code_url` needs the code."""

    invite: str
    url: str
    code_url: str
    code: str
    expires_at: int
    is_staff: bool


def invite(
    key: SoftwareKey,
    membership: str,
    now: int,
    *,
    kind: str | None = None,
    confirm: bool = False,
    hours: int = limits.INVITE_HOURS,
) -> InviteLink:
    """Return a fresh invitation for a membership, its op in the log of the organisation.

    Raises: ServiceError(not_found) for a membership that is none.
    """
    invite_id, secret, code = new_id(now), secrets.token_bytes(limits.SECRET_BYTES), make_code()
    expires_at = now + hours * HOUR_MS

    def work(session: Session) -> Membership:
        found = session.get(Membership, membership)
        if found is None:
            raise ServiceError("not_found")
        fields = {
            "membership": found.id,
            "kind": _kind(kind, found),
            "confirm": confirm,
            "secret_hash": ids.b64_encode(hashlib.sha256(secret).digest()),
            "code_hash": hash_code(invite_id, code),
            "expires_at": expires_at,
        }
        append_operator_op(session, key, f"org:{found.organisation}", f"device:{invite_id}", fields, now)
        return found

    found = run_write(work)
    is_staff = _kind(kind, found) == "browser"
    public = current_settings().public_url
    fragment = f"#i={invite_id}.{ids.b64_encode(secret)}"
    return InviteLink(
        invite=invite_id,
        url=f"{public}/htx/vao{fragment}" if is_staff else f"{public}/{fragment}",
        code_url=f"{public}/i/{invite_id}",
        code=f"{code[:4]}-{code[4:]}",
        expires_at=expires_at,
        is_staff=is_staff,
    )


def _kind(wanted: str | None, member: Membership) -> str:
    """Return what kind of device an invitation makes: the wanted one, or the role's usual."""
    return wanted or ("browser" if member.role in STAFF else "phone")


def open_book(key: SoftwareKey, farm: str, now: int) -> None:
    """Open the farm's book for its organisation, where it has none yet.

    Raises: ServiceError(not_found) for a farm that is none.
    """

    def work(session: Session) -> None:
        found = session.get(Farm, farm)
        if found is None:
            raise ServiceError("not_found")
        scope = f"farm:{farm}"
        log.lock_head(session, scope)
        if not books.of_scope(session, scope):
            fields: dict[str, object] = {"organisation": found.organisation}
            append_operator_op(session, key, scope, f"book:{new_id(now)}", fields, now)

    run_write(work)


def append_operator_op(
    session: Session, key: SoftwareKey, scope: str, doc: str, fields: dict[str, object], now: int
) -> None:
    """Sign an op by the operator's key and append it to the scope's log."""
    kind, uuid = ids.split_ref(scope)
    organisation = uuid if kind == "org" else devices.farm_organisation(session, uuid)
    membership = None if organisation is None else people.operator_membership(session, organisation)
    if membership is None:
        raise ServiceError("not_found")
    log.lock_head(session, scope)
    origin = log.origin(session)
    body = make_body(
        device=key.device,
        n=log.last_n(session, scope, key.device) + 1,
        by=membership.id,
        scope=scope,
        doc=doc,
        recorded_at=now,
        fields=fields,
        after=log.tips(session, scope, doc),
    )
    op = parse_op(origin, body)
    log.append(session, scope, [log.Signed(op, key.sign(message(origin, body)))], now)
    admitting.take_effect(session, scope, op)


def settle_device(key: SoftwareKey, invite_id: str, fields: dict[str, object], now: int) -> None:
    """Append a confirmation or a revocation of a device, signed by the operator's key.

    Raises: ServiceError(not_found) for an invitation that is none.
    """

    def work(session: Session) -> None:
        doc = f"device:{invite_id}"
        rows = devices.rows_of_doc(session, doc)
        if not rows:
            raise ServiceError("not_found")
        append_operator_op(session, key, rows[0].scope, doc, fields, now)
        for row in devices.rows_of_doc(session, doc):
            if row.state == "revoked" and row.device is not None:
                device_proofs.end_sessions(session, row.device)

    run_write(work)


def make_code() -> str:
    """Return a short code of 8 characters that are not mistaken for each other."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(limits.CODE_CHARS))
