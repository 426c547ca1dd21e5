"""Where the pictures are taken: a demo, served, and its people on their phones and at their desks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import BrowserType

from tests.guides.camera import Camera
from tests.journeys.air import Air
from tests.journeys.desk import Desk
from tests.journeys.house import House
from tests.journeys.phone import Phone

_PART = re.compile(r"invitation for (.+?), dùng.*?\n\s*(http://\S+#i=\S+)", re.DOTALL)


@dataclass
class Stage:
    """A served demo; `phone` and `desk` let one of its people in."""

    browser: BrowserType
    house: House
    folder: Path
    camera: Camera = field(default_factory=Camera)
    _links: dict[str, str] = field(default_factory=dict)
    _open: list[Phone | Desk] = field(default_factory=list)

    def link(self, part: str) -> str:
        """Return the invitation for the part whose name in the demo begins like this, once."""
        if not self._links:
            said = self.house.command("demo", "links")
            self._links = dict(_PART.findall(said))
        name = next(name for name in self._links if name.startswith(part))
        return self._links.pop(name)

    def bare_phone(self, name: str) -> Phone:
        """Return a phone that has joined nothing."""
        phone = Phone(self.browser, self.folder / name, Air(self.house.port))
        self._open.append(phone)
        phone.open(None)
        return phone

    def phone(self, part: str) -> Phone:
        """Return the phone of a part, joined, with all of its book on it."""
        phone = self.bare_phone(part)
        link = self.link(part)
        phone.page.goto(phone.address + "/" + link[link.index("#") :])
        phone.tap("Đúng, bắt đầu ghi")
        phone.page.evaluate("navigator.serviceWorker?.ready.then(() => undefined)")
        phone.waits_for_sent()
        phone.go("")
        return phone

    def bare_desk(self, name: str) -> Desk:
        """Return a desk at which nobody is in; its browser holds whatever passkey is made."""
        desk = Desk(self.browser, self.house, self.folder / name)
        self._open.append(desk)
        desk.open(viewport={"width": 1240, "height": 700})
        return desk

    def desk(self, part: str) -> Desk:
        """Return the desk of a part, joined."""
        desk = self.bare_desk(part)
        desk.join(self.link(part))
        return desk

    def close(self) -> None:
        """Switch everything off."""
        for one in self._open:
            one.close()
            if isinstance(one, Phone):
                one.air.close()
