"""What the commune and its cooperatives tell everybody: for the public page, and as feeds for a portal.

Only what was published for everybody and runs today, and is not aimed at the staff alone. Feeds are plain
text: Atom (RFC 4287) with `type="text"`, JSON Feed 1.1 with `content_text`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from server.db import reading
from server.models.bulletins import Bulletin
from server.services.console_prices import PriceRow, rows_of
from server.store import bulletins as rows
from server.store import people
from sync.civil import add_days

ITEMS_MAX: Final = 50
PRICE_DAYS: Final = 30
ATOM: Final = "http://www.w3.org/2005/Atom"
_PUBLIC_GROUP: Final = "household"


@dataclass(frozen=True)
class Item:
    """One bulletin for everybody. `published_at`: ms; `by`: name of the organisation."""

    id: str
    kind: str
    title: str
    text: str
    urgent: bool
    by: str
    published_at: int
    ends_on: str


@dataclass(frozen=True)
class Site:
    """Where feeds say that they come from: address without a slash at its end, and their name."""

    base: str
    title: str


def items(today: str) -> list[Item]:
    """Return what everybody is told at a day, the newest first."""
    with reading() as session:
        names = {one.id: one.name for one in people.organisations(session)}
        found = rows.public(session, list(names), today, ITEMS_MAX)
        return [_item(one, names) for one in found if _is_for_everybody(one)]


def prices(today: str, language: str) -> list[PriceRow]:
    """Return the market prices of the last days, by product and market."""
    with reading() as session:
        organisations = [one.id for one in people.organisations(session)]
        found = rows.prices(session, organisations, add_days(today, -PRICE_DAYS))
        names = {p.code: p.name_en if language == "en" else p.name_vi for p in people.products(session)}
    return rows_of(found, names)


def atom(site: Site, found: Sequence[Item]) -> bytes:
    """Return the items as an Atom feed."""
    feed = Element("feed", {"xmlns": ATOM, "xml:lang": "vi"})
    _text(feed, "id", f"{site.base}/ban-tin/")
    _text(feed, "title", site.title)
    _text(feed, "updated", _moment(max((one.published_at for one in found), default=0)))
    SubElement(feed, "link", {"rel": "self", "href": f"{site.base}/ban-tin/atom.xml"})
    SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": f"{site.base}/ban-tin/"})
    for one in found:
        entry = SubElement(feed, "entry")
        _text(entry, "id", f"urn:uuid:{one.id}")
        _text(entry, "title", one.title)
        _text(entry, "updated", _moment(one.published_at))
        _text(entry, "published", _moment(one.published_at))
        _text(SubElement(entry, "author"), "name", one.by)
        SubElement(entry, "category", {"term": one.kind})
        SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": _address(site, one)})
        _text(entry, "content", one.text).set("type", "text")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(feed, encoding="unicode")}'.encode()


def json_feed(site: Site, found: Sequence[Item]) -> str:
    """Return the items as a JSON Feed."""
    told = [
        {
            "id": f"urn:uuid:{one.id}",
            "url": _address(site, one),
            "title": one.title,
            "content_text": one.text,
            "date_published": _moment(one.published_at),
            "authors": [{"name": one.by}],
            "tags": [one.kind, *(["urgent"] if one.urgent else [])],
            "language": "vi",
        }
        for one in found
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": site.title,
        "home_page_url": f"{site.base}/ban-tin/",
        "feed_url": f"{site.base}/ban-tin/feed.json",
        "language": "vi",
        "items": told,
    }
    return json.dumps(feed, ensure_ascii=False)


def _address(site: Site, one: Item) -> str:
    return f"{site.base}/ban-tin/{one.id}"


def _moment(ms: int) -> str:
    """Return a time as RFC 3339."""
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(parent: Element, name: str, text: str) -> Element:
    made = SubElement(parent, name)
    made.text = text
    return made


def _is_for_everybody(one: Bulletin) -> bool:
    groups = rows.listed(one.roles)
    return not groups or _PUBLIC_GROUP in groups


def _item(one: Bulletin, names: dict[str, str]) -> Item:
    by = names.get(one.organisation, "")
    return Item(one.id, one.kind, one.title, one.text, one.urgent, by, one.published_at or 0, one.ends_on)
