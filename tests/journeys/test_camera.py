"""The camera in the page: its button stays in its place; one that does not answer still gives a photo."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.house import House
from tests.journeys.phone import WAIT_MS, Phone

OPENS_SLOWLY = """() => {
    const media = navigator.mediaDevices, open = media.getUserMedia.bind(media);
    const allowed = new Promise((go) => { window.allowCamera = go; });
    media.getUserMedia = (wish) => allowed.then(() => open(wish));
}"""
NEVER_ANSWERS = "() => { ImageCapture.prototype.takePhoto = () => new Promise(() => {}); }"
HAS_NONE = "() => { delete window.ImageCapture; }"


@pytest.fixture
def phone(house: House, make_phone: Callable[..., Phone], farm: str) -> Phone:
    """Give a phone that records a spraying."""
    phone = make_phone(house)
    phone.open(None)
    phone.join(house.invite_fast("Phạm Thị Lụa", farm))
    phone.make_plot("Đồng Rọc")
    phone.open_season("Cà chua", "Đồng Rọc")
    phone.go("")
    phone.begin("Phun thuốc")
    return phone


@pytest.mark.parametrize("letters", ["normal", "huge"])
def test_the_button_stays_in_its_place_and_in_sight_while_the_camera_opens(
    phone: Phone, letters: str
) -> None:
    phone.page.evaluate(f"document.documentElement.dataset.letters = '{letters}'")
    phone.page.evaluate(OPENS_SLOWLY)
    phone.tap(phone.page.locator(".shoot", has_text="Lúc phun"))
    button = phone.button("Bấm máy")
    expect(button).to_be_disabled()
    before = button.bounding_box()
    phone.page.evaluate("allowCamera()")
    expect(button).to_be_enabled(timeout=WAIT_MS)  # only now: there is something to be seen
    after = button.bounding_box()
    assert before == after
    assert after is not None
    assert after["y"] + after["height"] <= 640
    phone.tap(button)
    phone.sees(phone.page.locator(".photos .photo"))


@pytest.mark.parametrize("camera", [NEVER_ANSWERS, HAS_NONE], ids=["never_answers", "has_none"])
def test_without_a_still_the_frame_that_is_seen_is_the_photo(phone: Phone, camera: str) -> None:
    phone.page.evaluate(camera)
    phone.tap(phone.page.locator(".shoot", has_text="Lúc phun"))
    phone.tap("Bấm máy")
    phone.sees(phone.page.locator(".photos .photo"))
