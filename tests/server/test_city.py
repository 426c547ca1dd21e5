"""The city's outbox against a capture server that fails as systems do: every event once, in order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from server.config import now_ms
from server.db import DatabaseGone, reading, run_write
from server.models.city import CityDelivery
from server.services import city_clock, city_sending
from server.services.city_planning import plan
from server.services.city_sending import CLAIM_MS, FIRST_WAIT_MS, WAIT_MS_MAX, send_due, wait_ms
from server.store import outward
from server.store.demo_mark import DemoMark, write_mark
from tests.epcis_schema import faults
from tests.server.capture_server import ADDRESS, CaptureServer
from tests.server.diaries import new_uuid
from tests.server.lots import CODE, SECOND, House, publish, release
from tests.server.phones import start

TOKEN = "bi-mat-cua-thanh-pho"


@pytest.fixture
def capture(app: Flask, tmp_path: Path) -> Iterator[CaptureServer]:
    """Give the city's system, set as the adapter."""
    server = CaptureServer(tmp_path)
    app.extensions["settings"] = replace(
        app.extensions["settings"], city_adapter="epcis", city_url=ADDRESS, city_token=TOKEN
    )
    app.extensions["city_line"] = server.line
    yield server
    server.close()


@pytest.fixture
def house(app: Flask) -> House:
    start()
    return House(app)


def deliveries() -> list[CityDelivery]:
    with reading() as session:
        return list(session.scalars(select(CityDelivery).order_by(CityDelivery.number)))


def turns(now: int, count: int = 1) -> int:
    """Look and send so many times, each when the wait of the one before is over; return when that was."""
    for _ in range(count):
        plan(now)
        send_due(now, draw=lambda: 999)
        now += WAIT_MS_MAX
    return now


def told(capture: CaptureServer) -> list[str]:
    """Return what the system holds, by the last word of each step."""
    return [one["bizStep"].rpartition("#")[2] for one in capture.stored.values()]


def test_a_system_that_fails_and_recovers_receives_each_event_once_and_in_order(
    house: House, capture: CaptureServer
) -> None:
    lot = publish(house)
    capture.plan = [503, "cut", 429, "cut"]
    now = turns(now_ms(), 5)
    assert len(set(capture.bodies)) == 1, "a try of its own accord sends the same bytes"
    assert len(capture.bodies) == 5
    document = json.loads(capture.bodies[0])
    assert faults(document) == []
    assert told(capture) == ["spraying", "harvesting", "commissioning"]
    [delivery] = deliveries()
    assert (delivery.state, delivery.kind, delivery.receipt) == ("delivered", "published", "HTTP 202")

    house.event("ship", {lot.doc: "20"}, happened_on="2026-11-24")
    lost = house.event("loss", {lot.doc: "30"}, happened_on="2026-11-25")
    now = turns(now)
    assert told(capture)[3:] == ["shipping", "losing"]
    house.event("loss", {}, corrects=lost.doc, corrects_because="did_not_occur", happened_on="2026-11-25")
    now = turns(now)
    recall = {"reason": "residue", "notice_vi": "Dư lượng cao", "decided_on": "2026-11-26"}
    house.manager.record(lot.doc, {"state": "recalled", "recall": recall}, after=[lot.id])
    now = turns(now, 3)
    assert told(capture)[5:] == ["losing", "holding"]
    [corrected] = [event for (_, is_error), event in capture.stored.items() if is_error]
    assert corrected["errorDeclaration"]["reason"] == "did_not_occur"
    assert [(one.kind, one.state) for one in deliveries()] == [
        (kind, "delivered") for kind in ("published", "grown", "corrected", "recalled")
    ]
    late = capture.times
    assert {key: late[key] for key in list(capture.stored)[3:]} == dict.fromkeys(list(capture.stored)[3:], 1)
    assert len(capture.bodies) == 8, "nothing that has a receipt goes again"


