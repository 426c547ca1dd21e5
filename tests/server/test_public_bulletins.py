"""The public page of bulletins and its feeds: only what is for everybody, as text, with validators."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient

from sync.civil import add_days
from tests.server.consoles import fake_build
from tests.server.test_bulletins import EVIL, TODAY, Commune, shown

ATOM = "{http://www.w3.org/2005/Atom}"
FEEDS = ("/ban-tin/", "/ban-tin/atom.xml", "/ban-tin/feed.json", "/ban-tin/khung.html")
PLAIN = "<script>alert(1)</script> **đậm** [x](javascript:alert(1)) đảo ẩn"


@pytest.fixture
def commune(app: Flask, tmp_path: Path) -> Commune:
    fake_build(app, tmp_path)
    return Commune(app)


def atom_of(client: FlaskClient) -> ElementTree.Element:
    return ElementTree.fromstring(client.get("/ban-tin/atom.xml").data)  # noqa: S314 (our own feed)


class Tags(HTMLParser):
    """What an HTML text is made of: its tags and the attributes that could run something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.running: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.running += [name for name, value in attrs if name.startswith("on") or "script:" in (value or "")]


def test_feeds_tell_what_is_for_everybody_and_nothing_else(commune: Commune, client: FlaskClient) -> None:
    commune.write(title="Cho mọi người", is_public="1", text="Dòng một\nDòng hai")
    commune.write(title="Cho hợp tác xã")
    commune.write(title="Cho cán bộ", is_public="1", roles=["staff"])
    commune.write(title="Nháp", is_public="1", is_told=False)
    commune.write(title="Tuần sau", is_public="1", starts_on=shown(add_days(TODAY, 7)),
                  ends_on=shown(add_days(TODAY, 9)))  # fmt: skip
    gone = commune.write(title="Đã rút", is_public="1")
    commune.officer.done(f"/htx/ban-tin/{gone}/rut")
    feed = atom_of(client)
    [entry] = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(ATOM + name) for name in ("title", "content")] == [
        "Cho mọi người",
        "Dòng một\nDòng hai",
    ]
    assert feed.findtext(f"{ATOM}updated") == entry.findtext(f"{ATOM}updated")
    told = json.loads(client.get("/ban-tin/feed.json").data)
    assert told["version"] == "https://jsonfeed.org/version/1.1"
    assert [one["title"] for one in told["items"]] == ["Cho mọi người"]
    assert told["items"][0]["id"] == entry.findtext(f"{ATOM}id")
    for path in ("/ban-tin/", "/ban-tin/khung.html"):
        text = client.get(path).get_data(as_text=True)
        assert "Cho mọi người" in text
        assert "Cho hợp tác xã" not in text
        assert "Nháp" not in text
    assert client.get(f"/ban-tin/{gone}").status_code == 404
    uuid = told["items"][0]["url"].rpartition("/")[2]
    assert "Dòng hai" in client.get(f"/ban-tin/{uuid}").get_data(as_text=True)


def test_markup_in_a_bulletin_is_text_in_every_feed(commune: Commune, client: FlaskClient) -> None:
    commune.write(title=EVIL, text=f"]]> & {EVIL}", is_public="1")
    entry = atom_of(client).find(f"{ATOM}entry")
    assert entry is not None
    content = entry.find(f"{ATOM}content")
    assert content is not None
    assert (entry.findtext(f"{ATOM}title"), content.text, content.get("type")) == (
        PLAIN,
        f"]]> & {PLAIN}",
        "text",
    )
    [told] = json.loads(client.get("/ban-tin/feed.json").data)["items"]
    assert told["content_text"] == f"]]> & {PLAIN}"
    assert "content_html" not in told
    page, piece = (
        Tags(client.get(path).get_data(as_text=True)) for path in ("/ban-tin/", "/ban-tin/khung.html")
    )
    assert not (page.tags | piece.tags) & {"script", "b", "iframe"}
    assert not page.running + piece.running
    assert piece.tags == {"section", "h2", "a", "article", "h3", "p", "small"}
    policy = client.get("/ban-tin/khung.html").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors *" in policy


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_that_did_not_change_is_not_sent_again(
    commune: Commune, client: FlaskClient, path: str
) -> None:
    commune.write(is_public="1")
    first = client.get(path)
    assert first.status_code == 200
    assert "Set-Cookie" not in first.headers
    assert "public, max-age=" in first.headers["Cache-Control"]
    again = {"If-None-Match": first.headers["ETag"]}
    assert client.get(path, headers=again).status_code == 304
    commune.write(title="Tin mới", is_public="1")
    assert client.get(path, headers=again).status_code == 200
