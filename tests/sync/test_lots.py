"""What lots come to: every gram is somewhere, recalls reach what was touched, order means nothing."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.lots import balance, reach, states
from sync.lots.balance import balances, used
from sync.lots.shape import Event, Lot, Sale, parse_event, parse_label, parse_lot, parse_sale
from sync.rules.shape import Record

FARM = "farm:01900000-0000-7000-8000-00000000000f"


def name(kind: str, number: int) -> str:
    return f"{kind}:01900000-0000-7000-8000-{number:012d}"


def kg(grams: int) -> dict[str, str]:
    return {"amount": str(grams), "unit": "g"}


def line(number: int) -> str:
    return "aaaaaaa" + "abcdefgh"[number % 8]


def lot(number: int, grams: int | None = None, **more: Any) -> Lot:
    values: dict[str, Any] = {"product": "p", "code": "7K3M9QXA", "happened_on": "2026-11-20", **more}
    if grams is not None:
        values |= {
            "source.aaaaaaaa.farm": FARM,
            "source.aaaaaaaa.entry": name("entry", number),
            "source.aaaaaaaa.heads": [],
            "source.aaaaaaaa.amount": kg(grams),
        }
    return parse_lot(Record(name("lot", number), "lot", values))


def event(
    number: int, kind: str, ins: dict[int, int] | None = None, outs: dict[int, int] | None = None, **more: Any
) -> Event:
    values: dict[str, Any] = {"kind": kind, "happened_on": "2026-11-21", **more}
    for side, parts in (("in", ins or {}), ("out", outs or {})):
        for place, (of, grams) in enumerate(parts.items()):
            values |= {
                f"{side}.{line(place)}.lot": name("lot", of),
                f"{side}.{line(place)}.amount": kg(grams),
            }
    found = parse_event(Record(name("lot_event", number), "lot_event", values))
    assert found is not None
    return found


def sale(number: int, of: int, grams: int, **more: Any) -> Sale:
    values = {"lot": name("lot", of), "amount": kg(grams), "happened_on": "2026-11-22", **more}
    found = parse_sale(Record(name("sale", number), "sale", values))
    assert found is not None
    return found


def codes(lots: list[Lot], events: list[Event], sales: list[Sale] | None = None) -> set[str]:
    found = balances(lots, events, sales or [])
    return {one.code for each in found.values() for one in each.problems}


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Lot], list[Event], list[Sale]]:
    """Splits, merges, losses, sales and what comes back, each within what was there."""
    lots = [lot(number, draw(st.integers(0, 5000))) for number in range(draw(st.integers(1, 3)))]
    left = {number: one.sources[0].measure.size for number, one in enumerate(lots) if one.sources[0].measure}
    events: list[Event] = []
    sales: list[Sale] = []
    for number in range(draw(st.integers(0, 8))):
        some = draw(st.lists(st.sampled_from(sorted(left)), min_size=1, max_size=3, unique=True))
        ins = {of: draw(st.integers(0, left[of])) for of in some}
        kind = draw(st.sampled_from(["split", "merge", "grade", "pack", "loss", "destroy", "ship", "sale"]))
        for of, size in ins.items():
            left[of] -= size
        if kind == "sale":
            of, size = next(iter(ins.items()))
            left |= {other: left[other] + ins[other] for other in ins if other != of}
            sales.append(sale(number, of, size))
        elif kind in ("loss", "destroy", "ship"):
            events.append(event(number, kind, ins))
        else:
            outs: dict[int, int] = {}
            room = sum(ins.values())
            for _ in range(draw(st.integers(1, 3))):
                made = len(lots)
                lots.append(lot(made))
                outs[made] = left[made] = draw(st.integers(0, room))
                room -= outs[made]
            events.append(event(number, kind, ins, outs))
    return lots, events, sales


@given(histories())
def test_mass_is_conserved_over_any_sequence(told: tuple[list[Lot], list[Event], list[Sale]]) -> None:
    lots, events, sales = told
    found = balances(lots, events, sales)
    came = sum(one.measure.size for each in lots for one in each.sources if one.measure)
    gone = sum(part.measure.size for one in events if one.kind == "ship" for part in one.ins if part.measure)
    gone += sum(one.part.measure.size for one in sales if one.part.measure)
    assert came == gone + sum(one.left + one.lost for one in found.values())
    assert all(one.left >= 0 and one.left == one.came - one.went - one.lost for one in found.values())
    assert not codes(lots, events, sales)


@given(histories(), st.integers(1, 500), st.sampled_from(["ship", "loss", "split", "sale", "made"]))
def test_what_goes_out_above_what_came_in_is_always_named(
    told: tuple[list[Lot], list[Event], list[Sale]], more: int, how: str
) -> None:
    lots, events, sales = told
    left = balances(lots, events, sales)[lots[0].doc].left
    if how == "sale":
        sales = [*sales, sale(99, 0, left + more)]
    elif how == "made":
        events = [*events, event(99, "split", {0: left}, {98: left + more})]
        lots = [*lots, lot(98)]
    else:
        outs = {98: left + more} if how == "split" else {}
        lots = [*lots, lot(98)] if outs else lots
        events = [*events, event(99, how, {0: left + more}, outs)]
    assert codes(lots, events, sales) & {"over", "made_more"}


@given(histories(), st.randoms())
def test_the_order_of_arrival_does_not_matter(
    told: tuple[list[Lot], list[Event], list[Sale]], chance: random.Random
) -> None:
    first = balances(*told)
    mixed = tuple(chance.sample(some, len(some)) for some in told)
    assert balances(*mixed) == first
    assert reach.edges(*mixed) == reach.edges(*told)


@given(histories(), st.data())
def test_a_recall_finds_exactly_the_reachable_lots(
    told: tuple[list[Lot], list[Event], list[Sale]], data: st.DataObject
) -> None:
    ways = [(one, other) for one, other, _ in reach.edges(*told)]
    start = data.draw(st.sampled_from([reach.harvest_node(FARM, name("entry", 0)), told[0][0].doc]))
    expected = {start}
    while grown := {other for one, other in ways if one in expected} - expected:
        expected |= grown
    found = reach.forward(reach.make_graph(*told), [start])
    assert {*found.lots, *found.deliveries} == {one for one in expected if "/" not in one}
    for each in found.lots:
        back = reach.backward(reach.make_graph(*told), [each])
        assert start in {*back.lots, *(reach.harvest_node(*one) for one in back.harvests)}


def test_a_loss_by_shrinking_belongs_to_the_lots_that_gave() -> None:
    lots = [lot(0, 1000), lot(1, 500), lot(2)]
    found = balances(lots, [event(0, "merge", {0: 1000, 1: 500}, {2: 1400})])
    assert [(one.went, one.lost, one.left) for one in found.values()] == [
        (933, 67, 0),
        (467, 33, 0),
        (0, 0, 1400),
    ]


def test_washing_a_lot_that_stays_itself_loses_only_what_is_missing() -> None:
    found = balances([lot(0, 1000)], [event(0, "handle", {0: 600}, {0: 550})])
    assert [(one.came, one.went, one.lost, one.left) for one in found.values()] == [(1000, 0, 50, 950)]


def test_a_correction_takes_the_place_of_what_it_corrects_and_can_itself_be_taken_back() -> None:
    first = event(0, "loss", {0: 300})
    better = event(1, "loss", {0: 100}, corrects=first.doc, corrects_because="incorrect_data")
    never = event(2, "loss", {0: 100}, corrects=first.doc, corrects_because="did_not_occur")
    undone = event(3, "loss", corrects=never.doc, corrects_because="did_not_occur")
    lost = [
        balances([lot(0, 1000)], some)[name("lot", 0)].lost
        for some in ([first], [first, better], [first, never], [first, never, undone])
    ]
    assert lost == [300, 100, 0, 300]


def test_corrections_that_name_each_other_correct_nothing() -> None:
    one = event(0, "loss", {0: 10}, corrects=name("lot_event", 1))
    other = event(1, "loss", {0: 5}, corrects=name("lot_event", 0))
    assert balances([lot(0, 100)], [one, other]) == balances([lot(0, 100)], [other, one])
    assert balances([lot(0, 100)], [one, other])[name("lot", 0)].lost == 15


@pytest.mark.parametrize(
    ("code", "lots", "events", "sales"),
    [
        ("no_origin", [lot(0)], [], []),
        ("two_origins", [lot(0, 10), lot(1, 10)], [event(0, "split", {0: 5}, {1: 5})], []),
        ("unknown_lot", [lot(0, 10)], [event(0, "split", {0: 5}, {7: 5})], []),
        ("no_out", [lot(0, 10)], [event(0, "split", {0: 5})], []),
        ("returned_more", [lot(0, 10)], [event(0, "return", {}, {0: 5})], []),
        ("no_amount", [lot(0, 10)], [], [sale(0, 0, 1, amount={"amount": "2", "unit": "bao"})]),
        ("other_unit", [lot(0, 10)], [], [sale(0, 0, 1, amount={"amount": "2", "unit": "con"})]),
        ("over", [lot(0, 10)], [], [sale(0, 0, 11)]),
        ("made_more", [lot(0, 10), lot(1)], [event(0, "split", {0: 5}, {1: 6})], []),
    ],
)
def test_what_does_not_add_up_is_named(
    code: str, lots: list[Lot], events: list[Event], sales: list[Sale]
) -> None:
    assert code in codes(lots, events, sales)


def test_a_shipment_that_delivers_a_sale_is_not_counted_twice() -> None:
    sold = sale(0, 0, 400)
    found = balances([lot(0, 1000)], [event(0, "ship", {0: 400}, sale=sold.doc)], [sold])
    assert found[name("lot", 0)].left == 600


def test_labels_above_what_was_packed_are_named_and_voided_ones_are_not_counted() -> None:
    def issued(**more: Any) -> set[str]:
        values = {"lot": name("lot", 0), "kind": "serial", "count": 30, **more}
        label = parse_label(Record(name("label", 0), "label", values))
        assert label is not None
        packed = event(0, "pack", {0: 900}, packs=20)
        found = balances([lot(0, 1000)], [packed], [], [label])[name("lot", 0)]
        return {one.code for one in found.problems}

    assert issued() == {"labels_over"}
    assert issued(voided=[[1, 5], [3, 9]]) == {"labels_over"}
    assert issued(voided=[[1, 5], [3, 10]]) == set()
    assert issued(voided=True) == set()


def test_what_lots_took_of_a_harvest_is_added_up_by_unit() -> None:
    assert used([lot(0, 300), lot(0, 200)]) == {(FARM, name("entry", 0)): {"g": 500}}


@pytest.mark.parametrize(
    ("expected", "more"),
    [
        ("open", {}),
        ("open", {"state": "melted"}),
        ("ready", {"state": "ready"}),
        ("ready", {"state": "published"}),
        ("published", {"state": "published", "facts": {"v": 1}}),
        ("published", {"state": "open", "facts": {"v": 1}}),
        ("closed", {"state": "closed", "facts": {"v": 1}}),
        ("recalled", {"state": "recalled", "recall": {"reason": "x"}}),
        ("recalled", {"state": "open", "recall": {"reason": "x"}, "facts": {"v": 1}}),
    ],
)
def test_the_state_of_a_lot(expected: str, more: dict[str, Any]) -> None:
    assert states.state_of(lot(0, 1, **more)) == expected


def test_of_heads_that_disagree_the_gravest_state_counts() -> None:
    torn = replace(lot(0, 1, state="open"), states=("open", "recalled"))
    assert states.state_of(torn) == "recalled"


def test_nothing_follows_a_recall_and_everything_may_be_recalled() -> None:
    assert states.moves("recalled") == ()
    assert all("recalled" in states.moves(one) for one in states.STATES if one != "recalled")
    assert "published" not in states.moves("open")


@given(st.dictionaries(
    st.sampled_from(["kind", "in.aaaaaaaa.lot", "in.aaaaaaaa.amount", "source.aaaaaaaa.heads", "state",
                     "source.aaaaaaaa.farm", "recall", "voided", "count", "packs", "corrects", "lot"]),
    st.none() | st.booleans() | st.integers(-5, 10**12) | st.text(max_size=8)
    | st.lists(st.lists(st.integers(-2, 10**9), max_size=3), max_size=3)
    | st.sampled_from([name("lot", 0), {"amount": "1e9", "unit": "kg"}, {"amount": "5", "unit": "kg"}]),
))  # fmt: skip
def test_no_document_breaks_a_reading(values: dict[str, Any]) -> None:
    lots = [parse_lot(Record(name("lot", 0), "lot", values))]
    told = parse_event(Record(name("lot_event", 0), "lot_event", {"kind": "split", **values}))
    sold = parse_sale(Record(name("sale", 0), "sale", values))
    labelled = parse_label(Record(name("label", 0), "label", values))
    found = balance.balances(
        lots,
        [one for one in [told] if one],
        [one for one in [sold] if one],
        [one for one in [labelled] if one],
    )
    assert states.state_of(lots[0]) in states.STATES
    assert set(found) == {lots[0].doc}
