"""Passkeys' public keys and answers, as far as somebody who verifies them later needs it.

Reads a COSE key (a CBOR map of small integers to integers or bytes) and an assertion's authenticator data.
Source: RFC 9052 §7; RFC 8949 §3; W3C Web Authentication Level 3 §6.1, §7.2.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Final

from sync import ids
from sync.errors import Refusal
from sync.ops import domain

CoseKey = Mapping[int, int | bytes]

_VERIFIED: Final = 0x04
_FLAGS_AT: Final = 32


def parse_cose(data: bytes) -> CoseKey:
    """Return the members of a COSE key. Raises: Refusal(bad_key) for anything else."""
    try:
        count, at = _head(data, 0, 5)
        found: dict[int, int | bytes] = {}
        for _ in range(count):
            name, at = _item(data, at)
            value, at = _item(data, at)
            if isinstance(name, bytes):
                raise ValueError
            found[name] = value
    except (ValueError, IndexError) as cause:
        raise Refusal("bad_key", "no COSE key") from cause
    if at != len(data):
        raise Refusal("bad_key", "no COSE key")
    return found


def step_up_challenge(origin: str, op_ids: Sequence[str]) -> bytes:
    """Return SHA-256(D(step-up) ‖ ids, raw, ascending)."""
    raw = sorted(ids.b64_decode(one) for one in op_ids)
    return hashlib.sha256(domain("step-up", origin) + b"".join(raw)).digest()


def answers(client: bytes, challenge: bytes) -> bool:
    """Say whether an authenticator's client data are an assertion over that challenge."""
    try:
        said = json.loads(client.decode("utf-8"))
    except ValueError:
        return False
    wanted = {"type": "webauthn.get", "challenge": ids.b64_encode(challenge)}
    return isinstance(said, dict) and wanted == {name: said.get(name) for name in wanted}


def is_person_verified(authenticator_data: bytes) -> bool:
    """Say whether the authenticator saw the person's finger, face or PIN."""
    return len(authenticator_data) > _FLAGS_AT and bool(authenticator_data[_FLAGS_AT] & _VERIFIED)


def _head(data: bytes, at: int, wanted: int | None = None) -> tuple[int, int]:
    """Return the number in the head of an item, and where it ends; of type `wanted` if that is given."""
    low = data[at] & 0x1F
    if (wanted is not None and data[at] >> 5 != wanted) or low > 25:
        raise ValueError
    if low < 24:
        return low, at + 1
    width = 1 << (low - 24)
    if at + 1 + width > len(data):
        raise ValueError
    return int.from_bytes(data[at + 1 : at + 1 + width], "big"), at + 1 + width


def _item(data: bytes, at: int) -> tuple[int | bytes, int]:
    kind = data[at] >> 5
    number, end = _head(data, at)
    if kind == 0:
        return number, end
    if kind == 1:
        return -1 - number, end
    if kind != 2 or end + number > len(data):
        raise ValueError
    return data[end : end + number], end + number
