"""A farmer's phone: Chromium with a profile and an air of its own, and the taps of a person on it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, BrowserType, Locator, Page, expect

from tests.journeys.air import Air

SIZE = {"width": 360, "height": 640}
AGENT = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/156.0.0.0 Mobile Safari/537.36"
)
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",  # no card here: drawing by software without one in between is faster
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
WAIT_MS = 15_000
SERVED = "navigator.serviceWorker === undefined || navigator.serviceWorker.controller !== null"
Name = str | re.Pattern[str]


def chromium() -> str:
    """Return the browser of this machine.

    Raises: AssertionError, saying what to install.
    """
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    raise AssertionError("no Chromium on the PATH: install Debian's package `chromium`")


@dataclass
class Phone:
    """One browser profile. `open` starts the browser on it, `kill` is what Android does to it."""

    browser: BrowserType
    profile: Path
    air: Air
    flags: list[str] = field(default_factory=list)
    taps: int = 0
    errors: list[str] = field(default_factory=list)
    _context: BrowserContext | None = None
    _page: Page | None = None

    @property
    def page(self) -> Page:
        """Return the open page."""
        assert self._page is not None
        return self._page

    @property
    def context(self) -> BrowserContext:
        """Return the open browser."""
        assert self._context is not None
        return self._context

    @property
    def address(self) -> str:
        """Return where this phone reaches the server: through its air."""
        return f"http://localhost:{self.air.port}"

    def open(self, path: str | None = "/", *, at: datetime | None = None, **more: Any) -> Page:
        """Start the browser, by choice with a clock that starts at `at`; `path` None opens nothing yet."""
        self._context = self.browser.launch_persistent_context(
            self.profile,
            executable_path=chromium(),
            args=FLAGS + self.flags,
            **{
                "viewport": SIZE,
                "device_scale_factor": 2,
                "has_touch": True,
                "is_mobile": True,
                "user_agent": AGENT,
                "locale": "vi-VN",
                "timezone_id": "Asia/Ho_Chi_Minh",
                **more,
            },
        )
        self._context.set_default_timeout(WAIT_MS)
        if self.air.mode == "silent":
            self._context.set_offline(True)
        if at is not None:
            self._context.clock.install(time=at)
        self._page = self._context.pages[0] if self._context.pages else self._context.new_page()
        self._page.on("pageerror", lambda error: self.errors.append(str(error)))
        if path is not None:
            self._page.goto(self.address + path)
        return self._page

    def kill(self) -> None:
        """End the browser at once, as a phone without memory does: nothing is asked, nothing is flushed."""
        self.strike()
        self._forget()

    def strike(self) -> None:
        """Kill the browser's process and leave everything as it lies; `kill` tidies up behind it."""
        marks = (f"--user-data-dir={self.profile}".encode(), b"--type=")
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if marks[0] in words and not any(word.startswith(marks[1]) for word in words):
                os.kill(int(folder.name), signal.SIGKILL)

    def close(self) -> None:
        """End the browser in good order."""
        if self._context is not None:
            self._context.close()
        self._forget()

    def _forget(self) -> None:
        self._context = self._page = None
        # A killed browser leaves its lock; the next start on the same machine would refuse the profile.
        for name in ("SingletonLock", "SingletonCookie", "SingletonSocket"):
            (self.profile / name).unlink(missing_ok=True)

    # ---- the air

    def lose_signal(self) -> None:
        """Walk into a dead spot."""
        self.air.become("silent")
        self.context.set_offline(True)

    def find_signal(self) -> None:
        """Walk out of it."""
        self.air.become("clear")
        self.context.set_offline(False)

    # ---- what a person does

    def button(self, name: Name, within: Locator | None = None) -> Locator:
        """Return the button or link with these words."""
        place = within or self.page
        return place.get_by_role("button", name=name).or_(place.get_by_role("link", name=name)).first

    def tap(self, what: Name | Locator) -> None:
        """Tap once, on words or on a place; taps are counted."""
        where = what if isinstance(what, Locator) else self.button(what)
        where.tap()
        self.taps += 1

    def sees(self, what: Name | Locator) -> None:
        """Wait until these words are on the screen."""
        where = what if isinstance(what, Locator) else self.page.get_by_text(what).first
        expect(where).to_be_visible(timeout=WAIT_MS)

    def misses(self, what: Name | Locator) -> None:
        """Wait until these words are not on the screen."""
        where = what if isinstance(what, Locator) else self.page.get_by_text(what).first
        expect(where).to_be_hidden(timeout=WAIT_MS)

    def go(self, place: str) -> None:
        """Go to a place of the app by its address: `nhat-ky`, `gui`, `` for home."""
        self.page.evaluate("place => { location.hash = '#/' + place }", place)

    def home(self) -> None:
        """Go home by the bar."""
        self.go("")
        self.sees(self.button("Ghi nhật ký"))

    def join(self, link: str) -> None:
        """Open an invitation and say that this is one's own book."""
        self.page.goto(self.address + "/" + link[link.index("#") :])
        self.tap("Đúng, bắt đầu ghi")
        self.sees(self.button("Ghi nhật ký"))
        # Installed: from here on every part of the app is on the phone.
        self.waits_for_program()

    def join_with_season(self, link: str, plot: str, product: str) -> None:
        """Join, make a plot, and open a season on it."""
        self.join(link)
        self.make_plot(plot)
        self.open_season(product, plot)

    def begin(self, work: Name) -> None:
        """From home: "Ghi nhật ký", then the tile of a kind of work."""
        self.tap("Ghi nhật ký")
        tiles = self.page.locator(".tiles:not(.around) .tile")  # not those that Home has
        tile = tiles.filter(has_text=work).first
        if not tile.is_visible():
            self.sees(tiles.first)
            if not tile.is_visible():
                self.tap("Việc khác")
        self.tap(tile)
        self.sees(self.button("Lưu"))

    def type_into(self, label: Name, text: str) -> None:
        """Type into the box under a label."""
        field_ = self.field(label)
        box = field_.locator("input, textarea").first
        box.tap()
        self.taps += 1
        box.fill(text)

    def field(self, label: Name) -> Locator:
        """Return the section of one question of a form."""
        wanted = label if isinstance(label, re.Pattern) else re.compile(rf"^{re.escape(label)}")
        return (
            self.page.locator("section.field")
            .filter(has=self.page.locator("h2.label").filter(has_text=wanted))
            .last
        )

    def number(self, label: Name, digits: str) -> None:
        """Open the keypad of a question and type a number on it."""
        self.tap(self.field(label).locator("button.number, button.middle").first)
        pad = self.page.locator(".keys")
        for digit in digits:
            self.tap(pad.get_by_role("button", name=digit, exact=True))
        self.tap(self.page.get_by_role("dialog").get_by_role("button", name="Xong"))

    def photograph(self, file: Path | dict[str, Any]) -> None:
        """Give the form a picture through the phone's own camera or gallery."""
        before = self.page.locator(".photos .photo").count()
        self.page.set_input_files("input[type=file][capture]", file)
        expect(self.page.locator(".photos .photo")).to_have_count(before + 1, timeout=WAIT_MS)

    def save(self) -> None:
        """Tap "Lưu" and wait for the promise."""
        form = self.page.locator("main.form")
        self.sees(form)
        self.tap(self.page.locator(".dock .btn.do"))
        self.misses(form)  # it closes only after the durable write
        self.sees("Đã lưu trên máy")

    def again(self) -> None:
        """Record the same as last time: three taps from home."""
        self.tap("Ghi nhật ký")
        self.tap(self.page.locator("button.again"))
        self.save()

    def make_plot(self, name: str, kind: str = "Ruộng", sao: str = "2") -> None:
        """Make a plot on the farm's screen."""
        self.go("ruong")
        self.tap("Thêm thửa, ao")
        self.tap(self.field("Là gì?").get_by_role("button", name=kind, exact=True))
        self.type_into("Gọi là gì?", name)
        self.number("Rộng bao nhiêu?", sao)
        self.save()
        self.sees(self.page.locator(".plot", has_text=name))

    def open_season(self, product: str, plot: str, sector: str = "Trồng trọt") -> None:
        """Open a season on the farm's screen, begun today."""
        self.go("ruong")
        self.tap("Mở vụ mới")
        self.tap(self.field("Trồng hay nuôi?").get_by_role("button", name=sector))
        self.type_into("Cây gì, con gì?", product)
        self.tap(self.field("Ở đâu?").get_by_role("button", name=plot))
        self.tap(self.field("Bắt đầu ngày nào?").get_by_role("button"))
        self.tap(self.page.locator(".cell.now"))
        self.tap(self.field("Làm theo gì?").get_by_role("radio", name="VietGAP"))
        self.save()
        self.sees(self.page.locator(".plot", has_text=product).first)

    # ---- what is on it

    def stored(self, table: str) -> list[Any]:
        """Return the rows of one table of the phone's database; bytes as hex of their SHA-256."""
        return list(self.page.evaluate(READ_TABLE, table))

    def waits_for_sent(self) -> None:
        """Wait until the phone says that everything has been sent."""
        self.go("gui")
        # The outbox is written before "saved" is said; the count on the screen comes a moment after it.
        self.until(lambda: self.stored("outbox") == [], "the outbox is empty")
        self.sees("Đã gửi hết")

    def waits_for_program(self) -> None:
        """Wait until the program lies on the phone for when there is no coverage."""
        self.page.evaluate("navigator.serviceWorker?.ready.then(() => undefined)")
        self.until(lambda: bool(self.page.evaluate(SERVED)), "the program answers by itself")

    def until(self, asked: Callable[[], bool], say: str) -> None:
        """Wait for something that no screen shows, as `until` does."""
        until(self.page, asked, say)


