"""What rules notice on a phone with a large farm's book: after one entry more, and of a form being filled in.

The page's own chunk is asked, over the rows that the page stored by an ordinary pull; that an entry was
written is told it as the app tells it. The slowing is Chromium's own (`phone.SLOWED`).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.bench import review
from tests.bench.phone import COUNT, SLOWED
from tests.bench.pull import append
from tests.bench.servers import bench_server
from tests.bench.serving import Served
from tests.bench.sizes import DIST
from tests.bench.table import Row, median_of
from tests.journeys.air import Air
from tests.journeys.phone import Phone
from tests.server.phones import invite_to

WAITED_MAX = 600  # half seconds
LISTS = "async (name) => (await window.__rows(name, (store) => store.getAllKeys())).map(String)"
# Dexie is in the app's own chunk: its few calls are made here as they are made there.
TABLES = """() => {
  const opened = new Promise((done) => {
    const ask = indexedDB.open("so-nha-nong"); ask.onsuccess = () => done(ask.result);
  });
  window.__rows = async (table, work, mode = "readonly") => {
    const store = (await opened).transaction(table, mode).objectStore(table);
    return new Promise((done) => { const ask = work(store); ask.onsuccess = () => done(ask.result); });
  };
  const table = (name) => {
    const rows = (work) => window.__rows(name, work);
    const of = (index, range) => rows((store) => store.index(index).getAll(range));
    return {
      get: (key) => rows((store) => store.get(key)),
      bulkGet: (keys) => Promise.all(keys.map((key) => rows((store) => store.get(key)))),
      where: (index) => ({
        between: (low, high) => ({ toArray: () => of(index, IDBKeyRange.bound(low, high)) }),
        equals: (key) => ({ toArray: () => of(index, IDBKeyRange.only(key)) }),
        anyOf: (keys) => ({ toArray: async () => {
          const found = await Promise.all(keys.map((key) => of(index, IDBKeyRange.only(key))));
          return found.flat();
        } }),
      }),
    };
  };
  window.__db = { docs: table("docs"), ops: table("ops"), meta: table("meta") };
}"""
MEASURE = """async ([chunk, times]) => {
  const all = await window.__rows("docs", (store) => store.getAll());
  const [who] = await window.__rows("identities", (store) => store.getAll());
  const season = all.find((one) => one.type === "season");
  const some = (form) => all.filter((one) => one.values.form === form);
  const c = {
    store: { use: (work) => work(window.__db), world: { now: () => Date.now() } },
    rows: { value: [who] }, current: { value: { device: who.device } }, reference: { value: {} },
    farm: { value: { scope: season.scope } }, touched: null,
    seasons: { value: [{ ...season.values, doc: season.doc, running: true }] },
  };
  const { makeNoticing } = await import(chunk);
  const noticing = makeNoticing(c);
  const took = async (work) => {
    const from = performance.now(); const found = await work(); return [performance.now() - from, found];
  };
  const told = { first: (await took(() => noticing.waits()))[0], found: 0 };
  const spray = some("CT-10").at(-1), harvest = some("CT-12").at(-1);
  for (const [name, row] of [["spray", spray], ["harvest", harvest]]) {
    const about = [], waits = [], draft = [];
    for (let n = 0; n < times; n++) {
      const values = { ...row.values, happened_on: `2026-11-${String(10 + n).padStart(2, "0")}` };
      const doc = `entry:${crypto.randomUUID().replace(/^(.{14})./, "$17")}`;
      const asked = { doc, document: "entry", form: row.values.form, values };
      const [checked, found] = await took(() => noticing.draft(asked));
      draft.push(checked);
      await window.__rows("docs", (store) => store.put({ ...row, doc, values }), "readwrite");
      c.touched.add(doc);
      const [spent, noticed] = await took(() => noticing.about(doc));
      about.push(spent);
      waits.push((await took(() => noticing.waits()))[0]);
      told.found += noticed.length + found.length;
    }
    told[name] = { about, waits, draft };
  }
  return told;
}"""


def rows(entries: int, times: int) -> Iterator[Row]:
    """Yield the rows of a phone of a farm with so many entries, `times` more of each kind."""
    group = f"noticing, Chromium, a farm of {entries:,} entries, processor slowed {SLOWED}×"
    with tempfile.TemporaryDirectory(prefix="so-nha-nong-bench-") as folder, bench_server("sqlite") as server:
        review.fill_lists()
        home = server.household(server.phone("Bà Lụa", "Nhà Lụa"))
        append(home, review.entries_of(home, review.begin(home), entries))
        link = invite_to("Anh Nam", "Nhà Lụa", "member").url
        with Served(server.settings) as (port, _), sync_playwright() as driver:
            air = Air(port)
            phone = Phone(driver.chromium, Path(folder) / "profile", air)
            try:
                told = _measured(phone, link, entries + review.PLOTS + 1, times)
            finally:
                phone.close()
                air.close()
    assert told["found"] > 0, told
    yield Row(group, "the book read for the first time", told["first"], "ms")
    for name, what in (("spray", "a spraying"), ("harvest", "a harvest")):
        for kind, said in (
            ("about", "more: read, its groups judged again"),
            ("draft", "in the form: what would be noticed"),
            ("waits", "more: how long the season waits"),
        ):
            value, spread = median_of(told[name][kind])
            yield Row(group, f"{what} {said}", value, "ms", "≤ 100", "", spread, value <= 100)


def _measured(phone: Phone, link: str, docs: int, times: int) -> Any:
    manifest = json.loads((DIST / ".vite" / "manifest.json").read_text("utf-8"))
    phone.open(None)
    phone.join(link)
    phone.page.evaluate(TABLES)
    for _ in range(WAITED_MAX):
        has_lists = any(key.startswith("lists-version ") for key in phone.page.evaluate(LISTS, "meta"))
        if has_lists and phone.page.evaluate(COUNT, "docs") >= docs:
            break
        phone.page.wait_for_timeout(500)
    phone.lose_signal()
    client = phone.context.new_cdp_session(phone.page)
    client.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    return phone.page.evaluate(MEASURE, [f"/{manifest['src/app/noticing.ts']['file']}", times])
