"""A household names its inputs without coverage: the list narrows while one types, and the store adds up."""

from __future__ import annotations

from collections.abc import Callable

from tests.journeys.house import House
from tests.journeys.phone import Phone
from tests.pwa.house import commune
from tests.server.test_lists import bring, table

LINES = table(
    ["Sạch Cuốn 5SC", "Chất A 50 g/l", "Cà chua", "sâu xanh", "12 - 15 ml/bình", "7"],
    ["Sạch Cuốn 5SC", "Chất A 50 g/l", "lúa", "sâu cuốn lá", "một nắp", "Không dùng khi lúa trỗ"],
    ["Sạch Rầy 20WG", "Chất B", "lúa", "rầy nâu", "10 g/bình", "14"],
)


def test_the_list_narrows_while_one_types_and_a_tap_fills_in_what_the_label_says(
    own_house: House, make_phone: Callable[..., Phone], farm: str
) -> None:
    with own_house.app():
        bring(commune(), LINES, "2026-02-10")
    phone = make_phone(own_house)
    phone.open(None)
    phone.join_with_season(own_house.invite_fast("Phạm Thị Lụa", farm), "Đồng Rọc", "Cà chua")
    phone.waits_for_sent()
    phone.waits_for_program()
    phone.lose_signal()

    phone.go("")
    phone.begin("Phun thuốc")
    phone.type_into("Tên thuốc", "sach")
    phone.sees("Cà chua: 12 - 15 ml/bình, cách ly 7 ngày")
    second = phone.page.locator(".names li").nth(1).bounding_box()
    dock = phone.page.locator(".dock").bounding_box()
    assert second is not None
    assert dock is not None
    assert second["y"] + second["height"] <= dock["y"]  # two names at least stand in sight
    phone.tap(phone.field("Tên thuốc").get_by_role("button", name="Sạch Cuốn 5SC"))
    phone.sees("Nhãn ghi 12 - 15 ml/bình")
    phone.sees(phone.field("Cách ly mấy ngày?").get_by_text("7 ngày"))
    phone.tap(phone.field("Pha bao nhiêu?").get_by_role("button").last)
    phone.sees(phone.page.locator(".tip", has_text="Nhãn ghi 12 - 15 ml/bình"))
    phone.page.go_back()
    phone.type_into("Tên thuốc", "Thuốc nhà tự pha")
    phone.sees("Không có trong danh mục đã nạp. HTX sẽ xem.")
    phone.misses(phone.field("Cách ly mấy ngày?"))  # what the other label said went with its name
    phone.type_into("Tên thuốc", "sach cuon")
    phone.tap(phone.field("Tên thuốc").get_by_role("button", name="Sạch Cuốn 5SC"))
    phone.number("Hết bao nhiêu thuốc?", "30")
    phone.save()

    phone.begin("Mua vật tư")
    phone.tap(phone.field("Loại gì?").get_by_role("radio", name="Thuốc trừ sâu"))
    phone.type_into("Tên hàng", "sach")
    phone.tap(phone.field("Tên hàng").get_by_role("button", name="Sạch Cuốn 5SC"))
    phone.number("Bao nhiêu?", "2")
    phone.tap(phone.field("Hạn dùng").get_by_role("button"))
    phone.tap(phone.page.locator(".cell.now"))
    phone.save()
    phone.tap("Kho vật tư")
    phone.sees("1 dòng ghi đơn vị khác, chưa tính vào đây.")
    phone.go("ruong")
    phone.tap("Kho vật tư")
    phone.sees("Còn 2 kg")
    phone.tap("Xem dòng đó")
    phone.sees("Phun thuốc")
