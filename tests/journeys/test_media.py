"""Camera and microphone in the page: they say when they are ready, and what to do where they are not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.house import House
from tests.journeys.log import ops_of
from tests.journeys.phone import SIZE, WAIT_MS, Phone

OPENS_SLOWLY = """() => {
    const media = navigator.mediaDevices, open = media.getUserMedia.bind(media);
    const allowed = new Promise((go) => { window.allow = go; });
    media.getUserMedia = (wish) => allowed.then(() => open(wish));
}"""
REFUSED = """() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotAllowedError"));
}"""
HAS_NO_RECORDER = "() => { delete window.MediaRecorder; }"
NO_STILLS = {
    "never_answers": "() => { ImageCapture.prototype.takePhoto = () => new Promise(() => {}); }",
    "refuses": "() => { ImageCapture.prototype.takePhoto = () => Promise.reject(new Error()); }",
    "breaks": "() => { window.ImageCapture = class { constructor() { throw new Error(); } }; }",
    "has_none": "() => { delete window.ImageCapture; }",
}


@pytest.fixture
def phone(house: House, make_phone: Callable[..., Phone], farm: str) -> Phone:
    """Give a phone that records a spraying."""
    phone = make_phone(house)
    phone.open(None)
    phone.join_with_season(house.invite_fast("Phạm Thị Lụa", farm), "Đồng Rọc", "Cà chua")
    phone.go("")
    phone.begin("Phun thuốc")
    return phone


@pytest.mark.parametrize("letters", ["normal", "huge"])
def test_the_cameras_button_stays_in_its_place_and_in_sight_while_it_opens(
    phone: Phone, letters: str
) -> None:
    phone.page.evaluate(f"document.documentElement.dataset.letters = '{letters}'")
    phone.page.evaluate(OPENS_SLOWLY)
    phone.tap(phone.page.locator(".shoot", has_text="Lúc phun"))
    button = phone.button("Bấm máy")
    expect(button).to_be_disabled()
    before = button.bounding_box()
    phone.page.evaluate("allow()")
    expect(button).to_be_enabled(timeout=WAIT_MS)  # only now: there is something to be seen
    after = button.bounding_box()
    assert before == after
    assert after is not None
    assert after["y"] + after["height"] <= SIZE["height"]
    phone.tap(button)
    phone.sees(phone.page.locator(".photos .photo"))


@pytest.mark.parametrize("camera", NO_STILLS)
def test_without_a_still_the_frame_that_is_seen_is_the_photo(phone: Phone, camera: str) -> None:
    phone.page.evaluate(NO_STILLS[camera])
    phone.tap(phone.page.locator(".shoot", has_text="Lúc phun"))
    phone.tap("Bấm máy")
    phone.sees(phone.page.locator(".photos .photo"))


def test_a_spoken_note_begins_when_the_phone_listens_and_is_sent_with_its_line(
    phone: Phone, house: House
) -> None:
    phone.page.evaluate(OPENS_SLOWLY)
    phone.tap("Nói để ghi")
    phone.sees("Chờ một chút, đang mở micro")
    phone.misses(phone.page.get_by_text("Đang nghe"))  # who speaks now speaks in vain
    expect(phone.button("Nói xong")).to_be_disabled()
    phone.page.evaluate("allow()")
    phone.sees("Đang nghe… 1 giây")
    phone.tap("Nói xong")
    phone.sees(phone.page.locator(".photos .photo"))
    phone.save()
    phone.waits_for_sent()
    sent = ops_of(house, phone.stored("identities")[0]["device"])
    assert [op.fields["type"].split("/")[0] for op in sent if op.doc.startswith("photo:")] == ["audio"]


@pytest.mark.parametrize("trouble", [REFUSED, HAS_NO_RECORDER], ids=["refused", "has_no_recorder"])
def test_a_phone_that_cannot_listen_says_what_to_do(phone: Phone, trouble: str) -> None:
    phone.page.evaluate(trouble)
    phone.tap("Nói để ghi")
    phone.sees("Không ghi âm được. Cho phép micro trong cài đặt máy, hoặc ghi bằng chữ.")
