"""From an approved harvest to a published lot, and back by a recall, on the pages of a manager."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserType, expect

from server.config import now_ms
from server.db import reading
from server.models.lots import LotView
from server.services import city_clock, tree_clock
from server.services.viewing import make_current
from tests.journeys.conftest import SHOTS
from tests.journeys.desk import Desk
from tests.journeys.house import ROOT, SoftHouse
from tests.journeys.phone import FLAGS, Phone, chromium
from tests.server.diaries import Diary, Sent, diary_of, new_uuid
from tests.server.lots import product_of
from tests.server.pdfs import codes_on, pages_of
from tests.server.phones import enrolled, invite_to
from tests.server.pictures import make_jpeg

A = "line.aaaaaaaa."


def season(soft: SoftHouse) -> tuple[str, Sent]:
    """Let a household spray and harvest, and a reviewer approve both; return its log and the harvest."""
    with soft.app() as app:
        lua = diary_of(app.test_client(), "Phạm Thị Lụa", "Nhà Lụa")
        reviewer = Diary(enrolled(app.test_client(), "Chị Hoa", None, "reviewer"), lua.scope)
        plot = lua.plot("Đồng Cửa")
        where = {"plots": [plot], "season": lua.season("Cải ngọt", plot)}
        wait = {A + "phi_kind": "days", A + "phi_days": 7, A + "lot_no": "LO77"}
        spray = lua.entry("CT-10", "2026-11-08", **{A + "product": "Emamectin 5WG", **wait, **where})
        harvest = lua.entry("CT-12", "2026-11-20", quantity={"amount": "120", "unit": "kg"}, **where)
        for one in (spray, harvest):
            fields = {"of": one.doc, "decision": "approved", "heads": [one.id]}
            reviewer.record(f"review:{new_uuid()}", fields)
        return lua.scope, harvest


def product(desk: Desk, tmp_path: Path) -> None:
    """Make a product with its picture, and say where the cooperative is."""
    desk.go("/htx/san-pham/them")
    page = desk.page
    page.get_by_label("Tên sản phẩm").fill("Cải ngọt Tân Trào")
    page.get_by_label("Làm theo tiêu chuẩn").fill("VietGAP")
    page.get_by_label("Số giấy chứng nhận", exact=True).fill("VG-01")
    page.get_by_label("Đến ngày").fill("31/12/2099")
    page.get_by_label("Hạn dùng (ngày)").fill("5")
    page.get_by_role("button", name="Lưu").click()
    desk.sees("Đã lưu sản phẩm.")
    picture = tmp_path / "cai.jpg"
    picture.write_bytes(make_jpeg())
    page.get_by_label("Thêm ảnh").set_input_files(picture)
    page.get_by_role("button", name="Gửi ảnh").click()
    desk.sees("Đã thêm ảnh.")
    assert desk.is_sound(SHOTS, "product") == []
    desk.go("/htx/san-pham")
    page.get_by_label("Địa chỉ đầy đủ").fill("Thôn Đông, xã Kiến Thụy, thành phố Hải Phòng")
    page.get_by_role("button", name="Lưu").click()
    desk.sees("Đã lưu địa chỉ.")
    assert desk.is_sound(SHOTS, "products") == []


def print_labels(desk: Desk, tmp_path: Path) -> list[str]:
    """Make ten serial labels and return what a decoder reads from their sheet; number 3 is void."""
    page = desk.page
    page.get_by_role("link", name="Tem", exact=True).click()
    page.get_by_label("Tem từng gói").check()
    page.get_by_label(re.compile("Số tem")).fill("201")
    page.get_by_role("button", name="Tạo tem").click()
    desk.sees("Nhiều hơn số còn lại")
    page.get_by_label(re.compile("Số tem")).fill("10")
    page.get_by_role("button", name="Tạo tem").click()
    page.get_by_text("Bỏ tem hỏng, tem mất").click()
    page.get_by_label("Từ số").fill("3")
    page.get_by_label("Đến số").fill("3")
    page.get_by_label("Vì sao bỏ").fill("rách")
    page.get_by_role("button", name="Bỏ các tem này").click()
    desk.sees("đã bỏ 1")
    assert desk.is_sound(SHOTS, "labels") == []
    with page.expect_download() as file:
        page.get_by_role("button", name="Tải PDF để in").click()
    file.value.save_as(tmp_path / "tem.pdf")
    [sheet] = pages_of((tmp_path / "tem.pdf").read_bytes(), 203)
    return codes_on(sheet)


def scan(soft: SoftHouse, browser: BrowserType, codes: list[str], tmp_path: Path) -> None:
    """Open a label's page with scripts off, and check the lot's file without the server."""
    with soft.app():
        assert tree_clock.tick(now_ms()).is_new
    path = urlsplit(codes[0]).path
    engine = browser.launch(executable_path=chromium(), args=FLAGS)
    phone = engine.new_context(
        java_script_enabled=False, viewport={"width": 360, "height": 640}, locale="vi-VN"
    )
    page = phone.new_page()
    page.goto(f"http://localhost:{soft.port}{path}")
    for text in ("Cải ngọt Tân Trào", "Đã đủ ngày cách ly", "Tem số", "Đây là lần đầu tem này được quét"):
        expect(page.get_by_text(text).first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    with page.expect_download() as file:
        page.get_by_role("link", name="Tải tệp kiểm tra").click()
    bundle = tmp_path / "lo.json"
    file.value.save_as(bundle)
    engine.close()
    assert verify(bundle) == 0
    text = bundle.read_text("utf-8")
    bundle.write_text(text.replace("Emamectin", "Emamectim", 1), "utf-8")
    assert verify(bundle) == 1


def hand_in(soft: SoftHouse, desk: Desk) -> None:
    """Take the lot's package to the city's system by hand, and note it."""
    with soft.app():
        city_clock.tick(now_ms())
    page = desk.page
    desk.go("/htx/cong-thanh-pho")
    desk.sees("Gói chờ nộp: 1")
    with page.expect_download() as file:
        page.get_by_role("link", name="Tải gói").click()
    with zipfile.ZipFile(file.value.path()) as packed:
        assert {"du-lieu.json", "du-lieu.xlsx", "anh/01.jpg", "manifest.json"} <= set(packed.namelist())
    page.locator("summary", has_text="Ghi đã nộp").click()
    assert desk.is_sound(SHOTS, "city-package") == []
    page.get_by_label("Số biên nhận").fill("BN-15/2026")
    page.get_by_role("button", name="Đã nộp").click()
    desk.sees("BN-15/2026")
    desk.sees("Không có gì đang chờ")


def verify(bundle: Path) -> int:
    """Check a lot's file as anybody does; return the exit code."""
    command = [sys.executable, "-m", "sync.verify", str(bundle)]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True).returncode


