"""The mapping of a lot to EPCIS: by the table, valid against GS1's schema, and nothing private in it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from server.services.lot_steps import allowed
from sync.forms import load_forms
from sync.lots.epcis import History, Named, context, events_of
from sync.lots.epcis_words import DONE, MADE, STEPS, WORDS
from sync.lots.shape import KINDS, Event, Lot, Measure, Part, Source
from tests.epcis_schema import faults

BASE = "https://so.example"
GTIN = "8938547458164"
LOT, OTHER, HIDDEN = (f"lot:019a0000-0000-7000-8000-00000000000{n}" for n in (1, 2, 3))
EVENT = "lot_event:019a0000-0000-7000-8000-00000000010{}"
ENTRY = "019a0000-0000-7000-8000-000000000201"
MS = 1_793_000_000_000
STEP: dict[str, Any] = {
    "kind": "CT-10", "on": "2026-10-24", "farm": "KT-0147", "entry": f"entry:{ENTRY}",
    "recorded_at": MS, "received_at": MS, "late_days": 4, "amended": True, "note": "nhà Lụa",
    "inputs": [{"name": "Emamectin 5WG", "active": "emamectin", "amount": {"amount": "30", "unit": "ml"},
                "wait": {"kind": "days", "days": 7}}],
}  # fmt: skip
FACTS: dict[str, Any] = {
    "product": {"gtin": GTIN}, "amount": {"amount": "82.5", "unit": "kg"}, "expires_on": "2026-11-12",
    "harvested": {"from": "2026-11-05", "to": "2026-11-06"},
    "steps": [STEP, STEP | {"kind": "pack", "farm": "", "entry": "lot_event:x"}],
}  # fmt: skip
MADE_LOT = Lot(
    doc=LOT, product="", code="7K3M9QXA", happened_on="2026-11-06", states=("published",), is_published=True,
    sources=(Source("farm:x", "entry:y", (), Measure(90_000, "g")),),
    recall=None, is_deleted=False, has_conflict=False,
)  # fmt: skip
NAMED = {
    LOT: Named(LOT, "7K3M9QXA", FACTS),
    OTHER: Named(OTHER, "00000001", {"harvested": {"from": "2026-11-05", "to": "2026-11-06"}}),
    HIDDEN: Named(HIDDEN, "", {}),
}
CLASS = f"{BASE}/01/0{GTIN}/10/7K3M9QXA"


def event(number: int, kind: str, ins: str = LOT, out: str = "", **more: Any) -> Event:
    outs = (Part(out, Measure(5_000, "g")),) if out else ()
    said: dict[str, Any] = {"corrects": "", "because": "incorrect_data", **more}
    parts = (Part(ins, Measure(5_500, "g")),) if ins else ()
    return Event(EVENT.format(number), kind, "2026-11-07", parts, outs, packs=0, sale="", **said)


def told(*events: Event, **more: Any) -> list[dict[str, Any]]:
    """Return the events of a history, after GS1's schema took them."""
    history = History(
        lot=NAMED[LOT], made=[MADE_LOT], events=events, named=NAMED,
        received_at={LOT: MS, **{one.doc: MS + 1000 for one in events}}, at={}, recall=None,
    )  # fmt: skip
    found = events_of(replace(history, **more), BASE)
    assert faults(document(found)) == []
    return found


def document(events: list[dict[str, Any]]) -> dict[str, Any]:
    head = {"@context": context(BASE), "type": "EPCISDocument", "schemaVersion": "2.0"}
    return {**head, "creationDate": "2026-11-28T00:00:00Z", "epcisBody": {"eventList": events}}


def of(found: list[dict[str, Any]], number: int) -> dict[str, Any]:
    return next(one for one in found if one["eventID"].endswith(EVENT.format(number)[-12:]))


def test_the_schema_refuses_what_is_wrong() -> None:
    [_, good] = told()
    for wrong in (
        {"bizStep": "harvesting"}, {"eventTime": "2026-11-07"}, {"disposition": "rotten"},
        {"quantityList": []}, {"eventTimeZoneOffset": "7"}, {"action": "OBSERVE"}, {"farm": "x"},
        {"eventID": "none"},
    ):  # fmt: skip
        assert faults(document([good | wrong])), wrong


def test_a_season_step_says_what_was_signed_and_nothing_else() -> None:
    [spray, _] = told()
    assert spray == {
        "eventID": f"{BASE}/t/7K3M9QXA/epcis.json#{ENTRY}", "eventTime": "2026-10-24T00:00:00.000+07:00",
        "eventTimeZoneOffset": "+07:00", "recordTime": "2026-10-26T07:33:20.000Z", "snn:precision": "day",
        "type": "ObjectEvent", "action": "OBSERVE", "bizStep": f"{BASE}/epcis/voc#spraying",
        "disposition": "in_progress", "quantityList": [{"epcClass": CLASS}], "snn:farm": "KT-0147",
        "snn:recorded_at": "2026-10-26T07:33:20.000Z", "snn:late_days": 4, "snn:amended": True,
        "snn:inputs": [{"snn:name": "Emamectin 5WG", "snn:active": "emamectin", "snn:amount": "30 ml",
                        "snn:waiting_days": 7}],
    }  # fmt: skip


