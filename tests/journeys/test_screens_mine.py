"""The screens at the door and of a person himself: kept as pictures, free of faults, as in `test_screens`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.house import House
from tests.journeys.keys import keys_of
from tests.journeys.phone import Phone
from tests.journeys.test_joining import IPHONE, invitation, opens
from tests.journeys.test_screens import MANNERS, Looker, settle_in

MakePhone = Callable[..., Phone]


@pytest.mark.parametrize("manner", ["vi", "en"])
def test_the_screens_at_the_door_are_sound(
    house: House, make_phone: MakePhone, farm: str, manner: str
) -> None:
    phone = make_phone(house)
    phone.open(permissions=["clipboard-read", "clipboard-write"])
    look = Looker(phone, manner)
    phone.sees(phone.page.locator(".dock .btn.do"))
    if manner == "en":
        phone.tap("English")
        phone.sees("Start with an invitation")
    look.keep("join-welcome")
    look.sheet(".dock .btn.do", "join-scan")
    phone.tap(phone.page.get_by_role("button", name="8"))
    phone.sees(phone.page.locator("input.code"))
    look.keep("join-by-code-first")
    for name, options in (("join-expired", {"hours": -1}), ("join-wait", {"confirm": True})):
        opens(phone, invitation(house, farm, **options))
        phone.sees(phone.page.locator(".finding, .promise").first)
        look.keep(name)
    phone.page.evaluate("localStorage.setItem('so-nha-nong', '{\"lines\":3,\"photos\":2}')")
    phone.page.goto(phone.address + "/?")
    phone.sees(phone.page.locator(".card.halt"))
    look.keep("join-gone")
    assert not look.faults, "\n".join(look.faults)


@pytest.mark.parametrize("manner", ["vi", "en"])
def test_the_screens_that_make_no_key_are_sound(
    house: House, make_phone: MakePhone, farm: str, manner: str
) -> None:
    phone = make_phone(house)
    phone.open(user_agent=IPHONE)
    look = Looker(phone, manner)
    in_english = """async () => {
      const db = await new Promise((done) => {
        const ask = indexedDB.open('so-nha-nong'); ask.onsuccess = () => done(ask.result);
      });
      const put = db.transaction('meta', 'readwrite').objectStore('meta');
      await new Promise((done) => {
        put.put({ key: 'settings', value: { language: 'en' } }).onsuccess = done;
      });
      db.close();
    }"""
    phone.sees(phone.page.locator(".how"))
    if manner == "en":
        phone.page.evaluate(in_english)
    opens(phone, invitation(house, farm))
    phone.sees(phone.page.locator(".how button"))
    look.keep("join-iphone")
    phone.context.add_init_script(
        "if (navigator.storage) navigator.storage.getDirectory ="
        " () => Promise.reject(new DOMException('', 'SecurityError'))"
    )
    phone.page.reload()
    phone.sees(phone.page.locator(".gate .i-xl"))
    look.keep("gate-private")
    phone.context.add_init_script("delete globalThis.CompressionStream")
    phone.page.reload()
    phone.sees(phone.page.get_by_role("heading", name="Trình duyệt này không giữ được sổ"))
    if manner == "vi":
        look.keep("gate-old")
    assert not look.faults, "\n".join(look.faults)


@pytest.mark.parametrize("manner", MANNERS)
def test_the_screens_of_a_person_himself_are_sound(
    house: House, make_phone: MakePhone, farm: str, manner: str
) -> None:
    old = make_phone(house, "old")
    old.open(None)
    old.join(house.invite_fast("Phạm Thị Lụa", farm))
    old.close()
    phone = make_phone(house)
    phone.open(None)
    link = house.invite_fast("Phạm Thị Lụa", farm)
    phone.page.goto(phone.address + "/" + link[link.index("#") :])
    phone.tap(phone.page.locator(".dock .btn.do"))
    phone.sees(phone.page.locator(".btn.warned"))
    look = Looker(phone, manner)
    settle_in(phone, *MANNERS[manner])
    look.keep("settings")
    look.at("may", "phones", ".btn.warned")
    look.sheet(".btn.warned", "phone-end")
    look.at("dong-y", "consents", "button.pick")
    look.sheet("button.pick >> nth=2", "consent")
    look.at("roi", "leave", ".dock .btn:enabled")
    phone.lose_signal()
    phone.go("")
    phone.tap(phone.page.locator(".dock .btn.do"))
    phone.tap(phone.page.locator(".tiles:not(.around) .tile").first)
    phone.sees(phone.page.locator("main.form"))
    phone.tap(phone.page.locator(".dock .btn.do"))
    phone.misses(phone.page.locator("main.form"))
    look.at("roi", "leave-unsent", ".finding.halt")
    look.at("may", "phones-offline", ".finding")
    assert not look.faults, "\n".join(look.faults)


@pytest.mark.parametrize("manner", ["vi", "en"])
def test_the_screens_of_a_farmers_passkey_are_sound(
    house: House, make_phone: MakePhone, farm: str, manner: str
) -> None:
    phone = make_phone(house)
    phone.open(None)
    keys = keys_of(phone.page)
    phone.page.goto(phone.address)
    phone.sees(phone.page.get_by_role("button", name="Tôi có khóa, nối lại sổ"))
    look = Looker(phone, manner)
    if manner == "en":
        phone.tap("English")
        phone.sees("Start with an invitation")
    look.keep("join-passkey")
    phone.tap(phone.page.get_by_role("button", name="khóa" if manner == "vi" else "passkey"))
    phone.sees(phone.page.locator(".finding.halt"))
    look.keep("join-passkey-none")
    opens(phone, invitation(house, farm))
    phone.tap(phone.page.locator(".dock .btn.do"))
    phone.sees(phone.page.locator(".hello"))
    phone.tap(phone.page.locator(".dock .btn.do"))
    phone.tap(phone.page.locator(".tiles:not(.around) .tile").first)
    phone.sees(phone.page.locator("main.form"))
    phone.tap(phone.page.locator(".dock .btn.do"))
    phone.misses(phone.page.locator("main.form"))
    phone.go("")
    phone.sees(phone.page.locator(".card.done .btn").first)
    later = phone.page.get_by_role("button", name="Để sau" if manner == "vi" else "Later")
    if later.is_visible():
        phone.tap(later)
    phone.sees("vân tay" if manner == "vi" else "finger")
    look.keep("home-passkey")
    look.at("may", "phones-passkey", ".card.done .btn")
    keys.unplug()
    keys.plug(hasUserVerification=False, isUserVerified=False)
    phone.go("")
    look.at("may", "phones-no-lock", ".finding")
    look.at("vao", "join-another", ".dock .btn.do")
    assert not look.faults, "\n".join(look.faults)
