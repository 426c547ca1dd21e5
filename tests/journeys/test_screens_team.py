"""The team member's screens, in the order of a visit: kept as pictures, free of faults."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.helping import follow, give_help, join_helper, read_code
from tests.journeys.house import House
from tests.journeys.phone import Phone
from tests.journeys.test_screens import MANNERS, Looker, settle_in

MakePhone = Callable[..., Phone]


def enrols(look: Looker) -> None:
    """Fill in the four steps and keep each."""
    phone, page = look.phone, look.phone.page
    main = page.locator(".dock .btn.do")
    phone.tap(main)
    phone.sees(page.locator("input.text").first)
    look.keep("team-who")
    page.locator("input.text").first.fill("Đỗ Thị Mận")
    phone.tap(main)
    phone.sees(page.locator(".consent").first)
    look.keep("team-agree")
    phone.tap(page.locator(".consent").nth(0))
    phone.tap(page.locator(".consent").nth(2))
    phone.tap(main)
    phone.sees(page.locator("button.number"))
    look.keep("team-place")
    phone.tap(main)
    phone.sees(page.locator("section.field"))
    box = page.locator("section.field input.text")
    if box.count() > 0:
        box.first.fill("Cà chua")
    look.keep("team-season")
    phone.tap(main)
    phone.sees(page.locator("svg.qr"))


@pytest.mark.parametrize("manner", list(MANNERS))
def test_the_team_members_screens_are_sound(
    house: House, make_phone: MakePhone, farm: str, manner: str
) -> None:
    helper, farmer = make_phone(house, "helper"), make_phone(house, "farmer")
    name = f"Nguyễn Thị Mai {farm}"
    farms = [f"{farm} {one}" for one in ("không máy", "hết hạn", "chỉ tên")]
    for one in farms:
        house.invite_fast("Vũ Văn Bình", one)
    join_helper(house, helper, name)
    settle_in(helper, *MANNERS[manner])
    ids = [give_help(house, one, days, name) for one, days in zip(farms, (20, -5), strict=False)]
    sync_now_in(helper)
    look = Looker(helper, manner)
    helper.go("")
    helper.sees(helper.page.locator(".household").first)
    look.keep("team-list")
    helper.tap(helper.page.locator(".seg button").nth(1))
    look.keep("team-all")
    helper.lose_signal()
    enrols(look)
    look.keep("team-code-unsent")
    helper.find_signal()
    helper.sees(helper.page.locator(".okline"))
    helper.tap(helper.page.locator("button.pick"))
    helper.sees(helper.page.locator(".code-large"))
    look.keep("team-code")
    farmer.open(None)
    follow(farmer, read_code_above(helper))
    farmer.tap(farmer.page.locator(".dock .btn.do"))
    helper.sees(helper.page.locator(".card.wait"))
    look.keep("team-arrived")
    helper.tap(helper.page.locator(".dock .btn.do"))
    helper.sees(helper.page.locator(".card.done"))
    look.keep("team-confirmed")
    helper.tap(helper.page.locator(".dock .btn.do"))
    helper.sees(helper.page.locator(".phone-line"))
    look.keep("team-household")
    look.sheet(".phone-line .btn.quiet", "team-lost")
    look.sheet(".btn.add", "team-member")
    for place, picture in ((ids[0], "team-no-phone"), (ids[1], "team-over")):
        look.at(f"ho/{place}", picture, ".dock .btn.do")
    helper.tap(helper.page.locator(".dock .btn.do"))
    helper.sees(helper.page.locator(".card.ask"))
    look.keep("team-asked")
    helper.go("")
    helper.tap(helper.page.locator(".seg button").nth(1))
    helper.tap(helper.page.locator(".household", has_text=farms[2]))
    helper.sees(helper.page.locator(".dock .btn.do"))
    look.keep("team-by-name")
    assert not look.faults, "\n".join(look.faults)


def sync_now_in(phone: Phone) -> None:
    """Ask the phone to send and fetch at once, in whatever language."""
    phone.go("gui")
    phone.tap(phone.page.locator(".dock .btn.do"))
    phone.until(
        lambda: any(
            "households" in str(row["key"]) and "hết hạn" in str(row["value"]) for row in phone.stored("meta")
        ),
        "the households are here",
    )


def read_code_above(phone: Phone) -> str:
    """Return what the code says, above the part that was unfolded."""
    phone.page.evaluate("scrollTo(0, 0)")
    return read_code(phone)
