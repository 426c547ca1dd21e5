"""A market morning: twenty purchases without coverage, three of them not paid, a power cut; its closing."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, expect
from sqlalchemy import select

from server.db import reading, run_write
from server.models.people import Farm
from server.models.sales import BankAccount, PurchasePoint, SaleView
from server.services.viewing import make_current
from sync.vietqr import Transfer, read_vietqr
from tests.journeys.conftest import SHOTS
from tests.journeys.desk import Desk
from tests.journeys.house import SoftHouse
from tests.journeys.looking import faults_of
from tests.journeys.phone import Phone
from tests.server.diaries import new_uuid
from tests.server.phones import invite_to

NUMBER = "0071001234567"
# A phone whose share sheet takes files: keeps what kind of file it was given, and whether something is in it.
SHARING = """() => {
  navigator.canShare = ({ files }) => files?.length === 1;
  navigator.share = async ({ files }) => { window.sent = [files[0].type, files[0].size > 5000]; };
}"""


def market(soft: SoftHouse) -> tuple[str, str, dict[str, str]]:
    """Make two households and a point; return the clerk's link, the scope, ids of farms by name."""
    with soft.app():
        for person, farm in (("Phạm Thị Lụa", "Nhà Lụa"), ("Đỗ Thị Mơ", "Nhà Mơ")):
            invite_to(person, farm)
        link = invite_to("Đoàn Thị Thắm", None, "clerk", kind="phone").url
        with reading() as session:
            farms = {one.name: (one.id, one.organisation) for one in session.scalars(select(Farm))}
        organisation = farms["Nhà Lụa"][1]

        def work(session: object) -> None:
            point = PurchasePoint(id=new_uuid(), organisation=organisation, name="Chợ Núi Đối", state="open")
            account = BankAccount(
                id=new_uuid(), organisation=organisation, farm=farms["Nhà Lụa"][0], bin="970436",
                number=NUMBER, holder="PHAM THI LUA", state="current", text_version="1", changed_at=1,
            )  # fmt: skip
            session.add_all([point, account])  # type: ignore[attr-defined]

        run_write(work)
    return link, f"org:{organisation}", {name: one for name, (one, _) in farms.items()}


def box(phone: Phone, name: str) -> Locator:
    """Return what is tapped for a question."""
    asked = phone.page.locator(".q").filter(has_text=re.compile(rf"^{re.escape(name)}"))
    return phone.page.locator(".field").filter(has=asked).last.locator(".pick").first


def key_in(phone: Phone, name: str, digits: str) -> None:
    """Type a number on the keypad of a question."""
    phone.tap(box(phone, name))
    for digit in digits:
        phone.tap(phone.page.locator(".keys").get_by_role("button", name=digit, exact=True))
    phone.tap(phone.page.get_by_role("dialog").get_by_role("button", name="Xong"))


def choose_farm(phone: Phone, name: str) -> None:
    phone.go("mua-ban/mua")
    phone.tap(box(phone, "Của nhà nào?"))
    phone.tap(phone.page.get_by_role("radio", name=name))


def look(phone: Phone, name: str) -> None:
    """Keep a picture of the screen, and hold it to the rules of screens."""
    phone.page.screenshot(path=SHOTS / f"market-{name}.png", full_page=True)
    assert faults_of(phone.page) == []


def close_the_day(desk: Desk) -> None:
    """Look at the day in the office, confirm a debt that was paid, correct a price, take one back."""
    desk.go("/htx/mua-ban?con=1")
    desk.sees("Chỉ phiếu chưa trả xong (3)")
    assert desk.is_sound(SHOTS, "sales") == []
    desk.page.locator("tbody a").first.click()
    desk.page.get_by_role("button", name="Đã trả đủ tiền").click()
    desk.sees("Xong, đã ghi nhận")
    expect(desk.page.get_by_role("button", name="Đã trả đủ tiền")).to_have_count(0)
    desk.go("/htx/mua-ban?con=1")
    desk.page.locator("tbody a").first.click()
    desk.page.get_by_text("Sửa số cân, giá").click()
    desk.page.get_by_label("Giá (đ/kg)").fill("-1")
    desk.page.get_by_role("button", name="Ghi phiếu sửa").click()
    desk.sees("Giá chưa đúng")
    desk.page.get_by_label("Giá (đ/kg)").fill("6000")
    assert desk.is_sound(SHOTS, "sale") == []
    desk.page.get_by_role("button", name="Ghi phiếu sửa").click()
    desk.sees("Đã sửa bằng phiếu khác")
    desk.go("/htx/mua-ban/chot")
    desk.sees("Chưa trả xong: 2")
    assert desk.is_sound(SHOTS, "sales-day") == []
    desk.go("/htx/mua-ban/dat")
    assert desk.is_sound(SHOTS, "till") == []