def test_a_lot_begins_with_its_amount_as_published_and_its_days() -> None:
    [_, made] = told()
    assert (made["type"], made["action"], made["bizStep"]) == ("ObjectEvent", "ADD", "commissioning")
    assert made["eventID"] == f"urn:uuid:{LOT[4:]}"
    assert made["quantityList"] == [{"epcClass": CLASS, "quantity": 82.5, "uom": "KGM"}]
    assert made["ilmd"] == {
        "urn:epcglobal:cbv:mda:lotNumber": "7K3M9QXA",
        "urn:epcglobal:cbv:mda:harvestStartDate": "2026-11-05",
        "urn:epcglobal:cbv:mda:harvestEndDate": "2026-11-06",
        "urn:epcglobal:cbv:mda:itemExpirationDate": "2026-11-12",
    }


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_event_is_told_by_the_table(kind: str) -> None:
    sides = {"return": ("", LOT)}.get(kind, (LOT, OTHER if kind in MADE else ""))
    found = of(told(event(1, kind, *sides)), 1)
    if kind in MADE:
        assert (found["type"], found["bizStep"], found["disposition"]) == ("TransformationEvent", *MADE[kind])
        assert found["inputQuantityList"] == [{"epcClass": CLASS, "quantity": 5.5, "uom": "KGM"}]
        to = {"epcClass": f"{BASE}/t/00000001", "quantity": 5, "uom": "KGM"}
        assert found["outputQuantityList"] == [to]
        assert found["ilmd"]["urn:epcglobal:cbv:mda:lotNumber"] == "00000001"
    else:
        action, step, disposition, is_told = DONE[kind]
        assert (found["action"], found["disposition"]) == (action, disposition)
        assert found["bizStep"].rpartition("#")[2] == step.lstrip("#")
        assert ("quantity" in found["quantityList"][0]) is is_told


def test_every_step_and_word_is_known() -> None:
    assert set(STEPS) == set(allowed()["steps"]) <= set(load_forms())
    assert {word for word, _ in STEPS.values()} <= set(WORDS)
    assert set(DONE) == set(KINDS)


def test_a_lot_that_is_not_published_has_no_code_and_packing_into_itself_moves_nothing() -> None:
    found = told(event(1, "merge", HIDDEN, LOT), event(2, "pack"), event(3, "pack", LOT, LOT))
    assert of(found, 1)["inputQuantityList"][0]["epcClass"] == f"urn:uuid:{HIDDEN[4:]}"
    assert [of(found, one)["type"] for one in (2, 3)] == ["ObjectEvent", "ObjectEvent"]


def test_what_was_corrected_stays_with_its_error_declaration() -> None:
    first, second = event(1, "loss"), event(2, "loss", corrects=EVENT.format(1))
    found = told(first, second)
    assert of(found, 1)["errorDeclaration"] == {
        "declarationTime": "2026-10-26T07:33:21.000Z", "reason": "incorrect_data",
        "correctiveEventIDs": [f"urn:uuid:{EVENT.format(2)[10:]}"],
    }  # fmt: skip
    assert "errorDeclaration" not in of(found, 2)
    gone = event(3, "loss", "", corrects=EVENT.format(1), because="did_not_occur")
    found = told(first, gone)
    assert of(found, 1)["errorDeclaration"]["reason"] == "did_not_occur"
    assert not [one for one in found if one["eventID"].endswith(EVENT.format(3)[-12:])]
    back = event(4, "loss", "", corrects=EVENT.format(3), because="did_not_occur")
    assert "errorDeclaration" not in of(told(first, gone, back), 1)  # the correction was taken back
    found = told(first, second, event(5, "loss", "", corrects=EVENT.format(2), because="did_not_occur"))
    assert "errorDeclaration" not in of(found, 1)
    assert of(found, 2)["errorDeclaration"]["reason"] == "did_not_occur"
    both = told(first, gone, back, second)
    assert of(both, 1)["errorDeclaration"]["reason"] == "incorrect_data"


def test_a_recall_is_told_and_a_time_that_is_known() -> None:
    found = told(event(1, "store"), at={EVENT.format(1): "14:30"}, recall={"decided_on": "2026-11-12"})
    stored = of(found, 1)
    said = (stored["eventTime"], stored["snn:precision"])
    assert said == ("2026-11-07T14:30:00.000+07:00", "minute")
    assert (found[-1]["bizStep"], found[-1]["disposition"]) == ("holding", "recalled")
    assert found[-1]["eventID"].endswith("#recall")


def test_facts_of_a_foreign_shape_break_nothing() -> None:
    odd = {
        "product": 3, "amount": [], "harvested": "x", "expires_on": 4,
        "steps": [1, STEP | {"kind": []}, STEP | {"entry": 4}, STEP | {"on": "x"},
                  STEP | {"farm": {}, "late_days": "x",
                          "inputs": [None, {"name": 3, "amount": {"unit": 4}}]}],
    }  # fmt: skip
    lot = Named(LOT, "7K3M9QXA", odd)
    found = told(lot=lot, named={LOT: lot})
    assert len(found) == 2
    assert found[1]["quantityList"] == [{"epcClass": f"{BASE}/t/7K3M9QXA", "quantity": 90, "uom": "KGM"}]
    assert "Lụa" not in json.dumps(told(), ensure_ascii=False)
