"""A staff member's day in a real browser: join, settle, confirm, admit; the link drops; a shared computer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import BrowserType, Route, expect

from tests.journeys.conftest import SHOTS
from tests.journeys.desk import FARMS, HOME, Desk
from tests.journeys.house import LINK, SoftHouse
from tests.journeys.log import Kept, ops_of
from tests.journeys.phone import until
from tests.server.diaries import Diary, diary_of, new_uuid
from tests.server.phones import invite_to

SIGN_IN = "/api/v1/passkeys/session"


@dataclass
class Village:
    """What the journey finds: a house with one household of two phones, and one phone that waits."""

    house: SoftHouse
    lua: Diary
    thinh: Diary
    waiting: Diary
    entry: str
    season: str
    held: str

    def staff(self, name: str, role: str = "manager", *more: str) -> str:
        """Return the link that `flask invite --staff` prints."""
        said = self.house.command("invite", "--staff", name, "--role", role, *more)
        found = LINK.search(said)
        assert found is not None, said
        return found.group()


@pytest.fixture
def village(dist: Path, tmp_path: Path) -> Iterator[Village]:
    """A house with something to look at."""
    house = SoftHouse(tmp_path / "data", dist)
    house.install()
    house.start()
    with house.app() as app:
        client = app.test_client()
        lua = diary_of(client, "Phạm Thị Lụa", "Nhà Lụa")
        thinh = diary_of(client, "Ông Thịnh", "Nhà Lụa", "member")
        waiting = diary_of(client, "Đặng Văn Sự", "Nhà Lụa", "member", confirm=True)
        waiting.scope = lua.scope
        plot = lua.plot("Nhà lưới", kind="greenhouse", area={"amount": "1.5", "unit": "sao"})
        season = lua.season("Cà chua", plot)
        entry = lua.entry(
            "CT-10", "2026-11-08", {"note": "Trời mát"}, plots=[plot], season=season, target_pest="Sâu xanh"
        )
        two, three = ({"water": {"amount": amount, "unit": "binh"}} for amount in ("2", "3"))
        lua.record(entry.doc, two, after=[entry.id])
        thinh.record(entry.doc, three, after=[entry.id])
        held = waiting.op(
            f"entry:{new_uuid()}", {"form": "CT-12", "form_version": 1, "happened_on": "2026-11-07"}
        )
        assert waiting.send(held)[0]["result"] == "held"
        yield Village(house, lua, thinh, waiting, entry.doc, season, held.id)
    house.stop()


@pytest.fixture
def make_desk(browser: BrowserType, village: Village, tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Give a maker of desks; none may have had an error of the page or of its policy."""
    made: list[Desk] = []

    def make(name: str, **more: object) -> Desk:
        made.append(Desk(browser, village.house, tmp_path / name, **more))  # type: ignore[arg-type]
        made[-1].open()
        return made[-1]

    yield make
    for one in made:
        one.close()
    assert [error for one in made for error in one.errors] == []


def inspect(desk: Desk) -> None:
    """Begin an inspection on its page, and sign that every item passed but one."""
    desk.page.locator("[data-inspect=begin] button").click()
    desk.page.wait_for_url(re.compile("/htx/kiem-tra/[^/]+/[^/]+$"))
    for radio in desk.page.locator("input[value=pass]").all()[1:]:
        radio.check()
    desk.page.locator("input[value=fail]").first.check()
    cause = desk.page.locator(".failed:not([hidden]) input[data-private]")
    cause.first.fill("Chưa ai đi tập huấn")
    cause.last.fill("Đi lớp tháng này")
    due = desk.page.locator(".failed:not([hidden]) input[data-day]").first
    due.fill("31/11/2030")  # a day that is none is told at its field, and nothing is signed
    desk.page.locator("[data-inspect=save] button").click()
    wrong, by = {
        "vi": ("Ghi ngày, tháng, năm, ví dụ 28/11/2026.", "Xong trước 30/11/2030"),
        "en": ("Write day, month and year, such as 28/11/2026.", "Due by 30/11/2030"),
    }[desk.page.evaluate("document.documentElement.lang")]
    assert due.evaluate("one => one.validationMessage") == wrong
    due.fill("30/11/2030")
    desk.page.locator("[data-inspect=save] button").click()
    desk.page.locator(".fault").wait_for()
    expect(desk.page.locator(".fault")).to_contain_text("Chưa ai đi tập huấn")
    expect(desk.page.locator(".fault")).to_contain_text(by)


