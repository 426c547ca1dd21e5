"""The vectors of the reference lists, run against `sync`; `tests/pwa/core/lists.test.ts` runs the same."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from sync import crops, lists, lists_search, lists_wire, plain

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "lists.json").read_text("utf-8"))
BARE = lists_wire.lists_from_wire(VECTORS["lists"])
BOOK = [lists_wire.label_use_from_wire(row) for row in VECTORS["label_uses"]]
LISTS = lists.make_lists(
    BARE.version,
    [one for same in BARE.products.values() for one in same],
    list(BARE.banned),
    list(BARE.loaded),
    BOOK,
)
INDEX = lists_search.make_index(LISTS)


def _phi(given: Any) -> Any:
    kind, days, stages = lists.parse_phi(given["text"])
    return {"kind": kind, "days": days, "stages": list(stages)}


def _dose(given: Any) -> Any:
    doses = lists.parse_dose(given["text"])
    return None if doses is None else [asdict(dose) for dose in doses]


def _find(given: Any) -> Any:
    found = lists.find(LISTS, given["name"], given["day"])
    return None if found is None else found.valid_from


def _banned(given: Any) -> Any:
    found = lists.find_banned(LISTS, given["active"], given["day"])
    return None if found is None else found.active


def _uses(given: Any) -> Any:
    found = lists.uses_of(LISTS, given["name"], given["day"], given["crop"])
    return [[use.crop, use.phi_text] for use in found]


def _wire(given: Any) -> Any:
    read = lists_wire.lists_from_wire(given["wire"])
    return {"version": read.version, "products": sum(map(len, read.products.values()))}


CALLS: dict[str, Any] = {
    "plain": lambda g: plain.plain(g["text"]),
    "words": lambda g: plain.words(g["text"]),
    "parse_phi": _phi,
    "parse_dose": _dose,
    "find": _find,
    "is_listed": lambda g: lists.is_listed(LISTS, g["name"], g["day"], g["kind"]),
    "find_banned": _banned,
    "uses_of": _uses,
    "crop_fit": lambda g: crops.crop_fit(g["label"], g["crop"], g["product"]),
    "lists_from_wire": _wire,
    "search": lambda g: [one.name for one in lists_search.search(INDEX, g["typed"], g["limit"], g["crop"])],
}
CASES = [
    pytest.param(CALLS[group["description"]], case, id=f"{group['description']}: {case['name']}")
    for group in VECTORS["groups"]
    for case in group["cases"]
]


@pytest.mark.parametrize(("call", "case"), CASES)
def test_vector_of_lists(call: Any, case: dict[str, Any]) -> None:
    if "reject" in case:
        with pytest.raises(lists_wire.BadLists):
            call(case["given"])
    else:
        assert call(case["given"]) == case["expect"]


def test_writing_and_reading_the_lists_are_a_pair() -> None:
    assert lists_wire.lists_from_wire(lists_wire.lists_to_wire(BARE)) == BARE
    assert [lists_wire.label_use_to_wire(one) for one in BOOK] == VECTORS["label_uses"]


def test_a_waiting_time_that_is_no_number_of_days_is_never_a_number() -> None:
    for text in ("", "3 ngày", "0 ngày", "Không", "7 ngày kể từ khi phun", "0.0", "không ngày", "-", "(7)"):
        kind, days, _ = lists.parse_phi(text)
        assert (kind, days) == ("unknown", None), text
