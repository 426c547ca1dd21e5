"""The reference lists on a phone: 6,000 products and 5,000 uses, fetched, opened, searched; slowed six times.

Every name is invented; their lengths are those of real lists. The page's own chunk is asked, over the rows
that the page stored.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright
from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading, run_write
from server.services.list_files import Line
from server.services.list_rows import read_rows
from server.services.list_versions import About, add_version, settle
from server.services.lists import packed_for
from server.store import people
from tests.bench.phone import SLOWED
from tests.bench.servers import bench_server
from tests.bench.serving import Served
from tests.bench.sizes import DIST
from tests.bench.table import Row, median_of, percentile
from tests.journeys.air import Air
from tests.journeys.phone import Phone
from tests.server.phones import invite_to

PRODUCTS, USES = 6_000, 5_000
SYLLABLES = [
    "an",
    "bao",
    "cuon",
    "dao",
    "en",
    "ga",
    "ha",
    "khanh",
    "lua",
    "moc",
    "nam",
    "on",
    "phu",
    "quy",
    "ray",
    "sau",
    "to",
    "ung",
    "vang",
    "xanh",
]
ENDINGS = ["5EC", "10WP", "25WG", "50SC", "1.8EC", "325SC", "0.36SL", "75WP", "20SL", "240SC"]
CROPS = ["lúa", "bắp cải", "cà chua", "dưa hấu", "cam", "chè", "lạc", "đậu tương", "ngô", "hành"]
PESTS = ["rầy nâu", "sâu cuốn lá", "sâu tơ", "bọ trĩ", "nhện đỏ", "đạo ôn", "khô vằn", "sâu đục thân"]
# The page's chunk over the page's rows: what `openLists` reads of the app is stood in for by what is stored.
MEASURE = """async ([chunk, typed]) => {
  const db = await new Promise((done) => {
    const ask = indexedDB.open("so-nha-nong"); ask.onsuccess = () => done(ask.result);
  });
  const rows = (table, work) => new Promise((done) => {
    const ask = work(db.transaction(table).objectStore(table)); ask.onsuccess = () => done(ask.result);
  });
  const [who] = await rows("identities", (store) => store.getAll());
  const c = {
    rows: { value: [who] }, current: { value: { device: who.device } }, reference: { value: {} },
    store: { use: (work) => work({ meta: { get: (key) => rows("meta", (store) => store.get(key)) } }) },
  };
  const { openLists } = await import(chunk);
  const from = performance.now();
  const open = await openLists(c);
  const opened = performance.now() - from;
  const took = [], found = [];
  for (const text of typed) {
    const began = performance.now();
    found.push(open.search(text, 20, "lúa").length);
    took.push(performance.now() - began);
  }
  db.close();
  return { opened, took, found, products: open.lists.products.size };
}"""
HERE = """async () => {
  const db = await new Promise((done) => {
    const ask = indexedDB.open("so-nha-nong"); ask.onsuccess = () => done(ask.result);
  });
  const found = await new Promise((done) => {
    const ask = db.transaction("meta").objectStore("meta").getAllKeys();
    ask.onsuccess = () => done(ask.result);
  });
  db.close();
  return found.some((key) => key.startsWith("lists-version "));
}"""


def rows(searches: int) -> Iterator[Row]:
    """Yield the rows: the size on the wire, opening, and `searches` times a few typed letters."""
    group = f"lists on a phone, {PRODUCTS:,} products, {USES:,} uses, processor slowed {SLOWED}×"
    with tempfile.TemporaryDirectory(prefix="so-nha-nong-bench-") as folder, bench_server("sqlite") as server:
        commune = fill()
        packed = packed_for(commune)
        yield Row(group, "on the wire, packed", len(packed.packed) / 1000, "KB")
        yield Row(group, "unpacked", packed.size / 1000, "KB")
        link = invite_to("Anh Nam", "Nhà Lụa", "owner").url
        with Served(server.settings) as (port, _), sync_playwright() as driver:
            air = Air(port)
            phone = Phone(driver.chromium, Path(folder) / "profile", air)
            try:
                yield from _searched(group, phone, link, searches)
            finally:
                phone.close()
                air.close()


def fill(seed: int = 1) -> str:
    """Let a list of invented products count for the commune; return the commune's id."""
    chance = random.Random(seed)
    lines = [Line(n + 1, _cells(chance, n)) for n in range(PRODUCTS)]
    found = read_rows("pesticide", lines)
    with reading() as session:
        commune = people.organisations(session)[0].id
    about = About("pesticide", "Danh mục bịa ra", "R", "2026-01-01", is_whole=True)

    def work(session: Session) -> None:
        settle(session, add_version(session, commune, about, found, now_ms(), None), now_ms(), None)

    run_write(work)
    return str(commune)


def _cells(chance: random.Random, n: int) -> dict[str, str]:
    words = " ".join(chance.choice(SYLLABLES).capitalize() for _ in range(chance.randint(1, 3)))
    cells = {
        "name": f"{words} {n} {chance.choice(ENDINGS)}",
        "active": " + ".join(f"{chance.choice(SYLLABLES)}{chance.choice(SYLLABLES)}ole" for _ in range(2)),
        "group": "Thuốc trừ sâu",
        "registrant": f"Công ty TNHH {chance.choice(SYLLABLES).capitalize()} {n % 650}",
    }
    if n < USES:
        cells |= {"crop": chance.choice(CROPS), "pest": chance.choice(PESTS), "dose": "0.3 - 0.5 lít/ha"}
        cells["phi"] = chance.choice(["3", "5", "7", "14", "7 - 10", "Không dùng khi lúa trỗ"])
    return cells


def _searched(group: str, phone: Phone, link: str, searches: int) -> Iterator[Row]:
    manifest = json.loads((DIST / ".vite" / "manifest.json").read_text("utf-8"))
    chunk = f"/{manifest['src/app/lists.ts']['file']}"
    phone.open(None)
    phone.join(link)
    for _ in range(120):
        if phone.page.evaluate(HERE):
            break
        phone.page.wait_for_timeout(500)
    phone.lose_signal()
    client = phone.context.new_cdp_session(phone.page)
    client.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    chance = random.Random(2)
    typed = [_letters(chance) for _ in range(searches)]
    told: dict[str, Any] = phone.page.evaluate(MEASURE, [chunk, typed])
    assert told["products"] == PRODUCTS, told["products"]
    assert any(told["found"])
    yield Row(group, "opened: read, parsed, made ready to search", told["opened"], "ms")
    value, spread = median_of(told["took"])
    worst = percentile(told["took"], 0.95)
    what = f"a few typed letters → the list, p95 of {searches}"
    yield Row(group, what, worst, "ms", "≤ 50", "", spread, worst <= 50)
    yield Row(group, "a few typed letters → the list, median", value, "ms", "", "", spread)


def _letters(chance: random.Random) -> str:
    """Return what somebody types: one to four letters of a word, or of two words."""
    words = [chance.choice(SYLLABLES) for _ in range(chance.randint(1, 2))]
    return " ".join(word[: chance.randint(1, 4)] for word in words)
