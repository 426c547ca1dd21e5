"""The browser is killed while it saves, again and again: what said "saved" is there, the rest is a draft.

Each round draws at which write to the phone's database the whole browser dies, or that it dies as soon as it
has said "Đã lưu". `KILLS=100` makes so many rounds, `SEED` other ones. The power stays on: what hardware does
with a write is for a real phone (case 4).
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

from playwright.sync_api import Error

from sync.ids import b64_decode
from tests.journeys.house import House
from tests.journeys.log import ops_of
from tests.journeys.phone import Phone
from tests.server.pictures import make_jpeg

KILLS = int(os.environ.get("KILLS", "4"))
WRITES_MAX = 16
PROMISE = 1_000_000  # a save has fewer writes: it dies with the promise
NAME = "Tên thuốc"
# Counts what is asked of the database once armed; the promise on the screen counts as the last write.
WATCH = """
let left = 0
window.arm = (writes) => { left = writes }
const counted = () => {
  if (left > 0 && --left === 0) { window.die(false); while (true) {} } // frozen as it is
}
for (const name of ['add', 'put', 'delete']) {
  const real = IDBObjectStore.prototype[name]
  IDBObjectStore.prototype[name] = function (...all) { counted(); return real.apply(this, all) }
}
const looks = () => {
  if (left > 0 && document.body?.innerText.includes('Đã lưu trên máy')) { left = 0; window.die(true) }
}
new MutationObserver(looks).observe(document, { childList: true, subtree: true, characterData: true })
"""


class Mortal:
    """A phone whose browser dies where the page says so."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self.said = False

    def open(self) -> None:
        """Start the browser and the app, with what watches it."""
        self.phone.open(None)
        self.phone.context.expose_binding("die", self._die)
        self.phone.context.add_init_script(WATCH)
        self.phone.page.goto(self.phone.address)

    def _die(self, _source: object, said: bool) -> None:
        self.said = said
        self.phone.strike()

    def save(self, writes: int) -> bool:
        """Tap "Lưu" and die at that write; return whether "saved" was said before."""
        self.said = False
        self.phone.page.evaluate("(writes) => arm(writes)", writes)
        with suppress(Error):  # the browser is gone: that is how it ends
            self.phone.tap(self.phone.page.locator(".dock .btn.do"))
            self.phone.until(lambda: False, "the browser dies")
        self.phone.kill()
        return self.said

    def texts(self, table: str) -> str:
        """Return what a table of the phone holds, as text."""
        return json.dumps(self.phone.stored(table), ensure_ascii=False)


def test_case_003_what_said_saved_is_there_and_the_rest_is_a_draft(
    house: House, phone: Phone, farm: str, tmp_path: Path
) -> None:
    rng = Random(int(os.environ.get("SEED", "3")))
    phone.open(None)
    phone.join(house.invite_fast("Phạm Thị Lụa", farm))
    phone.waits_for_program()
    phone.lose_signal()
    phone.close()
    mortal, ends = Mortal(phone), {True: 0, False: 0}
    mortal.open()
    for number in range(KILLS):
        name = f"Thuốc số {number:03}"
        fill(phone, name, picture(tmp_path, number) if rng.random() < 0.4 else None)
        said = mortal.save(PROMISE if rng.random() < 0.5 else rng.randint(1, WRITES_MAX))
        ends[said] += 1
        mortal.open()
        phone.sees(phone.page.locator("main.form").or_(phone.button("Ghi nhật ký")))
        is_saved, is_draft = name in mortal.texts("ops"), name in mortal.texts("drafts")
        assert (is_saved, is_draft) in (((True, False),) if said else ((True, False), (False, True))), name
        assert pictures_of(phone) <= {one["bytes"] for one in phone.stored("blobs")}
    if phone.page.locator("main.form").is_visible():
        phone.save()
    saved = {one["id"] for one in phone.stored("ops")}
    phone.find_signal()
    phone.waits_for_sent()
    device = phone.stored("identities")[0]["device"]
    assert saved <= {one.id for one in ops_of(house, device)} | joins(phone)
    print(f"KILLS={KILLS}: {ends[True]} after the promise, {ends[False]} before it")


def fill(phone: Phone, name: str, photo: Path | None) -> None:
    """Write into the form that came back, or into a new one, until it is a draft."""
    if not phone.page.locator("main.form").is_visible():
        phone.go("")
        phone.begin("Phun thuốc")
    phone.type_into(NAME, name)
    if photo is not None:
        phone.photograph(photo)
    phone.until(lambda: name in json.dumps(phone.stored("drafts"), ensure_ascii=False), "the draft is kept")


def picture(folder: Path, number: int) -> Path:
    """Return a small photo that no other round takes."""
    path = folder / f"{number}.jpg"
    path.write_bytes(make_jpeg(400, 300, seed=number))
    return path


def pictures_of(phone: Phone) -> set[str]:
    """Return the hashes, in hex, of the pictures that the phone's own ops name."""
    bodies: list[dict[str, Any]] = [json.loads(one["body"]) for one in phone.stored("ops")]
    return {b64_decode(one["set"]["sha256"]).hex() for one in bodies if one["doc"].startswith("photo:")}


def joins(phone: Phone) -> set[str]:
    """Return the ids of what the phone holds of its own device."""
    return {one["id"] for one in phone.stored("ops") if not one["doc"].startswith(("entry:", "photo:"))}
