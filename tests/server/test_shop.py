"""Products for anybody: pages, data for machines, pictures in sizes; what ended or went is said so."""

from __future__ import annotations

import gzip
import io
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import event

from server.db import db, run_write
from server.models.own_products import OwnProduct
from server.models.selling import Listing, Shop
from server.services.person_data import add_months
from sync.civil import ms_to_date
from tests.server.consoles import fake_build
from tests.server.desks import Office
from tests.server.diaries import Diary, new_uuid
from tests.server.phones import start
from tests.server.pictures import make_jpeg
from tests.server.test_console_products import add, send
from tests.server.test_lot_views import CODE
from tests.server.test_trace_page import FACTS, HTML

TODAY = ms_to_date(int(time.time() * 1000))
STORY = "Gạo của ruộng rươi.\n\nMỗi năm <b>một vụ</b>."
SAID = {
    "name_vi": "Gạo ruộng rươi", "name_en": "Ragworm rice", "price_dong": "45.000", "price_per": "kg",
    "net_content": "5 kg", "story": STORY, "standard": "VietGAP", "brand": "Rươi",
}  # fmt: skip


class Market:
    """A cooperative with one product that is shown, and a browser that nobody knows."""

    def __init__(self, app: Flask) -> None:
        self.office = Office(app)
        self.client: FlaskClient = app.test_client()
        self.place = add(self.office, **SAID)
        self.uuid = self.place.split("/")[-1]
        assert send(self.office, self.place, make_jpeg(1600, 1200)).status_code == 303
        self.office.done(f"{self.place}/trang", hien="1")
        self.organisation = self.office.phone.shown["scope"].removeprefix("org:")
        self.path = re.findall(r'href="(/sp/[^"]+)"', self.office.text(self.place))[0]

    def set(self, **values: Any) -> None:
        """Change the product's row."""

        def work(session: Any) -> None:
            for name, value in values.items():
                setattr(session.get_one(OwnProduct, self.uuid), name, value)

        run_write(work)

    def add(self, row: Any) -> None:
        """Add a row."""
        run_write(lambda session: session.add(row))

    def page(self, path: str = "", status: int = 200, **headers: str) -> str:
        """Return a page as a stranger gets it."""
        answer = self.client.get(path or self.path, headers=HTML | headers)
        assert answer.status_code == status, answer.text
        assert "Set-Cookie" not in answer.headers
        return answer.text

    def data(self, path: str = "") -> Any:
        """Return what a page says to machines."""
        [found] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', self.page(path), re.S)
        return json.loads(found)

    def publish(self) -> None:
        """Publish a lot of the product."""
        publish(self.office, self.uuid)


def publish(office: Office, product: str) -> None:
    """Let a manager publish a lot of a product."""
    scope = office.phone.shown["scope"]
    manager = Diary(office.phone, scope, office.diary.n)
    made = manager.record(f"lot:{new_uuid()}", {"product": product, "code": CODE, "happened_on": TODAY})
    manager.record(made.doc, {"state": "published", "facts": FACTS}, after=[made.id])


@pytest.fixture
def market(app: Flask, tmp_path: Path) -> Market:
    fake_build(app, tmp_path)
    start()
    return Market(app)


def ocop(ends: str) -> dict[str, Any]:
    """Return an OCOP certificate that ends on a day."""
    return {
        "ocop_stars": 4,
        "ocop_group": 1,
        "ocop_signed_on": add_months(ends, -36),
        "ocop_decision": "12/QĐ",
    }


def test_a_product_is_shown_in_both_languages_small_and_without_a_script(market: Market) -> None:
    said = market.page()
    for text in ("Gạo ruộng rươi", "45.000 đ / kg", "5 kg", "Mỗi năm &lt;b&gt;một vụ"):
        assert text in said
    english = market.page(f"{market.path}?tieng=en")
    assert "Ragworm rice</h1>" in english
    assert "Ragworm rice</h1>" in market.page(**{"Accept-Language": "en"})
    assert re.findall(r"<script(?! type=\"application/ld\+json\")", said) == []
    assert "<form" not in said
    assert len(said.encode()) < 30_000
    assert 'name="robots"' not in said


def test_a_page_is_kept_for_a_minute_and_asked_again_by_its_tag(market: Market) -> None:
    first = market.client.get(market.path, headers=HTML)
    assert first.headers["Cache-Control"] == "public, max-age=60"
    assert "X-Robots-Tag" not in first.headers
    tag = {"If-None-Match": first.headers["ETag"]}
    assert market.client.get(market.path, headers=HTML | tag).status_code == 304
    market.set(story="Khác")
    assert market.client.get(market.path, headers=HTML | tag).status_code == 200


def test_machines_read_what_people_read(market: Market) -> None:
    market.set(**ocop(add_months(TODAY, 12)), ocop_checked_on=TODAY, gtin="08938547458164")
    data = market.data()
    assert (data["@type"], data["name"], data["gtin14"]) == ("Product", "Gạo ruộng rươi", "08938547458164")
    assert data["offers"]["price"] == 45_000
    assert data["description"] == STORY  # a tag in it opened nothing
    assert [one["name"] for one in data["hasCertification"]] == ["OCOP"]
    said = market.page()
    for name in ("og:title", "og:image", "og:url", "og:description"):
        assert f'property="{name}"' in said


