"""EPCIS as other systems read it: one lot's document, and the query of all published lots."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.config import now_ms
from server.pages import epcis as page_module
from server.services import epcis as service
from server.services.tracing import MISSES_AN_HOUR
from tests.epcis_schema import faults
from tests.server.diaries import Sent, new_uuid
from tests.server.lots import CODE, SECOND, SPRAY, House, release
from tests.server.phones import slug, start

HIDDEN = "ZZZZZZZZ"


@pytest.fixture
def house(app: Flask) -> House:
    start()
    return House(app)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Give a system that nobody knows."""
    return app.test_client()


def history(house: House) -> Sent:
    """Make, pack and publish a lot, ship of it, lose of it by mistake; return its publication."""
    spray = house.entry("CT-10", "2026-11-01", **SPRAY)
    house.approve(spray)
    whole = house.lot(house.harvest(), code=HIDDEN)
    packed = house.manager.record(
        f"lot:{new_uuid()}", {"product": house.product, "code": CODE, "happened_on": "2026-11-22"}
    )
    house.event("pack", {whole.doc: "60"}, {packed.doc: "58"}, packs=116)
    house.event("ship", {whole.doc: "40"}, happened_on="2026-11-23")  # of the lot behind it: not its history
    published = release(house, packed)
    private = {"buyer": "Siêu thị Kín", "vehicle": "15C-123.45"}
    house.event("ship", {packed.doc: "20"}, at="05:30", happened_on="2026-11-24", private=private)
    lost = house.event("loss", {packed.doc: "30"}, happened_on="2026-11-25", reason="đổ xe nhà Lụa")
    taken_back = {"corrects": lost.doc, "corrects_because": "did_not_occur"}
    house.event("loss", {}, happened_on="2026-11-25", **taken_back)
    return published


def events(answer: TestResponse) -> list[dict[str, Any]]:
    """Return the events of a query's answer, after GS1's schema took it."""
    assert answer.status_code == 200, answer.text
    assert faults(answer.get_json()) == []
    found: list[dict[str, Any]] = answer.get_json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    return found


def query(client: FlaskClient, **asked: str) -> list[dict[str, Any]]:
    return events(client.get("/epcis/events", query_string=asked))


def test_a_lot_is_told_step_by_step_and_nothing_private(house: House, client: FlaskClient) -> None:
    history(house)
    answer = client.get("/t/7k3m-9qxa/epcis.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/ld+json")
    told = answer.get_json()
    assert faults(told) == []
    steps = [
        (one["type"], one["bizStep"].rpartition("#")[2], one["eventTime"][:16], "errorDeclaration" in one)
        for one in told["epcisBody"]["eventList"]
    ]
    assert steps == [
        ("ObjectEvent", "spraying", "2026-11-01T00:00", False),
        ("ObjectEvent", "harvesting", "2026-11-20T00:00", False),
        ("ObjectEvent", "commissioning", "2026-11-21T00:00", False),
        ("TransformationEvent", "packing", "2026-11-22T00:00", False),
        ("ObjectEvent", "shipping", "2026-11-24T05:30", False),
        ("ObjectEvent", "losing", "2026-11-25T00:00", True),
    ]
    for private in ("Lụa", "Kín", "15C", "ghi chú", "Đồng Cửa Đình", HIDDEN, "siêu thị"):
        assert private not in answer.text
    shipped = told["epcisBody"]["eventList"][4]
    assert shipped["quantityList"] == [{"epcClass": shipped["quantityList"][0]["epcClass"]}]
    again = client.get(f"/t/{CODE}/epcis.json").get_json()
    assert again["epcisBody"] == told["epcisBody"]
    [linked] = client.get(f"/t/{CODE}", headers={"Accept": "application/linkset+json"}).get_json(force=True)[
        "linkset"
    ]
    [link] = linked["https://ref.gs1.org/voc/epcis"]
    assert link["href"].endswith(f"/t/{CODE}/epcis.json")


def test_a_recall_is_told_at_once(house: House, client: FlaskClient) -> None:
    lot = history(house)
    recall = {"reason": "residue", "notice_vi": "Dư lượng cao", "decided_on": "2026-11-26"}
    house.manager.record(lot.doc, {"state": "recalled", "recall": recall}, after=[lot.id])
    [found] = query(client, EQ_disposition="recalled")
    assert (found["bizStep"], found["eventTime"][:10]) == ("holding", "2026-11-26")


