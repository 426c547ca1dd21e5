"""A lot's bundle: the ops behind it with every proof that they need, in one text that anyone can check.

Nothing in it is taken on trust but the log's key and the operator's, and whoever has the log's from elsewhere
gives it. Each byte is bound by a signature, a hash or a place in the tree; the first that is not refuses the
whole, by name. What the ops say of the world is not judged here.
Source: PROTOCOL §37; DESIGN §3 "Transparency log". Refusals have the slug `bad_bundle`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sync import bundle_devices, ids, limits
from sync.bundle_devices import Devices
from sync.checkpoint import LOG_KEY, Note, NoteKey, cosigned_at, open_note, parse_key
from sync.errors import Refusal
from sync.log import next_digest, start_digest
from sync.ops import Op, domain, parse_op
from sync.tree import leaf_hash, leaf_text, verify_inclusion
from sync.values import Json, parse_text

MEMBERS: Final = frozenset(
    {
        "v", "origin", "log_key", "operator", "scope", "lot", "published", "witnesses", "checkpoint",
        "scopes", "ops", "device_ops", "assertions",
    }
)  # fmt: skip
_SCOPE: Final = frozenset({"scope", "first", "before", "links", "seq", "digest", "index", "path"})


@dataclass(frozen=True)
class Proven:
    """What a bundle proves.

    Shape:  `ops`: by id, with `received_at`; `cosigned`: (witness, seconds); `facts`: of the publishing op;
            `is_confirmed`: a passkey confirmed it; `missing`: entries that the facts tell of, not here.
    """

    origin: str
    log_key: str
    operator: str
    size: int
    cosigned: tuple[tuple[str, int], ...]
    ops: Mapping[str, tuple[Op, int]]
    devices: frozenset[str]
    published_at: int
    facts: Mapping[str, Json]
    is_confirmed: bool
    missing: tuple[str, ...]


def check(text: str, known_key: str | None = None) -> Proven:
    """Return what a bundle proves. `known_key`: the log's key as the one who checks knows it.

    Raises: Refusal(bad_bundle), whose detail names the first thing that does not hold.
    """
    data = _parse(text)
    origin, note = str(data["origin"]), _check_log(data, known_key)
    received: dict[tuple[str, int], tuple[str, int]] = {}
    for one in _list(data, "scopes"):
        received |= _check_scope(origin, one, note)
    answers = _list(data, "assertions")
    devices = bundle_devices.check(origin, _texts(data, "operator"), _list(data, "device_ops"), answers)
    ops = _check_ops(origin, data, received, devices)
    confirmed = bundle_devices.check_assertions(answers, devices, ops)
    published, at = _published(data, ops)
    return Proven(
        origin=origin,
        log_key=str(data["log_key"]),
        operator=devices.operator,
        size=note.checkpoint.size,
        cosigned=_cosigned(data, note),
        ops={op.id: (op, at) for op, at in ops.values()},
        devices=frozenset(op.device for op, _ in ops.values()),
        published_at=at,
        facts=_facts(published),
        is_confirmed=published.id in confirmed,
        missing=_missing(published, ops),
    )


def refusal(where: str, what: str) -> Refusal:
    """Return the refusal of a bundle in which something does not hold."""
    return Refusal("bad_bundle", f"{where}: {what}")


def _parse(text: str) -> dict[str, Any]:
    try:
        data: dict[str, Any] = dict(parse_text(text, limits.BUNDLE_BYTES_MAX))
    except Refusal as cause:
        raise refusal("bundle", f"not a text of its form ({cause.detail})") from cause
    if data.keys() != MEMBERS or data["v"] != 1 or data["v"] is True or not ids.is_origin(data["origin"]):
        raise refusal("bundle", "not the members of version 1")
    return data


def _check_log(data: Mapping[str, Any], known_key: str | None) -> Note:
    try:
        key = parse_key(_texts(data, "log_key"))
        note = open_note(_texts(data, "checkpoint"), key)
        witnesses = [parse_key(str(one)) for one in _list(data, "witnesses")]
    except Refusal as cause:
        raise refusal("checkpoint", cause.detail) from cause
    if known_key is not None and str(key) != known_key:
        raise refusal("log_key", "not the key that you know of this log")
    if key.kind != LOG_KEY or key.name != data["origin"]:
        raise refusal("log_key", "a key of another log")
    good = 1 + sum(cosigned_at(note, one) is not None for one in witnesses)
    if good != len(note.signatures) or len(note.signatures) != 1 + len(witnesses):
        raise refusal("checkpoint", "a signature that no named key made")
    return note


def _cosigned(data: Mapping[str, Any], note: Note) -> tuple[tuple[str, int], ...]:
    keys: list[NoteKey] = [parse_key(str(one)) for one in data["witnesses"]]
    return tuple((key.name, cosigned_at(note, key) or 0) for key in keys)


def _check_scope(origin: str, one: Any, note: Note) -> dict[tuple[str, int], tuple[str, int]]:
    """Return (id, received_at) by (scope, seq) of the links, which lead to a head that is in the tree."""
    if not isinstance(one, dict) or one.keys() != _SCOPE or not ids.is_scope(one["scope"]):
        raise refusal("scopes", "not the members of a scope")
    scope, first = one["scope"], one["first"]
    where, links = f"scope {scope}", _list(one, "links")
    if not _is_number(first, 1) or not _is_number(one["index"], 0):
        raise refusal(where, "no number")
    digest = _hash(where, one["before"])
    if first == 1 and digest != start_digest(origin, scope):
        raise refusal(where, "it does not begin where a log begins")
    prefix, found = domain("log", origin), {}
    for i, link in enumerate(links):
        if not isinstance(link, list) or len(link) != 2 or not _is_number(link[0], 0):
            raise refusal(where, f"link {first + i} is none")
        digest = next_digest(prefix, digest, first + i, link[0], _hash(where, link[1]))
        found[scope, first + i] = (str(link[1]), int(link[0]))
    if one["seq"] is True or one["seq"] != first + len(links) - 1 or digest != _hash(where, one["digest"]):
        raise refusal(where, "its links do not lead to the head: an op or a time was altered")
    path = [_hash(where, step) for step in _list(one, "path")]
    leaf = leaf_hash(leaf_text(scope, one["seq"], digest))
    if not verify_inclusion(leaf, one["index"], note.checkpoint.size, path, note.checkpoint.root):
        raise refusal(where, "its head is not in the tree of the checkpoint")
    return found


def _check_ops(
    origin: str,
    data: Mapping[str, Any],
    received: Mapping[tuple[str, int], tuple[str, int]],
    devices: Devices,
) -> dict[tuple[str, int], tuple[Op, int]]:
    found: dict[tuple[str, int], tuple[Op, int]] = {}
    for one in _list(data, "ops"):
        if not isinstance(one, dict) or one.keys() != {"scope", "seq", "body", "signature"}:
            raise refusal("ops", "not the members of an op")
        place, where = (one["scope"], one["seq"]), f"op {one['scope']} {one['seq']}"
        if place not in received or place in found or one["seq"] is True:
            raise refusal(where, "it has no link, or stands here twice")
        try:
            op = parse_op(origin, str(one["body"]))
        except Refusal as cause:
            raise refusal(where, cause.detail) from cause
        if op.id != received[place][0] or op.scope != place[0]:
            raise refusal(where, "its text is not what was received")
        if not devices.has_signed(op, one["signature"]):
            raise refusal(where, "not signed by the device that it names")
        if op.device not in devices.trusted:
            raise refusal(where, f"nobody let the device {op.device} in")
        found[place] = (op, received[place][1])
    return found


def _published(data: Mapping[str, Any], ops: Mapping[tuple[str, int], tuple[Op, int]]) -> tuple[Op, int]:
    named = {op.id: (op, at) for op, at in ops.values()}
    found = named.get(str(data["published"]))
    if found is None:
        raise refusal("published", "the op that published the lot is not here")
    op, at = found
    if (op.scope, op.doc) != (data["scope"], data["lot"]) or not isinstance(op.fields.get("facts"), dict):
        raise refusal("published", "the op does not publish this lot")
    return op, at


def _facts(published: Op) -> Mapping[str, Json]:
    facts = published.fields["facts"]
    return facts if isinstance(facts, dict) else {}


def _missing(published: Op, ops: Mapping[tuple[str, int], tuple[Op, int]]) -> tuple[str, ...]:
    steps = _facts(published).get("steps")
    told = [one.get("entry") for one in steps if isinstance(one, dict)] if isinstance(steps, list) else []
    here = {op.doc for op, _ in ops.values()}
    return tuple(sorted({str(one) for one in told} - here))


def _list(data: Mapping[str, Any], name: str) -> list[Any]:
    if not isinstance(data[name], list):
        raise refusal(name, "no list")
    return list(data[name])


def _texts(data: Mapping[str, Any], name: str) -> str:
    if not isinstance(data[name], str):
        raise refusal(name, "no text")
    return str(data[name])


def _hash(where: str, text: Any) -> bytes:
    if not ids.is_b64(text, limits.DIGEST_BYTES):
        raise refusal(where, "no hash")
    return ids.b64_decode(text)


def _is_number(value: Any, least: int) -> bool:
    return type(value) is int and value >= least
