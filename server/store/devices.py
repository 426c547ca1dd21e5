"""Devices: who writes with which key, and which scopes that opens.

`devices` is a view of the log (`refold`); when each was heard of is not and may be lost.
Rights that a person decides on (held or accepted) are asked of `sync.rights` by the log's service.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, delete, exists, func, select, update
from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import run
from server.models.devices import DeviceRow, DeviceSeen, DeviceSession
from server.models.log import HeldOp
from server.models.people import Farm, Help, Membership
from server.store import assertions, books, log, people
from server.store.bulk import among
from server.store.device_fold import Folded, Invite, fold_devices, parse_invite
from server.store.operator import operator_device, public_key
from server.store.upserts import upsert
from sync import ids
from sync.ops import Op
from sync.rights import (
    HELPERS,
    HOUSEHOLD,
    READ_BELOW,
    SENSOR,
    may_give,
    may_open,
    may_write,
    needs_until,
    reads_of,
)

SEEN_EVERY_MS = 60_000  # our choice: "last heard of" is shown in minutes, and each note is a commit
# Built once, with columns instead of entities: every request asks these, some of them twice.
_WRITERS = (
    select(
        DeviceRow.device, DeviceRow.key, DeviceRow.state, DeviceRow.kind, Membership.id, Membership.person,
        Membership.role, Membership.organisation, Membership.farm, Membership.valid_from,
        Membership.valid_until, DeviceSeen.copied, DeviceSeen.last_seen, DeviceSeen.phone,
        exists()
        .where(
            HeldOp.device == DeviceRow.device,
            HeldOp.reason == "not_confirmed",
            HeldOp.is_turned_down.is_(False),
        )
        .label("is_awaited"),
    )
    .join(Membership, Membership.id == DeviceRow.membership)
    .outerjoin(DeviceSeen, DeviceSeen.device == DeviceRow.device)
    .where(DeviceRow.key.is_not(None), DeviceRow.scope == "org:" + Membership.organisation)
    .order_by(func.coalesce(DeviceRow.joined_seq, 0), DeviceRow.scope, DeviceRow.doc)
    .limit(1)
)  # fmt: skip
_BY_DEVICE = _WRITERS.limit(None).where(among(DeviceRow.device, "of"))
_KEYS = select(DeviceRow.device, DeviceRow.key).where(
    among(DeviceRow.device, "of"), DeviceRow.key.is_not(None)
)
_BY_SESSION = _WRITERS.join(DeviceSession, DeviceSession.device == DeviceRow.device).where(
    DeviceSession.token_hash == bindparam("token"), DeviceSession.expires_at > bindparam("now")
)


@dataclass(frozen=True)
class Writer:
    """Who stands behind a device. `in_force`: whether the membership holds today.

    `is_awaited`: ops are held only until it is confirmed; `last_seen`, `phone`: as `note_seen` kept them.
    """

    device: str
    key: bytes
    membership: str
    person: str
    role: str
    organisation: str
    farm: str | None
    state: str
    copied: bool
    kind: str
    in_force: bool
    is_awaited: bool = False
    last_seen: int | None = None
    phone: str | None = None

    @property
    def may_act(self) -> bool:
        """Return whether its ops may be accepted at all, rather than held."""
        return self.state == "confirmed" and self.in_force and not self.copied


def writer(session: Session, device: str, scope: str | None = None) -> Writer | None:
    """Return who writes with `device`, or None where no join in the log carries its key.

    Shape:  the operator is nobody's person in particular: its membership is that of the organisation that
            `scope` is or belongs to, and without `scope` it is None too.
    """
    return writers(session, [device], scope)[device]


def writers(session: Session, of: Collection[str], scope: str | None = None) -> dict[str, Writer | None]:
    """Return who writes with each of these devices, by one look."""
    operator, found = operator_device(), dict[str, Writer | None].fromkeys(of)
    for row in run(session, _BY_DEVICE, {"of": [one for one in of if one != operator]}):
        found[row.device] = found[row.device] or _writer(row)
    if operator in found and scope is not None:
        found[operator] = _operator(session, operator, scope)
    return found


def writer_of_session(session: Session, token_hash: str, now: int) -> Writer | None:
    """Return who writes with the device of a live session."""
    row = run(session, _BY_SESSION, {"token": token_hash, "now": now}).first()
    return None if row is None or row.device == operator_device() else _writer(row)


def _writer(row: Row[*tuple[Any, ...]]) -> Writer:
    now = now_ms()
    return Writer(
        device=row.device,
        key=ids.b64_decode(row.key or ""),
        membership=row.id,
        person=row.person,
        role=row.role,
        organisation=row.organisation,
        farm=row.farm,
        state=row.state,
        copied=bool(row.copied),
        kind=row.kind,
        in_force=row.valid_from <= now
        and (not needs_until(row.role) if row.valid_until is None else now < row.valid_until),
        is_awaited=row.is_awaited,
        last_seen=row.last_seen,
        phone=row.phone,
    )


def key_of(session: Session, device: str) -> bytes | None:
    """Return the public key of a device that joined, or of the operator."""
    return keys_of(session, [device]).get(device)


def keys_of(session: Session, of: Collection[str]) -> dict[str, bytes]:
    """Return the public keys of those of the devices that have one."""
    rows = run(session, _KEYS, {"of": of}) if of else ()
    found = {str(device): ids.b64_decode(str(key)) for device, key in rows}
    operator, key = operator_device(), public_key()
    if operator is not None and key is not None and operator in of:
        found[operator] = key
    return found


def scopes_of(session: Session, of: Writer) -> dict[str, bool]:
    """Return the scopes that the device may read, each with whether it may write there.

    Shape:  empty for a device that is not confirmed, was revoked, or whose membership ended: what it sends is
            held (`had_right`), and it reads nothing.
    """
    if of.state != "confirmed" or not of.in_force:
        return {}
    reads = reads_of(of.role)
    farms: list[str] = []
    if reads.farms == "own" and of.farm is not None:
        farms = [of.farm]
    elif reads.farms == "helped":
        farms = people.helped_farms(session, of.membership, now_ms())
    elif reads.farms == "organisation":
        farms = [farm.id for farm in people.farms_of(session, of.organisation)]
    scopes = {f"farm:{farm}": may_open(of.role, "farm") for farm in farms}
    if reads.org != "none":
        scopes[f"org:{of.organisation}"] = reads.org == "write"
    return scopes


def had_right(session: Session, of: Writer, scope: str) -> bool:
    """Return whether the device has, had or waits for a right in `scope`: its ops are held, not unknown."""
    kind, uuid = ids.split_ref(scope)
    if kind == "org":
        return uuid in people.organisations_of(session, of.role, of.organisation)
    if kind == "sensor" or of.role == SENSOR:
        return kind == "sensor" and _reaches_sensors(session, of, uuid)
    if of.role in HOUSEHOLD:
        return uuid == of.farm
    if of.role in HELPERS:
        return uuid in people.helped_farms(session, of.membership, None)
    return farm_organisation(session, uuid) == of.organisation or books.was_kept_for(
        session, scope, of.organisation
    )


def writes_readings(session: Session, of: Writer, scope: str) -> bool:
    """Return whether the device may write in a sensor scope, which it reads on no phone and in no browser."""
    kind, uuid = ids.split_ref(scope)
    is_open = kind == "sensor" and of.state == "confirmed" and of.in_force and may_open(of.role, kind)
    return is_open and _reaches_sensors(session, of, uuid)


def _reaches_sensors(session: Session, of: Writer, farm: str) -> bool:
    """Return whether a farm's readings are a sensor's own, or a cooperative's that may bring them in."""
    if of.role == SENSOR:
        return farm == of.farm
    return may_open(of.role, "sensor") and farm_organisation(session, farm) == of.organisation


