"""Shop front, listings and the commune's key products at the desk: who keeps them, what is wrong is said."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from server.config import now_ms
from server.db import run_write
from server.models.selling import Listing
from server.services.console_listings import CHECK_DAYS
from server.services.markets import parse_listing
from sync.civil import add_days, ms_to_date
from tests.server.consoles import OURS, fake_build, other_cooperative
from tests.server.desks import Office
from tests.server.phones import start
from tests.server.pictures import make_jpeg
from tests.server.test_console_products import add, send
from tests.server.test_products_on_sale import signed
from tests.server.test_shop import publish

SHOP, PLACES, KEYS = "/htx/gian-hang", "/htx/noi-ban", "/htx/xa/san-pham-chu-luc"
URL = "https://shopee.vn/gao-ruoi-i.1.2"


@pytest.fixture
def office(app: Flask, tmp_path: Path) -> Office:
    fake_build(app, tmp_path)
    start()
    return Office(app)


@pytest.fixture
def officer(app: Flask, office: Office) -> Office:
    return Office(app, "Chị Hạnh", "officer", organisation="Xã Kiến Thụy")


def listed(office: Office, product: str, **more: str) -> str:
    said = {"product": product.split("/")[-1], "marketplace": "shopee", "url": URL, "listed_on": "01/02/2026"}
    return office.done(f"{PLACES}/them", **{**said, **more})


def test_a_number_is_shown_with_its_owners_yes_which_another_number_needs_anew(office: Office) -> None:
    office.refused(f"{SHOP}/mo", "Ghi địa chỉ hợp tác xã", mo="1")
    office.done("/htx/san-pham/dia-chi", dia_chi="Thôn Đông, xã Kiến Thụy")
    office.done(f"{SHOP}/sua", about="Rau sạch.\nMỗi sáng.", phone="0912 345 678", agreed="1")
    assert "Đã đồng ý ngày" in office.text(SHOP)
    office.done(f"{SHOP}/mo", mo="1")
    front = re.findall(r'href="(/gian-hang/[^"]+)"', office.text(SHOP))[0]
    assert "tel:0912345678" in office.text(front)
    office.done(f"{SHOP}/sua", about="Rau sạch.", phone="0987654321")
    assert "tel:" not in office.text(front)
    office.refused(f"{SHOP}/sua", "Số điện thoại", about="", phone="chín một hai")
    office.done(f"{SHOP}/mo", mo="0")
    assert office.get(front).status_code == 404


def test_a_listing_is_kept_with_its_picture_and_asked_about_again_by_date(office: Office) -> None:
    place = listed(office, add(office))
    assert "Còn bán" in office.text(place)
    shot = {"anh": (io.BytesIO(make_jpeg()), "a.jpg")}
    assert office.client.post(f"{place}/anh", data=shot, headers=OURS).status_code == 303
    [picture] = re.findall(r'class="screenshot" src="([^"]+)"', office.text(place))
    assert office.get(picture).status_code == 200
    assert "Cần xem lại" not in office.text(PLACES)
    old = add_days(ms_to_date(now_ms()), -CHECK_DAYS)

    def age(session: Any) -> None:
        session.get_one(Listing, place.split("/")[-1]).checked_on = old

    run_write(age)
    assert "Cần xem lại" in office.text(PLACES)
    office.done(f"{place}/xem", thay="live")
    assert "Cần xem lại" not in office.text(PLACES)
    office.done(f"{place}/xem", thay="gone")
    assert "Không còn bán" in office.text(PLACES)


@pytest.mark.parametrize(
    ("market", "url"),
    [
        ("shopee", "http://shopee.vn/a"),
        ("shopee", "https://shopee.vn.evil.example/a"),
        ("shopee", "https://evilshopee.vn/a"),
        ("shopee", "https://u:p@shopee.vn/a"),
        ("shopee", "javascript:alert(1)"),
        ("tiktok", URL),
        ("other", "https://localhost/a"),
        ("other", "https://a..b/"),
        ("other", "https://a.vn/" + "x" * 500),
        ("amazon", URL),
    ],
)
def test_an_address_is_https_and_of_its_marketplace(market: str, url: str) -> None:
    assert parse_listing(market, url) is None
    assert parse_listing("other", URL) == URL
    assert parse_listing("tiktok", "https://vt.tiktok.com/ZS1/") is not None


def test_what_is_wrong_with_a_listing_is_said(office: Office, app: Flask) -> None:
    product = add(office).split("/")[-1]
    good = {"product": product, "marketplace": "shopee", "url": URL, "listed_on": "01/02/2026"}
    for sentence, said in (
        ("bắt đầu bằng https", {"url": "shopee.vn/a"}),
        ("sau hôm nay", {"listed_on": "01/02/2099"}),
        ("Chọn sàn", {"marketplace": "x"}),
    ):
        office.refused(f"{PLACES}/them", sentence, **{**good, **said})
    other = Office(app, "Anh Đoài", organisation=other_cooperative())
    other.refused(f"{PLACES}/them", "Chọn sản phẩm của hợp tác xã", **good)
    assert other.get(listed(office, f"/{product}")).status_code == 404


def test_the_officer_keeps_the_list_and_compares_papers_once_until_they_change(
    office: Office, officer: Office
) -> None:
    place = add(office, name_vi="Gạo ruộng rươi", **signed(300))
    officer.done(KEYS, name_vi="Gạo", since="01/01/2026", source="Kế hoạch xã", mark="R")
    officer.refused(KEYS, "thôi tính trước", name_vi="Gạo", since="01/01/2026", until="01/01/2025")
    [key] = re.findall(r'<option value="([0-9a-f-]{36})">Gạo<', office.text(place))
    office.done(place, name_vi="Gạo ruộng rươi", key_product=key, **signed(300))
    page = officer.text(KEYS)
    assert "0 / 1" in page
    assert "Chưa có lô nào trong năm" in page
    uuid = place.split("/")[-1]
    publish(office, uuid)
    assert "1 / 1" in officer.text(KEYS)
    officer.done(f"/htx/xa/ocop/{uuid}/doi-chieu")
    assert "Xã đã đối chiếu với giấy" in office.text(place)
    office.done(place, name_vi="Gạo ruộng rươi", key_product=key, story="Khác", **signed(300))
    assert "Xã đã đối chiếu với giấy" in office.text(place)
    office.done(place, name_vi="Gạo ruộng rươi", **{**signed(300), "ocop_stars": "5"})
    assert "Xã chưa đối chiếu" in office.text(place)
    assert office.get(KEYS).status_code == 404
    officer.done(f"{KEYS}/{key}", name_vi="Gạo", since="01/01/2026", until="01/02/2026")
    assert "Không còn tính" in officer.text(KEYS)


def test_the_officer_sees_the_picture_of_a_listing_and_no_other(office: Office, officer: Office) -> None:
    product = add(office, **signed(300))
    assert send(office, product, make_jpeg(seed=2)).status_code == 303
    place = listed(office, product)
    uuid = place.split("/")[-1]
    assert officer.get(f"/htx/xa/noi-ban/{uuid}/anh").status_code == 404
    shot = {"anh": (io.BytesIO(make_jpeg()), "a.jpg")}
    assert office.client.post(f"{place}/anh", data=shot, headers=OURS).status_code == 303
    assert f"/htx/xa/noi-ban/{uuid}/anh" in officer.text(KEYS)
    assert officer.get(f"/htx/xa/noi-ban/{uuid}/anh").mimetype == "image/jpeg"
