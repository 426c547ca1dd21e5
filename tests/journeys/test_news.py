"""News and advice: a bulletin to a phone away for two days; a sick plant from photo to published answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page, expect
from sqlalchemy import select

from server.config import now_ms
from server.db import run_write
from server.models.people import Farm, Help, Membership, Person
from server.services.setup import new_id
from tests.journeys.conftest import SHOTS
from tests.journeys.desk import Desk
from tests.journeys.house import SoftHouse
from tests.journeys.phone import Phone
from tests.server.matrix import COMMUNE
from tests.server.pictures import make_jpeg

STORM = "Bão số 9: buộc lại nhà lưới"
ASKED = "Lá cà chua có vết nâu, lan cả luống"
ADVICE = "Tỉa lá gốc có vết, mang ra khỏi ruộng"


def join_at_desk(desk: Desk, link: str) -> None:
    """Accept an invitation at a browser whose first place is another than the list of entries."""
    desk.page.goto(link)
    desk.page.get_by_role("button", name="Nhận, đây là tôi").click()
    desk.page.get_by_role("button", name="Tạo khóa truy cập").click()
    expect(desk.page.locator("nav.places")).to_be_visible()


def write(page: Page, title: str, text: str, *, is_urgent: bool) -> None:
    """Write a bulletin for everybody and publish it."""
    page.get_by_label("Tiêu đề").fill(title)
    page.get_by_label("Nội dung").fill(text)
    if is_urgent:
        page.get_by_label("Tin khẩn.").check()
    page.get_by_label("Đăng công khai").check()
    page.get_by_role("button", name="Lưu bản nháp").click()
    page.get_by_role("button", name="Đăng tin").click()


def send(phone: Phone) -> None:
    phone.go("gui")
    phone.tap("Gửi ngay")
    phone.waits_for_sent()


def keep(phone: Phone, name: str) -> None:
    """Keep a picture of the screen."""
    SHOTS.mkdir(exist_ok=True)
    phone.page.screenshot(path=SHOTS / f"news-{name}.png")


def test_a_bulletin_reaches_a_phone_that_was_away_and_is_read_two_days_later_without_coverage(
    soft: SoftHouse, make_phone: Callable[..., Phone], make_desk: Callable[[str], Desk], farm: str
) -> None:
    phone, desk = make_phone(soft), make_desk("officer")
    phone.open(None)
    phone.join(soft.invite_fast("Phạm Thị Lụa", farm))
    phone.lose_signal()

    join_at_desk(desk, soft.invite_fast("Chị Hạnh", None, "officer", organisation=COMMUNE))
    desk.go("/htx/ban-tin/viet")
    assert desk.is_sound(SHOTS, "ban-tin-viet") == []
    write(desk.page, STORM, "Đêm mai gió mạnh.\n<script>alert(1)</script>", is_urgent=True)
    desk.sees("Đã đăng")
    expect(desk.page.get_by_text("0 người")).to_be_visible()
    assert desk.is_sound(SHOTS, "ban-tin-mot") == []

    phone.home()
    phone.misses(STORM)
    phone.find_signal()
    send(phone)
    phone.home()
    phone.sees(STORM)
    keep(phone, "urgent")
    phone.lose_signal()
    phone.kill()
    phone.open(at=datetime.now(UTC) + timedelta(days=2))
    phone.tap(phone.page.get_by_role("link", name=STORM))
    phone.sees("Đêm mai gió mạnh.")
    phone.sees("<script>alert(1)</script>")
    keep(phone, "read")
    phone.home()
    phone.misses(phone.page.get_by_role("link", name=STORM))

    phone.kill()
    phone.open()
    phone.find_signal()
    send(phone)
    phone.until(lambda: [one["state"] for one in phone.stored("requests")] == ["settled"], "it was told")
    desk.page.reload()
    desk.sees("1 người")
    desk.go("/ban-tin/")
    desk.sees(STORM)


def helps(house: SoftHouse, person: str, farm: str) -> None:
    """Let an extension officer look after a household."""

    def work(session: object) -> None:
        by = session.scalars(  # type: ignore[attr-defined]
            select(Membership.id).join(Person, Person.id == Membership.person).where(Person.name == person)
        ).one()
        home = session.scalars(select(Farm.id).where(Farm.name == farm)).one()  # type: ignore[attr-defined]
        session.add(Help(farm=home, id=new_id(now_ms()), membership=by, valid_from=1))  # type: ignore[attr-defined]

    with house.app():
        run_write(work)


def test_a_sick_plant_from_its_photo_to_an_answer_that_others_read(
    soft: SoftHouse,
    make_phone: Callable[..., Phone],
    make_desk: Callable[[str], Desk],
    farm: str,
    tmp_path: Path,
) -> None:
    phone, officer, desk = make_phone(soft), make_phone(soft, "officer"), make_desk("manager")
    phone.open(None)
    phone.join_with_season(soft.invite_fast("Phạm Thị Lụa", farm), "Ruộng Trên", "Cà chua")
    phone.waits_for_sent()
    phone.lose_signal()
    phone.home()
    phone.tap(phone.page.get_by_role("link", name="Hỏi cán bộ"))
    phone.tap("Hỏi câu mới")
    picture = tmp_path / "la.jpg"
    picture.write_bytes(make_jpeg(800, 600, seed=3))
    phone.photograph(picture)
    phone.type_into("Bà con muốn hỏi gì?", ASKED)
    phone.tap(phone.field("Về vụ nào?").get_by_role("button").first)
    keep(phone, "ask")
    phone.save()
    phone.sees("Chờ gửi")
    phone.find_signal()
    send(phone)

    link = soft.invite_fast("Anh Quân", None, "extension", organisation=COMMUNE)
    helps(soft, "Anh Quân", farm)
    officer.open(None)
    officer.page.goto(officer.address + "/" + link[link.index("#") :])
    officer.tap("Đúng, bắt đầu ghi")
    officer.tap(officer.page.get_by_role("link", name="Hỏi cán bộ"))
    officer.tap(officer.page.get_by_role("link", name=ASKED))
    officer.waits_for_program()
    officer.lose_signal()
    officer.tap("Trả lời")
    officer.page.locator("textarea").fill(ADVICE)
    officer.tap(officer.button("Gửi", officer.page.get_by_role("dialog")))
    officer.sees("Đã trả lời")
    keep(officer, "answer")
    officer.find_signal()
    send(officer)

    send(phone)
    phone.go("hoi")
    phone.tap(phone.page.get_by_role("link", name=ASKED))
    phone.sees("Anh Quân trả lời")
    phone.sees(ADVICE)
    keep(phone, "answered")

    desk.join(soft.invite_fast("Anh Cường", None, "manager"))
    desk.go("/htx/hoi")
    desk.sees("Đã trả lời")
    assert desk.is_sound(SHOTS, "hoi") == []
    desk.page.get_by_role("link", name=ASKED).click()
    expect(desk.page.locator(".shot img")).to_be_visible()
    assert desk.is_sound(SHOTS, "hoi-mot") == []
    desk.page.get_by_role("button", name="Làm bản tin").click()
    desk.sees("không có tên ai")
    assert "Lụa" not in desk.page.get_by_label("Nội dung").input_value()
    desk.page.get_by_role("button", name="Đăng tin").click()
    desk.sees("Đã đăng")

    other = make_phone(soft, "other")
    other.open(None)
    other.join(soft.invite_fast("Ngô Văn Thịnh", f"{farm} B"))
    send(other)
    other.go("ban-tin")
    other.tap(other.page.get_by_role("link", name=ASKED))
    other.sees(ADVICE)
    other.misses("Lụa")
