"""The slowed phone in the field: a large picture made small, a week sent over slow 3G, a lot checked.

Chromium slows the page's thread alone: what a worker does (pictures, checking a bundle) runs at this
machine's pace, and of the page it is the longest task that counts, for so long no tap is answered.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

from server.config import now_ms
from server.services import tree_clock
from tests.bench.phone import SLOWED
from tests.bench.servers import bench_server
from tests.bench.serving import Served
from tests.bench.table import Row, median_of
from tests.journeys.air import Air
from tests.journeys.phone import SIZE, Phone, chromium
from tests.server.diaries import Diary
from tests.server.phones import enrolled, invite_to
from tests.server.pictures import make_jpeg
from tests.server.test_trace_page import publish

SLOW_3G = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
CAMERA = (4000, 3000)
SENT_SECONDS_MAX = 600
WATCH_TASKS = """
window.__tasks = [];
new PerformanceObserver((seen) => window.__tasks.push(...seen.getEntries().map((one) => one.duration)))
  .observe({ type: "longtask" });
"""
# 50 ms is the shortest that a browser tells.
LONGEST = "() => Math.max(50, ...window.__tasks.splice(0))"


def rows(pictures: int, entries: int) -> Iterator[Row]:
    """Yield the rows of one phone: `pictures` of a camera made small, a week of `entries` with these."""
    group = f"phone in the field, processor slowed {SLOWED}×"
    with tempfile.TemporaryDirectory(prefix="so-nha-nong-bench-") as folder, bench_server("sqlite") as server:
        manager = enrolled(server.app.test_client(), "Chủ nhiệm", None, "manager")
        publish(Diary(manager, manager.shown["scope"], {manager.shown["scope"]: 1}))
        assert tree_clock.tick(now_ms()).is_new
        server.phone("Bà Lụa", "Nhà Lụa")
        link = invite_to("Anh Nam", "Nhà Lụa", "member").url
        with Served(server.settings) as (port, _), sync_playwright() as driver:
            air = Air(port)
            phone = Phone(driver.chromium, Path(folder) / "profile", air)
            try:
                phone.open(None)
                phone.context.add_init_script(WATCH_TASKS)
                phone.join(link)
                phone.lose_signal()
                phone.page.set_default_timeout(60_000)
                yield from _pictures(group, phone, pictures)
                yield from _week(group, phone, entries, pictures)
            finally:
                phone.close()
                air.close()
            browser = driver.chromium.launch(
                args=["--no-sandbox", "--disable-quic"], executable_path=chromium()
            )
            page = browser.new_page(viewport=SIZE, base_url=f"http://localhost:{port}", locale="vi-VN")
            yield from _check(group, page)
            browser.close()


def _slow(page: Page, rate: int) -> None:
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": rate})


def _pictures(group: str, phone: Phone, many: int) -> Iterator[Row]:
    """Photograph in one form, each picture timed from its choice until it stands there."""
    took, longest = [], []
    phone.begin("Phun thuốc")
    _slow(phone.page, SLOWED)
    shown = phone.page.locator(".photos .photo")
    for number in range(many):
        # A file, as a camera leaves it: bytes that the driver hands over are unpacked on the page's thread.
        file = phone.profile.with_name(f"{number}.jpg")
        file.write_bytes(make_jpeg(*CAMERA, number))
        phone.page.evaluate(LONGEST)
        began = time.monotonic()
        phone.page.set_input_files("input[type=file][capture]", file)
        expect(shown).to_have_count(number + 1, timeout=60_000)
        took.append((time.monotonic() - began) * 1000)
        longest.append(float(phone.page.evaluate(LONGEST)))
    _slow(phone.page, 1)
    phone.save()
    what = f"a picture of {CAMERA[0] * CAMERA[1] // 1_000_000} megapixels, chosen → small and stored"
    value, spread = median_of(took)
    yield Row(group, what, value, "ms", "", "", spread)
    value, spread = median_of(longest)
    yield Row(group, "  longest task of the page meanwhile", value, "ms", "", "", spread)


def _week(group: str, phone: Phone, entries: int, pictures: int) -> Iterator[Row]:
    """Record the rest of a week without coverage, then let the line come back slowly."""
    for _ in range(entries - 1):
        phone.again()
    _slow(phone.page, SLOWED)
    client = phone.context.new_cdp_session(phone.page)
    phone.page.evaluate(LONGEST)
    phone.air.up, began = 0, time.monotonic()
    phone.find_signal()
    client.send("Network.enable")
    client.send("Network.emulateNetworkConditions", SLOW_3G)
    lines = _emptied(phone, "outbox", began, lambda _: True)
    yield Row(group, f"{entries} entries and {pictures} photos over slow 3G → entries in the log", lines, "s")
    photos = _emptied(phone, "uploads", began, lambda one: one["state"] == "waiting")
    yield Row(group, "  → photos sent too", photos, "s")
    yield Row(group, "  bytes that went up", phone.air.up / 1000, "KB")
    yield Row(group, "  longest task of the page meanwhile", float(phone.page.evaluate(LONGEST)), "ms")


def _emptied(phone: Phone, table: str, began: float, counts: Callable[[Any], bool]) -> float:
    while any(counts(one) for one in phone.stored(table)):
        assert time.monotonic() - began < SENT_SECONDS_MAX, f"{table} not empty after {SENT_SECONDS_MAX} s"
        phone.page.wait_for_timeout(250)
    return time.monotonic() - began


def _check(group: str, page: Page) -> Iterator[Row]:
    """Check a published lot on its page, as a buyer's phone does."""
    page.add_init_script(WATCH_TASKS)
    page.goto("/t/7K3M9QXA")
    _slow(page, SLOWED)
    check = page.get_by_role("button", name="Kiểm tra lô này ngay")
    took, longest = [], []
    for _ in range(5):
        page.evaluate(LONGEST)
        began = time.monotonic()
        check.click()
        expect(page.get_by_role("heading", name="Khớp", exact=True)).to_be_visible(timeout=60_000)
        took.append((time.monotonic() - began) * 1000)
        longest.append(float(page.evaluate(LONGEST)))
        page.reload()
    size = len(page.request.get("/t/7K3M9QXA/bundle.json").body())
    value, spread = median_of(took)
    yield Row(
        group, f"a lot's bundle of {size / 1000:.0f} KB checked, tap → “Khớp”", value, "ms", "", "", spread
    )
    value, spread = median_of(longest)
    yield Row(group, "  longest task of the page meanwhile", value, "ms", "", "", spread)