def test_a_system_that_does_not_answer_in_time_is_asked_again(
    house: House, capture: CaptureServer, app: Flask
) -> None:
    publish(house)
    app.extensions["city_line"] = outward.Line(capture.dial, capture.tls, timeout_s=0.5)
    capture.plan = ["slow"]
    now = turns(now_ms())
    [waiting] = deliveries()
    assert (waiting.state, waiting.problem, waiting.tries) == ("waiting", "no_answer", 1)
    capture.let_go.set()
    app.extensions["city_line"] = capture.line
    turns(now)
    assert [one.state for one in deliveries()] == ["delivered"]
    assert len(set(capture.bodies)) == 1
    assert len(capture.stored) == 3


def test_what_is_refused_stays_with_its_reason_and_keeps_only_its_own_lot_back(
    house: House, capture: CaptureServer
) -> None:
    lot = publish(house)
    capture.plan = [400]
    capture.answer = {"title": "ValidationException", "detail": "eventTime\u202ethiếu"}
    now = turns(now_ms())
    [refused] = deliveries()
    assert (refused.state, refused.problem) == ("refused", "refused")
    assert refused.answer == "HTTP 400 ValidationException: eventTime thiếu"
    house.event("ship", {lot.doc: "20"}, happened_on="2026-11-24")
    publish(house, SECOND, "2026-11-21")
    turns(now, 4)
    assert [(one.code, one.state) for one in deliveries()] == [
        (CODE, "refused"), (CODE, "waiting"), (SECOND, "delivered"),
    ]  # fmt: skip
    assert all(SECOND in event_id or event_id.startswith("urn:") for event_id, _ in capture.stored)


def test_what_a_person_must_mend_at_the_setting_waits_and_is_not_lost(
    house: House, capture: CaptureServer
) -> None:
    publish(house)
    now = now_ms()
    for status, problem in (
        (401, "no_entry"), (403, "no_entry"), (404, "no_place"), (501, "no_place"), ("away", "elsewhere"),
    ):  # fmt: skip
        capture.plan = [status]
        now = turns(now)
        [waiting] = deliveries()
        assert (waiting.state, waiting.problem) == ("waiting", problem)
    turns(now)
    assert [one.state for one in deliveries()] == ["delivered"]


def test_a_capture_job_is_asked_until_it_ended(house: House, capture: CaptureServer) -> None:
    publish(house)
    capture.then = "job"
    capture.jobs = [{"running": True}, 503, {"running": False, "success": True, "captureID": "chuyến-7"}]
    now = turns(now_ms())
    assert [(one.state, one.problem) for one in deliveries()] == [("waiting", "job")]
    turns(now, 3)
    [delivery] = deliveries()
    assert (delivery.state, delivery.receipt) == ("delivered", "chuyến-7")
    assert (len(capture.bodies), capture.asked) == (1, ["/epcis/capture/1"] * 3)


def test_a_job_that_failed_is_refused_and_one_that_is_forgotten_begins_anew(
    house: House, capture: CaptureServer
) -> None:
    publish(house)
    capture.then = "job"
    errors = [{"type": "epcisException:ValidationException", "detail": "không có readPoint"}]
    capture.jobs = [404, {"running": False, "success": False, "errors": errors}]
    turns(now_ms(), 4)
    [delivery] = deliveries()
    assert (delivery.state, delivery.answer) == ("refused", "không có readPoint")
    assert (len(capture.bodies), len(set(capture.bodies))) == (2, 1)


def test_a_system_that_takes_nothing_twice_gets_each_event_alone(
    house: House, capture: CaptureServer
) -> None:
    publish(house)
    capture.plan = ["cut"]
    capture.then = "strict"
    turns(now_ms(), 2)
    assert [one.state for one in deliveries()] == ["delivered"]
    assert set(capture.times.values()) == {1}
    assert len(capture.bodies) == 5  # cut, told that something is known, three alone


