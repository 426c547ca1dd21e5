"""The shape of one sync request, checked whole before anything is looked up.

What is wrong with one op is that op's own result; only what makes the request unreadable
refuses it as a whole. Answers are built by the server from stored texts.
Source: WIRE "Request"; DESIGN §3 "Sync".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sync import ids, limits
from sync.errors import Refusal
from sync.log import Cursor, parse_cursor
from sync.values import Json

MEMBERS: Final = frozenset(
    {"cursors", "ops", "keys", "limit", "access", "tree", "assertions", "phone", "whole"}
)


@dataclass(frozen=True, slots=True)
class SentOp:
    """One op as it came; nothing in it is checked but that its members are texts."""

    body: str
    private: str | None
    signature: str


@dataclass(frozen=True, slots=True)
class SentAssertion:
    """A passkey's answer over the ids of ops; what the authenticator said is not looked at here."""

    ops: tuple[str, ...]
    response: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """A sync request of the right shape.

    `cursors`: scope → cursor, None where the phone holds nothing, in the order asked;
    `ops_max`, `bytes_max`: how much the answer may hold; `keys`: device → 65 bytes, unchecked
    against the device id; `phone`: what the phone says of itself, integers and one version text;
    `tree`: size of the newest checkpoint that it verified, None where it asks for no proof.
    """

    cursors: Mapping[str, Cursor | None]
    ops: tuple[SentOp | None, ...]
    keys: Mapping[str, bytes]
    ops_max: int
    bytes_max: int
    access: str
    whole: bool
    phone: Mapping[str, int | str]
    assertions: tuple[SentAssertion, ...] = ()
    tree: int | None = None


def parse_request(data: Json) -> SyncRequest:
    """Return the request that a JSON value holds.

    Shape:  WIRE's members, others ignored for newer phones; an op of the wrong shape becomes
            None and gets `refused` (bad_body) by itself.
    Raises: Refusal(bad_request), or (too_large) above 100 ops or 64 scopes.
    """
    if not isinstance(data, dict):
        raise Refusal("bad_request", "the request is no JSON object")
    ops, cursors = data.get("ops", []), data.get("cursors", {})
    if not isinstance(ops, list) or not isinstance(cursors, dict):
        raise Refusal("bad_request", "ops is no list or cursors no object")
    if len(ops) > limits.REQUEST_OPS_MAX or len(cursors) > limits.REQUEST_SCOPES_MAX:
        raise Refusal(
            "too_large", f"at most {limits.REQUEST_OPS_MAX} ops and {limits.REQUEST_SCOPES_MAX} scopes"
        )
    ops_max, bytes_max = _parse_limit(data.get("limit", {}))
    access = data.get("access", "")
    if not isinstance(access, str) or len(access) > 200:
        raise Refusal("bad_request", "access is no text of at most 200 characters")
    return SyncRequest(
        cursors=_parse_cursors(cursors),
        ops=tuple(_parse_sent(op) for op in ops),
        keys=parse_keys(data.get("keys", {})),
        ops_max=ops_max,
        bytes_max=bytes_max,
        access=access,
        whole=data.get("whole") is True,
        phone=_parse_phone(data.get("phone", {})),
        assertions=parse_assertions(data.get("assertions", [])),
        tree=_parse_tree(data.get("tree")),
    )


def _parse_tree(size: Json) -> int | None:
    if size is None:
        return None
    if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size <= limits.INTEGER_MAX:
        raise Refusal("bad_request", "tree is no size")
    return size


def parse_assertions(listed: Json) -> tuple[SentAssertion, ...]:
    """Return the assertions of a request; one of the wrong shape confirms nothing and is left out."""
    if not isinstance(listed, list):
        raise Refusal("bad_request", "assertions is no list")
    if len(listed) > limits.REQUEST_ASSERTIONS_MAX:
        raise Refusal("too_large", f"at most {limits.REQUEST_ASSERTIONS_MAX} assertions")
    return tuple(found for one in listed if (found := _parse_assertion(one)) is not None)


def _parse_assertion(one: Json) -> SentAssertion | None:
    if not isinstance(one, dict):
        return None
    ops, response = one.get("ops"), one.get("response")
    if not isinstance(ops, list) or not isinstance(response, dict):
        return None
    named = tuple(op for op in ops if isinstance(op, str) and ids.is_b64(op, limits.DIGEST_BYTES))
    is_whole = 0 < len(named) == len(ops) <= limits.ASSERTION_IDS_MAX and len(set(named)) == len(named)
    return SentAssertion(named, response) if is_whole else None


def parse_keys(keys: Json) -> Mapping[str, bytes]:
    """Return {device: key} of a `keys` object; a key that does not prove its device is refused."""
    if not isinstance(keys, dict) or len(keys) > limits.REQUEST_KEYS_MAX:
        raise Refusal("bad_request", "keys is no object of at most 100 keys")
    found: dict[str, bytes] = {}
    for device, text in keys.items():
        if not ids.is_b64(text, limits.KEY_BYTES):
            raise Refusal("bad_request", "a key is no base64url of 65 bytes")
        key = ids.b64_decode(text)
        if key[0] != 4 or ids.key_to_device(key) != device:
            raise Refusal("bad_request", "a key does not belong to its device id")
        found[device] = key
    return found


def _parse_cursors(cursors: Mapping[str, Json]) -> Mapping[str, Cursor | None]:
    found: dict[str, Cursor | None] = {}
    for scope, text in cursors.items():
        if not ids.is_scope(scope) or not isinstance(text, str):
            raise Refusal("bad_request", "a cursor is not well made")
        try:
            found[scope] = parse_cursor(text)
        except Refusal as cause:
            raise Refusal("bad_request", cause.detail) from cause
    return found


def _parse_sent(op: Json) -> SentOp | None:
    if not isinstance(op, dict):
        return None
    body, private, signature = op.get("body"), op.get("private"), op.get("signature")
    if not isinstance(body, str) or not isinstance(signature, str):
        return None
    if private is not None and not isinstance(private, str):
        return None
    return SentOp(body, private, signature)


def _parse_limit(limit: Json) -> tuple[int, int]:
    if not isinstance(limit, dict):
        raise Refusal("bad_request", "limit is no object")
    counts = []
    for name, most in (("ops", limits.PAGE_OPS_MAX), ("bytes", limits.PAGE_BYTES_MAX)):
        count = limit.get(name, most)
        if not isinstance(count, int) or isinstance(count, bool) or count < 1:
            raise Refusal("bad_request", "a limit is no number above zero")
        counts.append(min(count, most))
    return counts[0], counts[1]


def _parse_phone(phone: Json) -> Mapping[str, int | str]:
    """Return what a phone says of itself; members that we do not know or that make no sense go."""
    if not isinstance(phone, dict):
        return {}
    counts: dict[str, int | str] = {
        name: value
        for name in ("unsent", "photos", "free_mb")
        if isinstance(value := phone.get(name), int)
        and not isinstance(value, bool)
        and 0 <= value <= limits.INTEGER_MAX
    }
    app = phone.get("app")
    if isinstance(app, str) and 0 < len(app) <= 40:
        counts["app"] = app
    return counts
