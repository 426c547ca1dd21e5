"""What the ops of one `device:` document say about the device: a pure fold, the same on every rebuild.

The first op in the log that invites fixes membership, kind and secret. The first join makes the first device;
a later join is in the log only because a person let it in (a new key for a copied phone, a second phone), so
it is confirmed and stands beside the first. `{"revoked": true}` ends all of them, with `device` that one.
A join that names a passkey, confirmed by an assertion of it, stands for invitation and confirmation.
Who had the right to sign an op was decided when it was taken; this module does not ask again.
Source: DESIGN §3 "Who signs"; PROTOCOL §14.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sync import ids, limits
from sync.errors import Refusal
from sync.merge import Placed
from sync.ops import Op

KINDS = ("phone", "browser", "software", "sensor")


@dataclass(frozen=True)
class Invite:
    """What an invite op sets; hashes are base64url of 32 bytes, `expires_at` is ms."""

    membership: str
    kind: str
    confirm: bool
    secret_hash: str
    code_hash: str | None
    expires_at: int


@dataclass(frozen=True)
class Folded:
    """One device as its document tells it. `state`: invited, waiting, confirmed or revoked.

    `place`: 0 for the first that joined, or for the invitation while nobody has; 1, 2 … for the later ones.
    """

    invite: Invite
    invited_by: str
    invite_op: str
    place: int
    state: str
    device: str | None
    key: str | None
    label: str
    join_op: str | None
    joined_seq: int | None
    revoked_seq: int | None
    passkey: str | None = None


def parse_invite(op: Op) -> Invite | None:
    """Return what an op invites to, or None where it is no well-made invite.

    Shape:  a join is none: it is signed by a key that nobody has let in yet, which must not invite itself.
    """
    if join_key(op) is not None:
        return None
    fields = op.fields
    membership, kind, code = fields.get("membership"), fields.get("kind"), fields.get("code_hash")
    secret, expires_at = fields.get("secret_hash"), fields.get("expires_at")
    well_made = (
        ids.is_uuid(membership)
        and kind in KINDS
        and isinstance(fields.get("confirm"), bool)
        and ids.is_b64(secret, 32)
        and (code is None or ids.is_b64(code, 32))
        and isinstance(expires_at, int)
        and not isinstance(expires_at, bool)
    )
    if not well_made:
        return None
    return Invite(
        str(membership), str(kind), fields["confirm"] is True, str(secret), code, int(expires_at or 0)
    )


def parse_own_join(op: Op) -> Invite | None:
    """Return what a join by a passkey stands for, or None where it is none: nobody else can join on it."""
    kind = op.fields.get("kind")
    if join_key(op) is None or own_passkey(op) is None or kind not in ("phone", "browser"):
        return None
    return Invite(op.by, str(kind), confirm=False, secret_hash="", code_hash=None, expires_at=0)


def own_passkey(op: Op) -> str | None:
    """Return the passkey document that a join names."""
    named = op.fields.get("passkey")
    return named if ids.is_doc(named) and str(named).startswith("passkey:") else None


def join_key(op: Op) -> bytes | None:
    """Return the key that a join op carries for its own device, or None where it is no join."""
    text = op.fields.get("key")
    if not ids.is_b64(text, limits.KEY_BYTES):
        return None
    key = ids.b64_decode(str(text))
    try:
        return key if ids.key_to_device(key) == op.device else None
    except Refusal:
        return None


def knows_secret(invite: Invite, secret: object) -> bool:
    """Return whether `secret` is the invitation's, compared in constant time."""
    if not ids.is_b64(secret, limits.SECRET_BYTES):
        return False
    return hmac.compare_digest(
        ids.b64_encode(hashlib.sha256(ids.b64_decode(str(secret))).digest()), invite.secret_hash
    )


def knows_code(invite: Invite, invite_id: str, code: object) -> bool:
    """Return whether `code` is the invitation's short code, compared in constant time."""
    if not isinstance(code, str) or invite.code_hash is None:
        return False
    return hmac.compare_digest(hash_code(invite_id, code), invite.code_hash)


def hash_code(invite_id: str, code: str) -> str:
    """Return the hash of a short code as the invite op holds it; spaces, dashes and case do not count."""
    plain = code.replace(" ", "").replace("-", "").upper()
    data = f"{invite_id}:{plain}".encode("utf-8", "replace")
    return ids.b64_encode(hashlib.sha256(data).digest())


def confirmed_device(op: Op) -> str | None:
    """Return the device that a confirmation names, or None where it is none or means the first device."""
    named = op.fields.get("device")
    return named if is_confirming(op) and isinstance(named, str) else None


def is_confirming(op: Op) -> bool:
    """Return whether an op confirms a device. A join never does: whoever may join may not yet confirm."""
    return op.fields.get("confirmed") is True and join_key(op) is None


def fold_devices(ops: Sequence[Placed], asserted: Collection[str] = ()) -> list[Folded]:
    """Return the devices of a document by `place`; none where no op of it invites.

    Shape:  asserted: the ids of those ops that a passkey's assertion confirms.
    """
    placed = sorted(ops, key=lambda one: one.seq or 0)
    found = next(
        ((one, invite) for one in placed if (invite := _invites(one.op, asserted)) is not None), None
    )
    if found is None:
        return []
    joins: dict[str, Placed] = {}
    for one in placed:
        if join_key(one.op) is not None:
            joins.setdefault(one.op.device, one)
    if not joins:
        return [_fold(placed, found, 0, None)]
    return [_fold(placed, found, place, join) for place, join in enumerate(joins.values())]


def _invites(op: Op, asserted: Collection[str]) -> Invite | None:
    return parse_invite(op) or (parse_own_join(op) if op.id in asserted else None)


def _fold(placed: Sequence[Placed], found: tuple[Placed, Invite], place: int, join: Placed | None) -> Folded:
    first, invite = found
    device = None if join is None else join.op.device
    revoked = next((one for one in placed if _ends(one.op, device)), None)
    key = None if join is None else join_key(join.op)
    state = "invited" if join is None else "waiting"
    is_own = join is not None and join.op.id == first.op.id
    if join is not None and (place > 0 or is_own or _is_confirmed(placed, invite, join)):
        state = "confirmed"
    return Folded(
        invite=invite,
        invited_by=first.op.device,
        invite_op=first.op.id,
        place=place,
        state="revoked" if revoked is not None else state,
        device=device,
        key=None if key is None else ids.b64_encode(key),
        label=_label(join),
        join_op=None if join is None else join.op.id,
        joined_seq=None if join is None else join.seq,
        revoked_seq=None if revoked is None else revoked.seq,
        passkey=own_passkey(first.op) if is_own else None,
    )


def _is_confirmed(placed: Sequence[Placed], invite: Invite, join: Placed) -> bool:
    """Return whether the first device is confirmed: by the secret alone or by another device."""
    if not invite.confirm and knows_secret(invite, join.op.fields.get("secret")):
        return True
    return any(
        is_confirming(one.op)
        and one.op.device != join.op.device  # nobody confirms himself
        and confirmed_device(one.op) in (None, join.op.device)
        for one in placed
    )


def _ends(op: Op, device: str | None) -> bool:
    return op.fields.get("revoked") is True and op.fields.get("device") in (None, device)


def _label(join: Placed | None) -> str:
    label = None if join is None else join.op.fields.get("label")
    return label[:200] if isinstance(label, str) else ""