def may_invite(
    session: Session, of: Writer, op: Op, *, target: str | None = None, at: int | None = None
) -> bool:
    """Return whether the writer may sign this op of a device document that is no join and no end.

    Shape:  for roles that the table lets him give, so that nobody makes a device of more right than his own,
            helpers those households that they help; an invite names a membership of the log's organisation,
            which is the writer's own or, for the commune's administrator, one below it;
            target is the membership of an invite that is not in the log yet; a helper must help at `at` (ms),
            with None: ever have helped, for an invitation that was taken once and comes again.
    """
    kind, organisation = ids.split_ref(op.scope)
    if not may_write(of.role, kind, "device", is_first=True) or not reaches(session, of, op.scope):
        return False
    invited = parse_invite(op)
    target = target if invited is None else invited.membership
    if target is None:
        target = next((row.membership for row in rows_of_doc(session, op.doc) if row.scope == op.scope), None)
    member = None if target is None else session.get(Membership, target)
    if member is None or member.organisation != organisation:
        return False
    if of.role in HELPERS and member.farm not in people.helped_farms(session, of.membership, at):
        return False
    return may_give(of.role, member.role)


def reaches(session: Session, of: Writer, scope: str) -> bool:
    """Return whether the devices of an organisation's log are within a writer's reach."""
    kind, organisation = ids.split_ref(scope)
    return kind == "org" and organisation in people.organisations_of(session, of.role, of.organisation)


def farm_organisation(session: Session, farm: str) -> str | None:
    """Return the organisation that a farm belongs to today."""
    return session.scalar(select(Farm.organisation).where(Farm.id == farm))


def refold(session: Session, scope: str, doc: str) -> None:
    """Make the view's rows of a device document anew from its ops; called where ops of it were appended."""
    ops = log.document_ops(session, scope, doc)
    found = fold_devices(ops, assertions.of_ops(session, scope, [one.op.id for one in ops]))
    session.execute(
        delete(DeviceRow).where(DeviceRow.scope == scope, DeviceRow.doc == doc, DeviceRow.place >= len(found))
    )
    for folded in found:
        _put(session, scope, doc, folded)
    session.flush()


