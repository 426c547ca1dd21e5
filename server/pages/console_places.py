"""The places of the console: where they stand, and which of them a role has in its head.

A place is there for whom the table of rights gives its page. `console_heads.json` names the few that a role
works with all day; the others stand in the menu "more", by group; those about oneself behind the own name.
Source: DESIGN §4 "The look"; LOOK.md, 11 and 13.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from server.auth import CONSOLE_PATH
from server.services.console import Staff

GROUPS: Final = ("diary", "goods", "commune", "people")
SELF: Final = "self"


@dataclass(frozen=True)
class Place:
    """A place, by the name of its page in the table of rights.

    `count` names the number of `console_waiting.Waiting` that stands beside it.
    """

    name: str
    path: str
    icon: str
    group: str
    count: str = ""


def _place(name: str, path: str, icon: str, group: str, count: str = "") -> Place:
    return Place(name, f"{CONSOLE_PATH}/{path}", icon, group, count)


PLACES: Final = (
    _place("cooperative", "hop-tac-xa", "calendar", "diary"),
    _place("inbox", "duyet", "approved", "diary", "inbox"),
    _place("entries", "", "book", "diary"),
    _place("held", "cho", "held", "diary", "held"),
    _place("farms", "ho", "today", "diary"),
    _place("questions", "hoi", "asked", "diary", "questions"),
    _place("dossier", "ho-so", "export", "diary"),
    _place("sensors", "may-do", "waterquality", "diary", "sensors"),
    _place("lists", "danh-muc", "bottle", "diary"),
    _place("sales", "mua-ban", "scale", "goods"),
    _place("lots", "lo", "harvest", "goods"),
    _place("products", "san-pham", "sack", "goods"),
    _place("shop", "gian-hang", "store", "goods"),
    _place("listings", "noi-ban", "open", "goods"),
    _place("recall", "thu-hoi", "stop", "goods"),
    _place("city", "cong-thanh-pho", "send", "goods"),
    _place("indicators", "chi-tieu", "calendar", "commune"),
    _place("bulletins", "ban-tin", "message", "commune"),
    _place("map", "ban-do", "map", "commune"),
    _place("trainings", "tap-huan", "book", "commune"),
    _place("reports", "bao-cao", "export", "commune"),
    _place("models", "mo-hinh", "seedling", "commune"),
    _place("proposals", "hien-ke", "message", "commune", "proposals"),
    _place("teams", "to-cong-nghe", "hands", "commune"),
    _place("key_products", "xa/san-pham-chu-luc", "sack", "commune"),
    _place("commune", "xa", "store", "commune"),
    _place("banks", "mua-ban/ngan-hang", "lock", "commune"),
    _place("people", "nguoi", "person", "people"),
    _place("devices", "may", "onphone", "people", "devices"),
    _place("requests", "xin", "hands", "people", "requests"),
    _place("account", "toi", "lock", SELF),
    _place("privacy", "rieng", "lock", SELF),
    _place("audit", "so-xem", "search", SELF),
)
_FILE: Final = Path(__file__).parents[1] / "data" / "console_heads.json"
# What a role works with all day; a line of the head at 1366 px holds eight.
HEADS: Final[Mapping[str, list[str]]] = json.loads(_FILE.read_text("utf-8"))


@dataclass(frozen=True)
class Head:
    """What one person finds: in the head, in the menu by group, behind the own name."""

    first: tuple[Place, ...]
    more: tuple[tuple[str, tuple[Place, ...]], ...]
    own: tuple[Place, ...]


def places_of(staff: Staff) -> Head:
    """Return the places of a staff member, each once."""
    seen = [one for one in PLACES if staff.may_see(one.name)]
    wanted = HEADS.get(staff.role, [])
    by_name = {one.name: one for one in seen}
    first = tuple(by_name[name] for name in wanted if name in by_name)
    rest = [one for one in seen if one not in first]
    grouped = ((group, tuple(one for one in rest if one.group == group)) for group in GROUPS)
    own = tuple(one for one in rest if one.group == SELF)
    return Head(first, tuple((group, places) for group, places in grouped if places), own)
