"""Lots in the views: made op by op they are what the whole log gives; what is guarded stays a manager's."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from server.db import reading
from server.models.lots import LotSource, LotView
from server.services.rebuilding import check, rebuild
from server.services.viewing import make_current
from tests.server.diaries import Diary, Sent, new_uuid
from tests.server.phones import enrolled, start

FARM, ENTRY = f"farm:{new_uuid()}", f"entry:{new_uuid()}"
CODE = "7K3M9QXA"
FACTS: dict[str, Any] = {"state": "published", "facts": {"v": 1}}


def kg(amount: str) -> dict[str, str]:
    return {"amount": amount, "unit": "kg"}


def lot_fields(amount: str | None = None, code: str = CODE) -> dict[str, Any]:
    fields: dict[str, Any] = {"product": new_uuid(), "code": code, "happened_on": "2026-11-20"}
    if amount is not None:
        line = {"farm": FARM, "entry": ENTRY, "heads": ["h"], "amount": kg(amount)}
        fields |= {f"source.aaaaaaaa.{name}": value for name, value in line.items()}
    return fields


def event_fields(
    kind: str, ins: dict[str, str], outs: dict[str, str] | None = None, **more: Any
) -> dict[str, Any]:
    fields: dict[str, Any] = {"kind": kind, "happened_on": "2026-11-21", **more}
    for side, parts in (("in", ins), ("out", outs or {})):
        for letter, (lot, amount) in zip("abcdefgh", parts.items(), strict=False):
            fields |= {f"{side}.aaaaaaa{letter}.lot": lot, f"{side}.aaaaaaa{letter}.amount": kg(amount)}
    return fields


def desk(app: Flask, role: str) -> Diary:
    """Return a staff member's device, writing in the cooperative's own log."""
    phone = enrolled(app.test_client(), f"Người {role}", None, role)
    return Diary(phone, phone.shown["scope"], {phone.shown["scope"]: 1})  # the join was the first


@pytest.fixture
def clerk(app: Flask) -> Diary:
    start()
    return desk(app, "clerk")


def row(who: Diary, doc: str) -> LotView:
    """Return what the views say of a lot."""
    make_current([who.scope])
    with reading() as session:
        found = session.get(LotView, (who.scope, doc))
        assert found is not None
        return found


def sizes(who: Diary, doc: str) -> tuple[int, int, int, int]:
    found = row(who, doc)
    return found.came, found.went, found.lost, found.remains


def doc(kind: str = "lot") -> str:
    return f"{kind}:{new_uuid()}"


def test_a_lot_and_what_became_of_it(clerk: Diary) -> None:
    whole, first, second = doc(), doc(), doc()
    clerk.record(whole, lot_fields("100"))
    for one in (first, second):
        clerk.record(one, lot_fields(code="ABCDEFGH"))
    assert [one[0] for one in json.loads(row(clerk, first).problems)] == ["no_origin"]
    clerk.record(doc("lot_event"), event_fields("split", {whole: "90"}, {first: "50", second: "38"}))
    clerk.record(
        doc("sale"), {"lot": first, "amount": kg("20"), "happened_on": "2026-11-22"}, {"buyer": "Chợ"}
    )
    assert sizes(clerk, whole) == (100_000, 88_000, 2_000, 10_000)
    assert sizes(clerk, first) == (50_000, 20_000, 0, 30_000)
    assert (row(clerk, second).unit, row(clerk, second).problems) == ("g", "[]")
    assert (row(clerk, whole).code, row(clerk, whole).state) == (CODE, "open")
    with reading() as session:
        [source] = session.scalars(select(LotSource).where(LotSource.farm == FARM))
    assert (source.entry, source.size, source.heads) == (ENTRY, 100_000, '["h"]')
    assert list(check()) == []


def test_a_correction_that_comes_later_reaches_the_lots_of_what_it_corrects(clerk: Diary) -> None:
    lot, wrong = doc(), doc("lot_event")
    clerk.record(lot, lot_fields("100"))
    clerk.record(wrong, event_fields("loss", {lot: "30"}))
    assert sizes(clerk, lot) == (100_000, 0, 30_000, 70_000)
    taken_back = {"kind": "loss", "happened_on": "2026-11-21", "corrects": wrong}
    clerk.record(doc("lot_event"), {**taken_back, "corrects_because": "did_not_occur"})
    assert sizes(clerk, lot) == (100_000, 0, 0, 100_000)
    assert list(check()) == []


@pytest.mark.parametrize("seed", range(6))
def test_any_history_folded_piece_by_piece_is_what_the_whole_log_gives(clerk: Diary, seed: int) -> None:
    chance = random.Random(seed)
    lots = [doc() for _ in range(6)]
    events = [doc("lot_event") for _ in range(10)]
    sizes = [chance.choice(["5", "40", None]) for _ in lots]
    ops: list[Sent] = [clerk.op(one, lot_fields(size)) for one, size in zip(lots, sizes, strict=True)]
    for one in events:
        ins, outs = ({lot: str(chance.randrange(9)) for lot in chance.sample(lots, 2)} for _ in range(2))
        kind = chance.choice(["split", "merge", "pack", "ship", "loss", "return", "handle"])
        more = {"corrects": chance.choice(events)} if chance.random() < 0.4 else {}
        if more and chance.random() < 0.5:
            more["corrects_because"] = "did_not_occur"
            ins, outs = {}, {}
        ops.append(clerk.op(one, event_fields(kind, ins, outs, packs=chance.randrange(5), **more)))
    chance.shuffle(ops)
    at = 0
    while at < len(ops):
        some = chance.randrange(1, 6)
        assert {one["result"] for one in clerk.send(*ops[at : at + some])} == {"accepted"}
        make_current([clerk.scope])
        at += some
    assert [str(one) for one in check()] == []
    assert list(rebuild()) == []
    assert list(check()) == []


def test_a_code_is_what_the_first_op_said(clerk: Diary) -> None:
    lot = doc()
    first = clerk.record(lot, lot_fields("5"))
    clerk.record(lot, {"code": "ABCDEFGH"}, after=[first.id])
    assert row(clerk, lot).code == CODE
    clerk.record(odd := doc(), lot_fields("5", code="ILOU-not"))
    assert row(clerk, odd).code == ""


@pytest.mark.parametrize("fields", [FACTS, {"recall": None}, {"override": {}}, {"_deleted": True}])
def test_case_067_a_clerk_neither_publishes_nor_recalls_nor_takes_out(
    clerk: Diary, fields: dict[str, Any]
) -> None:
    lot = doc()
    first = clerk.record(lot, lot_fields("5"))
    [answer] = clerk.send(clerk.op(lot, fields, after=[first.id]))
    assert (answer["result"], answer["problem"]) == ("held", "no_right")
    [hidden] = clerk.send(clerk.op(lot, {"note": "x"}, {"state": "open"}, after=[first.id]))
    assert (hidden["result"], hidden["problem"]) == ("held", "no_right")
    assert row(clerk, lot).state == "open"


def test_a_manager_publishes_with_a_touch_and_a_recall_outlives_every_other_state(
    app: Flask, clerk: Diary
) -> None:
    manager, lot = desk(app, "manager"), doc()
    made = clerk.record(lot, lot_fields("5"))
    publishing = manager.op(lot, FACTS, after=[made.id])
    [answer] = clerk.send(publishing)  # without the touch
    assert (answer["result"], answer["problem"]) == ("held", "step_up")
    done = manager.record(lot, FACTS, after=[made.id])
    assert row(clerk, lot).published_at is not None
    back = clerk.record(lot, {"state": "open"}, after=[done.id])
    assert row(clerk, lot).state == "published"
    recall = {"state": "recalled", "recall": {"reason": "residue", "notice_vi": "Thu hồi"}}
    last = manager.record(lot, recall, after=[back.id])
    clerk.record(lot, {"state": "closed"}, after=[last.id])
    assert row(clerk, lot).state == "recalled"
    assert list(check()) == []
