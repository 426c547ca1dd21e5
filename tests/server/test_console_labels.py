"""The page of a lot's labels: never more labels than packs, serials that the trace page knows."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from flask import Flask

from sync.codes import serial_of
from sync.ids import b64_encode
from tests.server.consoles import fake_build, other_cooperative
from tests.server.desks import Office
from tests.server.diaries import Sent, new_uuid
from tests.server.lots import SPRAY, House
from tests.server.pdfs import codes_on, pages_of, text_of
from tests.server.phones import start
from tests.server.test_console_lots import forms, path_of, ready

SEED = bytes(range(16))


@pytest.fixture
def house(app: Flask, tmp_path: Path) -> House:
    fake_build(app, tmp_path)
    start()
    return House(app)


@pytest.fixture
def office(app: Flask, house: House) -> Office:
    return Office(app, "Chị Chủ nhiệm")


@pytest.fixture
def lot(house: House, office: Office) -> Sent:
    """Give a published lot of which 40 packs were packed."""
    house.approve(house.entry("CT-10", "2026-11-08", **SPRAY))
    made = house.lot(house.harvest())
    house.event("pack", {made.doc: "20"}, packs=40, pack_size={"amount": "0.5", "unit": "kg"})
    ready(house, made)
    page = office.get(f"{path_of(made.doc)}/cong-bo").get_data(as_text=True)
    [form] = forms(page, "publish")
    office.sign(form["scope"], form["doc"], json.loads(form["set"]), form["after"].split())
    return made


def run(office: Office, lot: Sent, page: str, **fields: object) -> str:
    """Sign a print run as the page's script does; return its document."""
    [form] = forms(page, "labels")
    doc = f"label:{new_uuid()}"
    said = {"lot": lot.doc, "kind": "serial", "sheet": "a4_65", "count": 10, "happened_on": form["day"]}
    result = office.sign(form["scope"], doc, said | fields, [], private={"seed": b64_encode(SEED)})
    assert result["result"] == "accepted"
    return doc


def test_labels_are_bounded_by_packs_and_void_ones_make_room(office: Office, lot: Sent) -> None:
    path = f"{path_of(lot.doc)}/tem"
    page = office.text(path)
    assert forms(page, "labels")[0]["left"] == "40"
    doc = run(office, lot, page, count=40)
    full = office.text(path)
    assert forms(full, "labels") == []
    assert "Mỗi gói đã có tem" in full
    [form] = forms(full, "voiding")
    gone = {"voided": [[1, 5]], "void_reason": "rách"}
    assert office.sign(form["scope"], doc, gone, form["after"].split())["result"] == "accepted"
    again = office.text(path)
    assert forms(again, "labels")[0]["left"] == "5"
    assert "đã bỏ 5" in again


def test_every_label_of_the_file_opens_its_page_and_void_ones_are_not_printed(
    app: Flask, office: Office, lot: Sent
) -> None:
    path = f"{path_of(lot.doc)}/tem"
    doc = run(office, lot, office.text(path), net={"amount": "500", "unit": "g"})
    [form] = forms(office.text(path), "voiding")
    office.sign(form["scope"], doc, {"voided": [[3, 3]], "void_reason": "rách"}, form["after"].split())
    answer = office.get(f"{path}/{doc.removeprefix('label:')}.pdf?tu=1&den=10&bo=2")
    assert answer.mimetype == "application/pdf"
    said = " ".join(text_of(answer.data).split())
    for text in ("Cải ngọt Tân Trào", "Số 1", "HSD", "500"):
        assert text in said
    [page] = pages_of(answer.data, 203)
    found = codes_on(page)
    wanted = [serial_of(SEED, at) for at in range(1, 11) if at != 3]
    assert sorted(one.rpartition("/")[2] for one in found) == sorted(wanted)
    public = app.test_client()
    for url in found:
        place = re.sub(r"^HTTPS?://[^/]+", "", url)
        assert "Tem số" in public.get(place, headers={"Accept": "text/html"}).text
    assert public.get(f"/t/{found[0].split('/')[-2]}/{serial_of(SEED, 3)}").status_code == 404


def test_a_lot_that_is_not_published_has_no_labels_and_foreign_ones_are_missing(
    app: Flask, house: House, office: Office
) -> None:
    lot = house.lot(house.harvest())
    page = office.text(f"{path_of(lot.doc)}/tem")
    assert forms(page, "labels") == []
    assert "Công bố lô trước" in page
    assert office.get(f"{path_of(lot.doc)}/tem/{new_uuid()}.pdf").status_code == 404
    other = Office(app, "Người khác", organisation=other_cooperative())
    assert other.get(f"{path_of(lot.doc)}/tem").status_code == 404


def test_a_clerk_sees_the_labels_and_prints_none(app: Flask, house: House, lot: Sent, office: Office) -> None:
    doc = run(office, lot, office.text(f"{path_of(lot.doc)}/tem"))
    clerk = Office(app, "Chị Kho", role="clerk")
    page = clerk.text(f"{path_of(lot.doc)}/tem")
    assert forms(page, "labels") == forms(page, "voiding") == []
    assert clerk.get(f"{path_of(lot.doc)}/tem/{doc.removeprefix('label:')}.pdf").status_code == 404