def test_a_market_morning_without_coverage(
    soft: SoftHouse, make_phone: Callable[..., Phone], make_desk: Callable[[str], Desk]
) -> None:
    SHOTS.mkdir(exist_ok=True)
    link, scope, farms = market(soft)
    phone = make_phone(soft)
    phone.open(None)
    phone.page.goto(phone.address + "/" + link[link.index("#") :])
    phone.tap("Đúng, bắt đầu ghi")
    phone.tap("Mua bán")
    phone.sees("Chợ Núi Đối")
    phone.waits_for_program()
    look(phone, "day")
    phone.lose_signal()

    choose_farm(phone, "Nhà Lụa")
    phone.tap("Lưu phiếu")
    phone.sees("Cân được bao nhiêu?")
    phone.tap(box(phone, "Hàng gì?"))
    phone.page.get_by_label("Hàng khác").fill("cà chua")
    phone.tap(phone.page.get_by_role("radio", name="Cà chua"))
    key_in(phone, "Cân được", "52")
    key_in(phone, "Trừ bì", "2")
    key_in(phone, "Giá", "8500")
    phone.tap("Trừ ẩm, tạp chất, khác")
    key_in(phone, "Trừ tạp chất", "2")
    phone.tap("Mã VietQR")
    phone.sees("416.500 đồng")
    look(phone, "sale")
    phone.tap("Lưu phiếu")
    phone.sees("Đã lưu trên máy")
    code = phone.page.locator("[data-vietqr]")
    text = code.get_attribute("data-vietqr") or ""
    receipt = phone.page.get_by_role("heading", level=1).inner_text().removeprefix("Phiếu ")
    assert read_vietqr(text) == Transfer(
        "970436", NUMBER, 416_500, receipt, f"TT {receipt}".replace("-", " ").upper()
    )
    phone.sees("Chờ xác nhận")
    look(phone, "vietqr")
    phone.tap(code)
    look(phone, "scanned")
    phone.page.go_back()
    phone.tap("Đã trả đủ tiền")
    phone.sees("Đã trả đủ")
    phone.sees(
        phone.page.locator("dl.facts div", has_text="Hợp tác xã").get_by_text(
            "Hợp tác xã Nông nghiệp Kiến Thụy"
        )
    )
    phone.page.evaluate(SHARING)
    phone.tap("Gửi phiếu")
    phone.until(lambda: phone.page.evaluate("'sent' in window"), "the picture is handed on")
    assert phone.page.evaluate("window.sent") == ["image/png", True]

    for number in range(2, 21):
        choose_farm(phone, "Nhà Lụa" if number % 2 else "Nhà Mơ")
        if number == 2:
            phone.tap(box(phone, "Hàng gì?"))
            phone.page.get_by_label("Hàng khác").fill("rau ngổ")
            phone.tap(phone.page.get_by_role("dialog").get_by_role("button", name="rau ngổ"))
            key_in(phone, "Giá", "5000")
        else:
            phone.tap("Như lần trước")
        key_in(phone, "Cân được", "10")
        phone.tap(phone.button("Ghi nợ" if number > 17 else "Tiền mặt"))
        if number == 12:
            phone.kill()
            phone.open("/#/mua-ban/mua")
            phone.sees(box(phone, "Cân được").get_by_text("10 kg"))
        phone.tap("Lưu phiếu")
        phone.sees(re.compile(r"^Phiếu \w+-\d+$"))

    phone.go("mua-ban")
    phone.sees("Hôm nay: 20 phiếu")
    phone.sees("3 phiếu chưa trả xong")
    phone.go("mua-ban/chot")
    phone.sees("Chưa trả xong: 3")
    look(phone, "closing")
    phone.find_signal()
    phone.go("gui")
    with soft.app():
        expect(phone.page.get_by_text("Đã gửi hết").first).to_be_visible()
        make_current([scope])
        with reading() as session:
            rows = list(session.scalars(select(SaleView).where(SaleView.scope == scope)))
    assert len(rows) == len({one.receipt for one in rows}) == 20
    assert sorted(one.paid for one in rows).count("unpaid") == 3
    assert {one.farm for one in rows} == {f"farm:{one}" for one in farms.values()}
    assert sum(one.total_dong or 0 for one in rows) == 416_500 + 9 * 83_300 + 10 * 50_000
    with soft.app():
        manager = invite_to("Trần Văn Cường", None, "manager").url
    desk = make_desk("manager")
    desk.join(manager)
    close_the_day(desk)
