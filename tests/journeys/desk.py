"""A staff member's computer: Chromium with a profile of its own, at 1366×768."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, BrowserType, ConsoleMessage, Page, expect

from tests.journeys.house import ROOT, House
from tests.journeys.keys import Keys, keys_of
from tests.journeys.phone import FLAGS, WAIT_MS, chromium

HOME = re.compile(r"/htx/$")
FARMS = re.compile(r":[0-9]+/htx/ho$")
SIZE = {"width": 1366, "height": 768}
NARROW = {"width": 390, "height": 800}
AXE = ROOT / "pwa/node_modules/axe-core/axe.min.js"
EXPECTED = ("Failed to load resource", "The Cross-Origin-Opener-Policy header has been ignored")


@dataclass
class Desk:
    """One browser profile at an office."""

    browser: BrowserType
    house: House
    profile: Path
    flags: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    _context: BrowserContext | None = None
    _keys: Keys | None = None

    @property
    def context(self) -> BrowserContext:
        """Return the open browser."""
        assert self._context is not None
        return self._context

    @property
    def page(self) -> Page:
        """Return the open page."""
        return self.context.pages[0]

    def go_elsewhere(self, name: str) -> None:
        """Follow a place of the menu "more"."""
        self.page.locator("header").get_by_text("Trang khác").click()
        self.page.locator("header").get_by_role("link", name=name).click()

    def open(self, **more: Any) -> Page:
        """Start the browser on its profile."""
        self._context = self.browser.launch_persistent_context(
            self.profile,
            executable_path=chromium(),
            args=FLAGS + self.flags,
            **{"viewport": SIZE, "locale": "vi-VN", "timezone_id": "Asia/Ho_Chi_Minh", **more},
        )
        self._context.set_default_timeout(WAIT_MS)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._note)
        self._keys = keys_of(self.page)
        return self.page

    def close(self) -> None:
        """End the browser."""
        if self._context is not None:
            self._context.close()
            self._context = None

    def go(self, path: str) -> Page:
        """Open a page of the house."""
        self.page.goto(f"http://localhost:{self.house.port}{path}")
        return self.page

    @property
    def keys(self) -> Keys:
        """Return the authenticators of this browser."""
        assert self._keys is not None
        return self._keys

    def join(self, link: str) -> None:
        """Accept an invitation and make the passkey."""
        self.page.goto(link)
        self.page.get_by_role("button", name="Nhận, đây là tôi").click()
        self.page.get_by_role("button", name="Tạo khóa truy cập").click()
        self.page.wait_for_url(HOME)

    def only_button(self) -> None:
        """Be a browser whose fields offer no passkey by themselves, from the next page on."""
        self.page.add_init_script("PublicKeyCredential.isConditionalMediationAvailable = async () => false")

    def enter(self) -> None:
        """Touch the passkey on the way in."""
        self.page.get_by_role("button", name="Vào bằng khóa truy cập").click()
        self.page.wait_for_url(HOME)

    def sees(self, text: str) -> None:
        """Wait until a sentence is on the page, where a person sees it."""
        shown = self.page.get_by_text(text).locator("visible=true").first
        expect(shown).to_be_visible(timeout=WAIT_MS)

    def stored(self, store: str) -> list[Any]:
        """Return what a store of the console's database holds; of a key only whether it can be taken out."""
        return self.page.evaluate(
            """name => new Promise((resolve, reject) => {
                const asked = indexedDB.open("so-nha-nong-console");
                const plain = row => ({...row, privateKey: row.privateKey?.extractable});
                asked.onsuccess = () => {
                    const all = asked.result.transaction(name).objectStore(name).getAll();
                    all.onsuccess = () => { resolve(all.result.map(plain)); asked.result.close(); };
                };
                asked.onerror = () => reject(asked.error);
            })""",
            store,
        )

    def is_sound(self, shots: Path, name: str) -> list[str]:
        """Return what axe finds on the page, wide and narrow; keep both pictures."""
        found = []
        shots.mkdir(parents=True, exist_ok=True)
        for size in (SIZE, NARROW):
            self.page.set_viewport_size(size)  # type: ignore[arg-type]
            self.page.screenshot(path=shots / f"htx-{name}-{size['width']}.png", full_page=True)
            self.page.evaluate(AXE.read_text("utf-8"))  # by the debugger: the page's own policy forbids it
            violations = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
            where = f"{name} {size['width']}"
            found += [f"{where}: {one['id']} {one['nodes'][0]['target']}" for one in violations]
            wide = self.page.evaluate("document.documentElement.scrollWidth > innerWidth")
            found += [f"{where}: wider than the window"] if wide else []
        self.page.set_viewport_size(SIZE)  # type: ignore[arg-type]
        return found

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(EXPECTED):
            self.errors.append(message.text)
