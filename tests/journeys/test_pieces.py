"""Pieces of the forms and of the frame, as fingers find them: tiles, days, the bar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import BrowserType, expect

from tests.journeys.air import Air
from tests.journeys.house import House
from tests.journeys.phone import SIZE, Phone

# How many lines each word of the bar takes; spaced letters stand for a wide font, which no machine must own.
LINES = """
(spacing) => {
  const found = {};
  for (const one of document.querySelectorAll('.bar a')) {
    one.style.letterSpacing = spacing;
    const text = document.createTreeWalker(one, NodeFilter.SHOW_TEXT).nextNode();
    const range = document.createRange();
    range.selectNodeContents(text);
    const box = one.getBoundingClientRect();
    const fits = one.scrollWidth <= one.clientWidth + 1 && box.right <= innerWidth + 1;
    found[text.textContent] = fits ? range.getClientRects().length : 'cut';
  }
  return found;
}
"""
PLACES = ["", "nhat-ky", "ruong", "gui"]


@pytest.fixture(scope="module")
def held(house: House, browser: BrowserType, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phone]:
    """Give a phone with a season under way."""
    phone = Phone(browser, tmp_path_factory.mktemp("held"), Air(house.port))
    phone.open(None)
    phone.join_with_season(house.invite_fast("Bùi Thị Mận", "Hộ cô Mận"), "Đồng Rọc", "Cà chua")
    yield phone
    phone.close()
    phone.air.close()


def test_watering_is_a_tile_whose_form_says_so_already(held: Phone) -> None:
    held.go("")
    held.tap("Ghi nhật ký")
    held.tap(held.page.locator(".tiles:not(.around) .tile", has_text="Tưới nước"))
    chosen = held.field("Làm gì?").locator("[aria-checked=true], [aria-pressed=true]")
    expect(chosen).to_have_text("Tưới nước")
    held.sees("Tưới cách nào?")
    held.save()
    expect(held.page.locator(".entry").first).to_contain_text("Tưới nước")
    held.page.evaluate("history.back()")


def month_of_next_year() -> str:
    now = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh"))
    return f"Tháng {now.month}, {now.year + 1}"


def test_a_day_that_need_not_be_said_can_be_taken_back(held: Phone) -> None:
    held.go("ruong")
    held.tap("Mở vụ mới")
    more = held.page.get_by_role("button", name="Ghi thêm")
    held.tap(more)
    field = held.field("Dự kiến thu từ ngày")
    held.tap(field.get_by_role("button"))
    sheet = held.page.get_by_role("dialog")
    held.misses(sheet.get_by_text("Bỏ ngày"))
    expect(sheet.locator("[aria-pressed=true]")).to_have_count(0)  # nothing is said yet: nothing is chosen
    held.tap(sheet.get_by_role("button", name="+1 năm"))
    expect(sheet.locator(".month-turn b")).to_have_text(month_of_next_year())
    held.tap(sheet.get_by_role("button", name="−1 năm"))
    held.tap(held.page.locator(".cell.now"))
    expect(field.get_by_role("button")).to_have_text("Hôm nay")
    held.tap(field.get_by_role("button"))
    held.tap("Bỏ ngày")
    expect(field.get_by_role("button")).to_have_text("Chọn ngày")
    begun = held.field("Bắt đầu ngày nào?")
    held.tap(begun.get_by_role("button"))
    held.tap(held.page.locator(".cell.now"))
    held.tap(begun.get_by_role("button"))
    held.misses(held.page.get_by_role("dialog").get_by_text("Bỏ ngày"))
    held.page.go_back()


@pytest.mark.parametrize(("width", "spacing"), [(320, "0.02em"), (360, "0.06em")])
def test_every_word_of_the_bar_stands_on_one_line_also_in_a_wide_font(
    held: Phone, width: int, spacing: str
) -> None:
    held.page.set_viewport_size({**SIZE, "width": width})
    for place in PLACES:
        held.go(place)
        held.sees(held.page.locator(".bar [aria-current]"))
        lines = held.page.evaluate(LINES, spacing)
        assert lines == dict.fromkeys(["Hôm nay", "Nhật ký", "Ruộng ao", "Gửi"], 1), place
    held.page.set_viewport_size({**SIZE})
