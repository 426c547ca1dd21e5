"""Ways in, and what stands in them: an invitation used, expired, guessed, previewed or forwarded, a private
window, a browser inside another app, a dropped book, an iPhone, the code on somebody's screen.
"""

from __future__ import annotations

import urllib.request
from collections.abc import Callable
from pathlib import Path

from server.config import now_ms
from server.services.inviting import InviteLink, settle_device
from server.store.operator import load_private
from tests.journeys.helping import film_of
from tests.journeys.house import House
from tests.journeys.log import held_of, ops_of
from tests.journeys.phone import Phone
from tests.server.phones import invite_to

MakePhone = Callable[..., Phone]
PERSON = "Phạm Thị Lụa"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)
ZALO = (
    "Mozilla/5.0 (Linux; Android 10; K; wv) AppleWebKit/537.36 Chrome/156.0.0.0 Mobile Safari/537.36 "
    "Zalo android/26.11"
)


def invitation(house: House, farm: str, **options: object) -> InviteLink:
    """Return a fresh invitation with its code."""
    with house.app():
        return invite_to(PERSON, farm, **options)


def opens(phone: Phone, link: InviteLink) -> None:
    """Open the link of an invitation, as the phone's camera would."""
    phone.page.goto("about:blank")
    phone.page.goto(phone.address + "/" + link.url[link.url.index("#") :])


def types_code(phone: Phone, link: InviteLink, code: str) -> None:
    """Open the invitation's address without a secret and type what somebody read out."""
    phone.page.goto("about:blank")
    phone.page.goto(f"{phone.address}/i/{link.invite}")
    phone.page.locator("input.code").fill(code)
    phone.tap("Mở sổ")


def keys_on(phone: Phone) -> int:
    """Return how many keys the phone has made, for an invitation or for good."""
    kept = phone.stored("meta")
    return len(phone.stored("identities")) + sum("privateKey" in str(row["value"]) for row in kept)


def test_case_033_an_invitation_that_was_used_says_so(house: House, make_phone: MakePhone, farm: str) -> None:
    first, second = make_phone(house), make_phone(house, "second")
    link = invitation(house, farm)
    first.open(None)
    first.join(link.url)
    second.open(None)
    opens(second, link)
    second.sees("Lời mời đã dùng rồi")
    assert keys_on(second) == 0


def test_case_034_an_invitation_that_is_over_says_so(house: House, phone: Phone, farm: str) -> None:
    phone.open(None)
    opens(phone, invitation(house, farm, hours=-1))
    phone.sees("Lời mời đã quá hạn")
    assert keys_on(phone) == 0


def test_case_035_a_guessed_code_burns_the_invitation_after_five_tries(
    house: House, phone: Phone, farm: str
) -> None:
    link = invitation(house, farm)
    phone.open(None)
    for _ in range(5):
        types_code(phone, link, "AAAA-AAAA")
        phone.sees("Không có lời mời này")
    types_code(phone, link, link.code)
    phone.sees("Lời mời này đã bị khóa")
    assert keys_on(phone) == 0


def test_case_036_previews_and_looks_use_nothing_up(house: House, phone: Phone, farm: str) -> None:
    link = invitation(house, farm)
    for _ in range(8):
        with urllib.request.urlopen(f"{house.address}/i/{link.invite}") as answer:  # noqa: S310 (our own port)
            assert answer.status == 200
    phone.open(None)
    for _ in range(3):
        opens(phone, link)
        phone.sees(PERSON)
    phone.join(link.url)
    assert len(phone.stored("identities")) == 1


def test_case_037_a_forwarded_invitation_is_turned_down_and_the_stranger_is_told(
    house: House, make_phone: MakePhone, farm: str
) -> None:
    link = invitation(house, farm, confirm=True)
    stranger = make_phone(house)
    stranger.open(None)
    stranger.join(link.url)
    device = stranger.stored("identities")[0]["device"]
    stranger.begin("Thăm đồng")
    stranger.save()
    stranger.until(lambda: len(held_of(house, device)) == 1, "the stranger's line is held, not taken")
    with house.app():
        settle_device(load_private(), link.invite, {"revoked": True}, now_ms())
    stranger.go("gui")
    stranger.tap("Gửi ngay")
    stranger.sees("Máy này đã thôi dùng")
    assert ops_of(house, device) == []
    opens(stranger, link)  # and the link is no way back
    stranger.go("")
    stranger.sees(PERSON)