def test_an_approved_harvest_becomes_a_published_lot_and_is_recalled(
    soft: SoftHouse, make_desk: Callable[[str], Desk], browser: BrowserType, tmp_path: Path
) -> None:
    season(soft)
    desk = make_desk("manager")
    desk.join(soft.invite_fast("Chị Chủ nhiệm", None, "manager"))
    product(desk, tmp_path)
    page = desk.page

    desk.go("/htx/lo/moi")
    assert desk.is_sound(SHOTS, "lot-new") == []
    page.get_by_role("checkbox").check()
    amount = page.get_by_label(re.compile("Lấy bao nhiêu"))
    amount.fill("500")
    page.get_by_role("button", name="Lập lô").click()
    desk.sees("Nhiều hơn số còn lại")
    amount.fill("100")
    page.get_by_role("button", name="Lập lô").click()
    page.wait_for_url(re.compile(r"/htx/lo/[0-9a-f-]{36}$"))
    expect(page.locator(".sum .total dd")).to_have_text(re.compile("100"))

    page.get_by_text("Đóng gói", exact=True).click()
    page.get_by_label("Mấy gói").fill("200")
    page.get_by_label("Mỗi gói (kg)").fill("0,5")
    page.locator("details[open]").get_by_role("button", name="Ghi việc này").click()
    desk.sees("Đã đóng 200 gói")
    page.get_by_text("Giao hàng", exact=True).click()
    opened = page.locator("details[open]")
    opened.get_by_label("Bao nhiêu").fill("40")
    opened.get_by_label("Người mua, nơi nhận").fill("Bếp ăn trường Thụy Hương")
    opened.get_by_role("button", name="Ghi việc này").click()
    desk.sees("Bếp ăn trường Thụy Hương")
    expect(page.locator(".sum .total dd")).to_have_text(re.compile("60"))
    assert desk.is_sound(SHOTS, "lot") == []

    page.get_by_role("button", name="Sẵn sàng").click()
    page.get_by_role("link", name="Công bố").click()
    desk.sees("Đủ ngày cách ly")
    assert desk.is_sound(SHOTS, "lot-publish") == []
    page.get_by_role("button", name="Công bố").click()
    desk.sees("Công bố lại")
    codes = print_labels(desk, tmp_path)
    assert len(set(codes)) == 9
    scan(soft, browser, codes, tmp_path)
    desk.go("/htx/lo?trang_thai=published")
    assert desk.is_sound(SHOTS, "lots") == []

    desk.go("/htx/thu-hoi")
    page.get_by_label("Ghi đúng như trên nhãn").fill("LO77")
    page.get_by_role("button", name="Tìm").click()
    desk.sees("Gọi ngay: 1 người mua")
    assert desk.is_sound(SHOTS, "recall") == []
    page.get_by_label("Lý do").fill("Dư lượng vượt mức")
    page.get_by_label("Lời báo cho người mua").fill("Không ăn. Mang trả nơi mua.")
    page.get_by_role("button", name="Thu hồi các lô đã tích").click()
    page.wait_for_url(re.compile("trang_thai=recalled"))
    page.get_by_role("row").nth(1).get_by_role("link").click()
    desk.sees("Không ăn. Mang trả nơi mua.")
    hand_in(soft, desk)


