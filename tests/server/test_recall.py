"""Recalls: one search finds every lot and buyer that something bad touched, and nothing else."""

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
from tests.server.lots import SPRAY, A, House
from tests.server.pdfs import text_of
from tests.server.phones import start

PATH = "/htx/thu-hoi"


@pytest.fixture
def house(app: Flask, tmp_path: Path) -> House:
    fake_build(app, tmp_path)
    start()
    return House(app)


@pytest.fixture
def office(app: Flask, house: House) -> Office:
    return Office(app, "Chị Chủ nhiệm")


def look(who: Browser, way: str, typed: str) -> str:
    answer = who.client.post(
        PATH, data={"theo": way, "loi": typed}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert answer.status_code == 200
    return unescape(answer.get_data(as_text=True))


def report_of(who: Office, way: str, typed: str) -> bytes:
    answer = who.fill(f"{PATH}/bao-cao", theo=way, loi=typed)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    return bytes(answer.data)


def chosen(page: str) -> set[str]:
    """Return the lots that a page offers to recall."""
    return set(re.findall(r'name="lot"[^>]*value="(lot:[^"]+)"', page))


def story(house: House) -> dict[str, Any]:
    """A bad batch on one plot, harvests before and after it, one on another plot, and what came of each."""
    before = house.harvest("2026-11-02")
    spray = house.entry("CT-10", "2026-11-05", **SPRAY, **{A + "lot_no": "LO 77-B"})
    house.approve(spray)
    after = house.harvest("2026-11-20")
    other = house.lua.plot("Đồng Xa")
    elsewhere = house.lua.entry("CT-12", "2026-11-20", plots=[other], quantity={"amount": "50", "unit": "kg"})
    lots = {
        "old": house.lot(before, code="AAAAAAA1"),
        "bad": house.lot(after, code="AAAAAAA2"),
        "far": house.lot(elsewhere, "50", code="AAAAAAA3"),
    }
    mixed = house.manager.record(
        f"lot:{new_uuid()}", {"product": house.product, "code": "AAAAAAA4", "happened_on": "2026-11-22"}
    )
    house.event("merge", {lots["bad"].doc: "30", lots["far"].doc: "20"}, {mixed.doc: "50"})
    house.event("ship", {mixed.doc: "10"}, private={"buyer": "Bếp ăn trường Thụy Hương"})
    sale = {"lot": lots["old"].doc, "amount": {"amount": "5", "unit": "kg"}, "happened_on": "2026-11-03"}
    house.manager.record(f"sale:{new_uuid()}", sale, {"buyer": "Chợ Tổng"})
    return {**lots, "mixed": mixed, "spray": spray, "plot": other}


def test_a_batch_of_an_input_leads_to_every_lot_and_buyer_behind_it(house: House, office: Office) -> None:
    told = story(house)
    page = look(office, "batch", "lo 77-b")
    assert chosen(page) == {told["bad"].doc, told["mixed"].doc}
    assert "Bếp ăn trường Thụy Hương" in page
    assert "Chợ Tổng" not in page
    assert "Gọi ngay: 1 người mua" in page
    assert "chưa kiểm chứng" in page
    assert re.search(r"Đã nhận \(thu hoạch vào lô\)</dt><dd>100\xa0kg", page)
    assert chosen(look(office, "batch", "Emamectin 5WG")) == chosen(page)


def test_an_entry_a_household_a_plot_and_a_lot_lead_there_too(house: House, office: Office) -> None:
    told = story(house)
    assert chosen(office.text(f"{PATH}?dong={told['spray'].uuid}")) == {told["bad"].doc, told["mixed"].doc}
    everything = {told[name].doc for name in ("old", "bad", "far", "mixed")}
    code = re.search(r"/htx/ho/[0-9a-f-]+\">(\S+) Nhà Lụa", office.text("/htx/ho"))
    assert code is not None
    assert chosen(look(office, "farm", code[1])) == everything
    plot = told["plot"].removeprefix("plot:")
    assert chosen(office.text(f"{PATH}?thua={plot}")) == {told["far"].doc, told["mixed"].doc}
    assert chosen(look(office, "lot", "aaaa-aaa3")) == {told["far"].doc, told["mixed"].doc}


def test_a_batch_that_was_noted_at_the_purchase_alone_leads_over_its_uses(
    house: House, office: Office
) -> None:
    before = house.entry("CT-10", "2026-11-01", **SPRAY)
    bought = {"input_type": "pesticide", "product": "EMAMECTIN 5wg", "lot_no": "MUA-9", "supplier": "Tám"}
    house.lua.entry("CT-03", "2026-11-04", **bought, quantity={"amount": "3", "unit": "goi"})
    early, late = house.harvest("2026-11-03"), house.harvest("2026-11-20")
    house.lot(early, code="AAAAAAA1")
    touched = house.lot(late, code="AAAAAAA2")
    assert chosen(look(office, "batch", "MUA-9")) == set()  # bought, and not used since
    house.approve(before, house.entry("CT-10", "2026-11-10", **SPRAY))
    assert chosen(look(office, "batch", "mua-9")) == {touched.doc}


def test_the_report_for_the_authority_is_a_pdf_that_names_lots_buyers_and_amounts(
    house: House, office: Office
) -> None:
    story(house)
    pdf = report_of(office, "batch", "LO 77-B")
    told = " ".join(text_of(pdf).replace("\xa0", " ").split())
    for said in (
        "BÁO CÁO TRUY XUẤT, THU HỒI", "Thôn Đông, xã Kiến Thụy, Hải Phòng", "chưa kiểm chứng",
        "Thuốc, vật tư: số lô hoặc tên: LO 77-B", "AAAA-AAA2", "Bếp ăn trường Thụy Hương", "10 kg",
        "Lý do ………", "trong 24 giờ", "Người lập báo cáo",
    ):  # fmt: skip
        assert said in told, said
    assert "Chợ Tổng" not in told
    nothing = office.fill(f"{PATH}/bao-cao", theo="batch", loi="LO 78")
    assert nothing.mimetype == "text/html"


def test_what_touches_nothing_says_so(house: House, office: Office) -> None:
    story(house)
    for way, typed in (
        ("batch", "LO 78"),
        ("lot", "ZZZZ-ZZZZ"),
        ("entry", "x"),
        ("farm", "?"),
        ("batch", "%"),
    ):
        assert chosen(look(office, way, typed)) == set()


def test_a_recall_is_shown_on_the_lots_at_once(house: House, office: Office) -> None:
    told = story(house)
    page = look(office, "lot", "AAAAAAA3")
    afters = dict(re.findall(r'value="(lot:[^"]+)" data-after="([^"]*)"', page))
    recall = {
        "reason": "Dư lượng #[vượt] mức",
        "notice_vi": "Không ăn, mang trả lại",
        "decided_on": "2026-11-28",
    }
    for doc, after in afters.items():
        house.manager.record(doc, {"state": "recalled", "recall": recall}, after=after.split())
    assert "Không ăn, mang trả lại" in office.text(f"/htx/lo/{told['mixed'].uuid}")
    assert chosen(look(office, "lot", "AAAAAAA3")) == set()
    report = text_of(report_of(office, "lot", "AAAAAAA3"))
    assert "Dư lượng #[vượt] mức" in report
    assert report.index("28/11/2026") < report.index("Bếp ăn trường Thụy Hương")
    assert "AAAA-AAA4" in office.text("/htx/lo?trang_thai=recalled")


def test_case_069_no_search_reaches_another_cooperative(app: Flask, house: House) -> None:
    told = story(house)
    other = Office(app, "Anh Đoài", organisation=other_cooperative())
    for way, typed in (
        ("batch", "LO 77-B"),
        ("lot", "AAAAAAA2"),
        ("lot", told["bad"].uuid),
        ("farm", house.lua.farm),
    ):
        page = look(other, way, typed)
        assert chosen(page) == set()
        assert "Bếp ăn" not in page


def test_a_reviewer_sees_whom_to_call_and_signs_no_recall(app: Flask, house: House) -> None:
    story(house)
    page = look(Browser(app, "Chị Hoa Hai"), "batch", "LO 77-B")
    assert "Bếp ăn trường Thụy Hương" in page
    assert chosen(page) == set()
    assert json.dumps("recalled") not in page
