"""A product on sale: what buyers and marketplaces ask of it, its OCOP certificate, its public page."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from server.config import now_ms
from server.services.person_data import add_months
from sync.civil import add_days, ms_to_date
from tests.server.consoles import fake_build
from tests.server.desks import Office
from tests.server.phones import start
from tests.server.pictures import make_jpeg
from tests.server.test_console_products import PATH, add, send


@pytest.fixture
def office(app: Flask, tmp_path: Path) -> Office:
    fake_build(app, tmp_path)
    start()
    return Office(app)


def signed(ends_in_days: int) -> dict[str, str]:
    """Return an OCOP certificate that ends in some days."""
    day = add_months(add_days(ms_to_date(now_ms()), ends_in_days), -36)
    return {"ocop_stars": "3", "ocop_group": "1", "ocop_signed_on": day}


@pytest.mark.parametrize(
    ("days", "on_product", "chip"),
    [(-40, "đã hết hạn ngày", "OCOP hết hạn"), (100, "còn chưa đến sáu tháng", "OCOP đến"), (400, "", "")],
)
def test_an_ocop_certificate_is_reminded_of_six_months_before_it_ends(
    office: Office, days: int, on_product: str, chip: str
) -> None:
    place = add(office, **signed(days))
    for path, said in ((place, on_product), (PATH, chip), ("/htx/hop-tac-xa", chip)):
        page = office.text(path)
        assert (said in page) if said else ("hết hạn ngày" not in page and "OCOP đến" not in page), path


def test_all_that_a_marketplace_asks_is_kept_as_it_was_said(office: Office) -> None:
    said = {
        "price_dong": "45.000", "price_per": "túi 500 g", "net_content": "500 g", "capacity": "2 tấn",
        "ingredients": "Gạo 100 %", "storage": "Nơi khô mát", "package_g": "550", "package_cm": "20x15 × 8",
        "self_declaration_no": "01/TCB/2026", "standard_no": "TCCS 01:2026", "trademark_no": "4-0123",
        "test_reports": "KN-12, Trung tâm 1, 01/02/2026\nKN-13, Trung tâm 2, 02/03/2026",
        "story": "Gạo của ruộng rươi.\n\nMỗi năm một vụ.", "ocop_subgroup": "Gạo, ngũ cốc", **signed(400),
    }  # fmt: skip
    page = office.text(add(office, **said))
    for text in said.values():
        shown = "20x15x8" if "×" in text else text
        assert shown in page or text == said["ocop_signed_on"], text
    assert "45.000 đ / túi 500 g" in page


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Giá là số đồng", {"price_dong": "-5", "price_per": "kg"}),
        ("Giá là số đồng", {"price_dong": "45,5", "price_per": "kg"}),
        ("Giá là số đồng", {"price_dong": "9.000.000.000", "price_per": "kg"}),
        ("giá cho một cái gì", {"price_dong": "45000"}),
        ("Cân nặng là số gam", {"package_g": "nửa cân"}),
        ("dài x rộng x cao", {"package_cm": "20x15"}),
        ("không còn trong danh sách của xã", {"key_product": "01980000-0000-7000-8000-000000000001"}),
        ("Nhiều nhất 10 dòng", {"test_reports": "a\n" * 11}),
    ],
)
def test_what_is_no_price_or_size_is_said(office: Office, sentence: str, said: dict[str, str]) -> None:
    office.refused(f"{PATH}/them", sentence, name_vi="Gạo", **said)


def test_a_product_is_shown_to_everybody_once_it_has_a_picture_and_keeps_its_address(office: Office) -> None:
    place = add(office, name_vi="Gạo ruộng rươi")
    office.refused(f"{place}/trang", "Thêm ít nhất một ảnh", hien="1")
    assert send(office, place, make_jpeg()).status_code == 303
    office.done(f"{place}/trang", hien="1")
    slug = office.text(place).split('href="/sp/')[1].split('"')[0]
    assert slug.startswith("gao-ruong-ruoi-")
    office.done(f"{place}/trang", hien="0")
    assert "Chưa ai ngoài hợp tác xã" in office.text(place)
    office.done(place, name_vi="Gạo khác")
    office.done(f"{place}/trang", hien="1")
    assert f'href="/sp/{slug}"' in office.text(place)
    office.done(f"{place}/thoi", ban="0")
    office.refused(f"{place}/trang", "đã thôi bán", hien="1")
