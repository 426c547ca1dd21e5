"""A model from decision to visitors, and the map of production areas at a cooperative and at the commune."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import BrowserType, expect
from sqlalchemy import select

from server.db import reading
from server.models.people import Farm
from tests.journeys.conftest import SHOTS
from tests.journeys.desk import Desk
from tests.journeys.house import SoftHouse
from tests.journeys.phone import FLAGS, chromium
from tests.journeys.test_offices import commune
from tests.journeys.test_selling import check
from tests.server.diaries import Diary, diary_of, new_uuid

CORNERS = [[207_600_000, 1_066_500_000], [207_620_000, 1_066_500_000], [207_620_000, 1_066_524_000]]
NAME = "Nhà lưới tưới nhỏ giọt"


def household(soft: SoftHouse) -> tuple[Diary, str]:
    """Make a household with a plot that was walked around; return its phone and the farm's code."""
    with soft.app() as app:
        diary = diary_of(app.test_client(), "Phạm Thị Lụa", "Nhà Lụa")
        doc, area = f"plot:{new_uuid()}", {"amount": "5", "unit": "sao"}
        diary.record(doc, {"kind": "field", "name": "Đồng Đình", "area": area}, {"boundary": CORNERS})
        diary.season("Cà chua", doc, product="tomato")
        with reading() as session:
            return diary, str(session.scalars(select(Farm.code).where(Farm.id == diary.farm)).one())


def enter(desk: Desk, link: str) -> None:
    """Take an invitation to a desk."""
    desk.page.goto(link)
    desk.page.get_by_role("button", name="Nhận, đây là tôi").click()
    desk.page.get_by_role("button", name="Tạo khóa truy cập").click()
    expect(desk.page.locator("nav.places")).to_be_visible()


def write(desk: Desk, code: str) -> str:
    """Let the officer write a model and open it to visitors; return its public address."""
    page = desk.page
    desk.go("/htx/mo-hinh")
    page.get_by_role("link", name="Thêm mô hình").click()
    page.get_by_label("Tên mô hình").fill(NAME)
    page.get_by_label("Số quyết định").fill("12/QĐ-UBND")
    page.get_by_role("combobox", name="Hợp tác xã").select_option(index=0)
    page.get_by_label("Mã hộ").fill("H999")
    assert desk.is_sound(SHOTS, "model-new") == []
    page.get_by_role("button", name="Lưu").click()
    desk.sees("Không có hộ nào mang mã này")
    page.get_by_label("Mã hộ").fill(code)
    page.get_by_role("button", name="Lưu").click()
    desk.sees("Đã lưu mô hình.")
    page.get_by_role("button", name="Mở cho khách xem").click()
    desk.sees("Khách đã xem được trang này.")
    assert desk.is_sound(SHOTS, "model") == []
    return page.get_by_role("link", name="/mo-hinh/").inner_text()


def report(desk: Desk, address: str) -> None:
    """Let the manager say on which plot it runs, and what a season brought."""
    page = desk.page
    desk.go(f"/htx{address}")
    page.get_by_label("Đồng Đình").check()
    page.locator("form", has=page.get_by_label("Đồng Đình")).get_by_role("button", name="Lưu").click()
    desk.sees("1 thửa, 5")
    form = page.locator("details", has=page.get_by_text("Thêm một vụ"))
    form.get_by_label("Vụ", exact=True).fill("Vụ thu 2026")
    form.get_by_label("Chi phí").fill("12.000.000")
    form.get_by_label("Tiền bán").fill("30.000.000")
    form.get_by_role("button", name="Lưu").click()
    desk.sees("18.000.000")
    desk.go("/htx/mo-hinh")
    assert desk.is_sound(SHOTS, "models") == []


def look(desk: Desk, farm: str) -> None:
    """Let the manager move the map and open a farm from it, and take its file."""
    page = desk.page
    desk.go("/htx/ban-do?cay=tomato")
    assert desk.is_sound(SHOTS, "map-plots") == []
    plot = page.locator("svg[data-map] a path")
    before = plot.bounding_box()
    page.get_by_role("button", name="Phóng to").click()
    after = plot.bounding_box()
    assert before is not None
    assert after is not None
    assert after["width"] > before["width"]
    page.get_by_role("button", name="Cả xã").click()
    with page.expect_download() as file:
        page.get_by_role("link", name="GEOJSON").click()
    features = json.loads(Path(file.value.path()).read_text("utf-8"))["features"]
    assert [one["properties"]["name"] for one in features if "kind" in one["properties"]] == ["Đồng Đình"]
    plot.click()
    expect(page).to_have_url(f"http://localhost:{desk.house.port}/htx/ho/{farm}")


def test_a_model_reaches_visitors_and_the_map_shows_each_what_is_theirs(
    soft: SoftHouse, make_desk: Callable[[str], Desk], browser: BrowserType
) -> None:
    diary, code = household(soft)
    with soft.app():
        top = commune()
    officer, manager = make_desk("officer"), make_desk("manager")
    enter(officer, soft.invite_fast("Chị Hạnh", None, "officer", organisation=top))  # type: ignore[arg-type]
    enter(manager, soft.invite_fast("Anh Quân", None, "manager"))  # type: ignore[arg-type]
    address = write(officer, code)
    report(manager, address)
    look(manager, diary.farm)
    officer.go("/htx/ban-do")
    officer.sees("chưa đồng ý")
    expect(officer.page.locator("svg[data-map] path")).to_have_count(0)
    assert officer.is_sound(SHOTS, "map-sums") == []
    engine = browser.launch(executable_path=chromium(), args=FLAGS)
    page = engine.new_context(viewport={"width": 360, "height": 640}, locale="vi-VN").new_page()
    page.goto(f"http://localhost:{soft.port}{address}")
    expect(page.get_by_text("18.000.000")).to_be_visible()
    expect(page.get_by_text("Phạm Thị Lụa")).to_have_count(0)
    page.screenshot(path=SHOTS / "public-model-360.png", full_page=True)
    check(page)
    engine.close()
