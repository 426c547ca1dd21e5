"""Joining: a look at an invitation, and the join op of a new key.

An unknown invitation, a wrong secret and a wrong code get the same answer in the same way; whoever knows the
secret learns whether it was used or is over. Wrong tries are counted in a transaction of their own, so that
the refusal that follows does not undo the count.
Source: DESIGN §3 "Who signs"; WIRE "Joining"; faults.md 33–40.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn

from sqlalchemy.orm import Session

from server.db import reading, run_write
from server.errors import ServiceError
from server.models.devices import DeviceRow
from server.services import rates
from server.services.sessions import Opened, store_token
from server.services.tokens import make_token
from server.store import device_proofs, devices, log, people
from server.store.device_fold import join_key, knows_code, knows_secret
from server.store.operator import operator_device
from sync import ids, limits
from sync.errors import Refusal
from sync.ops import Op, message, parse_op
from sync.signing import check_key, verify

WRONG_PER_HOUR = 600  # an address: rural carriers put thousands of phones behind one (security.md §7.4)


@dataclass(frozen=True)
class Look:
    """What an invitation shows before anybody accepts it."""

    origin: str
    epoch: int
    scope: str
    doc: str
    after: list[str]
    by: str
    kind: str
    confirm: bool
    shown: dict[str, str]
    farm: str | None = None  # of a sensor: whose scope it writes to


@dataclass(frozen=True)
class Joined:
    """How a join ended: its result, all ops of the device document, and a session where it was taken."""

    result: str
    ops: list[dict[str, object]]
    opened: Opened | None
    kind: str
    device: str
    assertions: list[dict[str, object]] = field(default_factory=list)


@dataclass(frozen=True)
class SentJoin:
    """A join as it came, its shape and signature checked."""

    op: Op
    key: bytes
    signature: bytes
    code: str | None

    @property
    def invite(self) -> str:
        """Return the invite id: the uuid of the device document."""
        return ids.split_ref(self.op.doc)[1]


def look(invite: str, secret: str | None, code: str | None, address: str, now: int) -> Look:
    """Return what the invitation shows.

    Raises: ServiceError: invite_unknown, invite_burnt, invite_used, invite_expired, too_many.
    """

    def find(session: Session) -> Look | None:
        row = _find(session, invite, secret, code)
        if row is None:
            return None
        if row.state != "invited":
            raise ServiceError("invite_used")
        _check_time(row, now)
        member = people.member(session, row.membership)
        if member is None:
            return None
        return Look(
            origin=log.origin(session),
            epoch=log.epoch(session),
            scope=row.scope,
            doc=row.doc,
            after=log.tips(session, row.scope, row.doc),
            by=row.membership,
            kind=row.kind,
            confirm=row.confirm or secret is None,
            farm=member.membership.farm if row.kind == "sensor" else None,
            shown={
                "name": member.person.name,
                "village": "" if member.village is None else member.village.name,
                "farm": "" if member.farm is None else member.farm.name,
                "organisation": member.organisation.name,
            },
        )

    with reading() as session:
        _check_tries(session, invite)
        found = find(session)
    if found is None:
        _count_try(invite, address, now)
    return found


def parse_join(origin: str, body: str, signature: str, key: str, code: str | None) -> SentJoin:
    """Return the join that a request carries, checked by itself.

    Raises: ServiceError: bad_key for what is no key of P-256, is not the op's own or did not sign it
            (faults.md 39), bad_body.
    """
    try:
        public = ids.b64_decode(key, limits.KEY_BYTES)
        device = check_key(public)
    except Refusal as error:
        raise ServiceError("bad_key") from error
    try:
        op = parse_op(origin, body)
    except Refusal as error:
        raise ServiceError(error.slug) from error
    if op.doc_type != "device" or not op.scope.startswith("org:") or op.n != 1:
        raise ServiceError("bad_body", "Không phải thao tác nhận lời mời.")
    if op.device != device or join_key(op) != public:
        raise ServiceError("bad_key")
    if not ids.is_b64(signature, limits.SIGNATURE_BYTES):
        raise ServiceError("bad_key")
    signed = ids.b64_decode(signature)
    if not verify(public, message(origin, op.body), signed):
        raise ServiceError("bad_key")
    return SentJoin(op, public, signed, code)


def join(body: str, signature: str, key: str, code: str | None, address: str, now: int) -> Joined:
    """Return how the join ended; the same bytes again end the same way.

    Raises: ServiceError as `look` and `parse_join`, and key_in_use.
    """
    with reading() as session:
        origin = log.origin(session)
    sent = parse_join(origin, body, signature, key, code)
    secret = sent.op.fields.get("secret")
    token = make_token()

    def work(session: Session) -> Joined | None:
        if not log.has_head(session, sent.op.scope):  # nobody may make a row of a scope that is not there
            return None
        row = _find(session, sent.invite, secret, None if secret is not None else code, sent.op.scope)
        if row is None:
            return None
        return _take(session, row, sent, token, now)

    with reading() as session:
        if not _is_known(session, sent.op):
            _check_tries(session, sent.invite)
    joined = run_write(work)
    if joined is None:
        _count_try(sent.invite, address, now)
    return joined


def _take(session: Session, row: DeviceRow, sent: SentJoin, token: str, now: int) -> Joined:
    """Append the join, find it there, or hold it where another key was first: a person decides then."""
    scope, doc = sent.op.scope, sent.op.doc
    mine = next((one for one in devices.rows_of_doc(session, doc) if one.join_op == sent.op.id), None)
    result = "accepted" if mine is None else "already"
    if mine is None:
        _check_new(session, row, sent, now)
        signed = log.Signed(sent.op, sent.signature)
        if row.join_op is not None:
            return _hold(session, row, signed, now)
        log.append(session, scope, [signed], now)
        devices.refold(session, scope, doc)
    elif mine.state == "revoked":
        raise ServiceError("device_revoked")
    devices.note_seen(session, sent.op.device, now)
    ops = log.wire_ops(session, scope, doc)
    return Joined(result, ops, store_token(session, token, sent.op.device, now), row.kind, sent.op.device)


def _hold(session: Session, row: DeviceRow, signed: log.Signed, now: int) -> Joined:
    """Keep a later join beside the log; each new one is one of the invitation's tries."""
    before = log.held_among(session, row.scope, [signed.op.id]).get(signed.op.id)
    if before is None:
        device_proofs.add_try(session, ids.split_ref(row.doc)[1], now)
        log.hold(session, row.scope, signed, now, "invite_used")
    elif before.is_turned_down:
        raise ServiceError("no_right", "Hợp tác xã không nhận máy này.")
    return Joined("held", [], None, row.kind, signed.op.device)