def test_filters_find_what_the_standard_says(house: House, client: FlaskClient) -> None:
    history(house)
    everything = query(client)
    assert len(everything) == 6
    epc_class = everything[0]["quantityList"][0]["epcClass"]
    packing = everything[3]["eventID"]
    for asked, count in (
        ({"EQ_bizStep": "packing,shipping"}, 2),
        ({"EQ_bizStep": "urn:epcglobal:cbv:bizstep:packing"}, 1),
        ({"EQ_bizStep": "https://ref.gs1.org/cbv/BizStep-packing"}, 1),
        ({"EQ_bizStep": everything[0]["bizStep"]}, 1),
        ({"eventType": "TransformationEvent"}, 1),
        ({"EQ_action": "DELETE"}, 1),
        ({"EQ_eventID": packing}, 1),
        ({"GE_eventTime": "2026-11-22T00:00:00+07:00", "LT_eventTime": "2026-11-23T22:30:00Z"}, 1),
        ({"GE_eventTime": "2026-11-22T00:00:00+07:00"}, 3),
        ({"LT_recordTime": "2026-01-01T00:00:00Z"}, 0),
        ({"MATCH_anyEPCClass": epc_class}, 5),
        ({"MATCH_epc": epc_class}, 4),
        ({"MATCH_inputEPCClass": epc_class}, 0),
        ({"MATCH_outputEPCClass": epc_class, "EQ_disposition": "container_closed"}, 1),
        ({"MATCH_anyEPC": f"https://elsewhere.example/t/{CODE}"}, 0),
    ):
        assert len(query(client, **asked)) == count, asked


def test_pages_follow_each_other_and_miss_nothing(
    house: House, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    history(house)
    release(house, house.lot(house.harvest("2026-11-21"), code=SECOND))
    whole = [one["eventID"] for one in query(client)]
    assert len(whole) > 8
    monkeypatch.setattr(service, "LOTS_A_PAGE", 1)
    address, found, pages = "/epcis/events?perPage=4", [], 0
    while address:
        answer = client.get(address)
        some = events(answer)
        assert len(some) <= 4
        found += [one["eventID"] for one in some]
        pages += 1
        link = answer.headers.get("Link", "")
        address = link[1 : link.index(">")] if link else ""
    assert (found, pages) == (whole, 3)


@pytest.mark.parametrize(
    "asked",
    [
        "color=red", "GE_eventTime=2026-11-22", "GE_eventTime=hom-nay", "perPage=0", "perPage=101",
        "perPage=x", "nextPageToken=../..", "EQ_bizStep=", "EQ_bizStep=" + ",".join("abcdefghijklmnopqrstu"),
    ],
)  # fmt: skip
def test_a_filter_that_is_unknown_or_wrong_is_named(client: FlaskClient, asked: str) -> None:
    answer = client.get(f"/epcis/events?{asked}")
    assert (answer.status_code, slug(answer)) == (400, "bad_request")
    assert [one["pointer"] for one in answer.get_json()["errors"]] == [f"/{asked.partition('=')[0]}"]


def test_case_096_a_lot_that_nobody_published_is_not_there_and_guessing_is_slowed(
    house: House, client: FlaskClient
) -> None:
    house.lot(house.harvest())
    assert query(client) == []
    assert client.get(f"/t/{CODE}/epcis.json").status_code == 404
    for _ in range(MISSES_AN_HOUR - 1):
        assert query(client, MATCH_anyEPC=f"https://so.example/t/{CODE}") == []
    assert slug(client.get("/t/khong-phai/epcis.json")) == "too_many"
    assert slug(client.get(f"/epcis/events?MATCH_anyEPC=https://so.example/t/{CODE}")) == "too_many"


def test_whoever_asks_too_fast_is_slowed(
    client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    start()
    now = now_ms()
    monkeypatch.setattr(page_module, "now_ms", lambda: now)
    monkeypatch.setattr(page_module, "ASKS_A_MINUTE", 2)
    assert [client.get("/epcis/events").status_code for _ in range(3)] == [200, 200, 429]


def test_our_own_words_are_there_to_read(client: FlaskClient) -> None:
    words = client.get("/epcis/voc").get_json()["@graph"]
    assert {one["@id"].rpartition("#")[2] for one in words} >= {"harvesting", "spraying", "inputs"}
