"""A manager in a real browser: thirty farms from a table, a household's new phone, a second staff member."""

from __future__ import annotations

import io
from collections.abc import Callable

import zxingcpp
from flask.testing import FlaskClient
from openpyxl import Workbook
from PIL import Image
from playwright.sync_api import Locator, expect

from server.services.inviting import InviteLink
from tests.journeys.conftest import SHOTS
from tests.journeys.desk import HOME, Desk
from tests.journeys.house import LINK, SoftHouse
from tests.journeys.log import ops_of
from tests.server.diaries import diary_of
from tests.server.phones import Phone, slug

HEAD = ["Tên hộ", "Thôn", "Họ và tên", "Số điện thoại", "Thửa", "Thửa, ao, chuồng", "Diện tích", "Đơn vị"]


def manager(soft: SoftHouse, desk: Desk) -> None:
    """Let the manager enter."""
    said = soft.command("invite", "--staff", "Trần Văn Cường", "--role", "manager")
    found = LINK.search(said)
    assert found is not None
    desk.join(found.group())


def table() -> dict[str, object]:
    """Return a file of thirty farms, one line with a village that is none."""
    book, out = Workbook(), io.BytesIO()
    book.active.append(HEAD)
    for n in range(1, 31):
        village = "Thôn Lạ" if n == 7 else "Thôn Đông"
        book.active.append([f"Nhà số {n}", village, f"Chủ {n}", 912345000 + n, "", f"Đồng {n}", "2,5", "sào"])
    book.save(out)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {"name": "cac-ho.xlsx", "mimeType": kind, "buffer": out.getvalue()}


def shown_link(dialog: Locator) -> InviteLink:
    """Return the invitation that a camera reads from the screen."""
    image = Image.open(io.BytesIO(dialog.locator("svg.qr").screenshot()))
    [code] = zxingcpp.read_barcodes(image)
    invite = code.text.partition("#i=")[2].partition(".")[0]
    return InviteLink(invite, code.text, "", "", 0, is_staff=False)


def joins(client: FlaskClient, link: InviteLink) -> Phone:
    """Let a phone join by what its camera read."""
    phone = Phone(client)
    assert phone.join(link).status_code == 200
    return phone


def test_thirty_farms_come_in_from_a_table_and_one_gets_its_phone(
    soft: SoftHouse, make_desk: Callable[[str], Desk]
) -> None:
    desk = make_desk("office")
    manager(soft, desk)
    device = desk.stored("persons")[0]["device"]
    desk.page.get_by_role("link", name="Mọi người").click()
    desk.page.get_by_role("link", name="Nhập, xuất bảng").click()
    desk.page.get_by_label("Tệp bảng").set_input_files([table()])  # type: ignore[list-item]
    desk.page.get_by_role("button", name="Xem trước").click()
    desk.sees("Sẽ thêm 29 hộ, 29 người, 29 thửa.")
    desk.sees("Không có thôn tên “Thôn Lạ”")
    assert desk.is_sound(SHOTS, "import") == []
    desk.page.get_by_role("button", name="Nhập các dòng đúng").click()
    desk.page.get_by_role("button", name="Ký và lưu").click()
    desk.sees("Đã ký và lưu xong.")
    signed = [one for one in ops_of(soft, device) if one.doc.startswith(("plot:", "book:"))]
    assert len(signed) == 58
    desk.page.get_by_role("main").get_by_role("link", name="Các hộ").click()
    desk.page.get_by_label("Tìm hộ").fill("nha so 12")
    desk.page.get_by_role("button", name="Tìm").click()
    desk.page.get_by_role("link", name="Nhà số 12").click()
    desk.sees("Đồng 12")
    desk.page.get_by_role("button", name="Mời điện thoại").click()
    dialog = desk.page.get_by_role("dialog", name="Lời mời cho Chủ 12")
    expect(dialog).to_be_visible()
    link = shown_link(dialog)
    secret = link.url.rpartition(".")[2]
    assert secret not in dialog.get_by_role("textbox").input_value()  # a message may be forwarded
    with soft.app() as app:
        phone = joins(app.test_client(), link)
    dialog.get_by_role("button", name="Xong").click()
    desk.sees("Máy thử")
    assert secret not in desk.page.content()
    assert phone.token


def test_a_lost_phone_is_replaced_in_two_presses_and_the_new_one_has_the_diary(
    soft: SoftHouse, make_desk: Callable[[str], Desk]
) -> None:
    with soft.app() as app:
        lost = diary_of(app.test_client(), "Phạm Thị Lụa", "Nhà Lụa")
        entry = lost.entry("CT-12", "2026-11-08")
        desk = make_desk("office")
        manager(soft, desk)
        desk.page.get_by_role("link", name="Các hộ").click()
        desk.page.get_by_role("link", name="Nhà Lụa").click()
        desk.page.get_by_text("Mất máy, hỏng máy").click()
        desk.page.get_by_role("button", name="Dừng máy này, mời máy mới").click()
        dialog = desk.page.get_by_role("dialog", name="Lời mời cho Phạm Thị Lụa")
        expect(dialog).to_be_visible()
        fresh = joins(app.test_client(), shown_link(dialog))
        pulled = fresh.client.post(
            "/api/v1/sync", json={"cursors": {lost.scope: "0"}, "ops": []}, headers=fresh.headers
        ).get_json()
        assert entry.doc in str(pulled["ops"])
        refused = lost.phone.open_session()
        assert (refused.status_code, slug(refused)) == (403, "device_revoked")
        desk.page.keyboard.press("Escape")
        desk.sees("Đã dừng")


def test_a_manager_adds_a_second_member_of_staff_who_enters_once_confirmed(
    soft: SoftHouse, make_desk: Callable[[str], Desk]
) -> None:
    desk, second = make_desk("office"), make_desk("second")
    manager(soft, desk)
    desk.page.get_by_role("link", name="Mọi người").click()
    desk.page.get_by_role("link", name="Thêm người").click()
    desk.page.get_by_label("Họ và tên").fill("Lê Thị Thảo")
    desk.page.get_by_label("Vai trò").select_option(label="người duyệt")
    desk.page.get_by_role("button", name="Thêm").click()
    desk.sees("Đã thêm.")
    assert desk.is_sound(SHOTS, "person") == []
    desk.page.get_by_role("button", name="Mời vào máy tính").click()
    dialog = desk.page.get_by_role("dialog", name="Lời mời cho Lê Thị Thảo")
    expect(dialog).to_be_visible()
    link = dialog.get_by_role("textbox", name="Chép đường dẫn").input_value()
    assert LINK.fullmatch(link)
    second.page.goto(link)
    second.page.get_by_role("button", name="Nhận, đây là tôi").click()
    second.sees("Đã nhận, còn chờ xác nhận")
    dialog.get_by_role("button", name="Xong").click()
    desk.go_elsewhere("Các máy")
    desk.page.get_by_role("row", name="Lê Thị Thảo").get_by_role("link").first.click()
    desk.page.get_by_role("button", name="Đúng máy, xác nhận").click()
    desk.sees("Đang dùng")
    second.page.get_by_role("link", name="Thử lại").click()
    second.page.get_by_role("button", name="Tạo khóa truy cập").click()
    second.page.wait_for_url(HOME)
    second.sees("Lê Thị Thảo")