def test_the_packing_house_packs_and_ships_without_coverage(
    soft: SoftHouse, make_phone: Callable[..., Phone]
) -> None:
    farm, harvest = season(soft)
    with soft.app() as app:
        desk = enrolled(app.test_client(), "Chị Chủ nhiệm", None, "manager")
        scope = desk.shown["scope"]
        line = {"farm": farm, "entry": harvest.doc, "heads": [harvest.id]}
        line |= {"amount": {"amount": "100", "unit": "kg"}}
        fields = {"product": product_of(scope.removeprefix("org:")), "happened_on": "2026-11-21"}
        fields |= {"code": "7K3M9QXA"}
        fields |= {f"source.aaaaaaaa.{name}": value for name, value in line.items()}
        lot = Diary(desk, scope, {scope: 1}).record(f"lot:{new_uuid()}", fields)
        link = invite_to("Chị Kho", None, "clerk", kind="phone")
    phone = make_phone(soft)
    phone.open(None)
    phone.page.goto(phone.address + "/" + link.url[link.url.index("#") :])
    phone.tap("Đúng, bắt đầu ghi")
    phone.sees("Kho đóng gói")
    phone.sees("7K3M-9QXA")
    phone.waits_for_program()
    phone.lose_signal()
    phone.tap("Cải ngọt Tân Trào")
    phone.page.get_by_label("Mấy gói?").fill("150")
    phone.page.get_by_label("Mỗi gói").fill("0,5")
    phone.tap("Lưu")
    phone.sees("Đã lưu trên máy")
    phone.page.screenshot(path=SHOTS / "packing-360.png", full_page=True)
    phone.tap("Cải ngọt Tân Trào")
    phone.tap("Giao hàng")
    phone.page.get_by_label("Bao nhiêu?").fill("trăm")
    phone.tap("Lưu")
    phone.sees("Số lượng chưa đúng")
    phone.page.get_by_label("Bao nhiêu?").fill("40")
    phone.page.get_by_label("Giao cho ai?").fill("Bếp ăn trường")
    phone.page.screenshot(path=SHOTS / "packing-ship-360.png", full_page=True)
    phone.tap("Lưu")
    phone.sees("Đã ghi gần đây")
    phone.tap("Cải ngọt Tân Trào")
    phone.tap("Tách lô")
    phone.page.get_by_label("Tách ra bao nhiêu?").fill("20")
    phone.page.screenshot(path=SHOTS / "packing-split-360.png", full_page=True)
    phone.tap("Lưu")
    phone.sees(re.compile("Lô mới .{4}-.{4}"))
    phone.tap(phone.page.get_by_role("button", name="7K3M-9QXA"))
    phone.tap("Gộp lô")
    phone.page.get_by_label("Lấy của lô").nth(1).fill("5")
    phone.page.get_by_label("Lấy của lô 7K3M-9QXA").fill("10")
    phone.page.screenshot(path=SHOTS / "packing-merge-360.png", full_page=True)
    phone.tap("Lưu")
    phone.find_signal()
    phone.waits_for_sent()
    with soft.app():
        make_current([scope])
        with reading() as session:
            row = session.get_one(LotView, (scope, lot.doc))
            assert (row.packs, row.went, row.remains, row.problems) == (150, 70_000, 30_000, "[]")
