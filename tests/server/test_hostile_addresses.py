"""Addresses that no page of ours writes: a clear answer, never a fault of the server, no foreign link."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.server.consoles import Browser, fake_build
from tests.server.diaries import Diary, diary_of
from tests.server.phones import slug, start


@pytest.fixture
def lua(app: Flask, client: FlaskClient, tmp_path: Path) -> Diary:
    """Give a farmer's diary on a server with a built console."""
    fake_build(app, tmp_path / "dist")
    (tmp_path / "dist" / "index.html").write_text("", "utf-8")
    start()
    return diary_of(client, "Phạm Thị Lụa", "Nhà Lụa")


@pytest.mark.parametrize("path", ["/%00", "/a%00.js", "/assets/..%00", "/" + "a" * 300, "/" + "a" * 5000])
def test_no_name_of_a_file_breaks_the_server(lua: Diary, path: str) -> None:
    answer = lua.phone.client.get(path)
    assert (answer.status_code, slug(answer)) == (404, "not_found")


@pytest.mark.parametrize("path", ["/htx/", "/htx/cho", "/htx/vao", "/api/v1/reference"])
@pytest.mark.parametrize("query", ["x=\xff\xfe", "toi=\xe1\xbb", "\xc3"])
def test_a_query_that_is_no_text_is_refused_as_such(app: Flask, lua: Diary, path: str, query: str) -> None:
    staff = Browser(app, "Chị Hoa").client
    for client in (staff, app.test_client()):
        answer = client.get(path, environ_overrides={"QUERY_STRING": query})
        assert (answer.status_code, slug(answer)) == (400, "bad_request")


@pytest.mark.parametrize(
    "query", ["endpoint=x", "_method=POST", "_scheme=javascript", "_external=1", "_anchor=x", "self=1"]
)
def test_a_list_leads_on_to_its_own_addresses_alone(app: Flask, lua: Diary, query: str) -> None:
    page = Browser(app, "Chị Hoa").text(f"/htx/?after=x&form=CT-10&{query}")
    assert 'href="/htx/?form=CT-10"' in page


def test_a_document_of_an_impossible_name_is_not_there(lua: Diary) -> None:
    for doc in ("%00", "entry:%00", "a" * 4000, "entry"):
        answer = lua.phone.client.get(
            f"/api/v1/scopes/{lua.scope}/documents/{doc}", headers=lua.phone.headers
        )
        assert (answer.status_code, slug(answer)) == (404, "not_found")
