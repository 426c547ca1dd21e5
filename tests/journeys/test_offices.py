"""Two offices in a real browser: a new cooperative and its first manager, a farm that moves, a merge."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect
from sqlalchemy import select

from server.db import reading
from server.models.people import Organisation, Person
from tests.journeys.conftest import SHOTS
from tests.journeys.desk import HOME, Desk
from tests.journeys.house import SoftHouse
from tests.server.consoles import other_cooperative
from tests.server.diaries import Diary, diary_of, new_uuid


def commune() -> str:
    """Return the organisation that has none above it."""
    with reading() as session:
        return session.scalars(select(Organisation.id).where(Organisation.kind == "commune")).one()


def persons(name: str) -> list[tuple[str, str | None]]:
    """Return the rows of who has or had a name, each with the person it became."""
    with reading() as session:
        rows = session.scalars(select(Person).where(Person.name == name).order_by(Person.created_at))
        return [(one.id, one.merged_into) for one in rows]


def entry(diary: Diary) -> str:
    """Let a phone record something; return what became of it."""
    sent = diary.op(f"entry:{new_uuid()}", {"form": "CT-12", "happened_on": "2026-11-08"})
    return str(diary.send(sent)[0]["result"])


def test_the_administrator_adds_a_cooperative_and_its_first_manager_enters(
    soft: SoftHouse, make_desk: Callable[[str], Desk]
) -> None:
    desk, theirs = make_desk("commune"), make_desk("cooperative")
    with soft.app():
        top = commune()
    desk.page.goto(soft.invite_fast("Quản trị xã", None, "administrator", organisation=top))
    desk.page.get_by_role("button", name="Nhận, đây là tôi").click()
    desk.page.get_by_role("button", name="Tạo khóa truy cập").click()
    desk.page.get_by_role("link", name="Toàn xã").click()
    desk.page.locator("form", has=desk.page.get_by_role("button", name="Thêm", exact=True)).get_by_label(
        "Tên hợp tác xã"
    ).fill("HTX Đồng Phương")
    desk.page.get_by_role("button", name="Thêm", exact=True).click()
    expect(desk.page.get_by_role("row", name="HTX Đồng Phương")).to_be_visible()
    assert desk.is_sound(SHOTS, "commune") == []
    desk.page.get_by_role("row", name="HTX Đồng Phương").get_by_role("link").click()
    desk.page.get_by_role("link", name="Thêm người").click()
    desk.page.get_by_label("Họ và tên").fill("Phạm Thị Liên")
    desk.page.get_by_label("Vai trò").select_option(label="quản lý")
    desk.page.get_by_label("Hợp tác xã").select_option(label="HTX Đồng Phương")
    desk.page.get_by_role("button", name="Thêm", exact=True).click()
    desk.page.get_by_role("button", name="Mời vào máy tính").click()
    dialog = desk.page.get_by_role("dialog", name="Lời mời cho Phạm Thị Liên")
    theirs.page.goto(dialog.get_by_role("textbox", name="Chép đường dẫn").input_value())
    theirs.page.get_by_role("button", name="Nhận, đây là tôi").click()
    theirs.sees("Đã nhận, còn chờ xác nhận")
    dialog.get_by_role("button", name="Xong").click()
    desk.page.get_by_role("link", name="Các máy").click()
    desk.page.get_by_role("row", name="Phạm Thị Liên").get_by_role("link").first.click()
    desk.page.get_by_role("button", name="Đúng máy, xác nhận").click()
    desk.sees("Đang dùng")
    theirs.page.get_by_role("link", name="Thử lại").click()
    theirs.page.get_by_role("button", name="Tạo khóa truy cập").click()
    theirs.page.wait_for_url(HOME)
    theirs.sees("HTX Đồng Phương")


def test_a_farm_moves_from_one_manager_to_another_and_its_phone_goes_on(
    soft: SoftHouse, make_desk: Callable[[str], Desk]
) -> None:
    desk, theirs = make_desk("old"), make_desk("new")
    with soft.app() as app:
        lua = diary_of(app.test_client(), "Phạm Thị Lụa", "Nhà Lụa")
        there = other_cooperative()
        desk.join(soft.invite_fast("Trần Văn Cường", None, "manager"))
        theirs.join(soft.invite_fast("Phạm Thị Liên", None, "manager", organisation=there))
        desk.go(f"/htx/ho/{lua.farm}")
        desk.page.get_by_text("Chuyển hộ sang HTX khác").click()
        desk.page.get_by_label("Chuyển đến").select_option(label="HTX Đoài")
        assert desk.is_sound(SHOTS, "farm-moving") == []
        desk.page.get_by_role("button", name="Đóng sổ và mời nhận").click()
        desk.sees("Nhà Lụa đang chuyển sang HTX Đoài")
        assert entry(lua) == "accepted"
        theirs.page.get_by_role("link", name="Các hộ").click()
        theirs.sees("mời nhận Nhà Lụa")
        assert theirs.is_sound(SHOTS, "farm-offered") == []
        theirs.page.get_by_role("button", name="Nhận hộ này").click()
        theirs.page.get_by_role("button", name="Mở sổ mới").click()
        expect(theirs.page.get_by_role("button", name="Mở sổ mới")).to_have_count(0)
        theirs.sees("Phạm Thị Lụa")
        assert entry(lua) == "accepted"
        desk.go("/htx/ho")
        desk.sees("HTX chưa có hộ nào.")


def test_two_rows_of_one_person_become_one(soft: SoftHouse, make_desk: Callable[[str], Desk]) -> None:
    desk = make_desk("office")
    with soft.app() as app:
        first = diary_of(app.test_client(), "Đặng Văn Sự", "Nhà Sự")
        second = diary_of(app.test_client(), "Đặng Văn Sự", "Nhà Lụa", "member")
        keep, drop = (one for one, _ in persons("Đặng Văn Sự"))
        desk.join(soft.invite_fast("Trần Văn Cường", None, "manager"))
        desk.go(f"/htx/nguoi/{keep}")
        desk.sees("Có thể là cùng một người")
        desk.page.get_by_role("link", name="Xem và gộp").click()
        assert desk.is_sound(SHOTS, "merge") == []
        desk.page.get_by_role("button", name="Đúng một người, gộp lại").click()
        desk.sees("Nhà Lụa")
        desk.sees("Nhà Sự")
        expect(desk.page.get_by_text("Có thể là cùng một người")).to_have_count(0)
        assert persons("Đặng Văn Sự") == [(keep, None)]
        assert persons("") == [(drop, keep)]
        assert [entry(first), entry(second)] == ["accepted"] * 2
