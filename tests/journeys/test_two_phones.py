"""Two phones of one household: both edit a line offline, both show the conflict, one of them settles it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.house import House
from tests.journeys.log import ops_of
from tests.journeys.phone import Phone


@pytest.fixture
def pair(house: House, make_phone: Callable[..., Phone], farm: str) -> tuple[Phone, Phone]:
    """Give two joined phones of one household, with a plot, a season and one line on both."""
    hers, his = make_phone(house, "hers"), make_phone(house, "his")
    hers.open(None)
    hers.join_with_season(house.invite_fast("Phạm Thị Lụa", farm), "Nhà lưới", "Cà chua")
    hers.go("")
    hers.begin("Thu hoạch")
    hers.number("Được bao nhiêu?", "85")
    hers.save()
    hers.waits_for_sent()
    his.open(None)
    his.join(house.invite_fast("Nguyễn Văn Thịnh", farm, "member"))
    his.sees("Cà chua")
    his.sees(his.page.locator(".entry", has_text="Thu hoạch"))
    return hers, his


def change_amount(phone: Phone, digits: str, *, save: bool = True) -> None:
    """Open the harvest from home and write another amount."""
    phone.go("")
    phone.tap(phone.page.locator(".entry", has_text="Thu hoạch"))
    phone.tap("Sửa")
    phone.number("Được bao nhiêu?", digits)
    if save:
        phone.save()


def send(phone: Phone) -> None:
    """Tap "Gửi ngay" and wait until all is said to be sent."""
    phone.go("gui")
    phone.tap("Gửi ngay")
    phone.waits_for_sent()


def test_a_conflict_shows_on_both_phones_and_is_settled_on_one(
    house: House, pair: tuple[Phone, Phone]
) -> None:
    hers, his = pair
    for phone, digits in ((hers, "80"), (his, "90")):
        phone.lose_signal()
        change_amount(phone, digits)
    for phone in (hers, his, hers):
        phone.find_signal()
        send(phone)

    for phone in (hers, his):
        phone.go("")
        phone.sees("Hai máy ghi khác nhau")
        phone.tap("Chọn")
        phone.sees(phone.page.get_by_role("radio", name="80"))
        phone.sees(phone.page.get_by_role("radio", name="90"))

    his.tap(his.page.get_by_role("radio", name="80"))
    his.tap(his.button("Chọn 80"))
    his.misses(his.page.get_by_role("radio", name="90"))
    send(his)
    send(hers)
    hers.go("")
    hers.sees(hers.page.locator(".entry", has_text="80"))
    hers.misses("Hai máy ghi khác nhau")
    last = ops_of(house, his.stored("identities")[0]["device"])[-1]
    assert last.fields["quantity"]["amount"] == "80"


def test_a_correction_that_arrives_under_an_open_form_is_no_silent_overwrite(
    house: House, pair: tuple[Phone, Phone]
) -> None:
    hers, his = pair
    change_amount(hers, "80", save=False)  # her form is open …
    change_amount(his, "90")  # … when his correction
    send(his)
    hers.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # … comes to her phone
    his_device = his.stored("identities")[0]["device"]
    hers.until(lambda: any(op["device"] == his_device for op in hers.stored("ops")), "his op is on her phone")
    hers.sees(hers.field("Được bao nhiêu?").get_by_text("80"))
    hers.save()
    send(hers)

    for phone in (hers, his):
        phone.go("")
        phone.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        phone.sees("Hai máy ghi khác nhau")
    ops = [op for op in ops_of(house) if op.doc == ops_of(house, his_device)[-1].doc]
    assert {op.fields["quantity"]["amount"] for op in ops} == {"85", "80", "90"}