def written_by(village: Village, device: str) -> list[Kept]:
    """Return what a device wrote but for its join."""
    return [one for one in ops_of(village.house, device) if "key" not in one.fields]


def test_staff_joins_by_the_printed_link_and_settles_confirms_and_admits(
    village: Village, make_desk: Callable[..., Desk]
) -> None:
    desk = make_desk("office")
    desk.join(village.staff("Nguyễn Thị Hà"))
    desk.sees("Phun thuốc, cà chua")
    [person] = desk.stored("persons")
    assert person["privateKey"] is False
    assert desk.page.url.endswith("/htx/")  # no secret stays in the address

    desk.page.get_by_text("Phun thuốc, cà chua").click()
    desk.page.get_by_role("radio", name="2 bình").check()
    desk.page.get_by_role("button", name="Chọn 2 bình").click()
    desk.sees("Xong, đã ghi nhận.")
    expect(desk.page.get_by_role("radio")).to_have_count(0)
    desk.sees("Nguyễn Thị Hà (quản lý) sửa")
    [settled] = written_by(village, person["device"])
    assert settled.fields == {"water": {"amount": "2", "unit": "binh"}}
    assert settled.doc == village.entry

    desk.go_elsewhere("Các máy")
    desk.page.get_by_role("row").nth(1).get_by_role("link").first.click()
    desk.page.get_by_role("button", name="Đúng máy, xác nhận").click()
    desk.sees("Xong, đã ghi nhận.")
    desk.sees("Đang dùng")

    stranger = village.thinh
    forged = stranger.op(f"entry:{new_uuid()}", {"form": "CT-12"}, by=village.lua.phone.shown["by"])
    assert stranger.send(forged)[0] == {"result": "held", "problem": "no_right"}
    desk.page.get_by_role("link", name="Chờ HTX xem").click()
    desk.sees("Người ghi không có quyền")
    desk.page.get_by_role("button", name="Nhận vào sổ").click()
    desk.sees("Đánh dấu ít nhất một dòng.")
    desk.page.get_by_role("checkbox", name="Chọn tất cả").check()
    desk.page.get_by_role("button", name="Nhận vào sổ").click()
    desk.sees("Không có gì chờ.")
    village.waiting.send()
    ids = {one.id for one in ops_of(village.house)}
    assert {forged.id, village.held} <= ids
    assert [one.n for one in ops_of(village.house, person["device"])] == [1, 2]


def test_what_was_signed_without_a_connection_goes_out_when_it_is_back(
    village: Village, make_desk: Callable[..., Desk]
) -> None:
    desk = make_desk("office")
    desk.join(village.staff("Nguyễn Thị Hà"))
    device = desk.stored("persons")[0]["device"]
    desk.page.get_by_text("Phun thuốc, cà chua").click()
    desk.page.get_by_role("radio", name="3 bình").check()
    desk.context.set_offline(True)
    desk.page.get_by_role("button", name="Chọn 3 bình").click()
    desk.sees("Mất mạng.")
    assert len(desk.stored("outbox")) == 1
    desk.close()

    page = desk.open()
    desk.go("/htx/")
    desk.sees("Xong, đã ghi nhận.")
    assert desk.stored("outbox") == []
    assert [one.doc for one in written_by(village, device)] == [village.entry]
    page.reload()
    expect(page.get_by_text("Hai máy ghi khác nhau", exact=True).locator("visible=true")).to_have_count(0)


REFUSE = """() => new Promise((resolve, reject) => {
  const asked = indexedDB.open("so-nha-nong-console");
  asked.onerror = () => reject(asked.error);
  asked.onsuccess = () => {
    const work = asked.result.transaction("outbox", "readwrite");
    const rows = work.objectStore("outbox").getAll();
    rows.onsuccess = () => rows.result.forEach(
      row => work.objectStore("outbox").put({...row, signature: "A".repeat(86)}));
    work.oncomplete = () => { asked.result.close(); resolve(rows.result.length); };
  };
})"""


