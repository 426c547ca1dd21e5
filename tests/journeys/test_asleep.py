"""The app is closed with lines that wait; coverage comes back; the service worker sends them by itself."""

from __future__ import annotations

import time

from tests.journeys.house import House
from tests.journeys.log import ops_of
from tests.journeys.phone import WAIT_MS, Phone
from tests.journeys.worker import TAG, wake_worker


def test_a_closed_app_sends_what_waits_when_coverage_is_back(house: House, phone: Phone, farm: str) -> None:
    phone.open(None)
    phone.join(house.invite_fast("Phạm Thị Lụa", farm))
    device = phone.stored("identities")[0]["device"]
    phone.waits_for_sent()
    phone.lose_signal()
    phone.home()
    phone.begin("Thăm đồng")
    phone.save()
    phone.sees("1 dòng chờ gửi")
    tags = "navigator.serviceWorker.ready.then((one) => one.sync.getTags())"
    phone.until(lambda: TAG in phone.page.evaluate(tags), "the browser was asked to wake us")
    phone.page.goto("about:blank")  # the app is closed; the browser lives on, as Android's does
    assert ops_of(house, device) == []

    phone.find_signal()
    wake_worker(phone)
    until = time.monotonic() + WAIT_MS / 1000
    while len(ops_of(house, device)) < 1:
        assert time.monotonic() < until, "the worker has sent nothing"
    [entry] = ops_of(house, device)
    assert entry.doc.startswith("entry:")

    phone.page.goto(phone.address)
    phone.sees(phone.page.locator(".entry .state.sent"))
    assert phone.stored("outbox") == []
