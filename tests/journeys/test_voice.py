"""A spoken note: the phone says when it listens, what was said reaches the server, and trouble is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.house import House
from tests.journeys.log import ops_of
from tests.journeys.phone import Phone

OPENS_SLOWLY = """() => {
    const media = navigator.mediaDevices, open = media.getUserMedia.bind(media);
    const allowed = new Promise((go) => { window.allowMicrophone = go; });
    media.getUserMedia = (wish) => allowed.then(() => open(wish));
}"""
REFUSED = """() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotAllowedError"));
}"""
HAS_NO_RECORDER = "() => { delete window.MediaRecorder; }"


@pytest.fixture
def phone(house: House, make_phone: Callable[..., Phone], farm: str) -> Phone:
    """Give a phone that records a visit to the field."""
    phone = make_phone(house)
    phone.open(None)
    phone.join(house.invite_fast("Phạm Thị Lụa", farm))
    phone.make_plot("Đồng Rọc")
    phone.open_season("Cà chua", "Đồng Rọc")
    phone.go("")
    phone.begin("Thăm đồng")
    return phone


def test_a_spoken_note_begins_when_the_phone_listens_and_is_sent_with_its_line(
    phone: Phone, house: House
) -> None:
    phone.page.evaluate(OPENS_SLOWLY)
    phone.tap("Nói để ghi")
    phone.sees("Chờ một chút, đang mở micro")
    phone.misses(phone.page.get_by_text("Đang nghe"))  # who speaks now speaks in vain
    expect(phone.button("Nói xong")).to_be_disabled()
    phone.page.evaluate("allowMicrophone()")
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
