"""The log of one scope: its digest chain and the cursors that point into it.

Source: DESIGN §3 "Log"; WIRE "Digest".
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from sync import ids, limits
from sync.errors import Refusal
from sync.ops import domain

EMPTY: Final = "0"
_CURSOR = re.compile(r"([1-9][0-9]{0,15})\.(0|[1-9][0-9]{0,15})\.([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class Cursor:
    """A point of a scope's log: the server's epoch, the last `seq` held, the digest there."""

    epoch: int
    seq: int
    digest: bytes

    def __str__(self) -> str:
        return f"{self.epoch}.{self.seq}.{ids.b64_encode(self.digest)}"


def start_digest(origin: str, scope: str) -> bytes:
    """Return d₀ of a scope: SHA-256(D(scope) ‖ scope)."""
    return hashlib.sha256(domain("scope", origin) + scope.encode("ascii")).digest()


def next_digest(prefix: bytes, previous: bytes, seq: int, received_at: int, op_id: bytes) -> bytes:
    """Return dₛ = SHA-256(D(log) ‖ dₛ₋₁ ‖ u64(seq) ‖ u64(received_at) ‖ id).

    `prefix` is `domain("log", origin)`, made once by the caller: this runs for every op.
    """
    return hashlib.sha256(
        prefix + previous + seq.to_bytes(8, "big") + received_at.to_bytes(8, "big") + op_id
    ).digest()


def parse_cursor(text: str) -> Cursor | None:
    """Return the cursor that a text holds; None for `0`, which holds nothing yet.

    Raises: Refusal(bad_body) for any other text.
    """
    if text == EMPTY:
        return None
    match = _CURSOR.fullmatch(text)
    if match is None:
        raise Refusal("bad_body", "no cursor")
    epoch, seq = int(match[1]), int(match[2])
    if max(epoch, seq) > limits.INTEGER_MAX:
        raise Refusal("bad_body", "no cursor")
    return Cursor(epoch, seq, ids.b64_decode(match[3], limits.DIGEST_BYTES))
