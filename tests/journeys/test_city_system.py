"""A manager at the page of the city's system, which refuses, is down, and then takes what waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from server.config import now_ms
from server.services.city_planning import plan
from server.services.city_sending import CLAIM_MS, send_due
from tests.journeys.conftest import SHOTS
from tests.journeys.desk import Desk
from tests.journeys.house import SoftHouse
from tests.server.capture_server import ADDRESS, HOST, CaptureServer
from tests.server.lots import SECOND, House, publish


@pytest.fixture
def soft(dist: Path, tmp_path: Path) -> Iterator[SoftHouse]:
    """Give a house whose operator set the city's address; it sends where the journey says."""
    settings = {"CITY_ADAPTER": "epcis", "CITY_URL": ADDRESS, "CITY_EVERY_SECONDS": "0"}
    made = SoftHouse(tmp_path / "data", dist, more=settings)
    made.install()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def capture(tmp_path: Path) -> Iterator[CaptureServer]:
    """Give the city's system."""
    server = CaptureServer(tmp_path)
    yield server
    server.close()


def turn(app: Flask, capture: CaptureServer, now: int) -> None:
    """Look and send, as the house's own clock does."""
    app.extensions["settings"] = replace(app.extensions["settings"], city_adapter="epcis", city_url=ADDRESS)
    app.extensions["city_line"] = capture.line
    plan(now)
    send_due(now)


def test_a_manager_sees_why_a_lot_was_refused_and_sends_it_again(
    soft: SoftHouse, make_desk: Callable[[str], Desk], capture: CaptureServer
) -> None:
    with soft.app() as app:
        now, house = now_ms(), House(app)
        lot = publish(house)
        capture.plan, capture.answer = [422], {"title": "Thiếu mã GLN của nơi đóng gói"}
        turn(app, capture, now)
        house.event("ship", {lot.doc: "20"}, happened_on="2026-11-24")
        publish(house, SECOND, "2026-11-21")
        capture.plan, capture.answer = [503], {}
        turn(app, capture, now)
    desk = make_desk("manager")
    desk.join(soft.invite_fast("Chị Chủ nhiệm", None, "manager"))
    desk.go("/htx/cong-thanh-pho")
    for text in (HOST, "Bị từ chối: 1", "Thiếu mã GLN", "Đang chờ gửi: 2", "Chờ dòng trước", "đã thử 1 lần"):
        desk.sees(text)
    assert desk.is_sound(SHOTS, "city-refused") == []
    refused = desk.page.locator("tr", has_text="Thiếu mã GLN")
    refused.get_by_role("button", name="Gửi lại").click()
    desk.sees("Sẽ gửi lại trong một phút.")
    with soft.app() as app:
        turn(app, capture, now + CLAIM_MS)
    desk.go("/htx/cong-thanh-pho")
    desk.sees("Đã được nhận: 3")
    desk.sees("Không có gì đang chờ")
    assert set(capture.times.values()) == {1}
    assert desk.is_sound(SHOTS, "city-delivered") == []
