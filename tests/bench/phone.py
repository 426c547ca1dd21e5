"""The phone in a real browser: saving and opening with ten thousand entries, the processor slowed six times.

The entries come from the server by an ordinary pull. The slowing is Chromium's own (`setCPUThrottlingRate`):
it holds for the page's thread, not for the disk, so the phone's cheap flash is not in these figures.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.bench.pull import append
from tests.bench.servers import Bench, bench_server
from tests.bench.serving import Served
from tests.bench.table import Row, median_of, percentile
from tests.journeys.air import Air
from tests.journeys.phone import Phone
from tests.server.phones import invite_to

SLOWED = 6
TAKEN_SECONDS_MAX = 900
# Marks the tap by the time the browser got it, and the end of the transaction that added to the outbox.
WATCH_SAVES = """
window.__taps = []; window.__durable = []; window.__told = () => {};
const add = IDBObjectStore.prototype.add;
IDBObjectStore.prototype.add = function (...given) {
  const of = this.transaction;
  if (this.name === "outbox" && !of.__watched) {
    of.__watched = true;
    // By the event's own time: the page's listener comes first and draws what follows the save.
    of.addEventListener("complete", (event) => {
      window.__durable.push([event.timeStamp, of.durability]); window.__told();
    });
  }
  return add.apply(this, given);
};
addEventListener("click", (event) => {
  if (event.target.closest(".dock .btn.do") && document.querySelector("main.form"))
    window.__taps.push(event.timeStamp);
}, true);
"""
# The page has nothing to do, as when a person looks at the form before he taps.
QUIET = "() => new Promise((done) => requestIdleCallback(() => requestIdleCallback(() => done(true))))"
# Resolves when so many saves are durable. Nothing asks for it again and again.
SAVED = """(many) => new Promise((done) => {
  window.__told = () => { if (window.__durable.length >= many) done(true); };
  window.__told();
})"""
# The moment at which a row of the list has been painted and the page is free again. Nothing asks for it
# again and again: a slowed page would be kept busy by the asking.
WATCH_OPENING = """
window.__usable = new Promise((done) => {
  new MutationObserver((_, watch) => {
    if (!document.querySelector("a.entry")) return;
    watch.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now()), 0));
  }).observe(document, { childList: true, subtree: true });
});
"""
# What the browser itself needs: a page of one row and no more, a strict transaction of one row and no more.
EMPTY_PAGE = "data:text/html,<meta charset=utf-8><a class=entry>.</a>"
EMPTY_SAVES = """async (times) => {
  const name = "bench-floor";
  const db = await new Promise((done) => {
    const ask = indexedDB.open(name);
    ask.onupgradeneeded = () => ask.result.createObjectStore("rows");
    ask.onsuccess = () => done(ask.result);
  });
  const took = [];
  for (let i = 0; i < times; i++) {
    const from = performance.now();
    await new Promise((done) => {
      const one = db.transaction("rows", "readwrite", { durability: "strict" });
      one.objectStore("rows").put(i, i);
      one.oncomplete = done;
    });
    took.push(performance.now() - from);
  }
  db.close();
  indexedDB.deleteDatabase(name);
  return took;
}"""
COUNT = """async (table) => {
  const db = await new Promise((done) => {
    const ask = indexedDB.open("so-nha-nong"); ask.onsuccess = () => done(ask.result);
  });
  const found = await new Promise((done) => {
    const ask = db.transaction(table).objectStore(table).count(); ask.onsuccess = () => done(ask.result);
  });
  db.close();
  return found;
}"""
# The median of several: where the machine is busy the thread that slows the page is itself kept waiting.
BUSY = """() => Array.from({ length: 15 }, () => {
  const from = performance.now(); for (let i = 0; i < 2e7; i++); return performance.now() - from;
}).sort((a, b) => a - b)[7]"""


def rows(entries: int, saves: int, starts: int) -> Iterator[Row]:
    """Yield the rows of one phone: its first pull, `saves` savings, `starts` cold starts without a server."""
    group = f"phone, Chromium, {entries:,} entries, processor slowed {SLOWED}×"
    with tempfile.TemporaryDirectory(prefix="so-nha-nong-bench-") as folder, bench_server("sqlite") as server:
        link = _fill(server, entries)
        with (
            Served(server.settings) as (port, _),
            sync_playwright() as driver,
        ):
            air = Air(port)
            phone = Phone(driver.chromium, Path(folder) / "profile", air)
            try:
                yield from _pull(group, phone, link, entries)
                yield from _save(group, phone, saves)
                yield from _start(group, phone, starts)
            finally:
                phone.close()
                air.close()


def _fill(server: Bench, entries: int) -> str:
    """Put the entries into the log of a farm; return the link of a second phone of that farm."""
    home = server.household(server.phone("Bà Lụa", "Nhà Lụa"))
    append(home, home.diary(entries))
    return invite_to("Anh Nam", "Nhà Lụa", "member").url


def _pull(group: str, phone: Phone, link: str, entries: int) -> Iterator[Row]:
    phone.open(None)
    began = time.monotonic()
    phone.join(link)
    wanted, found = entries + 2, 0
    while found < wanted:
        assert time.monotonic() - began < TAKEN_SECONDS_MAX, (
            f"{found} of {wanted} after {TAKEN_SECONDS_MAX} s"
        )
        phone.page.wait_for_timeout(500)
        found = phone.page.evaluate(COUNT, "docs")
    took = time.monotonic() - began
    yield Row(group, "first pull of all of it (not slowed)", took, "s")


def _save(group: str, phone: Phone, saves: int) -> Iterator[Row]:
    """Record one entry in full, then the same again and again without a connection."""
    phone.lose_signal()
    phone.context.add_init_script(WATCH_SAVES)
    phone.page.reload()
    phone.home()
    phone.begin("Phun thuốc")
    phone.save()
    plain = phone.page.evaluate(BUSY)
    _slow(phone)
    yield Row(
        group, "slowed in truth, a busy loop", phone.page.evaluate(BUSY) / plain, "×", f"about {SLOWED}"
    )
    phone.page.evaluate("() => { window.__taps.length = window.__durable.length = 0; }")
    before = phone.taps
    for done in range(saves):
        _again(phone, done + 1)
    taps_each = (phone.taps - before) / saves
    taps, durable = phone.page.evaluate("() => [window.__taps, window.__durable]")
    assert len(taps) == len(durable) == saves, (len(taps), len(durable))
    assert {kind for _, kind in durable} == {"strict"}
    yield Row(group, "a repeated entry, from the home screen", taps_each, "taps", "≤ 3", met=taps_each <= 3)
    times = [end - start for start, (end, _) in zip(taps, durable, strict=True)]
    value, spread = median_of(times)
    worst = percentile(times, 0.95)
    yield Row(group, f"tap on “Lưu” → durable, p95 of {saves}", worst, "ms", "≤ 50", "", spread, worst <= 50)
    yield Row(group, "tap on “Lưu” → durable, median", value, "ms", "", "", spread)
    floor = phone.page.evaluate(EMPTY_SAVES, saves)
    what = "  the browser's own part: a strict transaction of one row"
    value, spread = median_of(floor)
    yield Row(group, f"{what}, p95", percentile(floor, 0.95), "ms", "", "", spread)
    yield Row(group, f"{what}, median", value, "ms", "", "", spread)


def _again(phone: Phone, many: int) -> None:
    """Record the same as last time, the save by a bare touch.

    Playwright's own tap and its waiting look through the whole page, slowed like everything in it: a sixth
    and more of what was measured between the tap and the end of the transaction was the measuring.
    """
    phone.tap("Ghi nhật ký")
    phone.tap(phone.page.locator("button.again"))
    button = phone.page.locator("main.form ~ .dock .btn.do")
    button.wait_for()
    phone.page.evaluate(QUIET)
    box = button.bounding_box()
    assert box is not None
    phone.page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    phone.taps += 1
    phone.page.evaluate(SAVED, many)


def _start(group: str, phone: Phone, starts: int) -> Iterator[Row]:
    """Open the app anew, browser and all, with no server to be reached."""
    places = (("", "home screen with today's entries"), ("nhat-ky", "diary"))
    for place, what in places:
        value, spread = median_of([_opened(phone, f"{phone.address}/#/{place}") for _ in range(starts)])
        goal = "≤ 1000"
        yield Row(group, f"cold start offline → {what}", value, "ms", goal, "", spread, value <= 1000)
    value, spread = median_of([_opened(phone, EMPTY_PAGE) for _ in range(starts)])
    yield Row(group, "  the browser's own part: a page of one row, no script", value, "ms", "", "", spread)


def _opened(phone: Phone, address: str) -> float:
    """Return how long a new browser took until the first row of a page stood there."""
    phone.close()
    phone.open(None)
    phone.context.add_init_script(WATCH_OPENING)
    _slow(phone)
    phone.page.goto(address, wait_until="commit")
    return float(phone.page.evaluate("() => window.__usable"))


def _slow(phone: Phone) -> None:
    client = phone.context.new_cdp_session(phone.page)
    client.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
