"""Codes on labels: a lot's code, a label's serial, GTINs and GS1 Digital Links.

Codes are random and mean nothing. Crockford's base32 leaves out I, L, O and U; who types them is understood.
Twin: `pwa/src/core/codes.ts` (what a browser needs). Source: TCVN 13274:2020 (V2); GS1 General
Specifications, AI 01, 10, 21 and §7.9 check digit; GS1 Digital Link URI syntax; PROTOCOL §33.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH: Final = 8
SERIAL_LENGTH: Final = 26
SERIAL_KEY_LENGTH: Final = 20  # what AI (21) holds at most; 98 random bits, by which a serial is found
TYPED_MAX: Final = 64  # nobody types more for a code; longer text is not looked at

_BETWEEN: Final = str.maketrans("", "", " -\u2010\u2011\u2013\u00a0")
_READ_AS: Final = str.maketrans("OIL", "011")
_GTIN: Final = re.compile(r"[0-9]{8}|[0-9]{12,14}")
_LINK: Final = re.compile(r"/01/([0-9]{8,14})(?:/22/[^/]{1,20})?/10/([^/]{1,60})(?:/21/([^/]{1,60}))?/?")
_VALUE: Final = re.compile(r"[!%-?A-Z_a-z\"]{1,20}")


@dataclass(frozen=True, slots=True)
class Link:
    """What a GS1 Digital Link names. `gtin`: 14 digits; `serial`: "" where it has none."""

    gtin: str
    lot: str
    serial: str


def _base32(number: int, length: int) -> str:
    """Return `length` characters, the most significant first."""
    return "".join(ALPHABET[number >> 5 * at & 31] for at in reversed(range(length)))


def new_code(random: bytes) -> str:
    """Return a lot's code of 8 characters from 5 random bytes."""
    assert len(random) == 5
    return _base32(int.from_bytes(random, "big"), CODE_LENGTH)


def serial_of(seed: bytes, number: int) -> str:
    """Return the serial of the `number`-th label (from 1) of a print run: 26 characters, 128 bits.

    The run's seed is private to the cooperative; without it no serial can be guessed from another.
    """
    assert len(seed) == 16
    made = hmac.new(seed, b"so-nha-nong/1/label\n" + number.to_bytes(8, "big"), hashlib.sha256).digest()
    return _base32(int.from_bytes(made[:16], "big"), SERIAL_LENGTH)


def read_code(text: str, length: int = CODE_LENGTH) -> str | None:
    """Return the code that somebody typed or scanned, in its one form; None where it can't be one."""
    bare = "" if len(text) > TYPED_MAX else text.translate(_BETWEEN)
    if not bare.isascii():
        return None
    read = bare.upper().translate(_READ_AS)
    return read if len(read) == length and all(one in ALPHABET for one in read) else None


def show_code(code: str) -> str:
    """Return a lot's code as people read it: `7K3M-9QXA`."""
    return f"{code[:4]}-{code[4:]}"


def check_digit(digits: str) -> int:
    """Return the check digit that follows `digits` (weights 3 and 1 from the right, modulo 10)."""
    return -sum(int(one) * (1 if at % 2 else 3) for at, one in enumerate(reversed(digits))) % 10


def is_gtin(text: str) -> bool:
    """Say whether a text is a GTIN of 8, 12, 13 or 14 digits whose check digit is right."""
    return _GTIN.fullmatch(text) is not None and check_digit(text[:-1]) == int(text[-1])


def gtin14(text: str) -> str:
    """Return a GTIN as 14 digits."""
    return text.rjust(14, "0")


def digital_link(gtin: str, code: str, serial: str = "") -> str:
    """Return the path of a lot's, or a label's, GS1 Digital Link.

    AI (21) holds at most 20 characters: the first 20 of the serial stand there.
    """
    path = f"/01/{gtin14(gtin)}/10/{quote(code, safe='')}"
    return f"{path}/21/{quote(serial[:SERIAL_KEY_LENGTH], safe='')}" if serial else path


def read_link(path: str) -> Link | None:
    """Return what a Digital Link's path names, or None where it is none or its GTIN is wrong."""
    found = _LINK.fullmatch(path)
    if found is None:
        return None
    gtin, lot, serial = found[1], unquote(found[2]), unquote(found[3] or "")
    if not is_gtin(gtin) or _VALUE.fullmatch(lot) is None:
        return None
    if serial and _VALUE.fullmatch(serial) is None:
        return None
    return Link(gtin14(gtin), lot, serial)