def _is_known(session: Session, op: Op) -> bool:
    """Return whether this very join came before."""
    return bool(log.known_ops(session, op.scope, [op.id]) or log.held_among(session, op.scope, [op.id]))


def _check_new(session: Session, row: DeviceRow, sent: SentJoin, now: int) -> None:
    if row.join_op is None:  # a later one is held, however late: a person looks at it
        _check_time(row, now)
    if sent.op.by != row.membership:
        raise ServiceError("bad_body", "Lời mời này dành cho người khác.")
    if row.state == "revoked":
        raise ServiceError("invite_expired")
    others = [one for one in devices.rows_of_device(session, sent.op.device) if one.doc != row.doc]
    if others or sent.op.device == operator_device():
        raise ServiceError("key_in_use")


def _find(
    session: Session, invite: str, secret: object, code: str | None, scope: str | None = None
) -> DeviceRow | None:
    """Return the invitation that the secret or the code opens."""
    found = None
    for row in devices.rows_of_doc(session, f"device:{invite}"):
        terms = devices.terms(row)
        fits = knows_secret(terms, secret) if secret is not None else knows_code(terms, invite, code)
        if fits and scope in (None, row.scope):
            found = found or row
    return found


def _check_time(row: DeviceRow, now: int) -> None:
    if now >= row.expires_at:
        raise ServiceError("invite_expired")


def _check_tries(session: Session, invite: str) -> None:
    if device_proofs.tries_of(session, invite) >= limits.INVITE_TRIES_MAX:
        raise ServiceError("invite_burnt")


def _count_try(invite: str, address: str, now: int) -> NoReturn:
    """Count a wrong try against the invitation and against its address.

    Shape:  right ones count against nobody, so that a village behind one address joins in an hour whatever
            somebody there tries. Above an address's limit an invitation that is there still burns, and ids
            that were made up leave no row.
    """

    def count(session: Session) -> None:
        if ids.is_uuid(invite) and (not is_over or devices.rows_of_doc(session, f"device:{invite}")):
            device_proofs.add_try(session, invite, now)

    over = rates.over("invite", address, rates.HOUR_MS, WRONG_PER_HOUR, now)
    is_over = over is not None
    run_write(count)
    raise over or ServiceError("invite_unknown")
