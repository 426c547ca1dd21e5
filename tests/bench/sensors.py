"""Sensors: readings taken in until their days are current; a year of them drawn on a slowed phone.

Three ways to come in: a reading an op and a hundred sensors behind one gateway (the dearest: each is signed),
a day's readings an op, and a year of one sensor. Drawn is what the page draws, from the text that it fetched.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from server.config import now_ms
from server.services.sensing import take_readings
from sync import ids
from sync.ops import make_body, message
from sync.readings import make_readings
from tests.bench.phone import SLOWED
from tests.bench.servers import bench_server
from tests.bench.serving import Served
from tests.bench.sizes import DIST
from tests.bench.table import Row, median_of
from tests.journeys.air import Air
from tests.journeys.phone import Phone
from tests.server.phones import ORIGIN, invite_to
from tests.server.sensors import Probe, probe

MINUTE = 60_000
YEAR = 105_120  # readings at five minutes
NAMED = ("temperature", "ph", "dissolved_oxygen", "salinity")
GATEWAY = 100
DRAW = """async ([chunk, text, times]) => {
  const { drawChart } = await import(chunk);
  const took = [];
  for (let i = 0; i < times; i += 1) {
    const into = document.createElement("div");
    document.body.append(into);
    const from = performance.now();
    const columns = JSON.parse(text);
    const end = drawChart(into, { columns, unit: "°C", decimals: 1, low: 18000, high: 33000, language: "vi",
      width: 328, height: 260 });
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    took.push(performance.now() - from);
    end();
    into.remove();
  }
  return took;
}"""


def rows(kind: str, requests: int) -> Iterator[Row]:
    """Yield how many readings a second are taken in on one database, `requests` of each way."""
    with bench_server(kind) as server:
        server.phone("Ông Sơn", "Đầm tôm")
        client = server.app.test_client()
        group = f"readings taken in until their days are current, {kind}, one client"
        many = [probe(client, "Đầm tôm", f"Phao {n}") for n in range(GATEWAY)]
        yield _speed(group, f"a reading an op, {GATEWAY} sensors a request", _gateway(many, requests))
        yield _speed(group, f"a day of {len(NAMED)} measures an op", _days(many[0], requests))


def _gateway(many: list[Probe], requests: int) -> list[float]:
    at = now_ms() - requests * MINUTE
    found = []
    for place in range(requests):
        ops = [one.op([(at + place * MINUTE, (28_000 + place,))]) for one in many]
        found.append(_per_second(ops, len(ops), now_ms()))
    return found


def _days(one: Probe, requests: int) -> list[float]:
    now, found = now_ms(), []
    for place in range(requests):
        start = now - (place + 2) * 1440 * MINUTE
        day = [(start + n * 5 * MINUTE, (28_000, 7_500, 5_000, 15_000)) for n in range(288)]
        found.append(_per_second([one.op(day, *NAMED)], 288 * len(NAMED), now))
    return found


def _per_second(ops: list[dict[str, Any]], readings: int, now: int) -> float:
    began = time.perf_counter()
    results = take_readings({"ops": ops}, now)
    took = time.perf_counter() - began
    assert {one["result"] for one in results} == {"accepted"}, results
    return readings / took


def _speed(group: str, what: str, found: list[float]) -> Row:
    value, spread = median_of(found)
    return Row(group, what, value, "readings/s", "≥ 1000", "", spread, value >= 1000)


def drawn(times: int) -> Iterator[Row]:
    """Yield how long a year takes to be taken in, and to be drawn, `times` times."""
    group = f"a year of five-minute readings ({YEAR:,}), Chromium, processor slowed {SLOWED}×"
    with tempfile.TemporaryDirectory(prefix="so-nha-nong-bench-") as folder, bench_server("sqlite") as server:
        phone = server.phone("Ông Sơn", "Đầm tôm")
        one, now = probe(server.app.test_client(), "Đầm tôm"), now_ms()
        values = [(now - n * 5 * MINUTE, (22_000 + (n * 37) % 9_000,)) for n in range(YEAR - 1, -1, -1)]
        began = time.perf_counter()
        _send(one, values, now)
        yield Row(group, "taken in, one measure (not slowed)", time.perf_counter() - began, "s")
        path = f"/api/v1/sensors/{one.row.id}/temperature/year"
        year = phone.client.get(path, headers=phone.headers).get_data(as_text=True)
        yield Row(group, "the year's columns on the wire, before gzip", len(year) / 1000, "KB")
        at, mean = [at // 1000 for at, _ in values], [value for _, (value,) in values]
        raw = json.dumps({"step": 5, "at": at, "mean": mean, "low": mean, "high": mean})
        link = invite_to("Anh Nam", "Đầm tôm", "member").url
        with Served(server.settings) as (port, _), sync_playwright() as driver:
            air = Air(port)
            seen = Phone(driver.chromium, Path(folder) / "profile", air)
            try:
                yield from _draw(
                    group, seen, link, {"as the page draws it": year, "all of them, raw": raw}, times
                )
            finally:
                seen.close()
                air.close()


def _send(one: Probe, values: list[tuple[int, tuple[int]]], now: int) -> None:
    ops = []
    for fields in make_readings(one.row.id, ("temperature",), values):
        one.n += 1
        body = make_body(
            device=one.phone.key.device, n=one.n, by=one.row.id, scope=one.scope, recorded_at=now,
            doc=f"reading:{ids.make_uuid7(now + one.n, bytes(10))}", fields=fields,
        )  # fmt: skip
        ops.append({"body": body, "signature": ids.b64_encode(one.phone.key.sign(message(ORIGIN, body)))})
    for start in range(0, len(ops), 100):
        results = take_readings({"ops": ops[start : start + 100]}, now)
        assert {result["result"] for result in results} == {"accepted"}


def _draw(group: str, phone: Phone, link: str, texts: dict[str, str], times: int) -> Iterator[Row]:
    manifest = json.loads((DIST / ".vite" / "manifest.json").read_text("utf-8"))
    chunk = f"/{manifest['src/shared/chart.ts']['file']}"
    phone.open(None)
    phone.join(link)
    client = phone.context.new_cdp_session(phone.page)
    client.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    for what, text in texts.items():
        took = phone.page.evaluate(DRAW, [chunk, text, times])
        value, spread = median_of(took)
        goal = ("≤ 300", "", spread, value <= 300) if what.startswith("as") else ("", "", spread)
        yield Row(group, f"drawn from its text, {what}", value, "ms", *goal)
