"""A list comes in through a real browser, and a label is read from a household's photo: on to its phones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.journeys.conftest import SHOTS
from tests.journeys.desk import Desk
from tests.journeys.house import SoftHouse
from tests.server.diaries import Diary, diary_of, new_uuid
from tests.server.pictures import hash_of
from tests.server.test_lists import table

LINES = table(
    ["Sạch Cuốn 5SC", "Chất A 50 g/l", "lúa", "sâu cuốn lá", "12 - 15 ml/bình", "7"],
    ["Sạch Cuốn 5SC", "Chất A 50 g/l", "lúa", "sâu đục thân", "một nắp", "Không dùng khi lúa trỗ"],
    ["", "Chất B", "", "", "", ""],
)


def sprayed(lua: Diary) -> None:
    """Record a spraying with a photo of the label, whose bytes have not come yet."""
    season = lua.season("Lúa", lua.plot("Đồng Cửa"))
    line = {"product": "Mới Về 20SL", "active_ingredient": "Chất C", "phi_kind": "unknown"}
    fields = {f"line.aaaaaaaa.{name}": value for name, value in line.items()}
    entry = lua.entry("CT-10", "2026-11-08", season=season, target_pest="rầy nâu", **fields)
    photo = {"of": entry.doc, "sha256": hash_of(b"label"), "bytes": 5, "type": "image/jpeg", "kind": "label"}
    lua.record(f"photo:{new_uuid()}", photo)


def test_a_list_is_taken_and_a_label_is_read_for_every_household(
    soft: SoftHouse, make_desk: Callable[[str], Desk], tmp_path: Path
) -> None:
    with soft.app() as app:
        lua = diary_of(app.test_client(), "Phạm Thị Lụa", "Nhà Lụa")
        sprayed(lua)
    file = tmp_path / "danh-muc.csv"
    file.write_bytes(LINES)
    desk = make_desk("office")
    page = desk.page
    page.goto(soft.invite_fast("Nguyễn Thị Hà", None, "manager"))
    page.get_by_role("button", name="Nhận, đây là tôi").click()
    page.get_by_role("button", name="Tạo khóa truy cập").click()
    desk.go_elsewhere("Danh mục")
    page.get_by_role("link", name="Nhập danh mục").click()
    assert desk.is_sound(SHOTS, "list-in") == []
    page.get_by_label("Tệp .xlsx, .csv hoặc .json").set_input_files(file)
    page.get_by_label("Tên danh mục, nguồn").fill("Danh mục thử")
    page.get_by_label("Có hiệu lực từ ngày").fill("10/02/2026")
    page.get_by_role("button", name="Xem trước").click()
    desk.sees("Đọc 3 dòng: 1 tên, 2 cách dùng.")
    desk.sees("Chưa có tên thuốc.")
    assert desk.is_sound(SHOTS, "list-dry") == []
    page.get_by_role("button", name="Nhận danh mục này").click()
    expect(page.get_by_role("button", name="Nhận danh mục này")).to_have_count(0)
    page.get_by_role("link", name="Danh mục thuốc, vật tư").click()
    page.get_by_label("Tìm thuốc hay hoạt chất").fill("sach")
    page.get_by_role("button", name="Tìm").click()
    page.get_by_role("link", name="Sạch Cuốn 5SC").click()
    desk.sees("Không dùng từ khi ra hoa, trổ bông")
    assert desk.is_sound(SHOTS, "list-product") == []

    page.get_by_role("link", name="Danh mục thuốc, vật tư").click()
    page.get_by_role("link", name="Sổ nhãn").click()
    page.get_by_role("link", name="Mới Về 20SL").click()
    page.get_by_label("Có số ngày").check()
    page.get_by_role("button", name="Ghi vào sổ nhãn").click()
    desk.sees("Chọn một loại cách ly.")
    page.get_by_label("Mấy ngày?").fill("10")
    assert desk.is_sound(SHOTS, "label-use") == []
    page.get_by_role("button", name="Ghi vào sổ nhãn").click()
    desk.sees("Xong, đã ghi nhận.")
    desk.sees("Đã đọc (1)")
    with soft.app():
        answer = lua.phone.client.get("/api/v1/reference", headers=lua.phone.headers)
    [told] = answer.get_json()["label_uses"]
    assert {name: told[name] for name in ("product", "crop", "pest", "phi_kind", "phi_days")} == {
        "product": "Mới Về 20SL", "crop": "Lúa", "pest": "rầy nâu", "phi_kind": "days", "phi_days": 10,
    }  # fmt: skip
