"""Names of things on the wire: base64url, device ids, UUIDs, scopes, documents.

Source: WIRE "Encodings", "Key"; RFC 4648 §5 and §6; RFC 9562 (UUIDv7).
"""

import base64
import binascii
import hashlib
import re
from typing import Final

from sync import limits
from sync.errors import Refusal

SCOPE_KINDS: Final = ("farm", "org", "sensor")

_B64 = re.compile(r"[A-Za-z0-9_-]*")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SCOPE = re.compile(rf"(?:farm|org|sensor):{_UUID.pattern}")
_DOC = re.compile(rf"[a-z][a-z0-9_]{{0,39}}:{_UUID.pattern}")
_DEVICE = re.compile(r"[a-z2-7]{32}")
_ORIGIN = re.compile(r"[a-z0-9.\-/]{1,100}")


def b64_encode(data: bytes) -> str:
    """Return base64url text without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def b64_decode(text: str, size: int | None = None) -> bytes:
    """Return the bytes of strict base64url text.

    Shape:  only `A-Za-z0-9_-`, no padding, unused low bits zero; `size` bytes where given.
    Raises: Refusal(bad_body) for anything else, also text that decodes but is not what
            `b64_encode` gives (two texts never name the same bytes).
    """
    if not _B64.fullmatch(text) or len(text) % 4 == 1:
        raise Refusal("bad_body", "not base64url without padding")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as cause:
        raise Refusal("bad_body", "not base64url without padding") from cause
    if b64_encode(data) != text:
        raise Refusal("bad_body", "base64url with stray low bits")
    if size is not None and len(data) != size:
        raise Refusal("bad_body", f"expected {size} bytes in base64url")
    return data


def is_b64(text: object, size: int) -> bool:
    """Say whether `text` is strict base64url of exactly `size` bytes."""
    if not isinstance(text, str):
        return False
    try:
        b64_decode(text, size)
    except Refusal:
        return False
    return True


def key_to_device(key: bytes) -> str:
    """Return the device id of a 65-byte public key: 32 characters of base32, lower case.

    Raises: Refusal(bad_key) unless the key is 0x04 followed by 64 bytes. Whether the point
            lies on the curve is checked where the key is loaded (`signing`).
    Source: WIRE "Key".
    """
    if len(key) != limits.KEY_BYTES or key[0] != 4:
        raise Refusal("bad_key", "a key is 65 bytes and starts with 0x04")
    return base64.b32encode(hashlib.sha256(key).digest()[:20]).decode("ascii").lower()


def is_device(text: object) -> bool:
    """Say whether `text` has the shape of a device id."""
    return isinstance(text, str) and _DEVICE.fullmatch(text) is not None


def is_uuid(text: object) -> bool:
    """Say whether `text` is a UUID in lower case with hyphens."""
    return isinstance(text, str) and _UUID.fullmatch(text) is not None


def is_scope(text: object) -> bool:
    """Say whether `text` names a scope: `farm:`, `org:` or `sensor:` and a UUID."""
    return isinstance(text, str) and _SCOPE.fullmatch(text) is not None


def is_doc(text: object) -> bool:
    """Say whether `text` names a document: `type:uuid`, the type being an open set."""
    return isinstance(text, str) and _DOC.fullmatch(text) is not None


def is_origin(text: object) -> bool:
    """Say whether `text` may name a log: 1–100 characters of `a-z0-9.-/`."""
    return isinstance(text, str) and _ORIGIN.fullmatch(text) is not None


def split_ref(ref: str) -> tuple[str, str]:
    """Return (kind or type, uuid) of a scope or a document name that was checked before."""
    kind, _, uuid = ref.partition(":")
    return kind, uuid


def make_uuid7(ms: int, random: bytes) -> str:
    """Return a UUIDv7 for a time in ms and 10 random bytes.

    Source: RFC 9562 §5.7.
    """
    if len(random) != 10 or not 0 <= ms < 2**48:
        raise ValueError("a UUIDv7 needs 48 bits of time and 10 random bytes")
    raw = bytearray(ms.to_bytes(6, "big") + random)
    raw[6] = 0x70 | raw[6] & 0x0F
    raw[8] = 0x80 | raw[8] & 0x3F
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