def until(page: Page, asked: Callable[[], bool], say: str) -> None:
    """Wait for something that no screen shows; the page's own frames set the pace.

    Raises: AssertionError with `say` after as long as a person would wait.
    """
    end = time.monotonic() + WAIT_MS / 1000
    while not asked():
        assert time.monotonic() < end, say
        page.evaluate("() => new Promise(requestAnimationFrame)")


READ_TABLE = """
async (table) => {
  const names = await indexedDB.databases();
  const name = names.find((one) => one.name.startsWith('so-nha-nong')).name;
  const db = await new Promise((done, fail) => {
    const ask = indexedDB.open(name);
    ask.onsuccess = () => done(ask.result);
    ask.onerror = () => fail(ask.error);
  });
  const rows = await new Promise((done, fail) => {
    const ask = db.transaction(table).objectStore(table).getAll();
    ask.onsuccess = () => done(ask.result);
    ask.onerror = () => fail(ask.error);
  });
  db.close();
  const hex = async (bytes) =>
    [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))]
      .map((one) => one.toString(16).padStart(2, '0')).join('');
  const plain = async (value) => {
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return hex(value);
    if (value instanceof CryptoKey) return 'key';
    if (Array.isArray(value)) return Promise.all(value.map(plain));
    if (value !== null && typeof value === 'object') {
      const pairs = Object.entries(value).map(async ([name, one]) => [name, await plain(one)]);
      return Object.fromEntries(await Promise.all(pairs));
    }
    return value;
  };
  return Promise.all(rows.map(plain));
}
"""
