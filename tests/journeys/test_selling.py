"""From a product with price and picture to a page for everybody, a listing, and a pack for a marketplace."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import BrowserType, Page, expect

from tests.journeys.conftest import SHOTS
from tests.journeys.desk import AXE, Desk
from tests.journeys.house import SoftHouse
from tests.journeys.phone import FLAGS, chromium
from tests.server.pictures import make_jpeg

LISTED = "https://shopee.vn/gao-ruong-ruoi-i.1.2"


def product(desk: Desk, tmp_path: Path) -> str:
    """Make a product with what a marketplace asks, show it, and return its public address."""
    page = desk.page
    desk.go("/htx/san-pham")
    page.get_by_label("Địa chỉ đầy đủ").fill("Thôn Đông, xã Kiến Thụy, thành phố Hải Phòng")
    page.get_by_role("button", name="Lưu").click()
    desk.sees("Đã lưu địa chỉ.")
    page.get_by_role("link", name="Thêm sản phẩm").click()
    page.get_by_label("Tên sản phẩm").fill("Gạo ruộng rươi")
    page.get_by_label("Câu chuyện sản phẩm").fill("Mỗi năm một vụ lúa.\nCó rươi nên không dùng thuốc.")
    page.get_by_label("Giá bán (đồng)").fill("45.000")
    page.get_by_role("button", name="Lưu").click()
    desk.sees("Ghi thêm giá cho một cái gì")
    page.get_by_label("Cho một").fill("kg")
    page.get_by_label("Nặng cả bao bì").fill("1050")
    page.get_by_role("button", name="Lưu").click()
    desk.sees("Đã lưu sản phẩm.")
    page.get_by_role("button", name="Cho mọi người xem").click()
    desk.sees("Thêm ít nhất một ảnh")
    picture = tmp_path / "gao.jpg"
    picture.write_bytes(make_jpeg(1600, 1200))
    page.get_by_label("Thêm ảnh").set_input_files(picture)
    page.get_by_role("button", name="Gửi ảnh").click()
    desk.sees("Đã thêm ảnh.")
    page.get_by_role("button", name="Cho mọi người xem").click()
    desk.sees("Sản phẩm đã có trang")
    for part in page.locator("details.part > summary").all():
        part.click()
    assert desk.is_sound(SHOTS, "product-sale") == []
    return page.get_by_role("link", name="/sp/").inner_text()


def front(desk: Desk) -> str:
    """Open the shop front with a number, and return its address."""
    page = desk.page
    desk.go("/htx/gian-hang")
    page.get_by_label("Giới thiệu").fill("Gạo, rau của các hộ trong thôn.")
    page.get_by_label("Số điện thoại bán hàng").fill("0912 345 678")
    page.get_by_label("Chủ số máy đồng ý").check()
    page.get_by_role("button", name="Lưu").click()
    desk.sees("Đã đồng ý ngày")
    page.get_by_role("button", name="Mở gian hàng").click()
    desk.sees("Gian hàng đang mở")
    assert desk.is_sound(SHOTS, "shop-front") == []
    return page.get_by_role("link", name="/gian-hang/").inner_text()


def listing(desk: Desk) -> None:
    """Write down where the product is sold."""
    page = desk.page
    desk.go("/htx/noi-ban/them")
    page.get_by_role("combobox", name="Sản phẩm").select_option(label="Gạo ruộng rươi")
    page.get_by_label("Địa chỉ trang sản phẩm").fill("https://tiki.vn/gao")
    page.get_by_role("button", name="Lưu").click()
    desk.sees("đúng của sàn đã chọn")
    page.get_by_label("Địa chỉ trang sản phẩm").fill(LISTED)
    page.get_by_role("button", name="Lưu").click()
    desk.sees("Đã lưu nơi bán.")
    assert desk.is_sound(SHOTS, "listing") == []
    desk.go("/htx/noi-ban")
    assert desk.is_sound(SHOTS, "listings") == []


def pack(desk: Desk, tmp_path: Path) -> None:
    """See what a pack lacks, take one that is whole, and open it."""
    page = desk.page
    desk.go("/htx/san-pham")
    page.get_by_role("link", name="Gạo ruộng rươi").click()
    page.get_by_role("link", name="Tờ đọc khi livestream").click()
    desk.sees("Giá 45.000 đồng một kg.")
    assert desk.is_sound(SHOTS, "kit") == []
    page.go_back()
    page.get_by_role("link", name="Gói đăng bán trên sàn").click()
    desk.sees("Còn thiếu:")  # its kind, which Shopee asks for
    assert desk.is_sound(SHOTS, "packs") == []
    card = page.locator(".packs > li", has=page.get_by_role("heading", name="Voso"))
    with page.expect_download() as file:
        card.get_by_role("link", name="Bảng và ảnh (ZIP)").click()
    file.value.save_as(tmp_path / "goi.zip")
    with zipfile.ZipFile(tmp_path / "goi.zip") as packed:
        [name] = [one for one in packed.namelist() if one.endswith(".xlsx")]
        packed.extract(name, tmp_path)
        assert "anh/01.jpg" in packed.namelist()
    rows = list(load_workbook(tmp_path / name).worksheets[0].values)
    assert dict(zip(rows[0], rows[2], strict=True))["gia"] == "45000"


def stranger(soft: SoftHouse, browser: BrowserType, address: str, shop: str) -> None:
    """Open the pages with scripts off, as anybody does."""
    engine = browser.launch(executable_path=chromium(), args=FLAGS)
    for script in (True, False):  # with scripts, for axe; without, as the page must stand
        view = engine.new_context(
            java_script_enabled=script, viewport={"width": 360, "height": 640}, locale="vi-VN"
        )
        page = view.new_page()
        for path, name in ((shop, "front"), (address, "product")):
            page.goto(f"http://localhost:{soft.port}{path}")
            expect(page.get_by_text("45.000 đ / kg").first).to_be_visible()
            expect(page.get_by_role("link", name="Gọi 0912345678")).to_be_visible()
            page.screenshot(path=SHOTS / f"public-{name}-360.png", full_page=True)
            if script:
                check(page)
        expect(page.get_by_role("link", name="Shopee")).to_have_attribute("href", LISTED)
        page.get_by_role("link", name="Cả gian hàng").click()
        expect(page).to_have_url(re.compile("/gian-hang/"))
    engine.close()


def check(page: Page) -> None:
    """Find nothing that keeps anybody out, and nothing wider than the phone."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    assert [(one["id"], one["nodes"][0]["target"]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_product_gets_a_page_a_listing_and_a_pack(
    soft: SoftHouse, make_desk: Callable[[str], Desk], browser: BrowserType, tmp_path: Path
) -> None:
    desk = make_desk("manager")
    desk.join(soft.invite_fast("Chị Chủ nhiệm", None, "manager"))
    address = product(desk, tmp_path)
    shop = front(desk)
    listing(desk)
    stranger(soft, browser, address, shop)
    pack(desk, tmp_path)