def test_what_the_server_refused_is_shown_copied_and_dropped_by_hand(
    village: Village, make_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    desk = make_desk("refused")
    desk.join(village.staff("Nguyễn Thị Hà"))
    desk.page.get_by_text("Phun thuốc, cà chua").click()
    desk.context.set_offline(True)
    desk.page.get_by_role("radio", name="2 bình").check()
    desk.page.get_by_role("button", name="Chọn 2 bình").click()
    desk.sees("Mất mạng.")
    assert desk.page.evaluate(REFUSE) == 1
    desk.context.set_offline(False)
    desk.sees("Việc máy chủ không nhận")
    desk.go("/htx/ho")
    desk.sees(village.entry)  # on every page, with what it says
    desk.sees("bad_signature")
    assert desk.is_sound(SHOTS, "refused") == []
    with desk.page.expect_download() as copied:
        desk.page.get_by_role("button", name="Chép ra tệp").click()
    copied.value.save_as(tmp_path / "refused.sonhanong")
    assert village.entry in (tmp_path / "refused.sonhanong").read_text("utf-8")
    desk.page.get_by_text("Bỏ việc này").click()
    desk.page.get_by_role("button", name="Bỏ hẳn, không giữ nữa").click()
    expect(desk.page.get_by_text("Việc máy chủ không nhận")).to_be_hidden()
    assert desk.stored("outbox") == []


def test_somebody_elses_change_in_between_is_said_and_nothing_is_lost(
    village: Village, make_desk: Callable[..., Desk]
) -> None:
    desk = make_desk("office")
    desk.join(village.staff("Nguyễn Thị Hà"))
    desk.page.get_by_text("Phun thuốc, cà chua").click()
    after = (desk.page.locator("form[data-settle]").get_attribute("data-after") or "").split()
    village.lua.record(village.entry, {"water": {"amount": "4", "unit": "binh"}}, after=after)
    desk.page.get_by_role("button", name="Chọn").click()
    desk.sees("trong lúc đó có người ghi thêm")
    expect(desk.page.get_by_role("radio", name="4 bình")).to_have_count(1)


def test_the_session_renews_itself_and_several_persons_share_a_computer(
    village: Village, make_desk: Callable[..., Desk]
) -> None:
    desk = make_desk("office")
    link = village.staff("Nguyễn Thị Hà")
    desk.join(link)
    desk.sees("Nguyễn Thị Hà")
    desk.only_button()
    desk.context.clear_cookies()
    desk.go("/htx/ho")
    desk.sees("Không cần tên, không cần mật khẩu.")  # the key of the browser alone opens no page
    desk.page.get_by_role("button", name="Vào bằng khóa truy cập").click()
    desk.page.wait_for_url(FARMS)
    desk.sees("Nhà Lụa")

    desk.keys.touch(by_itself=False)
    desk.page.locator("details.user summary").click()
    desk.page.get_by_role("button", name="Đăng xuất", exact=True).click()
    desk.sees("Đã dùng máy này")
    desk.go("/htx/")
    desk.sees("Đã dùng máy này")  # signing out holds until somebody touches
    hers = desk.keys.credentials
    desk.keys.swap()
    desk.join(village.staff("Bà Kiểm", "auditor", "--until", "2099-12-31"))
    desk.sees("chỉ xem")
    desk.page.get_by_text("Phun thuốc, cà chua").click()
    desk.sees("Người duyệt hoặc quản lý của HTX mới chọn được.")
    expect(desk.page.get_by_role("radio", name="3 bình")).to_be_disabled()

    desk.page.locator("details.user summary").click()
    desk.keys.touch(by_itself=False)
    desk.page.get_by_role("button", name="Đăng xuất", exact=True).click()
    rows = desk.page.get_by_role("listitem")
    rows.filter(has_text="Bà Kiểm").get_by_role("button", name="Gỡ khỏi máy này").click()
    expect(rows.filter(has_text="Bà Kiểm")).to_have_count(0)
    desk.keys.swap(hers)
    desk.enter()
    desk.sees("Nguyễn Thị Hà")
    desk.page.goto(link)  # the own link once more is no second join
    desk.page.wait_for_url(HOME)
    assert len(desk.stored("persons")) == 1


def test_a_pick_in_the_field_and_a_press_of_the_button_are_one_sign_in(
    village: Village, make_desk: Callable[..., Desk]
) -> None:
    desk = make_desk("office")
    desk.join(village.staff("Nguyễn Thị Hà"))
    desk.sees("Nguyễn Thị Hà")
    desk.context.clear_cookies()
    signed_in: list[str] = []
    held: list[Route] = []

    def hold(route: Route) -> None:
        """Let this browser's key wait once the field's offer was picked."""
        held.append(route) if signed_in and not held else route.continue_()

    desk.page.on("request", lambda sent: signed_in.append(sent.url) if SIGN_IN in sent.url else None)
    desk.page.route("**/api/v1/device/challenge", hold)
    desk.go("/htx/ho")
    until(desk.page, lambda: len(held) == 1, "this browser's key asks to join the session of the pick")
    desk.page.get_by_role("button", name="Vào bằng khóa truy cập").click()
    desk.page.evaluate(
        "fetch('/health').then(answer => answer.text())"
    )  # a second sign-in would be out by now
    held[0].continue_()
    desk.page.wait_for_url(FARMS)
    desk.sees("Nhà Lụa")
    assert len(signed_in) == 1


def test_case_033_034_037_050_every_way_in_that_fails_says_what_to_do(
    village: Village, make_desk: Callable[..., Desk], browser: BrowserType
) -> None:
    used = village.staff("Nguyễn Thị Hà")
    make_desk("first").join(used)
    desk = make_desk("second", flags=["--host-resolver-rules=MAP htx.test 127.0.0.1"])
    desk.go("/htx/")
    desk.sees("Chưa có khóa truy cập?")
    desk.page.goto(used)
    desk.sees("Lời mời này đã có người dùng.")
    desk.go("/htx/vao#i=khong-du")
    desk.page.reload()
    desk.sees("Đường dẫn mời bị thiếu chữ.")
    desk.page.evaluate("sessionStorage.clear()")
    phone = village.house.invite_fast("Hộ mới", "Nhà Mới")
    desk.page.goto(phone.replace("/#i=", "/htx/vao#i="))
    desk.page.reload()
    desk.sees("Lời mời này dành cho máy ghi nhật ký.")
    desk.page.goto(f"http://htx.test:{village.house.port}/htx/vao")
    desk.sees("Địa chỉ này không an toàn")
    with village.house.app():
        waits = invite_to("Lê Thị Đợi", None, "reviewer", confirm=True).url
    desk.page.goto(waits)
    desk.page.get_by_role("button", name="Nhận, đây là tôi").click()
    desk.sees("Đã nhận, còn chờ xác nhận")
    desk.close()
    zalo = (
        "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36 Zalo android/1"
    )
    desk.open(user_agent=zalo)
    desk.page.goto(village.staff("Trần Văn Tuấn"))
    desk.sees("Trang đang mở trong Zalo hoặc Facebook")
    assert "#i=" in desk.page.url  # the link can still be copied


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_is_sound_wide_and_narrow(
    village: Village, make_desk: Callable[..., Desk], language: str
) -> None:
    desk = make_desk("office")
    found: list[str] = []

    def look(path: str, name: str) -> None:
        if path:
            desk.go(path)
        found.extend(desk.is_sound(SHOTS, f"{name}-{language}"))

    desk.go("/htx/")
    if language == "en":
        desk.page.get_by_role("button", name="English").click()
    desk.page.locator("[data-part=pick]").wait_for()
    look("", "none")
    link = village.staff("Nguyễn Thị Hà")
    desk.page.goto(link)
    desk.page.reload()
    desk.page.locator("[data-accept]").wait_for()
    look("", "invite")
    desk.page.locator("[data-accept]").click()
    desk.page.locator("[data-make]").wait_for()
    look("", "passkey")
    desk.page.locator("[data-make]").click()
    desk.page.wait_for_url(HOME)
    farm, entry = village.lua.farm, village.entry.partition(":")[2]
    device = village.waiting.phone.shown["doc"].partition(":")[2]
    pages = {"list": "/htx/", "narrowed": f"/htx/?farm={farm}", "nothing": "/htx/?to=2001-01-01"}
    pages |= {"entry": f"/htx/dong/{farm}/{entry}", "held": "/htx/cho", "down": "/htx/cho?turned_down=1"}
    pages |= {"farms": "/htx/ho", "farm": f"/htx/ho/{farm}", "devices": "/htx/may"}
    pages |= {"device": f"/htx/may/{device}", "missing": "/htx/khong", "account": "/htx/toi"}
    season = village.season.partition(":")[2]
    pages |= {"today": "/htx/hop-tac-xa", "season": f"/htx/ho/{farm}/vu/{season}"}
    pages |= {"dossier": f"/htx/ho-so/vu/{farm}/{season}", "inspections": f"/htx/kiem-tra/{farm}"}
    for name, path in pages.items():
        look(path, name)
    inspect(desk)
    look("", "inspection")
    desk.page.locator("[data-inspect=close] button").click()
    desk.page.locator(".state.approved, .faults").first.wait_for()
    expect(desk.page.locator("[data-inspect=close]")).to_have_count(0)
    desk.keys.touch(by_itself=False)
    desk.go("/htx/vao?ra=1")
    desk.page.locator("[data-part=pick]").wait_for()
    look("", "pick")
    desk.page.locator("[data-lost]").click()
    look("", "lost")
    assert found == []
