"""Listing packs and the page for a livestream: what is missing is named first, what is made opens."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from flask import Flask
from openpyxl import load_workbook
from PIL import Image, ImageDraw

from server.services.packs.shape import Ware
from server.services.packs.writing import PACKS, SURE, sheet, table
from server.services.setup import load_products
from tests.server.consoles import fake_build
from tests.server.phones import start
from tests.server.test_lot_views import CODE
from tests.server.test_shop import TODAY, Market, add_months, ocop

SOLD = {"price_dong": 45_000, "price_per": "kg", "package_g": 1050, "package_cm": "20x15x8",
        "product_code": "rice"}  # fmt: skip
EVIL = '=HYPERLINK("http://evil.example")'
WARE = Ware(
    name=EVIL, short_name=EVIL, kind="Lúa", brand="", story="@story\n+line", price=45_000, price_per="kg",
    sku="sku-1", gtin="", net="1 kg", package_g=1050, sides=("20", "15", "8"), shelf_days=90, storage="",
    ingredients="", warning="", producer="HTX", address="Thôn Đông", papers=(), trace="", page="", pictures=1,
)  # fmt: skip


@pytest.fixture
def market(app: Flask, tmp_path: Path) -> Market:
    fake_build(app, tmp_path)
    start()
    load_products()
    made = Market(app)
    made.office.done("/htx/san-pham/dia-chi", dia_chi="Thôn Đông, xã Kiến Thụy")
    return made


def read_code(page: str) -> str:
    """Return what the code in a page says, drawn anew from its lines."""
    [svg] = re.findall(r'<svg[^>]*class="qr".*?</svg>', page, re.S)
    side = int(re.findall(r'viewBox="0 0 (\d+)', svg)[0])
    image = Image.new("L", (side * 8, side * 8), 255)
    pen, x, y = ImageDraw.Draw(image), 0.0, 0.0
    for letter, numbers in re.findall(r"([Mmh])([-\d. ]+)", re.findall(r' d="([^"]+)"', svg)[0]):
        by = [float(one) for one in numbers.split()]
        if letter == "h":
            pen.rectangle((x * 8, (y - 0.5) * 8, (x + by[0]) * 8 - 1, (y + 0.5) * 8 - 1), fill=0)
            x += by[0]
        else:
            x, y = (by[0], by[1]) if letter == "M" else (x + by[0], y + by[1])
    [found] = zxingcpp.read_barcodes(image)
    return str(found.text)


def fetch(market: Market, ending: str) -> Any:
    answer = market.office.get(f"{market.place}/goi/{ending}")
    assert answer.status_code == 200, answer.text
    return answer


def test_what_a_marketplace_needs_and_lacks_is_named_before_anything_is_made(market: Market) -> None:
    page = market.office.text(f"{market.place}/goi")
    assert "Còn thiếu:" in page
    assert "Cân nặng (g)" in page
    assert "/goi/shopee.zip" not in page
    answer = market.office.get(f"{market.place}/goi/shopee.zip")
    assert answer.status_code == 409
    assert "Chưa làm được gói này, còn thiếu" in answer.text
    market.set(**SOLD)
    assert "/goi/shopee.zip" in market.office.text(f"{market.place}/goi")
    assert market.office.get(f"{market.place}/goi/amazon.zip").status_code == 404


@pytest.mark.parametrize("code", sorted(PACKS))
def test_a_pack_opens_as_xlsx_csv_and_zip_with_its_pictures(market: Market, code: str) -> None:
    market.set(**SOLD, **ocop(add_months(TODAY, 12)))
    pack, address = PACKS[code], market.path.split("/")[-1]
    book = load_workbook(io.BytesIO(fetch(market, f"{code}.xlsx").data))
    head, labels, row = ([str(cell or "") for cell in line] for line in book.worksheets[0].values)
    assert head == [one.name for one in pack.fields]
    assert all(said in SURE.values() for said in (re.findall(r"\(([^()]+)\)$", one)[0] for one in labels))
    told = dict(zip(head, row, strict=True))
    assert "Gạo ruộng rươi" in told.values()
    assert "45000" in told.values()
    marks = [str(line[3])[:2].strip(":") for line in list(book.worksheets[1].values)[1:]]
    assert marks == [one.mark for one in pack.fields]
    rows = list(csv.reader(io.StringIO(fetch(market, f"{code}.csv").data.decode("utf-8-sig"))))
    assert rows == [head, row]
    with zipfile.ZipFile(io.BytesIO(fetch(market, f"{code}.zip").data)) as packed:
        names = packed.namelist()
        assert names == [f"{address}-{code}.xlsx", f"{address}-{code}.csv", "doc-truoc.txt", "anh/01.jpg"]
        with Image.open(packed.open("anh/01.jpg")) as shown:
            assert shown.size == (1280, 960)
        note = packed.read("doc-truoc.txt").decode("utf-8-sig")
        assert pack.source in note
        assert "không tự đăng gì" in note


def test_a_certificate_that_ended_goes_into_no_listing(market: Market) -> None:
    market.set(**SOLD, **ocop(add_months(TODAY, 12)))
    assert "OCOP 4 sao" in fetch(market, "general.csv").text
    market.set(**ocop(add_months(TODAY, -1)))
    assert "OCOP" not in fetch(market, "general.csv").text


def test_case_103_a_cell_of_a_pack_is_never_a_formula() -> None:
    for pack in PACKS.values():
        book = load_workbook(io.BytesIO(sheet(pack, WARE)))
        cells = [cell for one in book for line in one.iter_rows() for cell in line]
        assert all(cell.data_type == "s" for cell in cells if cell.value)
        rows = list(csv.reader(io.StringIO(table(pack, WARE).decode("utf-8-sig"))))
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in rows[1])


def test_the_page_for_a_livestream_says_the_files_words_and_its_code_leads_there(market: Market) -> None:
    kit = f"{market.place}/noi"
    page = market.office.text(kit)
    assert read_code(page) == f"http://localhost:8000{market.path}"
    assert "Đừng gọi là mã truy xuất" in page
    assert "Giá 45.000 đồng một kg" in page
    assert "Chưa có giấy nào còn hạn" in page
    market.publish()
    market.set(**ocop(add_months(TODAY, 12)))
    page = market.office.text(kit)
    assert read_code(page) == f"http://localhost:8000/t/{CODE}"
    assert "còn hạn đến" in page
    assert "Chưa có giấy nào còn hạn" not in page
    market.set(**ocop(add_months(TODAY, -1)))
    page = market.office.text(kit)
    assert "không nhắc đến sao OCOP" in page
