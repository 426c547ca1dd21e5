"""Readings on the server: who may send them, what becomes of each, that nobody harms another."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.config import now_ms
from server.db import reading, run_write
from server.models.log import HeldOp, OpRow
from server.models.sensors import SensorDay
from server.services import rebuilding, sensor_series
from server.services.sensor_rows import end_sensor
from server.store import sensors
from sync.civil import ms_to_date
from tests.server.ops import make, scope_of, sync
from tests.server.phones import Phone, enrolled, start
from tests.server.sensors import DAY_MS, Probe, probe

MINUTE = 60_000


@pytest.fixture
def house(client: FlaskClient) -> Phone:
    """Return the phone of a household, on a server that is set up."""
    start()
    return enrolled(client, "Bùi Thị Mận", "Hộ bà Mận")


def days_of(one: Probe, measure: str = "temperature") -> dict[str, SensorDay]:
    """Return the days that stand of a measure."""
    with reading() as session:
        query = select(SensorDay).where(SensorDay.scope == one.scope, SensorDay.sensor == one.row.id)
        return {row.day: row for row in session.scalars(query.where(SensorDay.measure == measure))}


def today_of(one: Probe, measure: str = "temperature") -> SensorDay:
    """Return what stands of today."""
    return days_of(one, measure)[ms_to_date(now_ms())]


def noon(at: int) -> int:
    """Return the last full hour, so that readings behind it lie on one day but for midnight itself."""
    return at - at % (60 * MINUTE)


def test_a_sensor_joins_by_its_own_key_and_what_it_measures_stands(house: Phone, client: FlaskClient) -> None:
    one = probe(client, "Hộ bà Mận")
    at = now_ms()
    assert one.send(one.op([(at, (28_400, 7350))], "temperature", "ph"))[0]["result"] == "accepted"
    day = days_of(one)[ms_to_date(at)]
    assert (day.n, day.low, day.high, day.total, day.late, day.odd) == (1, 28_400, 28_400, 28_400, 0, 0)
    told = client.get("/api/v1/sensors", headers=house.headers).get_json()["sensors"]
    assert [(m["code"], m["value"], m["verdict"]) for m in told[0]["measures"]] == [
        ("temperature", 28_400, ""),
        ("ph", 7350, ""),
    ]


def test_the_same_op_and_the_same_minute_again_change_no_figure(house: Phone, client: FlaskClient) -> None:
    one, at = probe(client, "Hộ bà Mận"), now_ms()
    op = one.op([(at, (28_400,))])
    assert [r["result"] for r in one.send(op, op)] == ["accepted", "already"]
    assert one.send(op)[0]["result"] == "already"
    assert one.send(one.op([(at, (99_000,))]))[0]["result"] == "accepted"
    day = days_of(one)[ms_to_date(at)]
    assert (day.n, day.high, day.doubles) == (1, 28_400, 1)


def test_late_and_impossible_values_are_marked_and_none_is_lost(house: Phone, client: FlaskClient) -> None:
    one, at = probe(client, "Hộ bà Mận"), now_ms()
    old, never = at - 3 * DAY_MS, 86_400_000  # two days of 1970: a clock whose battery died
    rows = [(old, (28_000,)), (at - MINUTE, (-127_000,)), (at, (28_500,))]
    assert one.send(
        one.op(rows), one.op([(never, (28_000,))]), one.op([(at + DAY_MS, (1,))], set={"r": [[0, "x"]]})
    )
    day = days_of(one)[ms_to_date(old)]
    assert (day.n, day.late) == (1, 1)
    found = days_of(one)
    assert sum(row.odd for row in found.values()) == 1
    assert sum(row.clocks for row in found.values()) == 1
    assert sum(row.unread for row in days_of(one, "").values()) == 1
    assert min(row.low for row in found.values() if row.low is not None) == 28_000
    with reading() as session:
        assert len(session.scalars(select(OpRow).where(OpRow.scope == one.scope)).all()) == 3


def test_case_093_a_flood_uses_up_its_own_day_and_harms_no_other(app: Flask, client: FlaskClient) -> None:
    start()
    enrolled(client, "Bùi Thị Mận", "Hộ bà Mận")
    app.extensions["settings"] = replace(app.extensions["settings"], sensor_ops_per_day=3)
    wild, calm = probe(client, "Hộ bà Mận"), probe(client, "Hộ bà Mận", "Phao ao 2")
    at = now_ms()
    flood = [wild.op([(at - i * 1000, (28_000 + i,)) for i in range(500)]) for _ in range(5)]
    results = wild.send(*flood, calm.op([(at, (27_000,))]))
    assert [r["result"] for r in results] == ["accepted"] * 3 + ["later"] * 2 + ["accepted"]
    assert results[3]["problem"] == "quota"
    assert sum(row.n for row in days_of(wild).values()) <= 10  # one value a minute, whatever came
    assert sum(row.doubles for row in days_of(wild).values()) >= 1490
    assert today_of(calm).n == 1


def test_a_sensor_speaks_for_no_other_and_writes_nowhere_else(house: Phone, client: FlaskClient) -> None:
    other = enrolled(client, "Vũ Văn Ba", "Hộ ông Ba")
    one, two = probe(client, "Hộ bà Mận"), probe(client, "Hộ bà Mận", "Phao ao 2")
    far = probe(client, "Hộ ông Ba")
    at = now_ms()
    as_other = one.op([(at, (28_000,))], set={"sensor": two.row.id})
    foreign = one.op([(at, (28_000,))], scope=far.scope)
    held, unknown = one.send(as_other, foreign)
    assert (held["result"], held["problem"]) == ("held", "no_right")
    assert (unknown["result"], unknown["problem"]) == ("later", "scope_unknown")
    diary = make(one.phone, scope_of(other), 50, by=one.row.id)
    assert sync(one.phone, diary)["results"][0]["problem"] == "scope_unknown"
    assert one.send(diary)[0] == {"result": "refused", "problem": "bad_body"}
    assert sync(one.phone)["scopes"] == []
    assert client.get("/api/v1/sensors", headers=one.phone.headers).get_json() == {"sensors": []}
    assert days_of(two) == {}


def test_a_stranger_a_forger_and_an_ended_sensor_bring_nothing(house: Phone, client: FlaskClient) -> None:
    one, at = probe(client, "Hộ bà Mận"), now_ms()
    good = one.op([(at, (28_000,))])
    forged = good | {"body": good["body"].replace("28000", "28001")}
    never_joined = Probe(Phone(client), one.row)
    results = one.send(forged, never_joined.op([(at, (28_000,))]))
    assert [r["problem"] for r in results] == ["bad_signature", "key_wanted"]
    run_write(lambda session: end_sensor(session, sensors.find(session, one.row.id), now_ms()))  # type: ignore[arg-type]
    assert one.send(good)[0]["result"] == "held"
    with reading() as session:
        assert session.scalar(select(HeldOp.reason).where(HeldOp.scope == one.scope)) == "no_right"
    assert days_of(one) == {}


def test_no_phone_pulls_readings_and_no_other_household_sees_them(house: Phone, client: FlaskClient) -> None:
    other = enrolled(client, "Vũ Văn Ba", "Hộ ông Ba")
    one = probe(client, "Hộ bà Mận")
    one.send(one.op([(now_ms(), (28_400,))]))
    assert not [s for s in sync(house)["scopes"] if s["scope"].startswith("sensor:")]
    pulled = sync(house, cursors={one.scope: "0"})
    assert pulled["ops"] == []
    assert client.get("/api/v1/sensors", headers=other.headers).get_json() == {"sensors": []}
    path = f"/api/v1/sensors/{one.row.id}/temperature/day"
    assert client.get(path, headers=other.headers).status_code == 404
    assert client.get(path, headers=house.headers).get_json()["mean"] == [28_400]
    shown = client.get("/api/v1/reference", headers=house.headers).get_json()
    assert {m["role"] for m in shown["memberships"]} == {"owner"}


def test_the_days_are_the_same_bit_by_bit_and_from_the_whole_log(house: Phone, client: FlaskClient) -> None:
    one, at = probe(client, "Hộ bà Mận"), noon(now_ms())
    for i in range(4):
        one.send(
            one.op(
                [(at - (i * 50 + j) * 5 * MINUTE, (28_000 + j, 7000)) for j in range(60)], "temperature", "ph"
            )
        )
    before = {(m, d): row.points for m in ("temperature", "ph") for d, row in days_of(one, m).items()}
    assert before
    assert list(rebuilding.check()) == []
    run_write(lambda session: session.execute(SensorDay.__table__.delete()))  # type: ignore[attr-defined]
    assert {one.table for one in rebuilding.check()} == {"view_sensor_days"}
    list(rebuilding.rebuild())
    assert {(m, d): row.points for m in ("temperature", "ph") for d, row in days_of(one, m).items()} == before
    assert list(rebuilding.check()) == []


def test_a_chart_of_a_year_has_few_steps_and_keeps_the_extremes(house: Phone, client: FlaskClient) -> None:
    one, at = probe(client, "Hộ bà Mận"), noon(now_ms()) - 2 * 60 * MINUTE
    rows: list[Any] = [(at + i * 5 * MINUTE, (28_000,)) for i in range(12)]
    rows[4] = (rows[4][0], (1_000,))
    one.send(one.op(rows))
    year = client.get(f"/api/v1/sensors/{one.row.id}/temperature/year", headers=house.headers).get_json()
    assert min(year["low"]) == 1_000
    assert max(year["high"]) == 28_000
    assert len(year["at"]) in (1, 2)
    assert year["at"] == sorted(year["at"])
    many, step = sensor_series.SPANS["year"]
    assert many * 1440 // step < 1500
    assert (
        client.get(f"/api/v1/sensors/{one.row.id}/temperature/century", headers=house.headers).status_code
        == 404
    )