def test_case_050_inside_another_app_no_key_is_made_and_the_code_leads_in_elsewhere(
    house: House, make_phone: MakePhone, farm: str
) -> None:
    link = invitation(house, farm)
    inside = make_phone(house)
    inside.open(None, user_agent=ZALO)
    opens(inside, link)
    inside.sees("Đang mở trong Zalo")
    way_out = inside.page.get_by_role("link", name="Mở bằng Chrome").get_attribute("href") or ""
    assert "#Intent;scheme=http;package=com.android.chrome" in way_out
    handed = way_out.rpartition("#")[0]  # as Android reads it
    assert handed.endswith(f"/i/{link.invite}{link.url[link.url.index('#') :]}")
    inside.page.get_by_role("button", name="Chép đường dẫn").click()
    inside.sees("Giờ mở Chrome")
    assert inside.page.evaluate("indexedDB.databases()") == []
    outside = make_phone(house, "chrome")
    outside.open(None)
    types_code(outside, link, link.code.lower())
    outside.sees("HTX sẽ xem rồi xác nhận máy này")
    outside.tap("Đúng, bắt đầu ghi")
    outside.sees(outside.button("Ghi nhật ký"))


def test_case_013_a_private_window_is_refused_with_the_reason(house: House, phone: Phone, farm: str) -> None:
    link = invitation(house, farm)
    phone.open(None)
    # As Safari and Firefox answer in a private window; Chromium tells no page.
    phone.context.add_init_script(
        "if (navigator.storage) navigator.storage.getDirectory ="
        " () => Promise.reject(new DOMException('', 'SecurityError'))"
    )
    opens(phone, link)
    phone.sees("Đang ở cửa sổ ẩn danh")
    phone.misses(phone.button("Đúng, bắt đầu ghi"))
    assert keys_on(phone) == 0


def test_case_011_a_book_that_the_browser_dropped_is_missed_and_comes_back(
    house: House, phone: Phone, farm: str
) -> None:
    phone.open(None)
    phone.join(invitation(house, farm).url)
    phone.begin("Phun thuốc")
    phone.save()
    phone.waits_for_sent()
    phone.lose_signal()
    phone.home()
    phone.begin("Thăm đồng")
    phone.save()
    phone.sees("1 dòng chờ gửi")
    phone.page.goto("about:blank")
    client = phone.context.new_cdp_session(phone.page)
    # What Chromium drops under pressure: databases, caches and workers, not the small store beside them.
    dropped = "indexeddb,cache_storage,service_workers,file_systems"
    client.send("Storage.clearDataForOrigin", {"origin": phone.address, "storageTypes": dropped})
    phone.find_signal()

    phone.page.goto(phone.address)
    phone.sees("Sổ trên máy này đã bị xóa")
    phone.sees("còn 1 dòng chưa gửi")
    opens(phone, invitation(house, farm))
    phone.tap("Đúng, bắt đầu ghi")
    phone.sees("Máy của nhà")  # the other key of the same person: the book that is gone
    phone.sees(phone.button("Thôi dùng máy đó"))
    phone.tap("Về sổ")
    phone.sees(phone.page.locator(".entry", has_text="Phun thuốc"))


def test_the_code_on_a_screen_is_read_inside_the_app(
    house: House, make_phone: MakePhone, farm: str, tmp_path: Path
) -> None:
    link = invitation(house, farm)
    phone = make_phone(house)
    film = film_of([link.url] * 2, tmp_path / "qr.y4m", 10)
    phone.flags.append(f"--use-file-for-fake-video-capture={film}")
    phone.open()
    phone.tap("Quét mã QR")
    phone.sees(PERSON)
    phone.tap("Đúng, bắt đầu ghi")
    phone.sees(phone.button("Ghi nhật ký"))


def test_an_iphone_goes_to_the_home_screen_first_and_pastes_the_invitation_there(
    house: House, make_phone: MakePhone, farm: str
) -> None:
    link = invitation(house, farm)
    safari = make_phone(house)
    safari.open(None, user_agent=IPHONE, permissions=["clipboard-read", "clipboard-write"])
    opens(safari, link)
    safari.sees("Đặt sổ ra màn hình chính trước")
    safari.tap("Chép lời mời")
    safari.sees("Đã chép")
    assert keys_on(safari) == 0
    # The home-screen app opens at its start, without the invitation.
    safari.context.add_init_script("Object.defineProperty(navigator, 'standalone', { value: true })")
    safari.page.goto("about:blank")
    safari.page.goto(safari.address)
    safari.tap("Dán lời mời")
    safari.sees(PERSON)
    safari.tap("Đúng, bắt đầu ghi")
    safari.sees(safari.button("Ghi nhật ký"))
