"""The vectors of rights, run against `sync.rights`; `tests/pwa/core/rights.test.ts` runs the same.

They were written from the reference table by hand, so they check `sync/rights.json`, too.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sync import rights

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "rights.json").read_text("utf-8"))
Given = dict[str, Any]


def those(may: Callable[[str], bool]) -> list[str]:
    """Return the roles for which a question is answered with yes."""
    return [role for role in rights.ROLES if may(role)]


def writers(given: Given) -> dict[str, list[str]]:
    kind, doc_type = given["kind"], given["type"]
    return {
        "first": those(lambda role: rights.may_write(role, kind, doc_type, is_first=True)),
        "later": those(lambda role: rights.may_write(role, kind, doc_type, is_first=False)),
        "writer": those(lambda role: rights.may_write(role, kind, doc_type, is_first=False, is_writer=True)),
    }


def reads(given: Given) -> dict[str, Any]:
    found = rights.reads_of(given["role"])
    return {"farms": found.farms, "org": found.org, "below": found.below}


CALLS: dict[str, Callable[[Given], Any]] = {
    "may_write": writers,
    "needs_step_up": lambda g: rights.needs_step_up(g["kind"], g["type"]),
    "is_guarded": lambda g: {
        "guarded": rights.is_guarded(g["kind"], g["type"], g["fields"], has_private=g.get("private", False)),
        "by": those(lambda role: rights.may_pass_guard(role, g["kind"], g["type"])),
    },
    "may_open": lambda g: those(lambda role: rights.may_open(role, g["kind"])),
    "may_revoke": lambda g: those(lambda role: rights.may_revoke(role, is_self=g["self"])),
    "reads_of": reads,
    "may_give": lambda g: those(lambda role: rights.may_give(g["role"], role)),
    "may_ask_and_settle": lambda g: {
        "ask": those(lambda role: rights.may_ask(role, g["kind"])),
        "settle": those(lambda role: rights.may_settle(role, g["kind"])),
    },
    "needs_until": lambda _: those(rights.needs_until),
}
CASES = [
    pytest.param(group["description"], case, id=f"{group['description']}: {case['name']}")
    for group in VECTORS["groups"]
    for case in group["cases"]
]


@pytest.mark.parametrize(("call", "case"), CASES)
def test_vector_of_rights(call: str, case: dict[str, Any]) -> None:
    assert CALLS[call](case["given"]) == case["expect"]


def test_every_type_and_every_role_of_the_table_has_its_vector() -> None:
    table = json.loads((Path(rights.__file__).parent / "rights.json").read_text("utf-8"))
    groups = {group["description"]: [case["given"] for case in group["cases"]] for group in VECTORS["groups"]}
    named = {(one["kind"], one["type"]) for one in groups["may_write"]}
    types = {(kind, one) for kind, rows in table["documents"].items() for one in rows if one != rights.OTHER}
    assert types <= named
    assert set(rights.ROLES) <= {one["role"] for one in groups["reads_of"]}
    assert set(table["gives"]) <= {one["role"] for one in groups["may_give"]}
    assert set(rights.REQUESTS) == {one["kind"] for one in groups["may_ask_and_settle"]}


def test_the_table_names_no_role_that_it_does_not_list_and_every_role_reads_something_or_nothing() -> None:
    table = json.loads((Path(rights.__file__).parent / "rights.json").read_text("utf-8"))
    rules = [rule for rows in table["documents"].values() for rule in rows.values()]
    lists = [rule.get(name, []) for rule in rules for name in ("first", "later", "end")]
    lists += [*table["gives"].values(), *table["pages"].values(), *table["acts"].values(), table["until"]]
    lists += [rule["guarded"]["roles"] for rule in rules if "guarded" in rule]
    lists += [one[name] for one in table["requests"].values() for name in ("settle", "ask")]
    assert {role for one in lists for role in one} <= set(rights.ROLES)
    assert set(table["reads"]) == set(rights.ROLES)


def test_nobody_gives_a_role_that_may_do_what_he_may_not() -> None:
    def rights_of(role: str) -> set[str]:
        found = {f"page {page}" for page in rights.PAGES if rights.may_see(role, page)}
        return found | {f"act {act}" for act in rights.ACTS if rights.may_act(role, act)}

    for role in set(rights.ROLES) - {rights.OPERATOR}:
        for given in rights.ROLES:
            if rights.may_give(role, given) and not rights.reads_of(role).below:
                assert rights_of(given) <= rights_of(role), (role, given)