@pytest.mark.parametrize(
    ("months", "checked", "said", "unsaid"),
    [
        (12, "", "HTX tự khai, xã chưa đối chiếu", "đã hết hạn"),
        (12, TODAY, "Xã đã đối chiếu với giấy", "tự khai, xã"),
        (-1, TODAY, "OCOP đã hết hạn", "★"),
    ],
)
def test_stars_are_what_their_certificate_is_today(
    market: Market, months: int, checked: str, said: str, unsaid: str
) -> None:
    market.set(**ocop(add_months(TODAY, months)), ocop_checked_on=checked)
    page = market.page()
    assert said in page
    assert unsaid not in page
    is_told = "hasCertification" in market.data()
    assert is_told == bool(months > 0 and checked)


def test_a_certificate_that_ended_is_said_to_have_ended(market: Market) -> None:
    assert "HTX tự khai, không kèm giấy chứng nhận còn hạn" in market.page()
    market.set(certificate_no="VG-1", certificate_from="2020-01-01", certificate_to="2022-01-01")
    assert "hôm nay không có hiệu lực" in market.page()
    assert "hasCertification" not in market.data()


def test_pictures_come_in_three_sizes_with_their_widths(market: Market) -> None:
    said = market.page()
    [sizes] = re.findall(r'srcset="([^"]+)"', said)
    found = dict(one.strip().rsplit(" ", 1) for one in sizes.split(","))
    assert sorted(found.values()) == ["1280w", "320w", "640w"]
    assert 'width="1280" height="960"' in said
    for path, wide in found.items():
        for _ in range(2):  # made, then kept
            answer = market.client.get(path)
            assert answer.mimetype == "image/jpeg"
            with Image.open(io.BytesIO(answer.data)) as shown:
                assert f"{shown.width}w" == wide
    assert market.client.get(f"{market.path}/anh/7-lon.jpg").status_code == 404


def test_what_is_taken_down_is_gone_for_everybody_with_its_pictures(market: Market) -> None:
    market.office.done(f"{market.place}/trang", hien="0")
    assert "Trang này không còn" in market.page(status=404)
    assert market.client.get(f"{market.path}/anh/0-nho.jpg").status_code == 404
    assert "Trang này không còn" in market.page("/sp/khong-co", 404)
    assert "Trang này không còn" in market.page("/gian-hang/khong-co", 404)


def test_it_leads_to_listings_seen_alive_and_to_its_newest_lot(market: Market) -> None:
    assert "Chưa có nơi bán trên mạng" in market.page()
    for state in ("live", "gone", "unknown"):
        row = Listing(id=new_uuid(), organisation=market.organisation, product=market.uuid, state=state,
                      marketplace="shopee", url=f"https://shopee.vn/{state}", listed_on=TODAY,
                      checked_on=TODAY, changed_at=1)  # fmt: skip
        market.add(row)
    said = market.page()
    assert 'href="https://shopee.vn/live" rel="noopener nofollow"' in said
    assert "shopee.vn/gone" not in said
    assert "shopee.vn/unknown" not in said
    assert f'href="/t/{CODE}"' not in market.page()
    market.publish()
    assert f'href="/t/{CODE}"' in market.page()


def test_a_shop_front_is_there_while_it_is_open_and_a_number_only_with_its_owners_yes(market: Market) -> None:
    shop = {
        "slug": "htx-1",
        "about": "Rau sạch.",
        "phone": "0912345678",
        "zalo": "0912345678",
        "changed_at": 1,
    }
    market.add(Shop(organisation=market.organisation, is_open=False, **shop))
    market.page("/gian-hang/htx-1", 404)
    assert "Chưa có hợp tác xã nào mở" in market.page("/gian-hang/")

    def change(**values: Any) -> None:
        def work(session: Any) -> None:
            for name, value in values.items():
                setattr(session.get_one(Shop, market.organisation), name, value)

        run_write(work)

    change(is_open=True)
    said = market.page("/gian-hang/htx-1")
    assert f'href="{market.path}"' in said
    assert "0912345678" not in said + market.page()
    change(agreed_on=TODAY)
    assert 'href="tel:0912345678"' in market.page("/gian-hang/htx-1")
    assert 'href="https://zalo.me/0912345678"' in market.page()
    assert market.data("/gian-hang/htx-1")["telephone"] == "0912345678"
    assert "Gạo ruộng rươi" in market.page("/gian-hang/")
    assert len(gzip.compress(market.page("/gian-hang/").encode())) < 10_000


def test_a_front_asks_the_database_as_often_for_many_products_as_for_one(market: Market) -> None:
    market.add(Shop(organisation=market.organisation, is_open=True, slug="htx-1", changed_at=1))

    def cost() -> int:
        seen: list[str] = []

        def count(_connection: object, _cursor: object, sql: str, *_rest: object) -> None:
            seen.append(sql)

        current_app.extensions["watermark"].rest()  # what a request after those before it may have to do
        event.listen(db.engine, "after_cursor_execute", count)
        try:
            market.page("/gian-hang/")
        finally:
            event.remove(db.engine, "after_cursor_execute", count)
        return len(seen)

    market.page("/gian-hang/")  # what a process reads once
    alone = cost()
    for seed in range(3):
        place = add(market.office, name_vi=f"Rau {seed}")
        assert send(market.office, place, make_jpeg(seed=seed)).status_code == 303
        market.office.done(f"{place}/trang", hien="1")
    assert market.page("/gian-hang/").count("srcset") == 4
    assert cost() == alone
