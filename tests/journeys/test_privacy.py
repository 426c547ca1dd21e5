"""What people ask about their data, at the office: written down, a file given, the private parts erased."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from playwright.sync_api import expect

from tests.journeys.conftest import SHOTS
from tests.journeys.desk import Desk
from tests.journeys.phone import Phone
from tests.journeys.test_console import Village, make_desk, village  # noqa: F401 (fixtures)


def test_a_manager_writes_down_a_request_gives_the_file_and_erases_what_may_be_erased(
    village: Village,  # noqa: F811
    make_desk: Callable[..., Desk],  # noqa: F811
    make_phone: Callable[..., Phone],
) -> None:
    over = village.lua.season("Lúa", village.lua.plot("Đồng Cửa"), ended_on="2020-06-01")
    old = village.lua.entry("CT-10", "2020-05-08", {"note": "Có cô Hạnh phụ"}, season=over)
    phone = make_phone(village.house)
    phone.open()
    phone.join(village.house.invite_fast("Anh Nam", "Nhà Lụa", "member"))
    phone.until(lambda: any(row["doc"] == old.doc for row in phone.stored("docs")), "the entry has come")
    assert "Hạnh" in str(phone.stored("ops"))
    desk = make_desk("office")
    desk.join(village.staff("Nguyễn Thị Hà"))
    page = desk.page
    page.locator("details.user summary").click()
    page.get_by_role("link", name="Dữ liệu riêng tư").click()
    desk.sees("Chưa ai xin gì")
    record = page.locator("form").filter(has_text="Ghi việc người dân xin")
    names = record.get_by_label("Người").locator("option").all_inner_texts()
    [lua] = [name for name in names if name.startswith("Phạm Thị Lụa (")]
    record.get_by_label("Người").select_option(label=lua)
    record.get_by_label("Xin gì").select_option("erase")
    record.get_by_role("button", name="Ghi vào sổ").click()
    desk.sees("Phạm Thị Lụa")
    page.get_by_text("Ghi một đồng ý mới").click()
    page.get_by_role("radio", name="Lấy vị trí ruộng").check()
    page.get_by_role("button", name="Ghi đồng ý").click()
    desk.sees("Rút lại")
    assert desk.is_sound(SHOTS, "privacy-person") == []
    with page.expect_download() as download:
        page.get_by_role("button", name="Tải tệp về").click()
    assert download.value.suggested_filename.endswith(".zip")
    page.get_by_role("button", name="Đã báo người xin").click()
    page.get_by_role("checkbox", name="Xóa cả tên").uncheck()
    page.get_by_role("button", name="Xóa những mục đã chọn").click()
    desk.sees("Xong, đã ghi nhận.")
    expect(page.get_by_role("checkbox", name="Dòng nhật ký")).to_have_count(0)
    desk.go(f"/htx/dong/{village.lua.farm}/{old.uuid}")
    desk.sees("đã xóa theo yêu cầu")
    assert "Hạnh" not in page.content()
    phone.go(f"dong/{quote(old.doc, safe='')}")
    phone.page.evaluate("dispatchEvent(new Event('online'))")
    phone.sees("đã xóa theo yêu cầu")
    phone.page.screenshot(path=SHOTS / "erased-entry.png")
    assert "Hạnh" not in str(phone.stored("ops")) + str(phone.stored("docs"))
    desk.go("/htx/rieng")
    assert desk.is_sound(SHOTS, "privacy") == []
    desk.go("/htx/so-xem")
    desk.sees("Nguyễn Thị Hà")
    assert desk.is_sound(SHOTS, "audit") == []
