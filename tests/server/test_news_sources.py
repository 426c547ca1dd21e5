"""Sources of weather and prices against recorded answers: what they give, what a strange one does not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from server.config import SettingsError, parse_settings
from server.services.sources import fetching
from server.services.sources.prices_sheet import BadSheet, read_prices
from server.services.sources.weather_open_meteo import BadForecast, read_forecast
from server.store.outward import Line
from tests.server.consoles import fake_build
from tests.server.test_bulletins import TODAY, Commune

FORECAST = {
    "latitude": 20.75,
    "longitude": 106.66,
    "daily_units": {"time": "iso8601", "temperature_2m_min": "°C"},
    "daily": {
        "time": ["2026-11-28", "2026-11-29"],
        "temperature_2m_min": [17.6, 16.2],
        "temperature_2m_max": [23.9, 21.0],
        "precipitation_sum": [0.0, 12.4],
        "wind_speed_10m_max": [11.2, 34.6],
    },
}
SHEET = (
    f"product,market,day,low,high,unit\ntomato,Chợ Núi Đối,{TODAY},22000,25000,kg\nlạ,Chợ,{TODAY},1,2,kg\n"
)


def test_a_forecast_is_read_into_a_line_a_day() -> None:
    assert read_forecast(json.dumps(FORECAST).encode()) == [
        "Thứ Bảy 28/11: 18–24 °C, không mưa, gió 11 km/h",
        "Chủ nhật 29/11: 16–21 °C, mưa 12 mm, gió 35 km/h",
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"daily": {}}',
        json.dumps({"daily": FORECAST["daily"] | {"precipitation_sum": ["<b>", None]}}).encode(),  # type: ignore[operator]
        json.dumps({"daily": FORECAST["daily"] | {"time": ["hôm nay", "mai"]}}).encode(),  # type: ignore[operator]
        json.dumps({"daily": FORECAST["daily"] | {"temperature_2m_min": [1]}}).encode(),  # type: ignore[operator]
    ],
)
def test_what_is_no_forecast_is_refused(data: bytes) -> None:
    with pytest.raises(BadForecast):
        read_forecast(data)


def test_a_sheet_gives_its_prices_and_counts_what_is_none() -> None:
    found, wrong = read_prices(SHEET.encode(), {"tomato"}, TODAY)
    assert [(one.product, one.low, one.high, one.unit) for one in found] == [("tomato", 22000, 25000, "kg")]
    assert wrong == 1
    with pytest.raises(BadSheet):
        read_prices(b"a,b\n1,2\n", {"tomato"}, TODAY)


class Answers:
    """Recorded answers in the place of the network, by address."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.by_host: dict[str, bytes | Exception] = {}
        monkeypatch.setattr(fetching, "_get", self.get)

    def get(self, _line: Line, address: str) -> bytes:
        found = self.by_host[address.split("/")[2]]
        if isinstance(found, Exception):
            raise found
        return found


@pytest.fixture
def commune(app: Flask, tmp_path: Path) -> Commune:
    fake_build(app, tmp_path)
    return Commune(app)


def test_a_source_that_is_not_set_is_not_fetched_and_the_page_says_so(commune: Commune) -> None:
    assert fetching.fetch_all(Line(), 1) == {}
    assert commune.officer.text("/htx/ban-tin").count("Chưa đặt nguồn") >= 2


def test_prices_go_into_the_table_a_forecast_waits_as_a_draft_and_a_failure_is_told(
    app: Flask, commune: Commune, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = app.extensions["settings"]
    set_ = {"weather_url": "https://thoi-tiet.example/v1", "prices_url": "https://gia.example/bang.csv"}
    monkeypatch.setitem(app.extensions, "settings", replace(settings, **set_))
    answers = Answers(monkeypatch)
    answers.by_host = {"thoi-tiet.example": json.dumps(FORECAST).encode(), "gia.example": SHEET.encode()}
    now = app.extensions["clock"]()
    assert fetching.fetch_all(Line(), now) == {"weather": "", "prices": ""}
    assert fetching.fetch_all(Line(), now) == {"weather": "", "prices": ""}
    assert commune.told() == []  # a machine publishes nothing
    page = commune.officer.text("/htx/ban-tin")
    assert page.count("Thời tiết từ") == 1
    assert "Lấy được lần cuối" in page
    assert [one["market"] for one in commune.snapshot()["prices"]] == ["Chợ Núi Đối"]
    answers.by_host = {"thoi-tiet.example": b"<html>", "gia.example": fetching.NotFetched("no_answer")}
    assert fetching.fetch_all(Line(), now) == {"weather": "shape", "prices": "no_answer"}
    assert "không được" in commune.officer.text("/htx/ban-tin")


@pytest.mark.parametrize("address", ["http://gia.example/", "https://", "ftp://gia.example", "https://a@b/"])
def test_an_address_that_is_no_https_stops_the_start(address: str) -> None:
    with pytest.raises(SettingsError):
        parse_settings({"PRICES_URL": address})