def columns_of(folded: Folded) -> dict[str, object]:
    """Return what a row of the view holds beside its key."""
    return {
        "device": folded.device,
        "key": folded.key,
        "membership": folded.invite.membership,
        "kind": folded.invite.kind,
        "label": folded.label,
        "state": folded.state,
        "confirm": folded.invite.confirm,
        "secret_hash": folded.invite.secret_hash,
        "code_hash": folded.invite.code_hash,
        "expires_at": min(folded.invite.expires_at, 2**53 - 1),
        "invited_by": folded.invited_by,
        "invite_op": folded.invite_op,
        "join_op": folded.join_op,
        "joined_seq": folded.joined_seq,
        "revoked_seq": folded.revoked_seq,
        "passkey": folded.passkey,
    }


def _put(session: Session, scope: str, doc: str, folded: Folded) -> None:
    row = session.get(DeviceRow, (scope, doc, folded.place))
    if row is None:
        row = DeviceRow(scope=scope, doc=doc, place=folded.place)
        session.add(row)
    for name, value in columns_of(folded).items():
        setattr(row, name, value)


def forget_all(session: Session) -> None:
    """Empty the view, so that `flask log rebuild` can make it anew."""
    session.execute(delete(DeviceRow))


def rows_of_doc(session: Session, doc: str) -> list[DeviceRow]:
    """Return the rows of a document in every organisation, for an uuid is chosen by whoever invites.

    Shape:  by scope, in each the first device before the later ones.
    """
    query = select(DeviceRow).where(DeviceRow.doc == doc)
    return list(session.scalars(query.order_by(DeviceRow.scope, DeviceRow.place)))


def terms(row: DeviceRow) -> Invite:
    """Return what the invitation of a row's document sets."""
    return Invite(row.membership, row.kind, row.confirm, row.secret_hash, row.code_hash, row.expires_at)


def rows_of_device(session: Session, device: str) -> list[DeviceRow]:
    """Return the documents that a device's key joined."""
    return list(
        session.scalars(select(DeviceRow).where(DeviceRow.device == device).order_by(DeviceRow.scope))
    )


def keys_of_writers(session: Session, organisation: str, farms: Sequence[str]) -> list[tuple[str, str]]:
    """Return device and key of all who joined for one of the farms or for the organisation's staff.

    Shape:  with those of organisations above it who reach its devices, or help one of the farms: they sign in
            these logs, too.
    """
    helpers = select(Help.membership).where(Help.farm.in_(farms))
    own = DeviceRow.scope == f"org:{organisation}"
    above = [f"org:{one}" for one in people.organisations_above(session, organisation)]
    query = (
        select(DeviceRow.device, DeviceRow.key)
        .join(Membership, Membership.id == DeviceRow.membership)
        .where(DeviceRow.key.is_not(None))
        .where(
            own
            | (DeviceRow.scope.in_(above) & (Membership.role.in_(READ_BELOW) | Membership.id.in_(helpers)))
        )
        .where(Membership.farm.is_(None) | Membership.farm.in_(farms))
        .order_by(DeviceRow.device)
    )
    return [(str(device), str(key)) for device, key in session.execute(query)]


def rows_of_organisation(session: Session, organisation: str) -> list[DeviceRow]:
    """Return all devices and open invitations of an organisation."""
    query = select(DeviceRow).where(DeviceRow.scope == f"org:{organisation}")
    return list(session.scalars(query.order_by(DeviceRow.doc, DeviceRow.place)))


def is_noted(of: Writer, now: int, phone: str | None) -> bool:
    """Return whether what `note_seen` would keep is there already, but for some seconds."""
    is_news = phone is not None and phone != of.phone
    return of.last_seen is not None and not is_news and abs(now - of.last_seen) < SEEN_EVERY_MS


def note_seen(session: Session, device: str, now: int, phone: str | None = None) -> None:
    """Keep when a device was last heard of and, where it said so, what it still holds."""
    values: dict[str, object] = {"last_seen": now} | ({} if phone is None else {"phone": phone})
    upsert(session, DeviceSeen, {"device": device}, {**values, "copied": False}, values)


def mark_copied(session: Session, device: str) -> None:
    """Keep that a device's key is in two places; never taken back."""
    upsert(session, DeviceSeen, {"device": device}, {"copied": True}, {"copied": True})


def _operator(session: Session, device: str, scope: str) -> Writer | None:
    kind, uuid = ids.split_ref(scope)
    organisation = uuid if kind == "org" else farm_organisation(session, uuid)
    membership = None if organisation is None else people.operator_membership(session, organisation)
    key = public_key()
    if membership is None or key is None:
        return None
    return Writer(
        device, key, membership.id, membership.person, "operator", membership.organisation, None,
        "confirmed", False, "software", True,
    )  # fmt: skip


def end_membership(session: Session, membership: str, now: int) -> None:
    """End a membership now; what its devices send from here on is held."""
    session.execute(update(Membership).where(Membership.id == membership).values(valid_until=now))
