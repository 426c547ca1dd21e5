"""From the field to the cooperative and back: noticed, asked, answered, approved; and many at once."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.conftest import SHOTS
from tests.journeys.desk import Desk
from tests.journeys.house import SoftHouse
from tests.journeys.phone import Phone
from tests.server.diaries import diary_of, new_uuid

MANY = 500


def spray(phone: Phone) -> None:
    """Record a spray of today that waits seven days."""
    phone.home()
    phone.begin("Phun thuốc")
    phone.type_into("Tên thuốc", "Emamectin 5WG")
    phone.tap(phone.field("Cách ly (xem nhãn)").get_by_text("Có số ngày"))
    phone.number("Cách ly mấy ngày?", "7")
    phone.save()


def send(phone: Phone) -> None:
    phone.go("gui")
    phone.tap("Gửi ngay")
    phone.waits_for_sent()


def test_a_harvest_too_early_is_noticed_asked_answered_and_approved(
    soft: SoftHouse, make_phone: Callable[..., Phone], make_desk: Callable[[str], Desk], farm: str
) -> None:
    phone, desk = make_phone(soft), make_desk("reviewer")
    phone.open(None)
    phone.join_with_season(soft.invite_fast("Phạm Thị Lụa", farm), "Ruộng Trên", "Rau cải")
    phone.waits_for_sent()
    phone.lose_signal()
    spray(phone)
    phone.home()
    phone.sees("Còn 7 ngày mới được")
    phone.begin("Thu hoạch")
    phone.sees("Khoan đã!")
    phone.number("Được bao nhiêu?", "20")
    phone.save()
    phone.find_signal()
    send(phone)

    desk.join(soft.invite_fast("Chị Duyệt", None, "reviewer"))
    desk.go("/htx/duyet")
    desk.sees("Thu sớm 7 ngày")
    assert desk.is_sound(SHOTS, "inbox") == []
    desk.page.keyboard.press("h")
    expect(desk.page.get_by_role("link", name="Chờ hộ 1")).to_be_visible()

    send(phone)
    phone.home()
    phone.sees("HTX hỏi lại")
    phone.tap("Trả lời")
    phone.sees("Hàng này thu sớm")
    phone.lose_signal()
    phone.tap("Trả lời bằng lời")
    phone.page.locator("textarea").fill("Mới hái thử, để riêng ở nhà.")
    phone.tap("Trả lời HTX")
    phone.sees("Đã trả lời, chờ HTX xem.")
    phone.find_signal()
    send(phone)

    desk.go("/htx/duyet?answered=1")
    desk.sees("Mới hái thử, để riêng ở nhà.")
    desk.page.keyboard.press("d")
    expect(desk.page.get_by_role("link", name="Đã duyệt 1")).to_be_visible()
    send(phone)
    phone.go("nhat-ky")
    phone.sees("HTX đã duyệt")


def test_five_hundred_entries_in_which_nothing_was_noticed_are_approved_with_one_key(
    soft: SoftHouse, make_desk: Callable[[str], Desk]
) -> None:
    desk = make_desk("reviewer")
    with soft.app() as app:
        lua = diary_of(app.test_client(), "Phạm Thị Lụa", "Nhà Lụa")
        work = {"form": "CT-07", "form_version": 1, "happened_on": "2026-11-08", "activity": "weed"}
        work |= {"plots": [f"plot:{new_uuid()}"]}
        for _ in range(0, MANY, 100):
            sent = lua.send(*(lua.op(f"entry:{new_uuid()}", work) for _ in range(100)))
            assert {one["result"] for one in sent} == {"accepted"}
    desk.join(soft.invite_fast("Chị Duyệt", None, "reviewer"))
    desk.go("/htx/duyet")
    desk.sees(f"Duyệt hết {MANY} dòng")
    desk.page.keyboard.press("a")
    expect(desk.page.get_by_role("link", name=f"Đã duyệt {MANY}")).to_be_visible(timeout=60_000)
    desk.sees("Không còn dòng nào chờ")
