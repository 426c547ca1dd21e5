"""Every screen at 360×640, in both languages and the largest letters: kept as pictures, free of faults.

The pictures lie in `screens/` and are looked at by people; the test holds what a program can see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.journeys.house import House
from tests.journeys.looking import faults_of, photograph
from tests.journeys.phone import Phone
from tests.journeys.test_carry import SPOIL
from tests.server.pictures import make_jpeg

PICTURES = Path(__file__).with_name("screens")
MANNERS = {"vi": ("vi", "normal"), "en": ("en", "normal"), "vi-huge": ("vi", "huge")}


class Looker:
    """Goes from screen to screen in one manner, keeps each and collects what is wrong."""

    def __init__(self, phone: Phone, manner: str) -> None:
        self.phone, self.manner = phone, manner
        self.faults: list[str] = []

    def keep(self, name: str) -> None:
        """Look at what is shown now."""
        page = self.phone.page
        page.evaluate("document.fonts.ready.then(() => undefined)")
        folder = PICTURES / self.manner
        folder.mkdir(parents=True, exist_ok=True)
        self.faults += [f"{name}: {one}" for one in faults_of(page)]
        photograph(page, folder / f"{name}.png")

    def at(self, place: str, name: str, shows: str) -> None:
        """Go to a place, wait until it shows what it is for, and look."""
        self.phone.go(place)
        self.phone.sees(self.phone.page.locator(shows).first)
        self.keep(name)

    def sheet(self, opener: str, name: str) -> None:
        """Open a sheet, look, close it."""
        self.phone.page.locator(opener).first.tap()
        dialog = self.phone.page.get_by_role("dialog")
        self.phone.sees(dialog)
        self.keep(name)
        self.phone.page.go_back()
        self.phone.misses(dialog)


def settle_in(phone: Phone, language: str, letters: str) -> None:
    """Choose the language and the letters in the settings."""
    phone.go("cai-dat")
    if letters == "huge":
        phone.tap("Rất to")
    if language == "en":
        phone.tap("English")


@pytest.fixture(scope="module")
def lived_in(
    house: House, browser: object, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Phone]]:
    """Give a phone with a farm, lines in every state that a phone can bring about, and a draft."""
    from playwright.sync_api import BrowserType

    from tests.journeys.air import Air

    assert isinstance(browser, BrowserType)
    folder = tmp_path_factory.mktemp("lived-in")
    farm = "Hộ bà Lụa"
    phone = Phone(browser, folder / "phone", Air(house.port))
    phone.open(None)
    phone.join(house.invite_fast("Phạm Thị Lụa", farm))
    phone.make_plot("Đồng Rọc")
    phone.make_plot("Ao nhà", "Ao", "3")
    phone.open_season("Cà chua", "Đồng Rọc")
    picture = folder / "a.jpg"
    picture.write_bytes(make_jpeg(800, 600, 9))
    phone.go("")
    phone.begin("Phun thuốc")
    phone.type_into("Tên thuốc", "Abamectin 1.8EC")
    phone.number("Pha bao nhiêu?", "10")
    phone.tap(phone.field("Cách ly").get_by_role("radio", name="Có số ngày"))
    phone.number("Cách ly mấy ngày?", "7")
    phone.photograph(picture)
    phone.save()
    phone.waits_for_sent()
    other = Phone(browser, folder / "other", Air(house.port))
    other.open(None)
    other.join(house.invite_fast("Nguyễn Văn Thịnh", farm, "member"))
    other.sees(other.page.locator(".entry", has_text="Phun thuốc"))
    for one, digits in ((other, "20"), (phone, "30")):
        one.lose_signal()
        one.go("")
        one.tap(one.page.locator(".entry", has_text="Phun thuốc"))
        one.tap("Sửa")
        one.number("Phun bao nhiêu đất?", digits)
        one.save()
    other.find_signal()
    other.waits_for_sent()
    other.close()
    other.air.close()
    phone.find_signal()
    phone.waits_for_sent()
    phone.go("")
    phone.sees("Hai máy ghi khác nhau")
    phone.lose_signal()
    phone.begin("Thu hoạch")
    phone.number("Được bao nhiêu?", "85")
    phone.save()
    phone.page.evaluate(SPOIL)
    phone.find_signal()
    phone.sees("1 dòng chưa gửi được")
    phone.lose_signal()
    phone.begin("Bón phân")
    phone.save()
    phone.begin("Thăm đồng")
    phone.tap(phone.field("Thấy gì?").get_by_role("button").nth(1))
    phone.type_into("Tên sâu, bệnh", "Sâu tơ")
    phone.until(lambda: "Sâu tơ" in str(phone.stored("drafts")), "the draft is kept")
    phone.go("")
    yield phone
    phone.close()
    phone.air.close()


@pytest.mark.parametrize("manner", MANNERS)
def test_every_screen_of_a_lived_in_phone_is_sound(lived_in: Phone, manner: str) -> None:
    look = Looker(lived_in, manner)
    page = lived_in.page
    settle_in(lived_in, *MANNERS[manner])
    look.keep("settings")
    look.at("", "home", ".card.halt")
    look.at("ghi", "record", ".tiles:not(.around) .tile")
    page.locator(".tiles:not(.around) .tile").last.tap()
    look.keep("record-all")
    page.locator(".tiles:not(.around) .tile", has=page.locator("svg")).first.tap()
    lived_in.sees(page.locator("main.form"))
    look.keep("form")
    look.sheet("button.number", "keypad")
    look.sheet(".day-plot > button", "days")
    look.sheet(".day-plot > button:nth-of-type(2)", "season-choice")
    look.sheet(".day-plot > button:nth-of-type(3)", "plot-choice")
    look.sheet(".shoot", "camera")
    page.go_back()
    look.at("nhat-ky", "diary", ".entry")
    look.sheet(".filters .chip", "filter")
    page.locator(".entry", has=page.locator(".state.sent, .state.waiting, .state.onphone")).last.tap()
    lived_in.sees(page.locator(".two-phones"))
    look.keep("entry-conflict")
    look.sheet(".photos .photo", "photo")
    look.at("ruong", "farm", ".plot")
    page.locator("a.plot").first.tap()
    lived_in.sees(page.locator(".dock .btn.do"))
    look.keep("plot")
    look.at("ruong", "farm", ".plot")
    page.locator('a.plot[href*="vu/"]').first.tap()
    lived_in.sees(page.locator("main .answer"))
    look.keep("season")
    look.at("kho", "stock", ".card")
    look.at("kiem-tra", "inspections", ".finding")
    look.at("gui", "send", ".card.halt")
    look.at("vao", "join-another", ".dock .btn.do")
    settle_back(lived_in, *MANNERS[manner])
    assert not look.faults, "\n".join(look.faults)


def settle_back(phone: Phone, language: str, letters: str) -> None:
    """Undo `settle_in`."""
    phone.go("cai-dat")
    if language == "en":
        phone.tap("Tiếng Việt")
    if letters == "huge":
        phone.tap("Vừa")


@pytest.mark.parametrize("manner", ["vi", "en"])
def test_the_screens_before_the_first_line_are_sound(
    house: House, make_phone: Callable[..., Phone], farm: str, manner: str
) -> None:
    phone = make_phone(house)
    phone.open(None, locale="vi-VN" if manner == "vi" else "en-US")
    look = Looker(phone, manner)
    phone.page.goto(phone.address)
    phone.sees(phone.page.locator(".dock .btn.do"))
    look.keep("join-welcome")
    link = house.invite_fast("Phạm Thị Lụa", farm, confirm=True)
    phone.page.goto("about:blank")
    phone.page.goto(phone.address + "/" + link[link.index("#") :])
    phone.sees(phone.page.locator(".dock .btn.do:enabled"))
    look.keep("join")
    phone.tap(phone.page.locator(".dock .btn.do"))
    phone.sees(phone.page.locator(".hello"))
    if manner == "en":
        settle_in(phone, "en", "normal")
    look.at("", "home-empty", ".hello")
    look.at("nhat-ky", "diary-empty", ".end")
    look.at("ruong", "farm-empty", ".btn.add")
    phone.page.locator(".btn.add").tap()
    phone.sees(phone.page.locator("main.form"))
    look.keep("season-form")
    look.at("gui", "send-empty", ".card.done")
    phone.go("cai-dat")
    phone.sees(phone.page.locator('a[href="/huong-dan/"]'))
    assert not look.faults, "\n".join(look.faults)


@pytest.mark.parametrize(
    ("agent", "name"), [("Zalo android/26.11 (Linux; Android 10)", "zalo"), ("FBAN/FBIOS iPhone", "facebook")]
)
def test_the_screen_inside_another_app_is_sound(
    house: House, make_phone: Callable[..., Phone], agent: str, name: str
) -> None:
    phone = make_phone(house)
    phone.open(user_agent=agent)
    phone.sees(phone.page.locator(".gate"))
    look = Looker(phone, "vi")
    look.keep(f"gate-{name}")
    assert not look.faults, "\n".join(look.faults)
