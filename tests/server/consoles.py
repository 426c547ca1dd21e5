"""Staff browsers for tests, and what a page of theirs offers to sign."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

from flask import Flask

from server.config import now_ms
from server.db import run_write
from server.services.setup import add_organisation
from tests.server.authenticators import Authenticator, made_fields
from tests.server.diaries import NOON, Diary, Sent, diary_of, new_uuid
from tests.server.phones import enrolled

PAGES = ("/htx/", "/htx/cho", "/htx/cho?turned_down=1", "/htx/ho", "/htx/may")
OURS = {"Sec-Fetch-Site": "same-origin"}


def fake_build(app: Flask, folder: Path) -> None:
    """Give `app` a build of the console, so far as its pages ask for it."""
    (folder / ".vite").mkdir(parents=True)
    manifest = {
        "src/console/main.ts": {
            "file": "assets/console-1.js",
            "imports": ["_core.js"],
            "css": ["assets/c.css"],
        },
        "_core.js": {"file": "assets/core-1.js", "css": ["assets/core.css"]},
    }
    (folder / ".vite" / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    app.config["PWA_DIST"] = folder


class Browser:
    """A staff member's browser: a key, a passkey, the session of its pages."""

    def __init__(
        self, app: Flask, name: str, role: str = "reviewer", *, passkey: bool = True, **options: Any
    ) -> None:
        self.client = app.test_client()
        self.phone = enrolled(self.client, name, None, role, **options)
        self.diary = Diary(self.phone, "", {self.phone.shown["scope"]: 1})  # the join was the first
        self.key = Authenticator()
        self.passkey = ""
        if passkey:
            self.make_passkey()

    def make_passkey(self) -> None:
        """Make a passkey, sign its op, and go on with the session that it opens."""
        self.passkey = f"passkey:{new_uuid()}"
        fields = made_fields(self.phone, self.key)
        self.phone.passkey = self.key
        self.sign(self.phone.shown["scope"], self.passkey, fields, [])
        self.client.post("/htx/khoa", headers=OURS)

    def get(self, path: str) -> Any:
        """Ask for a page by the cookie alone."""
        return self.client.get(path)

    def text(self, path: str) -> str:
        """Return a page's source, entities read."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.get_data(as_text=True)[:300])
        return unescape(answer.get_data(as_text=True))

    def sign(self, scope: str, doc: str, fields: dict[str, Any], after: list[str], **more: Any) -> Any:
        """Sign and send an op as the page's script does; return its result."""
        return self.diary.send(self.diary.op(doc, fields, scope=scope, after=after, **more))[0]


def other_cooperative() -> str:
    """Make another cooperative of the commune and return its id."""
    return run_write(lambda session: add_organisation(session, "cooperative", "HTX Đoài", None, now_ms()).id)


def entry_path(diary: Diary, sent: Sent) -> str:
    """Return where an entry's page is."""
    return f"/htx/dong/{diary.farm}/{sent.uuid}"


def settles(page: str) -> list[dict[str, Any]]:
    """Return the conflicts of a page: what an op names, and the fields of each side."""
    found = []
    for form in re.findall(r"<form class=\"card clash\".*?</form>", page, re.S):
        after = re.search(r'data-after="([^"]*)"', form)
        sides = re.findall(r'data-public="(\{.*?\})?" data-private="(\{.*?\})"', form)
        assert after is not None
        found.append(
            {
                "after": after[1].split(),
                "sides": [(json.loads(public or "{}"), json.loads(private)) for public, private in sides],
            }
        )
    return found


def conflict_of_two(app: Flask, lua: Diary, **private: Any) -> Sent:
    """Let two phones of a household disagree on one entry."""
    thinh = diary_of(app.test_client(), "Ông Thịnh", "Nhà Lụa", "member")
    entry = lua.entry("CT-10", "2026-11-08", {"note": "Phun chiều"}, water={"amount": "1", "unit": "binh"})
    two = {"water": {"amount": "2", "unit": "binh"}}
    lua.record(entry.doc, two, after=[entry.id], recorded_at=NOON + 1)
    three = {"water": {"amount": "3", "unit": "binh"}}
    thinh.record(entry.doc, three, private or None, after=[entry.id], recorded_at=NOON + 2)
    return entry


def held_entry(app: Flask, lua: Diary) -> tuple[Diary, Sent]:
    """Let a phone that waits for its confirmation record something."""
    waiting = diary_of(app.test_client(), "Đặng Văn Sự", "Nhà Lụa", "member", confirm=True)
    waiting.scope = lua.scope
    made = waiting.op(f"entry:{new_uuid()}", {"form": "CT-12", "happened_on": "2026-11-07"})
    assert waiting.send(made)[0] == {"result": "held", "problem": "not_confirmed"}
    return waiting, made
