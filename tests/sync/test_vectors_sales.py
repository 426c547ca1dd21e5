"""The vectors of sales, run against `sync.sales`; `tests/pwa/core/sales.test.ts` runs the same."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import sales
from sync.sales import BadSale, Deal

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "sales.json").read_text("utf-8"))
DOC = "sale:019a0000-0000-7000-8000-000000000100"
Given = dict[str, Any]


def plain(found: Any) -> Any:
    """Return what was found as JSON would hold it."""
    return json.loads(json.dumps(asdict(found)))


def deal_of(given: Given) -> Any:
    shown = plain(sales.parse_deal(DOC, given["values"]))
    return {name: value for name, value in shown.items() if name not in ("doc", "by", "is_void")}


def deals_of(given: Given) -> list[Deal]:
    return [sales.parse_deal(one["doc"], one["values"], is_void=one["is_void"]) for one in given["deals"]]


CALLS: dict[str, Any] = {
    "total_of": lambda g: plain(sales.total_of(g["amount"], g["price"], g["deductions"])),
    "parse_deal": deal_of,
    "closing_of": lambda g: plain(sales.closing_of(deals_of(g), g["day"], g["point"])),
    "problems_of": lambda g: list(
        sales.problems_of(sales.parse_deal(DOC, g["values"]), g["values"], g["cash_max"])
    ),
    "next_receipt": lambda g: sales.next_receipt(g["device"], g["receipts"]),
}
CASES = [
    pytest.param(CALLS[group["description"]], case, id=f"{group['description']}: {case['name']}")
    for group in VECTORS["groups"]
    for case in group["cases"]
]
LINES = st.lists(
    st.fixed_dictionaries({"percent": st.integers(0, 9).map(str)})
    | st.fixed_dictionaries({"dong": st.integers(0, 50_000)})
    | st.integers(0, 9).map(lambda kg: {"weight": {"amount": str(kg), "unit": "kg"}}),
    max_size=8,
)


@pytest.mark.parametrize(("call", "case"), CASES)
def test_vector_of_sales(call: Any, case: dict[str, Any]) -> None:
    if "reject" in case:
        with pytest.raises(BadSale) as refused:
            call(case["given"])
        assert refused.value.field == case["reject"]
    else:
        assert call(case["given"]) == case["expect"]


@given(st.integers(100, 10_000), st.integers(10_000, 90_000), LINES, st.randoms())
def test_deductions_in_any_order_come_to_the_same_and_never_below_nothing(
    kg: int, dong: int, lines: list[Any], chance: Any
) -> None:
    amount, price = {"amount": str(kg), "unit": "kg"}, {"dong": dong, "per": "kg"}
    mixed = list(lines)
    chance.shuffle(mixed)
    first = sales.total_of(amount, price, lines)
    assert first == sales.total_of(amount, price, mixed)
    assert 0 <= first.dong <= first.gross <= kg * dong


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans(), st.sampled_from(sales.PAYS)), max_size=10))
def test_a_closing_counts_every_standing_sale_of_the_day_once(rows: list[tuple[int, bool, str]]) -> None:
    deals = [
        sales.parse_deal(
            f"{DOC[:-3]}{at:03}",
            {"happened_on": "2026-11-28", "pay": pay, "total": dong, "paid": "confirmed"},
            is_void=is_void,
        )
        for at, (dong, is_void, pay) in enumerate(rows)
    ]
    closing = sales.closing_of(deals, "2026-11-28")
    counted = [one for one in deals if not one.is_void]
    assert (
        sum(one.count for one in closing.by_pay)
        == len(counted)
        == sum(one.count for one in closing.by_product)
    )
    assert sum(one.dong for one in closing.by_pay) == sum(one.dong or 0 for one in counted)
