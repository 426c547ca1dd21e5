"""What the head of the console counts beside its places: questions without an answer, sensors that warn."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient

from server.config import now_ms
from tests.server.consoles import Browser, other_cooperative
from tests.server.diaries import diary_of, new_uuid
from tests.server.phones import enrolled, start
from tests.server.sensors import probe

MINUTE_MS = 60_000


def waits(desk: Browser, path: str) -> int:
    """Return the number beside a place in the head of a page."""
    found = re.search(
        rf'<a href="{path}"(?: aria-current="page")?>(?:(?!</a>).)*</a>', desk.text("/htx/ho"), re.DOTALL
    )
    assert found is not None
    count = re.search(r'class="count"[^>]*>([0-9]+)<', found[0])
    return int(count[1]) if count else 0


def test_a_question_waits_until_somebody_from_outside_the_household_spoke_last(
    app: Flask, client: FlaskClient
) -> None:
    start()
    home = diary_of(client, "Bùi Thị Mận", "Hộ bà Mận")
    desk = Browser(app, "Nguyễn Thị Phương")
    stranger = Browser(app, "Người nơi khác", organisation=other_cooperative())
    assert waits(desk, "/htx/hoi") == 0
    asked = f"question:{new_uuid()}"
    home.record(asked, {"happened_on": "2026-11-08"}, {"text": "Lá vàng, làm gì?"})
    assert (waits(desk, "/htx/hoi"), waits(stranger, "/htx/hoi")) == (1, 0)
    said = {"of": asked}
    desk.diary.record(f"comment:{new_uuid()}", said, {"text": "Tỉa lá gốc."}, scope=home.scope)
    assert waits(desk, "/htx/hoi") == 0
    home.record(f"comment:{new_uuid()}", said | {"answers": asked}, {"text": "Tỉa rồi vẫn vàng."})
    assert waits(desk, "/htx/hoi") == 1


def test_a_sensor_that_warns_is_counted(app: Flask, client: FlaskClient) -> None:
    start()
    enrolled(client, "Bùi Thị Mận", "Hộ bà Mận")
    desk = Browser(app, "Nguyễn Thị Phương")
    one = probe(client, "Hộ bà Mận")
    one.send(one.op([(now_ms() - 10 * MINUTE_MS, (6_000,))], "dissolved_oxygen"))
    assert waits(desk, "/htx/may-do") == 0
    one.send(one.op([(now_ms(), (2_100,))], "dissolved_oxygen"))
    assert waits(desk, "/htx/may-do") == 1
