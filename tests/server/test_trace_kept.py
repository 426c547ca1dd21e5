"""A drawn trace page is kept, and gives way at once to whatever a log behind it says anew."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from server.db import db
from tests.server.lots import House
from tests.server.phones import start
from tests.server.test_bundles import bundle, publish
from tests.server.test_trace_page import CODE, HTML

PATH = f"/t/{CODE}"


@pytest.fixture
def house(app: Flask) -> House:
    start()
    return House(app)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def statements(client: FlaskClient) -> tuple[int, str]:
    """Open the page; return how many statements that took, and what it said."""
    said: list[str] = []

    def note(_c: object, _k: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        text = client.get(PATH, headers=HTML).text
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len([one for one in said if one.lstrip().upper().startswith("SELECT")]), text


def test_a_page_waits_for_the_log_then_is_kept_by_one_statement(house: House, client: FlaskClient) -> None:
    lot = publish(house)
    assert "Đang chờ ghi vào nhật ký công khai" in client.get(PATH, headers=HTML).text
    bundle(house, lot)
    drawn, first = statements(client)
    assert "không ai lùi giờ nhận" in first
    assert client.get(f"{PATH}/bundle.json").status_code == 200
    kept, again = statements(client)
    assert kept == 1 < drawn
    assert again == first


def test_a_recall_and_a_change_of_the_diary_show_with_the_next_request(
    house: House, client: FlaskClient
) -> None:
    lot = publish(house)
    bundle(house, lot)
    client.get(PATH, headers=HTML)
    house.lua.entry("CT-12", "2026-11-27", plots=[house.plot], season=house.season)
    assert (
        "chưa duyệt lại" not in client.get(PATH, headers=HTML).text
    )  # another harvest is none of this lot's
    recall = {"reason": "residue", "notice_vi": "Dư lượng cao", "decided_on": "2026-11-28"}
    house.manager.record(lot.doc, {"state": "recalled", "recall": recall})
    assert "Lô này đang thu hồi" in client.get(PATH, headers=HTML).text


def test_case_065_a_harvest_changed_after_publication_is_told(house: House, client: FlaskClient) -> None:
    lot = publish(house)
    bundle(house, lot)
    assert "chưa duyệt lại" not in client.get(PATH, headers=HTML).text
    source = json.loads(lot.wire["body"])["set"]
    house.lua.record(
        source["source.aaaaaaaa.entry"], {"quality": "pass"}, after=source["source.aaaaaaaa.heads"]
    )
    assert "chưa duyệt lại" in client.get(PATH, headers=HTML).text
