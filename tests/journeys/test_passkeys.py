"""Passkeys in a real browser: made, entered with, touched to confirm, a second one, lost and found again.

The authenticators are the browser's own virtual ones; a touch is a touch of theirs.
Source: PROTOCOL §27; platform.md §5.5, §9; faults.md 47.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.desk import FARMS, HOME, Desk
from tests.journeys.log import ops_of
from tests.journeys.test_console import Village, make_desk, village  # noqa: F401 (fixtures)
from tests.server.diaries import new_uuid


def held_entry(village: Village) -> str:  # noqa: F811
    """Let somebody record under another's name, which a person has to look at; return the op's id."""
    forged = village.thinh.op(f"entry:{new_uuid()}", {"form": "CT-12"}, by=village.lua.phone.shown["by"])
    assert village.thinh.send(forged)[0]["problem"] == "no_right"
    return str(forged.id)


def leave(desk: Desk) -> None:
    """Sign out."""
    desk.only_button()
    desk.page.locator("details.user summary").click()
    desk.page.get_by_role("button", name="Đăng xuất", exact=True).click()
    desk.sees("Không cần tên, không cần mật khẩu.")


def test_the_passkey_enters_and_confirms_what_cannot_be_undone(
    village: Village,  # noqa: F811
    make_desk: Callable[..., Desk],  # noqa: F811
) -> None:
    held = held_entry(village)
    desk = make_desk("office")
    desk.join(village.staff("Nguyễn Thị Hà"))
    [made] = desk.keys.credentials
    assert made["isResidentCredential"]
    device = desk.stored("persons")[0]["device"]
    leave(desk)
    desk.enter()
    desk.page.get_by_role("link", name="Chờ HTX xem").click()
    desk.sees("Người ghi không có quyền")
    desk.page.get_by_role("checkbox", name="Chọn tất cả").check()

    desk.keys.verify(is_verified=False)  # the finger is not hers
    desk.page.get_by_role("button", name="Nhận vào sổ").click()
    desk.sees("Chưa làm gì: chưa chạm khóa")
    assert desk.stored("outbox") == []
    assert held not in {one.id for one in ops_of(village.house)}

    desk.keys.verify(is_verified=True)
    desk.page.get_by_role("button", name="Nhận vào sổ").click()
    desk.sees("Xong, đã ghi nhận.")
    assert held in {one.id for one in ops_of(village.house)}
    assert device in {one.device for one in ops_of(village.house) if one.doc.startswith("admission:")}


def test_another_browser_gets_its_key_by_one_more_touch(
    village: Village,  # noqa: F811
    make_desk: Callable[..., Desk],  # noqa: F811
) -> None:
    office = make_desk("office")
    office.join(village.staff("Nguyễn Thị Hà"))
    home = make_desk("home")
    home.keys.touch(by_itself=False)
    home.go("/htx/ho")
    home.sees("Không cần tên, không cần mật khẩu.")
    home.keys.swap(office.keys.credentials)  # her passkeys are in step on both
    # The field may have picked the passkey by now: the button is hidden then, and pressing it does nothing.
    home.page.locator("[data-passkey-enter]").dispatch_event("click")
    home.sees("Chào Nguyễn Thị Hà.")
    home.page.get_by_role("button", name="Dùng máy này").click()
    home.page.wait_for_url(FARMS)
    home.sees("Nhà Lụa")
    [person] = home.stored("persons")
    assert person["privateKey"] is False
    home.go("/htx/toi")
    expect(home.page.locator(".own li", has_text="Máy này")).to_have_count(1)
    home.page.locator("form[data-device-op] button").first.click()  # the office's browser is given up
    home.sees("Xong, đã ghi nhận.")
    expect(home.page.locator("form[data-device-op]")).to_have_count(0)
    office.go("/htx/ho")
    office.page.wait_for_url(re.compile("/htx/vao"))


def test_a_second_passkey_replaces_the_first(
    village: Village,  # noqa: F811
    make_desk: Callable[..., Desk],  # noqa: F811
) -> None:
    desk = make_desk("office")
    desk.join(village.staff("Nguyễn Thị Hà"))
    desk.go("/htx/toi")
    desk.sees("Mới có một khóa.")
    desk.page.get_by_role("button", name="Gỡ khóa").click()
    desk.sees("Đây là khóa cuối cùng")
    desk.page.get_by_role("button", name="Thêm khóa truy cập").click()
    desk.sees("Máy này đã có khóa truy cập của bạn rồi.")
    hers = desk.keys.credentials
    desk.keys.unplug()
    desk.keys.plug(transport="usb")  # at the office she keeps a key on her ring
    desk.page.get_by_role("button", name="Thêm khóa truy cập").click()
    desk.sees("Đã tạo khóa mới.")
    desk.page.get_by_role("button", name="Chạm khóa cũ").click()
    desk.sees("Chưa xong: bạn chưa chạm")  # the new one can't confirm itself
    desk.keys.swap(hers)
    desk.page.get_by_role("button", name="Chạm khóa cũ").click()
    expect(desk.page.locator("form[data-end-passkey]")).to_have_count(2)
    desk.page.get_by_role("button", name="Gỡ khóa").first.click()
    desk.page.wait_for_url(re.compile("/htx/vao"))  # what the ended passkey opened is over


def test_a_printed_code_is_the_way_back_of_who_lost_every_passkey(
    village: Village,  # noqa: F811
    make_desk: Callable[..., Desk],  # noqa: F811
) -> None:
    desk = make_desk("office")
    desk.join(village.staff("Nguyễn Thị Hà"))
    desk.go("/htx/toi")
    desk.page.get_by_role("button", name="Tạo 10 mã khôi phục").click()
    desk.sees("Các mã chỉ hiện lần này")
    codes = desk.page.locator(".codes li").all_text_contents()
    assert len(set(codes)) == 10
    assert all(len(one.replace("-", "")) == 26 for one in codes)
    desk.page.reload()
    desk.sees("Còn 10 mã chưa dùng.")
    assert codes[0] not in desk.page.content()

    new = make_desk("home")
    new.keys.touch(by_itself=False)
    new.go("/htx/vao")
    new.page.get_by_role("button", name="Mất khóa truy cập?").click()
    new.page.get_by_label("Mã khôi phục").fill(codes[3][:-1])
    new.page.get_by_role("button", name="Dùng mã này").click()
    new.sees("Mã chưa đúng.")
    new.page.get_by_label("Mã khôi phục").fill(codes[3].lower().replace("-", " "))
    new.page.get_by_role("button", name="Dùng mã này").click()
    new.page.get_by_role("button", name="Nhận, đây là tôi").click()
    new.sees("Bạn đã có khóa truy cập ở máy khác.")
    new.keys.touch(by_itself=True)
    new.page.get_by_role("button", name="Tạo khóa truy cập").click()
    new.page.wait_for_url(HOME)
    new.go("/htx/toi")
    new.sees("Còn 9 mã chưa dùng.")
    expect(new.page.locator("form[data-end-passkey]")).to_have_count(2)  # the lost one can be ended now


def test_case_047_who_is_not_verified_or_has_no_authenticator_is_told_what_to_do(
    village: Village,  # noqa: F811
    make_desk: Callable[..., Desk],  # noqa: F811
) -> None:
    desk = make_desk("office")
    desk.keys.unplug()
    desk.keys.plug(hasUserVerification=False, isUserVerified=False)  # no screen lock
    desk.page.goto(village.staff("Nguyễn Thị Hà"))
    desk.page.get_by_role("button", name="Nhận, đây là tôi").click()
    desk.sees("Máy này chưa bật khóa màn hình")
    desk.page.get_by_role("button", name="Tạo khóa truy cập").click()
    desk.sees("Chưa xong: bạn chưa chạm")
    desk.keys.swap()
    desk.keys.verify(is_verified=False)
    desk.page.reload()
    desk.page.get_by_role("button", name="Tạo khóa truy cập").click()
    desk.sees("Chưa xong: bạn chưa chạm")
    desk.go("/htx/ho")
    desk.page.wait_for_url(re.compile("/htx/khoa"))
    desk.keys.verify(is_verified=True)
    desk.page.get_by_role("button", name="Tạo khóa truy cập").click()
    desk.page.wait_for_url(FARMS)

    leave(desk)
    desk.keys.swap()  # another person's finger: no passkey of hers
    desk.page.get_by_role("button", name="Vào bằng khóa truy cập").click()
    desk.sees("Chưa xong: bạn chưa chạm")


def test_who_left_before_making_a_passkey_comes_back_to_make_it(
    village: Village,  # noqa: F811
    make_desk: Callable[..., Desk],  # noqa: F811
) -> None:
    desk = make_desk("office")
    desk.page.goto(village.staff("Nguyễn Thị Hà"))
    desk.page.get_by_role("button", name="Nhận, đây là tôi").click()
    desk.page.get_by_role("button", name="Đăng xuất", exact=True).click()
    desk.page.get_by_role("listitem").get_by_role("button", name="Vào", exact=True).click()
    desk.page.get_by_role("button", name="Tạo khóa truy cập").click()
    desk.page.wait_for_url(HOME)
    leave(desk)
    desk.page.get_by_role("listitem").get_by_role("button", name="Vào", exact=True).click()
    desk.page.wait_for_url(HOME)  # by the passkey now
