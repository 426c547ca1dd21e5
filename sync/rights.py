"""Who may write which kind of document in which scope: the one table.

The server, the pages and the tests ask this table; the phone learns from `scopes` where it may
write. It knows roles, not people: whether somebody has that role for this farm today is asked
of the store. Any writer without a right is `held` (`no_right`), never refused.
Source: reference table "Document types × scope × who may write"; PROTOCOL "Rights".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from sync.values import Json

Role = Literal[
    "owner", "member", "helper", "extension", "reviewer", "manager",
    "clerk", "officer", "auditor", "administrator", "operator", "sensor",
]  # fmt: skip

HOUSEHOLD: Final = frozenset({"owner", "member"})
PRODUCERS: Final = HOUSEHOLD | {"helper", "reviewer", "manager"}
STAFF: Final = frozenset({"reviewer", "manager", "clerk", "extension"})
INVITERS: Final = frozenset({"helper", "reviewer", "manager", "administrator", "operator"})
REVOKERS: Final = frozenset({"manager", "administrator", "operator"})
ROLES: Final[frozenset[str]] = PRODUCERS | STAFF | INVITERS | {"officer", "auditor", "sensor"}


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may make a document and who may write to it later, in the scopes of one kind.

    `writer_later`: the writer of its first op may too.
    """

    first: frozenset[str]
    later: frozenset[str]
    writer_later: bool = False


_NONE: Final[frozenset[str]] = frozenset()
_MANAGER: Final = frozenset({"manager"})
_REVIEWERS: Final = frozenset({"reviewer", "manager"})
_PACKERS: Final = frozenset({"manager", "clerk"})
_PRODUCTION: Final = Rule(PRODUCERS, PRODUCERS)

# The operator stands beside the manager for `book`: `flask setup` and `flask invite` open the
# books of the first farms before any manager has a device (our addition to the table).
FARM_RULES: Final[Mapping[str, Rule]] = {
    "book": Rule(frozenset({"helper", "manager", "operator"}), frozenset({"manager", "operator"})),
    "plot": _PRODUCTION,
    "season": _PRODUCTION,
    "entry": _PRODUCTION,
    "photo": _PRODUCTION,
    "comment": Rule(PRODUCERS | {"extension"}, _NONE, writer_later=True),
    "review": Rule(_REVIEWERS, _NONE),
    "inspection": Rule(_REVIEWERS | {"extension"}, _REVIEWERS | {"extension"} | HOUSEHOLD),
    "admission": Rule(_REVIEWERS, _NONE),
    "erasure": Rule(_MANAGER, _NONE),
}
ORG_RULES: Final[Mapping[str, Rule]] = {
    "photo": Rule(_PACKERS, _PACKERS),
    "admission": Rule(_REVIEWERS, _NONE),
    "erasure": Rule(_MANAGER, _NONE),
    "device": Rule(INVITERS, INVITERS),
    "passkey": Rule(ROLES - {"sensor", "operator"}, frozenset({"administrator"}), writer_later=True),
    "lot": Rule(_PACKERS, _PACKERS),
    "lot_event": Rule(_PACKERS, _NONE),
    "label": Rule(_MANAGER, _MANAGER),
    "sale": Rule(_PACKERS, _MANAGER, writer_later=True),
    "label_use": Rule(_REVIEWERS, _REVIEWERS),
    "attendance": Rule(STAFF | {"helper"}, STAFF | {"helper"}),
}
SENSOR_RULES: Final[Mapping[str, Rule]] = {"reading": Rule(frozenset({"sensor"}), _NONE)}

_OTHER: Final[Mapping[str, Rule]] = {
    "farm": _PRODUCTION,
    "org": Rule(_MANAGER, _MANAGER),
    "sensor": Rule(_NONE, _NONE),
}
_TABLE: Final = {"farm": FARM_RULES, "org": ORG_RULES, "sensor": SENSOR_RULES}


def rule(scope_kind: str, doc_type: str) -> Rule:
    """Return the rule of a document type; one this program does not know has its scope's own."""
    return _TABLE[scope_kind].get(doc_type, _OTHER[scope_kind])


def may_write(role: str, scope_kind: str, doc_type: str, *, is_first: bool, is_writer: bool = False) -> bool:
    """Say whether a role that reaches a scope may write an op of a document there.

    `is_first`: the document has no op yet; `is_writer`: the same membership wrote its first op.
    Joins are no matter of this table (the new key proves itself), nor are ends of devices
    (`may_revoke`).
    """
    of = rule(scope_kind, doc_type)
    if is_first:
        return role in of.first
    return role in of.later or (of.writer_later and is_writer)


def may_revoke(role: str, *, is_self: bool) -> bool:
    """Say whether a role may end a device; everybody may end his own."""
    return is_self or role in REVOKERS


def is_revoking(fields: Mapping[str, Json]) -> bool:
    """Say whether an op on a device document ends a device, and does nothing else to it.

    Everybody may end his own device: an op that confirms or invites beside it is judged as what it is more.
    """
    return fields.get("revoked") is True and fields.keys().isdisjoint(("confirmed", "membership"))


def may_open(role: str, scope_kind: str) -> bool:
    """Say whether a role may write anything at all in scopes of a kind (the phone's `write`)."""
    rules = (*_TABLE[scope_kind].values(), _OTHER[scope_kind])
    return any(role in one.first or role in one.later for one in rules)
