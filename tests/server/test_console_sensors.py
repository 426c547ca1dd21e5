"""The pages of sensors: added, limited, ended, read as a table; nothing of another cooperative."""

from __future__ import annotations

import io
import json
import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.config import now_ms
from server.services.console_reach import NotDone
from server.services.console_sensor_table import plan_readings
from sync.readings import measures
from tests.server.consoles import Browser, other_cooperative
from tests.server.phones import enrolled, start
from tests.server.sensors import Probe, probe
from tests.server.test_sensors import days_of

HOUR = 3_600_000


@pytest.fixture
def boss(app: Flask, client: FlaskClient) -> Browser:
    """Return the browser of a manager, a household beside it."""
    start()
    enrolled(client, "Bùi Thị Mận", "Hộ bà Mận")
    return Browser(app, "Trần Văn Cường", "manager")


def post(of: Browser, path: str, **fields: Any) -> Any:
    """Send a form of the console."""
    return of.client.post(path, data=fields, headers={"Sec-Fetch-Site": "same-origin"})


def table(*lines: str) -> dict[str, Any]:
    """Return a form with a table in it."""
    return {"bang": (io.BytesIO("\n".join(lines).encode()), "so-do.csv")}


def test_a_sensor_is_added_limited_and_ended(boss: Browser, client: FlaskClient) -> None:
    farm = re.search(r'value="([0-9a-f-]{36})">', boss.text("/htx/may-do/them"))
    assert farm is not None
    wrong = post(boss, "/htx/may-do/them", ten="Phao", cho=farm[1], loai="water", phut="7")
    assert wrong.status_code == 422
    made = post(boss, "/htx/may-do/them", ten="Phao", cho=farm[1], loai="water", phut="5")
    path = made.headers["Location"].partition("?")[0]
    assert "Chưa có số đo nào" in boss.text(path)
    assert post(boss, f"{path}/nguong", ph_low="9", ph_high="7").status_code == 422
    assert post(boss, f"{path}/nguong", ph_low="7,2", ph_high="8,4").status_code == 303
    assert 'value="7,2"' in boss.text(path)
    assert post(boss, f"{path}/thoi").status_code == 303
    assert "Máy này đã ngừng dùng." in boss.text(path)
    assert path not in boss.text("/htx/may-do")


def test_a_value_outside_its_limit_is_said_on_both_pages(boss: Browser, client: FlaskClient) -> None:
    one = probe(client, "Hộ bà Mận")
    one.send(one.op([(now_ms(), (2_100,))], "dissolved_oxygen"))
    assert "Ôxy hòa tan đang thấp: 2,1 mg/l." in boss.text(f"/htx/may-do/{one.row.id}")
    assert "thấp" in boss.text("/htx/may-do")
    book = boss.text(f"/htx/ho/{one.row.farm}")
    assert "Phao ao 1" in book
    assert "<td>2,1</td>" in book
    rows = {"dissolved_oxygen_low": "2", "dissolved_oxygen_high": "", "loai": ""}
    assert post(boss, "/htx/may-do/nguong/sua", **rows).status_code == 303
    assert "đang thấp" not in boss.text(f"/htx/may-do/{one.row.id}")
    assert "HTX đặt" in boss.text("/htx/may-do/nguong")


def test_a_silent_sensor_is_said_until_it_is_heard_of(boss: Browser, client: FlaskClient) -> None:
    one, at = probe(client, "Hộ bà Mận"), now_ms()
    one.send(one.op([(at - 3 * HOUR, (28_000,))]))
    assert "Im lặng 3 giờ." in boss.text("/htx/may-do")
    one.send(one.op([(at, (28_000,))]))
    assert "Im lặng" not in boss.text("/htx/may-do")


def test_a_table_is_looked_at_first_then_signed_in_the_browser(boss: Browser, client: FlaskClient) -> None:
    one = probe(client, "Hộ bà Mận")
    lines = ("Thời gian;Nhiệt độ nước (°C);pH", "01/11/2026 06:00;26,5;7,8", "01/11/2026 06:05;;", "x;1;2",
             "2026-11-01 06:10:00;-127;7.9")  # fmt: skip
    page = post(boss, f"/htx/may-do/{one.row.id}/bang", **table(*lines)).get_data(as_text=True)
    assert "Có 2 dòng số đo" in page
    assert "1 dòng không đọc được, bỏ qua: dòng 4." in page
    assert "1 số ngoài mức có thể." in page
    assert days_of(one) == {}
    found = re.search(r'data-ops="([^"]*)"', page)
    assert found is not None
    [op] = json.loads(unescape(found[1]))
    answer = boss.sign(op["scope"], f"{op['type']}:019a0000-0000-7000-8000-000000000077", op["set"], [])
    assert answer["result"] == "accepted"
    assert "26,5" in boss.text(f"/htx/may-do/{one.row.id}")
    day = days_of(one)["2026-11-01"]
    assert (day.n, day.odd, day.late, day.low) == (1, 1, 1, 26_500)


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        (("a;b", "1;2"), "not_readings"),
        (("time,moonlight", "2026-11-01 06:00,3"), "not_readings"),
        (("time,ph", "2026-13-01 06:00,7"), "not_readings_rows"),
        (("time,ph", "2099-01-01 06:00,7"), "not_readings_rows"),
        (("time,ph", "2026-11-01 06:00,sour"), "not_readings_rows"),
    ],
)
def test_a_table_that_says_nothing_is_said_to(lines: tuple[str, ...], key: str) -> None:
    with pytest.raises(NotDone) as wrong:
        plan_readings("019a0000-0000-7000-8000-000000000001", "\n".join(lines).encode(), 1_795_000_000_000)
    assert wrong.value.key == key


def test_a_year_of_five_minutes_is_one_table_and_few_enough_ops() -> None:
    rows = [f"{1_760_000_000 + i * 300},{26 + i % 7},7.{i % 9}" for i in range(105_120)]
    plan = plan_readings(
        "019a0000-0000-7000-8000-000000000001", "\n".join(("at,temperature,ph", *rows)).encode(), now_far()
    )
    assert (plan.rows, plan.bad_count, plan.odd) == (105_120, 0, 0)
    assert len(plan.ops) == 421
    assert all(len(one["r"]) <= 250 for one in plan.ops)
    assert set(plan.codes) <= set(measures())


def now_far() -> int:
    """Return a time behind every reading of a test's table."""
    return 1_800_000_000_000


def test_another_cooperatives_sensor_is_as_none(app: Flask, boss: Browser, client: FlaskClient) -> None:
    far = other_cooperative()
    enrolled(client, "Lê Văn Kín", "Nhà Kín", organisation=far)
    foreign: Probe = probe(client, "Nhà Kín", organisation=far)
    foreign.send(foreign.op([(now_ms(), (28_000,))]))
    assert foreign.row.name not in boss.text("/htx/may-do")
    for path in ("", "/temperature/day"):
        assert boss.get(f"/htx/may-do/{foreign.row.id}{path}").status_code == 404
    assert post(boss, f"/htx/may-do/{foreign.row.id}/thoi").status_code == 404
    said = {"sensor": foreign.row.id}
    answer = boss.sign(foreign.scope, "reading:019a0000-0000-7000-8000-000000000077", said, [])
    assert answer["problem"] == "scope_unknown"
