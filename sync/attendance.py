"""Attendances of training: the code that an attendee's phone shows, and the document that says who came.

A code says which household or organisation and which member, and no name. Its check value tells a torn or
typed code from a whole one; it proves nobody's presence: who scans sees whom he scans.
Source: PROTOCOL §40; tests/vectors/attendance.json.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from sync import ids
from sync.civil import is_civil_date
from sync.errors import Refusal
from sync.values import Json

PREFIX: Final = "DD1:"
Fault = Literal["not_attendee", "bad_attendee", "foreign_attendee"]
HOW: Final = ("scan", "list")
_KINDS: Final = {"farm": 1, "organisation": 2}
_BARE_BYTES: Final = 33  # kind, id, membership
_MARK_BYTES: Final = 2
_CHECK_BYTES: Final = 4
_CHARS_MAX: Final = 40


@dataclass(frozen=True, slots=True)
class Attendee:
    """Who comes: a member of a household (`kind` farm) or of an organisation. Ids are UUIDs."""

    kind: str
    id: str
    membership: str


@dataclass(frozen=True, slots=True)
class Attendance:
    """What a document says: texts are "" where it says nothing of use. `farm`: with its `farm:`."""

    training: str
    farm: str
    organisation: str
    membership: str
    kind: str
    how: str
    happened_on: str


def make_attendee_code(origin: str, who: Attendee) -> str:
    """Return what the attendee's phone shows, 56 characters."""
    bare = bytes([_KINDS[who.kind]]) + _raw(who.id) + _raw(who.membership) + _mark(origin)
    return PREFIX + ids.b64_encode(bare + _check(bare))


def read_attendee_code(origin: str, text: str) -> Attendee | Fault:
    """Return who a scanned text is, or why it is nobody.

    Shape:  not_attendee: another kind of code; bad_attendee: damaged, cut or made up; foreign_attendee:
            whole, but of another log than `origin`.
    """
    if not text.startswith(PREFIX):
        return "not_attendee"
    try:
        data = ids.b64_decode(text[len(PREFIX) :], _BARE_BYTES + _MARK_BYTES + _CHECK_BYTES)
    except Refusal:
        return "bad_attendee"
    bare, check = data[:-_CHECK_BYTES], data[-_CHECK_BYTES:]
    kind = next((name for name, number in _KINDS.items() if number == bare[0]), None)
    if kind is None or check != _check(bare):
        return "bad_attendee"
    if bare[_BARE_BYTES:] != _mark(origin):
        return "foreign_attendee"
    return Attendee(kind, _uuid(bare[1:17]), _uuid(bare[17:_BARE_BYTES]))


def attendance_doc(training: str, of: str, membership: str) -> str:
    """Return the document of one attendee at one session: the same on every phone, so that none is doubled.

    Shape:  `of`: the scope of the household, or `org:` and the organisation; `membership`: "" where only the
            household is known.
    Source: RFC 9562 §5.8 (UUIDv8).
    """
    told = f"so-nha-nong/1/attendance\n{training}\n{of}\n{membership}\n".encode("ascii")
    raw = bytearray(hashlib.sha256(told).digest()[:16])
    raw[6] = 0x80 | raw[6] & 0x0F
    raw[8] = 0x80 | raw[8] & 0x3F
    return f"attendance:{_uuid(bytes(raw))}"


def parse_attendance(values: Mapping[str, Json]) -> Attendance:
    """Return what the public fields of a document say; what makes no sense counts as not said."""
    farm, day, how = (values.get(name) for name in ("farm", "happened_on", "how"))
    is_farm = isinstance(farm, str) and ids.is_scope(farm) and farm.startswith("farm:")
    kind = values.get("kind")
    return Attendance(
        training=_id(values.get("training")),
        farm=str(farm) if is_farm else "",
        organisation=_id(values.get("organisation")),
        membership=_id(values.get("membership")),
        kind=kind if isinstance(kind, str) and len(kind) <= _CHARS_MAX else "",
        how=str(how) if how in HOW else "",
        happened_on=day if isinstance(day, str) and is_civil_date(day) else "",
    )


def _id(value: Json) -> str:
    return value if isinstance(value, str) and ids.is_uuid(value) else ""


def _raw(uuid: str) -> bytes:
    return bytes.fromhex(uuid.replace("-", ""))


def _uuid(raw: bytes) -> str:
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _mark(origin: str) -> bytes:
    """Return by what a code tells whose log it belongs to."""
    return hashlib.sha256(f"so-nha-nong/1/attendee {origin}\n".encode("ascii")).digest()[:_MARK_BYTES]


def _check(bare: bytes) -> bytes:
    return hashlib.sha256(b"so-nha-nong/1/attendee\n" + bare).digest()[:_CHECK_BYTES]
