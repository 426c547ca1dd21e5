"""Where somebody stands, and the edge of a plot: the phone says that it looks, and what it lacks."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.house import House
from tests.journeys.phone import Phone

HERE = {"latitude": 20.7561, "longitude": 106.6723, "accuracy": 8}
CORNERS = [(20.7561, 106.6723), (20.7561, 106.6729), (20.7566, 106.6729)]
FINDS_LATER = """() => {
    const found = navigator.geolocation, ask = found.getCurrentPosition.bind(found);
    found.getCurrentPosition = (...wish) => { window.findIt = () => ask(...wish); };
}"""
FINDS_NOTHING = """() => {
    navigator.geolocation.getCurrentPosition = (_, lost) => lost(new Error());
}"""


@pytest.fixture
def phone(house: House, make_phone: Callable[..., Phone], farm: str) -> Phone:
    """Give a phone that knows where it is."""
    phone = make_phone(house)
    phone.open(None, geolocation=HERE, permissions=["geolocation"])
    phone.join_with_season(house.invite_fast("Phạm Thị Lụa", farm), "Đồng Rọc", "Cà chua")
    return phone


def begin_visit(phone: Phone) -> None:
    """Begin an entry, with all its fields."""
    phone.go("")
    phone.begin("Thăm đồng")
    phone.tap(phone.page.get_by_role("button", name=re.compile("^Ghi thêm")))


def test_a_phone_that_looks_for_its_place_says_so_and_keeps_it(phone: Phone) -> None:
    begin_visit(phone)
    phone.page.evaluate(FINDS_LATER)
    phone.tap("Ghi chỗ đang đứng")
    phone.sees("Đang tìm vị trí")
    expect(phone.button("Ghi chỗ đang đứng")).to_be_disabled()
    phone.page.evaluate("findIt()")
    phone.sees("Đã ghi vị trí, sai số 8 m")
    phone.misses(phone.page.get_by_text("Đang tìm vị trí"))
    phone.save()
    told = [row for row in phone.stored("ops") if "207561000" in str(row.get("private"))]
    assert len(told) == 1
    assert "207561000" not in told[0]["body"]  # the household's and its helpers' alone


def test_a_phone_that_finds_nothing_says_what_to_do(phone: Phone) -> None:
    begin_visit(phone)
    phone.page.evaluate(FINDS_NOTHING)
    phone.tap("Ghi chỗ đang đứng")
    phone.sees("Chưa bắt được vị trí. Ra chỗ thoáng rồi thử lại.")
    expect(phone.button("Ghi chỗ đang đứng")).to_be_enabled()


def test_an_edge_is_marked_corner_by_corner_and_has_three_at_least(phone: Phone) -> None:
    phone.go("ruong")
    phone.tap("Thêm thửa, ao")
    phone.tap("Vẽ bờ thửa")
    where = phone.button("Chấm góc này").bounding_box()
    done = phone.page.get_by_role("dialog").get_by_role("button", name="Xong")
    for number, (latitude, longitude) in enumerate(CORNERS, 1):
        phone.context.set_geolocation({"latitude": latitude, "longitude": longitude, "accuracy": 4})
        phone.tap("Chấm góc này")
        phone.sees(f"{number} góc")
        assert phone.button("Chấm góc này").bounding_box() == where
        if number < 3:
            phone.sees(f"còn thiếu {3 - number} góc")
            expect(done).to_be_disabled()
    phone.tap(done)
    phone.sees("Bờ thửa: 3 góc")
