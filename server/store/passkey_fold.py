"""What the ops of one `passkey:` document say: a pure fold, the same on every rebuild.

The first op in the log that carries a credential and its key makes the passkey; one with `ended` ends it for
good. Who had the right to sign was decided when the op was taken; this module does not ask again.
Source: DESIGN §3 "Who signs"; PROTOCOL §27.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.store.authenticators import (
    CREDENTIAL_BYTES_MAX,
    PUBLIC_KEY_BYTES_MAX,
    is_bytes,
    parse_transports,
)
from sync.merge import Placed
from sync.ops import Op

LABEL_CHARS_MAX = 200


@dataclass(frozen=True)
class NewPasskey:
    """What an op sets that makes a passkey; both names of bytes are base64url."""

    credential: str
    public_key: str
    label: str
    transports: list[str]


@dataclass(frozen=True)
class FoldedPasskey:
    """One passkey as its document tells it."""

    made: NewPasskey
    membership: str
    made_by: str
    made_at: int
    made_seq: int
    ended_seq: int | None


def parse_passkey(op: Op) -> NewPasskey | None:
    """Return the passkey that an op makes, or None where it makes none."""
    credential, key = op.fields.get("credential"), op.fields.get("public_key")
    if not is_bytes(credential, CREDENTIAL_BYTES_MAX) or not is_bytes(key, PUBLIC_KEY_BYTES_MAX):
        return None
    label = op.fields.get("label")
    return NewPasskey(
        str(credential),
        str(key),
        label[:LABEL_CHARS_MAX] if isinstance(label, str) else "",
        parse_transports(op.fields.get("transports")),
    )


def is_ending(op: Op) -> bool:
    """Return whether an op ends its passkey."""
    return op.fields.get("ended") is True


def fold_passkey(ops: Sequence[Placed]) -> FoldedPasskey | None:
    """Return the passkey of a document; None where no op of it makes one."""
    placed = sorted(ops, key=lambda one: one.seq or 0)
    found = next(((one, made) for one in placed if (made := parse_passkey(one.op)) is not None), None)
    if found is None:
        return None
    first, made = found
    return FoldedPasskey(
        made=made,
        membership=first.op.by,
        made_by=first.op.device,
        made_at=first.received_at or 0,
        made_seq=first.seq or 0,
        ended_seq=next((one.seq for one in placed if is_ending(one.op)), None),
    )
