"""A farmer's passkey: offered after the first entry, skipped in peace; a new phone joins alone with it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from server.db import reading
from server.models.devices import DeviceRow
from server.models.passkeys import PasskeyRow
from tests.journeys.house import House
from tests.journeys.keys import keys_of
from tests.journeys.log import ops_of
from tests.journeys.phone import Phone

MakePhone = Callable[..., Phone]
PERSON = "Phạm Thị Lụa"
OFFER = "Khóa để tự nối lại sổ"


def save_one(phone: Phone) -> None:
    """Record a visit, and put away the offer of a place on the home screen where there is one."""
    phone.home()
    phone.begin("Thăm đồng")
    phone.save()
    phone.go("")
    phone.sees(phone.page.locator(".entry").first)
    later = phone.page.get_by_role("button", name="Để sau")
    if later.is_visible():
        phone.tap(later)


def device_of(phone: Phone) -> str:
    """Return the phone's key by its id."""
    return str(phone.stored("identities")[0]["device"])


def passkeys_of(house: House, device: str) -> list[str]:
    """Return how the live passkeys of a device's person are called, as the server has them."""
    with house.app(), reading() as session:
        membership = select(DeviceRow.membership).where(DeviceRow.device == device).scalar_subquery()
        rows = session.scalars(select(PasskeyRow).where(PasskeyRow.membership == membership))
        return [row.label for row in rows if row.ended_seq is None]


def test_a_new_phone_joins_alone_by_a_passkey_and_has_the_whole_diary(
    house: House, make_phone: MakePhone, farm: str
) -> None:
    old = make_phone(house, "old")
    old.open(None)
    held = keys_of(old.page)
    old.join(house.invite_fast(PERSON, farm))
    save_one(old)
    old.sees(OFFER)
    old.tap("Tạo khóa")
    old.sees("Đã có khóa")
    old.waits_for_sent()
    assert passkeys_of(house, device_of(old)) == ["Khóa trên Android"]
    assert len(held.credentials) == 1

    phone = make_phone(house, "new")
    phone.open(None)
    keys_of(phone.page).swap(held.credentials)  # as an account that synchronises them does
    phone.page.goto(phone.address)
    phone.tap("Tôi có khóa, nối lại sổ")
    phone.sees("Máy của nhà")  # the old phone is still good: lost, or in the other hand
    phone.sees(phone.button("Thôi dùng máy đó"))
    phone.tap("Về sổ")
    phone.sees(PERSON)
    phone.sees(phone.page.locator(".entry", has_text="Thăm đồng"))
    phone.again()
    phone.waits_for_sent()
    assert len(ops_of(house, device_of(phone))) == 1
    with house.app(), reading() as session:
        row = session.scalars(select(DeviceRow).where(DeviceRow.device == device_of(phone))).one()
        assert row.state == "confirmed"


def test_a_passkey_that_is_skipped_is_not_offered_again(house: House, phone: Phone, farm: str) -> None:
    phone.open(None)
    held = keys_of(phone.page)
    phone.join(house.invite_fast(PERSON, farm))
    save_one(phone)
    phone.sees(OFFER)
    phone.tap("Bỏ qua")
    phone.misses(OFFER)
    phone.page.reload()
    save_one(phone)
    phone.sees(phone.page.locator(".entry").nth(1))
    phone.misses(OFFER)
    phone.go("may")  # who looks for it finds it
    phone.sees(phone.button("Tạo khóa"))
    assert held.credentials == []


def test_a_person_who_turns_away_from_the_dialogue_is_left_in_peace(
    house: House, phone: Phone, farm: str
) -> None:
    phone.open(None)
    held = keys_of(phone.page)
    phone.join(house.invite_fast(PERSON, farm))
    held.verify(False)
    save_one(phone)
    phone.tap("Tạo khóa")
    phone.misses(OFFER)
    phone.misses("Chưa tạo được khóa")
    save_one(phone)
    phone.waits_for_sent()
    assert len(ops_of(house, device_of(phone))) == 2


def test_a_phone_without_a_screen_lock_joins_and_records_and_is_offered_no_passkey(
    house: House, phone: Phone, farm: str
) -> None:
    phone.open(None)
    keys_of(phone.page, hasUserVerification=False, isUserVerified=False)
    phone.page.goto(phone.address)
    phone.sees("Bắt đầu với lời mời")
    phone.misses(phone.button("Tôi có khóa, nối lại sổ"))
    phone.join(house.invite_fast(PERSON, farm))
    save_one(phone)
    phone.misses(OFFER)
    phone.waits_for_sent()
    phone.go("may")
    phone.sees("Máy chưa đặt khóa màn hình")
    assert len(ops_of(house, device_of(phone))) == 1


def test_a_passkey_of_nobody_here_leads_nowhere(house: House, phone: Phone) -> None:
    phone.open(None)
    keys_of(phone.page)
    phone.page.goto(phone.address)
    phone.tap("Tôi có khóa, nối lại sổ")
    phone.sees("Chưa nối được bằng khóa")
    assert phone.stored("identities") == []
