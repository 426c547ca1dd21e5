"""Who may write which document, read which log, see which page, ask for and do what: the one table.

`rights.json` is the table; the server, its pages, the phone and the tests ask this module or its twin
`pwa/src/core/rights.ts`, and no other list of roles is kept. It knows roles, not people: whether somebody
has that role for this farm today is asked of the store. What the table does not name is forbidden.
Source: reference table "Document types × scope × who may write"; PROTOCOL §23; tests/vectors/rights.json.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sync.values import Json

_TABLE: Final[dict[str, Any]] = json.loads((Path(__file__).parent / "rights.json").read_text("utf-8"))
HOUSEHOLD: Final = frozenset(_TABLE["roles"]["household"])
HELPERS: Final = frozenset(_TABLE["roles"]["helper"])
STAFF: Final = frozenset(_TABLE["roles"]["staff"])
OPERATOR: Final[str] = _TABLE["roles"]["machine"][0]
SENSOR: Final[str] = _TABLE["roles"]["machine"][1]
ROLES: Final = tuple(role for group in _TABLE["roles"].values() for role in group)
PAGES: Final = tuple(_TABLE["pages"])
ACTS: Final = tuple(_TABLE["acts"])
REQUESTS: Final = tuple(_TABLE["requests"])
OTHER: Final = "other"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may make a document and who may write to it later, in the scopes of one kind.

    `writer_later`: the writer of its first op may too. `end`: who may end somebody else's (devices).
    `step_up`: an op needs a fresh passkey assertion beside its signature. `guarded`: so does one that sets
    `state` to one of `guarded_states` or names one of `guarded_fields`, and only these roles write it.
    `unread`: in the own organisation's log also those who don't read it.
    """

    first: frozenset[str]
    later: frozenset[str]
    writer_later: bool = False
    end: frozenset[str] = frozenset()
    step_up: bool = False
    unread: bool = False
    guarded: frozenset[str] = frozenset()
    guarded_states: frozenset[str] = frozenset()
    guarded_fields: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reads:
    """What a role reads: `farms` own, helped, organisation or none; `org` read, write or none.

    `below`: people, devices and passkeys of the organisations below its own too, never their farms.
    """

    farms: str
    org: str
    below: bool = False


def _rule(row: Mapping[str, Any]) -> Rule:
    sets = {name: frozenset(row.get(name, ())) for name in ("first", "later", "end")}
    guard = row.get("guarded", {})
    return Rule(
        **sets,
        writer_later=row.get("writer_later", False),
        step_up=row.get("step_up", False),
        unread=row.get("unread", False),
        guarded=frozenset(guard.get("roles", ())),
        guarded_states=frozenset(guard.get("states", ())),
        guarded_fields=frozenset(guard.get("fields", ())),
    )


_RULES: Final = {
    kind: {doc_type: _rule(row) for doc_type, row in rows.items()}
    for kind, rows in _TABLE["documents"].items()
}
_READS: Final = {role: Reads(**row) for role, row in _TABLE["reads"].items()}
READ_BELOW: Final = frozenset(role for role, reads in _READS.items() if reads.below)


def types() -> dict[str, tuple[str, ...]]:
    """Return the types of documents that the table names, by the kind of scope."""
    return {kind: tuple(one for one in rules if one != OTHER) for kind, rules in _RULES.items()}


def rule(scope_kind: str, doc_type: str) -> Rule:
    """Return the rule of a document type; one this program does not know has its scope's own."""
    rules = _RULES[scope_kind]
    return rules.get(doc_type) or rules[OTHER]


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


def is_guarded(scope_kind: str, doc_type: str, fields: Mapping[str, Json], *, has_private: bool) -> bool:
    """Say whether an op does what fewer may than write the document, and only with a fresh assertion.

    One with a private part does: a private value of a guarded field would hide the public one.
    """
    of = rule(scope_kind, doc_type)
    if has_private and of.guarded:
        return True
    state = fields.get("state")
    is_state = isinstance(state, str) and state in of.guarded_states
    return is_state or not of.guarded_fields.isdisjoint(fields)


def may_pass_guard(role: str, scope_kind: str, doc_type: str) -> bool:
    """Say whether a role may write the guarded ops of a document."""
    return role in rule(scope_kind, doc_type).guarded


def is_unread(scope_kind: str, doc_type: str) -> bool:
    """Say whether a document is also written by those who don't read their organisation's log."""
    return rule(scope_kind, doc_type).unread


def needs_step_up(scope_kind: str, doc_type: str) -> bool:
    """Say whether an op of a document needs a fresh passkey assertion of its writer."""
    return rule(scope_kind, doc_type).step_up


def may_revoke(role: str, *, is_self: bool) -> bool:
    """Say whether a role may end a device; everybody may end his own."""
    return is_self or role in rule("org", "device").end


def is_revoking(fields: Mapping[str, Json]) -> bool:
    """Say whether an op on a device document ends a device, and does nothing else to it.

    Everybody may end his own device: an op that confirms or invites beside it is judged as what it is more.
    """
    return fields.get("revoked") is True and fields.keys().isdisjoint(("confirmed", "membership"))


def may_open(role: str, scope_kind: str) -> bool:
    """Say whether a role may write anything at all in scopes of a kind (the phone's `write`)."""
    return any(role in one.first or role in one.later for one in _RULES[scope_kind].values())


def reads_of(role: str) -> Reads:
    """Return what a role reads; a role that the table does not name reads nothing."""
    return _READS.get(role) or Reads("none", "none")


def may_give(role: str, given: str) -> bool:
    """Say whether a role may make, invite and confirm members of a role: none of more right than its own."""
    return given in _TABLE["gives"].get(role, ())


def needs_until(role: str) -> bool:
    """Say whether memberships of a role must have an end."""
    return role in _TABLE["until"]


def may_ask(role: str, kind: str) -> bool:
    """Say whether a role may send a request of a kind."""
    return role in _TABLE["requests"][kind]["ask"]


def may_settle(role: str, kind: str) -> bool:
    """Say whether a role may settle a request of a kind: where it asks itself, that is the decision."""
    return role in _TABLE["requests"][kind]["settle"]


def may_see(role: str, page: str) -> bool:
    """Say whether a role may see a page of the console."""
    return role in _TABLE["pages"][page]


def has_pages(role: str) -> bool:
    """Say whether any page of the console is there for a role."""
    return any(role in roles for roles in _TABLE["pages"].values())


def actors(act: str) -> frozenset[str]:
    """Return the roles that may change rows by an act of the console."""
    return frozenset(_TABLE["acts"][act])


def may_act(role: str, act: str) -> bool:
    """Say whether a role may change rows by an act of the console."""
    return role in _TABLE["acts"][act]
