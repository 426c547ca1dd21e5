"""Ops: what a phone signs, sends and keeps for ever.

An op sets some fields of one document. Its body is stored, forwarded and verified as the exact
text that was signed; its id is the SHA-256 of a domain line and that text.
Source: DESIGN §3 "Op"; WIRE "Body", "Op id", "Private part".
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from sync import ids, limits
from sync.errors import Refusal
from sync.values import Json, parse_text, write_text

_REQUIRED: Final = frozenset({"v", "device", "n", "by", "scope", "doc", "recorded_at", "set"})
_OPTIONAL: Final = frozenset({"after", "skew", "anchor", "private"})
_ANCHOR: Final = (frozenset({"seq", "digest"}), frozenset({"seq", "digest", "size", "root"}))


@dataclass(frozen=True, slots=True)
class Op:
    """One parsed op. Whether its signature holds is not said here (`signing.verify`).

    `id` is base64url of 32 bytes; `recorded_at` and `skew` are ms; `fields` is the `set` of the
    body, `private_fields` that of the private part (None where the part did not come or was
    erased); `body` and `private` are the exact texts; `doc_type` is the part of `doc` before the colon.
    """

    id: str
    device: str
    n: int
    by: str
    scope: str
    doc: str
    after: tuple[str, ...]
    recorded_at: int
    skew: int
    anchor: Mapping[str, Json] | None
    fields: Mapping[str, Json]
    private_hash: str | None
    private_fields: Mapping[str, Json] | None
    body: str
    private: str | None
    doc_type: str = field(init=False, compare=False, repr=False)  # kept: every judge asks it many times

    def __post_init__(self) -> None:
        object.__setattr__(self, "doc_type", self.doc.partition(":")[0])


def domain(name: str, origin: str) -> bytes:
    """Return the domain line D(name) of a log, e.g. `so-nha-nong/1/op <origin>\\n`."""
    return f"so-nha-nong/1/{name} {origin}\n".encode("ascii")


def message(origin: str, body: str) -> bytes:
    """Return M, the bytes that are signed and hashed: D(op) ‖ body."""
    return domain("op", origin) + body.encode("utf-8")


def op_id(origin: str, body: str) -> str:
    """Return the id of the op with this body, as base64url."""
    return ids.b64_encode(hashlib.sha256(message(origin, body)).digest())


def private_hash(origin: str, private: str) -> str:
    """Return the hash that a body names for its private part: SHA-256(D(private) ‖ P)."""
    return ids.b64_encode(hashlib.sha256(domain("private", origin) + private.encode("utf-8")).digest())


def parse_op(origin: str, body: str, private: str | None = None) -> Op:
    """Return the op that a body and its private part hold.

    Raises: Refusal(bad_body) for any fault of form; (newer_version) for a whole number `v`
            above ours; (too_large) above 32 KiB and 16 KiB; (bad_private) for a private part
            that does not match.
    """
    envelope = parse_text(body, limits.BODY_BYTES_MAX)
    version = envelope.get("v")
    if _is_integer(version, limits.VERSION + 1):
        raise Refusal("newer_version", "a version this program does not know")
    if version is not True and version == limits.VERSION:
        _check_envelope(envelope)
    else:
        raise Refusal("bad_body", "v is no version")
    named = envelope.get("private")
    private_fields = None if private is None else _parse_private(origin, private, named, envelope["set"])
    return Op(
        id=op_id(origin, body),
        device=envelope["device"],
        n=envelope["n"],
        by=envelope["by"],
        scope=envelope["scope"],
        doc=envelope["doc"],
        after=tuple(envelope.get("after", ())),
        recorded_at=envelope["recorded_at"],
        skew=envelope.get("skew", 0),
        anchor=envelope.get("anchor"),
        fields=envelope["set"],
        private_hash=named,
        private_fields=private_fields,
        body=body,
        private=private,
    )


def make_body(
    *,
    device: str,
    n: int,
    by: str,
    scope: str,
    doc: str,
    recorded_at: int,
    fields: Mapping[str, Json],
    after: Sequence[str] = (),
    skew: int | None = None,
    anchor: Mapping[str, Json] | None = None,
    private: str | None = None,
) -> str:
    """Return the body of a new op; `private` is the hash of its private part.

    Shape:  members in the order of DESIGN's table, those left out that are empty; `after`
            sorted as the wire wants it. The caller passes time and `n`.
    """
    envelope: dict[str, Json] = {
        "v": limits.VERSION, "device": device, "n": n, "by": by, "scope": scope, "doc": doc,
    }  # fmt: skip
    if after:
        envelope["after"] = sorted(after)
    envelope["recorded_at"] = recorded_at
    if skew is not None:
        envelope["skew"] = skew
    if anchor is not None:
        envelope["anchor"] = dict(anchor)
    envelope["set"] = dict(fields)
    if private is not None:
        envelope["private"] = private
    return write_text(envelope)


def make_private(salt: bytes, fields: Mapping[str, Json]) -> str:
    """Return the text P of a private part; `salt` is 16 random bytes, new for each op."""
    if len(salt) != limits.SALT_BYTES:
        raise ValueError("a salt is 16 bytes")
    return write_text({"salt": ids.b64_encode(salt), "set": dict(fields)})


def _is_integer(value: object, low: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= low


def _check_envelope(envelope: Mapping[str, Json]) -> None:
    """Raise Refusal(bad_body) unless the envelope has exactly the members of version 1."""
    members = envelope.keys()
    if not (members >= _REQUIRED and members <= _REQUIRED | _OPTIONAL):
        raise Refusal("bad_body", "the envelope lacks a member or has one that it does not know")
    doc, scope = envelope["doc"], envelope["scope"]
    checks = (
        ("device", ids.is_device(envelope["device"])),
        ("n", _is_integer(envelope["n"], 1)),
        ("by", ids.is_uuid(envelope["by"])),
        ("scope", ids.is_scope(scope)),
        ("doc", ids.is_doc(doc)),
        ("recorded_at", _is_integer(envelope["recorded_at"], 0)),
        ("skew", "skew" not in envelope or _is_integer(envelope["skew"], -limits.INTEGER_MAX)),
        ("set", isinstance(envelope["set"], dict)),
        ("private", "private" not in envelope or ids.is_b64(envelope["private"], limits.DIGEST_BYTES)),
        ("after", "after" not in envelope or _is_after(envelope["after"])),
        ("anchor", "anchor" not in envelope or _is_anchor(envelope["anchor"])),
    )
    for name, good in checks:
        if not good:
            raise Refusal("bad_body", f"{name} is not well made")


def _is_after(after: object) -> bool:
    return (
        isinstance(after, list)
        and 1 <= len(after) <= limits.PARENTS_MAX
        and all(ids.is_b64(parent, limits.DIGEST_BYTES) for parent in after)
        and all(first < second for first, second in pairwise(after))
    )


def _is_anchor(anchor: object) -> bool:
    return (
        isinstance(anchor, dict)
        and anchor.keys() in _ANCHOR
        and _is_integer(anchor["seq"], 0)
        and ids.is_b64(anchor["digest"], limits.DIGEST_BYTES)
        and ("size" not in anchor or _is_integer(anchor["size"], 0))
        and ("root" not in anchor or ids.is_b64(anchor["root"], limits.DIGEST_BYTES))
    )


def _parse_private(
    origin: str, private: str, named: str | None, fields: Mapping[str, Json]
) -> Mapping[str, Json]:
    """Return the private fields, after checking the part against the hash that the body names."""
    try:
        part = parse_text(private, limits.PRIVATE_BYTES_MAX)
    except Refusal as cause:
        if cause.slug == "too_large":
            raise
        raise Refusal("bad_private", cause.detail) from cause
    if named is None or private_hash(origin, private) != named:
        raise Refusal("bad_private", "the private part is not the one that the body names")
    if part.keys() != {"salt", "set"} or not isinstance(part["set"], dict):
        raise Refusal("bad_private", "a private part has exactly salt and set")
    if not ids.is_b64(part["salt"], limits.SALT_BYTES):
        raise Refusal("bad_private", "a salt is 16 bytes")
    if not part["set"].keys().isdisjoint(fields):
        raise Refusal("bad_private", "a name stands in both parts")
    inner: Mapping[str, Json] = part["set"]
    return inner
