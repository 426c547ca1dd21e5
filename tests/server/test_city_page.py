"""The page of the city's system: packages that a person takes there, and what a machine was answered."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import load_workbook

from server.config import now_ms
from server.services.city_planning import plan
from server.services.city_sending import CLAIM_MS, send_due
from tests.epcis_schema import faults
from tests.server.capture_server import ADDRESS, HOST, CaptureServer
from tests.server.consoles import fake_build, other_cooperative
from tests.server.desks import Office
from tests.server.diaries import new_uuid
from tests.server.lots import CODE, SECOND, House, publish
from tests.server.phones import start

PATH = "/htx/cong-thanh-pho"


@pytest.fixture
def house(app: Flask, tmp_path: Path) -> House:
    fake_build(app, tmp_path)
    start()
    return House(app)


@pytest.fixture
def office(app: Flask, house: House) -> Office:
    return Office(app, "Chị Chủ nhiệm")


@pytest.fixture
def capture(app: Flask, tmp_path: Path) -> Iterator[CaptureServer]:
    """Give the city's system, set as the adapter."""
    server = CaptureServer(tmp_path)
    app.extensions["settings"] = replace(
        app.extensions["settings"], city_adapter="epcis", city_url=ADDRESS, city_token="bi-mat"
    )
    app.extensions["city_line"] = server.line
    yield server
    server.close()


def ids_of(page: str, act: str) -> list[str]:
    """Return the deliveries that a page offers an act on, each once, in their order."""
    return list(dict.fromkeys(re.findall(rf"{PATH}/([0-9a-f-]{{36}}){act}", page)))


def test_a_package_says_what_the_circular_asks_and_is_noted_as_handed_in_with_its_receipt(
    house: House, office: Office
) -> None:
    lot = publish(house)
    plan(now_ms())
    page = office.text(PATH)
    assert "chưa nối với hệ thống nào" in page
    assert "Chưa lần nào" in page
    [delivery] = ids_of(page, r"\.zip")
    answer = office.get(f"{PATH}/{delivery}.zip")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        data = json.loads(packed.read("du-lieu.json"))
        events = json.loads(packed.read("su-kien-epcis.json"))
        book = load_workbook(io.BytesIO(packed.read("du-lieu.xlsx")))
    assert faults(events) == []
    assert data["product_name"] == "Cải ngọt Tân Trào"
    assert data["producer_address"].endswith("Hải Phòng")
    assert (data["trace_code"], data["expiry_date"]) == (CODE, "2026-11-25")
    assert data["steps"][0]["description"].startswith("Emamectin 5WG")
    assert data["applied_standards"][0]["certificate_no"] == "VG-01"
    items = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert [row[0] for row in items[1:12]] == [str(number) for number in range(1, 12)]
    assert all(row[2] for row in items[1:9])
    for private in ("Lụa", "ghi chú", "Đồng Cửa Đình"):
        assert private not in json.dumps(data, ensure_ascii=False)

    [digest] = re.findall(r'name="ma" value="([0-9a-f]+)"', page)
    place = f"{PATH}/{delivery}/da-nop"
    office.refused(place, "Ghi ngày nộp", ma=digest, ngay="", bien_nhan="12")
    house.event("ship", {lot.doc: "20"}, happened_on="2026-11-24")
    plan(now_ms())
    office.refused(place, "Tải gói mới", ma=digest, ngay="28/11/2025", bien_nhan="12")
    page = office.text(PATH)
    assert ids_of(page, r"\.zip") == [delivery], "a package that waits takes up what is new"
    [digest] = re.findall(r'name="ma" value="([0-9a-f]+)"', page)
    office.done(place, ma=digest, ngay="28/11/2025", bien_nhan="BN-12 <b>")
    page = office.text(PATH)
    assert ids_of(page, r"\.zip") == []
    assert "BN-12 <b>" in page  # as text: entities are read
    assert "BN-12 <b>" not in office.get(PATH).get_data(as_text=True)
    office.refused(place, "vừa xong", ma=digest, ngay="28/11/2025", bien_nhan="13")
    house.event("ship", {lot.doc: "10"}, happened_on="2026-11-25")
    assert plan(now_ms()) == 1


def test_what_was_refused_is_shown_with_its_reason_and_goes_again_or_is_given_up(
    house: House, office: Office, capture: CaptureServer
) -> None:
    lot = publish(house)
    now = now_ms()
    plan(now)
    capture.plan, capture.answer = [422], {"title": "Thiếu GLN", "detail": "<script>alert(1)</script>"}
    send_due(now)
    house.event("ship", {lot.doc: "20"}, happened_on="2026-11-24")
    plan(now)
    raw = office.get(PATH).get_data(as_text=True)
    assert "<script>alert" not in raw
    page = office.text(PATH)
    assert HOST in page
    assert "Trả lời: HTTP 422 Thiếu GLN" in page
    assert "Chờ dòng trước" in page
    [refused] = ids_of(page, "/gui-lai")
    office.done(f"{PATH}/{refused}/gui-lai")
    now += CLAIM_MS
    send_due(now)
    send_due(now)
    page = office.text(PATH)
    assert (ids_of(page, "/gui-lai"), "Đã được nhận: 2" in page) == ([], True)
    assert set(capture.times.values()) == {1}

    publish(house, SECOND, "2026-11-21")
    plan(now)
    capture.plan = [400]
    send_due(now)
    [refused] = ids_of(office.text(PATH), "/bo-qua")
    office.done(f"{PATH}/{refused}/bo-qua")
    assert "Đã thôi gửi: 1" in office.text(PATH)


def test_case_069_others_see_nothing_of_it_and_an_officer_changes_nothing(
    house: House, office: Office, app: Flask
) -> None:
    publish(house)
    plan(now_ms())
    [delivery] = ids_of(office.text(PATH), r"\.zip")
    stranger = Office(app, "Người HTX khác", organisation=other_cooperative())
    assert CODE[:4] not in stranger.text(PATH)
    assert stranger.get(f"{PATH}/{delivery}.zip").status_code == 404
    assert stranger.fill(f"{PATH}/{delivery}/bo-qua").status_code == 404
    officer = Office(app, "Chị cán bộ", "officer", organisation="Xã Kiến Thụy")
    page = officer.text(PATH)
    assert ("HTX Thụy Hương" in page, ids_of(page, r"\.zip"), ids_of(page, "/bo-qua")) == (
        True,
        [delivery],
        [],
    )
    assert officer.get(f"{PATH}/{delivery}.zip").status_code == 200
    assert officer.fill(f"{PATH}/{delivery}/bo-qua").status_code == 404
    assert office.get(f"{PATH}/{new_uuid()}.zip").status_code == 404
    assert Office(app, "Người thu mua", "clerk").get(PATH).status_code == 404