def test_case_099_neither_another_host_nor_an_inner_one_is_addressed(
    house: House, capture: CaptureServer, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(house)
    capture.then = "job"
    capture.more = {"Location": "https://127.0.0.1/epcis/capture/1"}
    now = turns(now_ms())
    assert ([one.state for one in deliveries()], capture.asked) == (["delivered"], [])
    assert [one["Authorization"] for one in capture.headers] == [f"Bearer {TOKEN}"]
    assert [one["path"] for one in capture.headers] == ["/epcis/capture"]
    publish(house, SECOND, "2026-11-21")
    del app.extensions["city_line"]
    found: list[Any] = [(2, 1, 6, "", ("10.0.0.7", 443))]
    monkeypatch.setattr(outward.socket, "getaddrinfo", lambda *_args, **_more: found)
    turns(now)
    [waiting] = [one for one in deliveries() if one.state == "waiting"]
    assert (waiting.problem, waiting.tries) == ("inner_host", 1)


def test_an_event_of_two_lots_goes_once_and_nothing_new_makes_no_delivery(
    house: House, capture: CaptureServer
) -> None:
    whole = house.lot(house.harvest(), code="ZZZZZZZZ")
    halves = []
    for code in (CODE, SECOND):
        fields = {"product": house.product, "code": code, "happened_on": "2026-11-22"}
        halves.append(house.manager.record(f"lot:{new_uuid()}", fields))
    house.event("split", {whole.doc: "100"}, {one.doc: "50" for one in halves})
    for half in halves:
        release(house, half)
    now = turns(now_ms())
    assert len(deliveries()) == 2
    assert set(capture.times.values()) == {1}
    assert sum(one["type"] == "TransformationEvent" for one in capture.stored.values()) == 1
    house.lua.entry("CT-09", "2026-11-23")
    house.manager.record(f"lot:{new_uuid()}", {"product": house.product, "code": "YYYYYYYY"})
    assert plan(now) == 0
    assert len(deliveries()) == 2


def test_two_processes_send_nothing_twice_and_one_that_died_loses_nothing(
    house: House, capture: CaptureServer
) -> None:
    publish(house)
    now = now_ms()
    assert plan(now) == 1
    assert plan(now) == 0
    first = run_write(lambda session: city_sending._claim(session, "epcis", now))
    assert first is not None
    assert run_write(lambda session: city_sending._claim(session, "epcis", now)) is None
    send_due(now)
    assert capture.bodies == []
    send_due(now + CLAIM_MS)  # who claimed it died
    assert [one.state for one in deliveries()] == ["delivered"]


def test_an_answer_that_trickles_in_ends_in_time() -> None:
    class Trickle:
        def read1(self, most: int) -> bytes:
            return b"x" if most else b""

    ticks = iter(range(100))
    with pytest.raises(TimeoutError):
        outward.read_within(Trickle(), 1000, 10, lambda: next(ticks))  # type: ignore[arg-type]
    assert outward.read_within(Trickle(), 3, 10, lambda: 0) == b"xxx"  # type: ignore[arg-type]


def test_a_wait_doubles_has_an_end_and_is_drawn(app: Flask) -> None:
    assert [wait_ms(tries, 0, 0) for tries in (1, 2, 3)] == [FIRST_WAIT_MS // 2 * n for n in (1, 2, 4)]
    assert wait_ms(1, 0, 999) < FIRST_WAIT_MS <= wait_ms(2, 0, 0)
    assert wait_ms(60, 0, 999) <= WAIT_MS_MAX
    assert wait_ms(1, 4000, 0) == 4_000_000


def test_a_system_that_says_when_is_not_asked_before(house: House, capture: CaptureServer) -> None:
    publish(house)
    capture.plan, capture.more = [503], {"Retry-After": "7200"}
    now = now_ms()
    plan(now)
    send_due(now)
    send_due(now + 7_199_000)
    assert len(capture.bodies) == 1
    send_due(now + 7_200_000)
    assert len(capture.bodies) == 2


@pytest.mark.parametrize("trouble", [DatabaseGone(), RuntimeError("không ai ngờ")])
def test_the_clock_goes_on_whatever_stands_in_its_way(
    app: Flask, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    def fail(_now: int) -> int:
        raise trouble

    monkeypatch.setattr(city_clock, "plan", fail)
    assert city_clock.tick(now_ms()) == {}


def test_made_up_lots_of_a_demo_are_sent_nowhere(house: House, capture: CaptureServer) -> None:
    publish(house)
    run_write(lambda session: write_mark(session, DemoMark("made")))
    assert (plan(now_ms()), deliveries()) == (0, [])


def test_the_command_tells_what_it_did(house: House, capture: CaptureServer, app: Flask) -> None:
    publish(house)
    done = app.test_cli_runner().invoke(args=["city", "send"])
    assert "delivered 1" in done.output
