"""The pages of lots: what a new one is made of, its way, what may follow, and what stops a publication."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.server.consoles import Browser, fake_build, other_cooperative
from tests.server.desks import Office
from tests.server.diaries import new_uuid
from tests.server.lots import SPRAY, House, kg
from tests.server.phones import start

LOTS = "/htx/lo"
REASON = "Đã kiểm nghiệm mẫu ngày 21/11, không còn dư lượng"


@pytest.fixture
def house(app: Flask, tmp_path: Path) -> House:
    fake_build(app, tmp_path)
    start()
    return House(app)


@pytest.fixture
def office(app: Flask, house: House) -> Office:
    return Office(app, "Chị Chủ nhiệm")


def forms(page: str, act: str) -> list[dict[str, str]]:
    """Return what the forms of an act give the script."""
    found = re.findall(rf'<form[^>]*data-lot="{act}"[^>]*>', page)
    return [
        {name: unescape(value) for name, value in re.findall(r'data-([a-z-]+)="([^"]*)"', tag)}
        for tag in found
    ]


def offered(page: str) -> list[dict[str, str]]:
    """Return the harvests that a new lot may be made of."""
    tags = re.findall(r'<input type="checkbox" class="box" name="source"[^>]*>', page)
    return [dict(re.findall(r'data-([a-z-]+)="([^"]*)"', tag)) for tag in tags]


def path_of(doc: str) -> str:
    return f"{LOTS}/{doc.removeprefix('lot:')}"


def ready(house: House, lot: Any) -> None:
    house.manager.record(lot.doc, {"state": "ready"}, after=[lot.id])


def test_a_new_lot_is_made_of_approved_harvests_of_which_something_is_left(
    house: House, office: Office
) -> None:
    assert "Chưa có dòng thu hoạch nào" in office.text(f"{LOTS}/moi")
    seen, unseen, changed = (
        house.harvest(),
        house.entry("CT-12", "2026-11-20", quantity=kg("7")),
        house.harvest(),
    )
    house.lua.record(changed.doc, {"quality": "pass"}, after=[changed.id])
    page = office.text(f"{LOTS}/moi")
    [only] = offered(page)
    assert (only["entry"], only["left"], only["unit"], only["heads"]) == (seen.doc, "100000", "kg", seen.id)
    assert "Còn 2 dòng thu hoạch chưa duyệt" in page
    assert unseen.doc not in page
    house.lot(seen, "60")
    [rest] = offered(office.text(f"{LOTS}/moi"))
    assert rest["left"] == "40000"
    house.lot(seen, "40", code="ABCDEFGH")
    assert offered(office.text(f"{LOTS}/moi")) == []


def test_a_lot_tells_its_balance_and_one_step_back_and_forward(house: House, office: Office) -> None:
    lot = house.lot(house.harvest())
    part = house.manager.record(
        f"lot:{new_uuid()}", {"product": house.product, "code": "ABCDEFGH", "happened_on": "2026-11-22"}
    )
    house.event("split", {lot.doc: "30"}, {part.doc: "29"})
    house.event("ship", {lot.doc: "20"}, private={"buyer": "Bếp ăn trường Thụy Hương"})
    page = office.text(path_of(lot.doc))
    assert re.search(r"Còn</dt><dd>50\xa0kg", page)
    assert re.search(r"Hao hụt</dt><dd>− 1\xa0kg", page)
    assert "ABCD-EFGH" in page
    assert "Bếp ăn trường Thụy Hương" in page
    assert "7K3M-9QXA" in office.text(path_of(part.doc))
    assert "7K3M-9QXA" in office.text(LOTS)


def test_a_lot_tells_what_was_bought_for_it_to_each_what_he_may_see(
    app: Flask, house: House, office: Office
) -> None:
    lot = house.lot(house.harvest())
    said = {"direction": "buy", "lot": lot.doc, "farm": house.lua.scope, "happened_on": "2026-11-20"}
    said |= {"pay": "vietqr", "paid": "claimed"}
    first, wrong, right = (f"sale:{new_uuid()}" for _ in range(3))
    house.manager.record(first, {**said, "receipt": "NGF6-1", "amount": kg("60")}, {"total": 540_000})
    house.manager.record(wrong, {**said, "receipt": "NGF6-2", "amount": kg("90")}, {"total": 1})
    house.manager.record(right, {**said, "receipt": "NGF6-3", "amount": kg("30"), "corrects": wrong})
    page = office.text(path_of(lot.doc))
    assert f'href="/htx/mua-ban/phieu/{first.partition(":")[2]}"' in page
    for shown in ("NGF6-1", "NGF6-3", "540.000", "Nhà Lụa", "Đã mua 90\xa0kg, hàng vào lô 100\xa0kg"):
        assert shown in page
    assert "Còn 10\xa0kg chưa có phiếu mua" in page
    assert "NGF6-2" not in page
    assert lot.doc.partition(":")[2] in office.text(f"/htx/mua-ban/phieu/{first.partition(':')[2]}")
    reviewer = Office(app, "Chị Hoa", "reviewer").text(path_of(lot.doc))
    assert "NGF6-1" in reviewer
    assert "540.000" not in reviewer
    assert "mua-ban/phieu" not in reviewer
    house.manager.record(f"sale:{new_uuid()}", {**said, "amount": kg("40")})
    assert "nhiều hơn hàng vào lô 30\xa0kg" in office.text(path_of(lot.doc))


def test_what_was_recorded_wrongly_is_taken_back_from_the_page(house: House, office: Office) -> None:
    lot = house.lot(house.harvest())
    house.event("loss", {lot.doc: "30"}, reason="dập")
    [undo] = forms(office.text(path_of(lot.doc)), "undo")
    fields = {"kind": undo["kind"], "happened_on": undo["day"], "corrects": undo["corrects"]}
    fields |= {"corrects_because": "did_not_occur", "reason": "ghi nhầm"}
    assert office.sign(undo["scope"], f"lot_event:{new_uuid()}", fields, [])["result"] == "accepted"
    page = office.text(path_of(lot.doc))
    assert re.search(r"Còn</dt><dd>100\xa0kg", page)
    assert "đã rút lại" in page
    assert forms(page, "undo") == []


def test_a_lot_is_published_with_the_facts_that_the_page_showed(house: House, office: Office) -> None:
    house.approve(house.entry("CT-10", "2026-11-08", **SPRAY))
    lot = house.lot(house.harvest())
    assert office.get(f"{path_of(lot.doc)}/cong-bo").status_code == 409  # not ready
    ready(house, lot)
    page = office.get(f"{path_of(lot.doc)}/cong-bo").get_data(as_text=True)
    assert "Đủ ngày cách ly" in page
    [form] = forms(page, "publish")
    set_ = json.loads(form["set"])
    assert (set_["state"], set_["facts"]["waiting"]["state"]) == ("published", "kept")
    result = office.sign(form["scope"], form["doc"], set_, form["after"].split())
    assert result["result"] == "accepted"
    after = office.text(path_of(lot.doc))
    assert "Công bố lại" in after
    assert 'href="/t/7K3M9QXA"' in after


def test_case_070_a_stop_finding_blocks_the_publication_until_a_manager_gives_a_reason(
    house: House, office: Office
) -> None:
    house.approve(house.entry("CT-10", "2026-11-18", **SPRAY))
    lot = house.lot(house.harvest())
    ready(house, lot)
    path = f"{path_of(lot.doc)}/cong-bo"
    answer = office.get(path)
    assert answer.status_code == 409
    assert forms(answer.get_data(as_text=True), "publish") == []
    assert office.fill(path, ly_do="vì").status_code == 409
    answer = office.fill(path, ly_do=REASON)
    assert answer.status_code == 200
    [form] = forms(answer.get_data(as_text=True), "publish")
    set_ = json.loads(form["set"])
    assert set_["override"] == {"rules": ["harvest_early"], "reason_vi": REASON}
    assert set_["facts"]["override"] == set_["override"]
    assert set_["facts"]["waiting"]["state"] == "broken"


def test_what_the_law_asks_for_stands_before_a_publication(house: House, office: Office) -> None:
    lot = house.lot(house.harvest())
    ready(house, lot)
    office.done("/htx/san-pham/dia-chi", dia_chi="")
    answer = office.get(f"{path_of(lot.doc)}/cong-bo")
    assert answer.status_code == 409
    assert "Chưa ghi địa chỉ hợp tác xã" in answer.get_data(as_text=True)


def test_case_067_a_clerk_works_on_lots_and_never_publishes(app: Flask, house: House) -> None:
    lot = house.lot(house.harvest())
    house.harvest("2026-11-19")
    ready(house, lot)
    clerk = Browser(app, "Chị Kho", "clerk")
    page = clerk.text(path_of(lot.doc))
    assert forms(page, "pack")
    assert "cong-bo" not in page
    assert clerk.get(f"{path_of(lot.doc)}/cong-bo").status_code == 404
    made = clerk.text(f"{LOTS}/moi")
    assert len(offered(made)) == 1
    assert "Nhà Lụa" not in made  # a packing house learns a household's code, no more
    assert "Lụa" not in page


def test_case_069_lots_of_another_cooperative_are_not_there(app: Flask, house: House) -> None:
    lot = house.lot(house.harvest())
    other = Office(app, "Anh Đoài", organisation=other_cooperative())
    for path in (path_of(lot.doc), f"{path_of(lot.doc)}/cong-bo"):
        assert other.get(path).status_code == 404
    assert "7K3M" not in other.text(LOTS)
    assert offered(other.text(f"{LOTS}/moi")) == []


def test_an_auditor_looks_and_is_offered_nothing_to_sign(app: Flask, house: House) -> None:
    lot = house.lot(house.harvest())
    auditor = Browser(app, "Cô Thanh tra", "auditor")
    assert "data-lot=" not in auditor.text(path_of(lot.doc))
    assert auditor.get(f"{LOTS}/moi").status_code == 404


def test_only_what_may_follow_is_offered(house: House, office: Office) -> None:
    lot = house.lot(house.harvest())
    assert [one["state"] for one in forms(office.text(path_of(lot.doc)), "state")] == ["ready", "closed"]
    ready(house, lot)
    assert [one["state"] for one in forms(office.text(path_of(lot.doc)), "state")] == ["open", "closed"]
