"""The trace page: what was published is said openly, in both languages; all else is one friendly page."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.pages.console_words import LANGUAGES, Language
from server.pages.trace_page import rule_words
from server.services.scan_counts import rounded
from server.services.tracing import MISSES_AN_HOUR
from sync.codes import serial_of
from sync.ids import b64_encode
from tests.server.diaries import Diary, Sent
from tests.server.phones import start
from tests.server.test_lot_views import CODE, desk, doc, lot_fields

GTIN = "8938547458164"
SEED = bytes(range(16))
HTML = {"Accept": "text/html"}
WAITING = {
    "state": "kept", "last_use_on": "2026-10-24", "product": "Emamectin 5WG", "days": 7,
    "safe_from": "2026-10-31", "harvested_on": "2026-11-05",
}  # fmt: skip
STEP = {
    "kind": "CT-10", "name_vi": "Phun thuốc", "name_en": "Spraying", "on": "2026-10-24", "farm": "KT-0147",
    "recorded_at": 1_792_800_000_000, "received_at": 1_792_900_000_000, "reviewed_at": 1_793_000_000_000,
    "reviewed_role": "reviewer", "entry": "entry:019a0000-0000-7000-8000-000000000001",
    "inputs": [{"name": "Emamectin 5WG", "active": "emamectin", "wait": {"kind": "days", "days": 7}}],
}  # fmt: skip
FACTS: dict[str, Any] = {
    "v": 1, "code": CODE,
    "product": {"name_vi": "Cà chua", "name_en": "Tomatoes", "pictures": [], "gtin": GTIN},
    "producer": {"name": "HTX Đồng Xanh", "address": "Kiến Thụy, Hải Phòng"},
    "farms": [{"code": "KT-0147", "village": "Đoài", "commune": "Kiến Thụy"}],
    "harvested": {"from": "2026-11-05", "to": "2026-11-05"}, "expires_on": "2026-11-12",
    "amount": {"amount": "82", "unit": "kg"}, "standards": [{"name": "vietgap", "mark": "declared"}],
    "steps": [STEP, STEP | {"on": "2026-10-01", "late_days": 9, "amended": True, "entry": "entry:x"}],
    "waiting": WAITING, "findings": [{"rule": "late", "severity": "doubt", "count": 2}],
    "not_proven": ["standard_declared", "late"],
}  # fmt: skip


def publish(manager: Diary, facts: dict[str, Any] | None = None, **more: Any) -> Sent:
    """Make and publish a lot with the code of the tests; return the op."""
    lot = doc()
    made = manager.record(lot, lot_fields("82"))
    return manager.record(lot, {"state": "published", "facts": facts or FACTS, **more}, after=[made.id])


@pytest.fixture
def manager(app: Flask) -> Diary:
    start()
    return desk(app, "manager")


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Give a browser that nobody knows."""
    return app.test_client()


def page(client: FlaskClient, path: str = f"/t/{CODE}", status: int = 200, **headers: str) -> str:
    answer = client.get(path, headers=HTML | headers)
    assert answer.status_code == status, answer.text
    assert "Set-Cookie" not in answer.headers
    return answer.text


def test_work_of_one_form_and_two_names_is_told_as_two(manager: Diary, client: FlaskClient) -> None:
    work = STEP | {"kind": "CT-07", "inputs": []}
    sown, watered = (
        {**work, "name_vi": name, "entry": f"entry:{name}"} for name in ("Gieo trồng", "Tưới nước")
    )
    publish(manager, FACTS | {"steps": [sown, watered, watered]})
    said = page(client)
    assert "Tưới nước, 2 lần" in said
    assert "Gieo trồng," not in said


def test_the_first_screen_says_what_who_when_and_what_is_doubtful(
    manager: Diary, client: FlaskClient
) -> None:
    publish(manager)
    said = page(client)
    order = ["Cà chua", "7K3M-9QXA", "HTX Đồng Xanh làm ra", "Đã đủ ngày cách ly", "24/10", "7 ngày", "31/10"]
    order += ["thêm 5 ngày mới thu", "Điểm cần xem", "Ai làm ra"]
    places = [said.index(one) for one in order]
    assert places == sorted(places)
    for text in (
        "hoạt chất emamectin",
        "ghi muộn 9 ngày",
        "có sửa sau khi ghi",
        "82\u00a0kg",
        "Dư lượng thuốc",
    ):
        assert text in said
    assert "chưa ghi giấy chứng nhận" in said
    english = page(client, f"/t/{CODE}?tieng=en")
    for text in ("Tomatoes", "Waiting time kept", "written 9 days late", "Harvested 5/11/2026"):
        assert text in english
    assert "Tomatoes" in page(client, **{"Accept-Language": "en-GB,vi;q=0.5"})
    assert len(gzip.compress(said.encode())) < 12_000


def test_a_page_is_one_address_whatever_the_case_and_is_cached_until_it_changes(
    manager: Diary, client: FlaskClient
) -> None:
    lot = publish(manager)
    for path in ("/t/7k3m-9qxa", f"/T/{CODE}", f"/01/0{GTIN}/10/{CODE}"):
        assert "Cà chua" in page(client, path)
    first = client.get(f"/t/{CODE}", headers=HTML)
    tag = {"If-None-Match": first.headers["ETag"]}
    assert client.get(f"/t/{CODE}", headers=HTML | tag).status_code == 304
    assert {"Accept", "Accept-Language"} <= {one.strip() for one in first.headers["Vary"].split(",")}
    recall = {"reason": "residue", "notice_vi": "Dư lượng cao <b>", "decided_on": "2026-11-12"}
    manager.record(lot.doc, {"state": "recalled", "recall": recall}, after=[lot.id])
    recalled = client.get(f"/t/{CODE}", headers=HTML | tag)
    assert recalled.status_code == 200
    assert recalled.text.index("Lô này đang thu hồi") < recalled.text.index("Cà chua</h1>")
    assert "Dư lượng cao &lt;b&gt;" in recalled.text


@pytest.mark.parametrize(
    "path", ["/t/7K3M9QXB", "/t/khong-phai", f"/01/0{GTIN}/10/7K3M9QXB", "/01/1/10/2", f"/t/{CODE}/ABC"]
)
def test_case_096_unknown_mistyped_and_guessed_codes_are_one_page(
    manager: Diary, client: FlaskClient, path: str
) -> None:
    publish(manager)
    said = page(client, path, 404)
    assert "Không tìm thấy mã này" in said
    assert "Cà chua" not in said
    machine = client.get(path, headers={"Accept": "application/json"})
    assert (machine.status_code, machine.mimetype) == (404, "application/problem+json")


def test_a_lot_that_was_not_published_is_a_code_that_is_not_there(
    manager: Diary, client: FlaskClient
) -> None:
    manager.record(doc(), lot_fields("82"))
    there, nowhere = page(client, status=404), page(client, "/t/00000000", 404)
    assert there.replace(CODE, "") == nowhere.replace("00000000", "")


def test_case_096_whoever_guesses_is_slowed_and_known_codes_stay_open(
    manager: Diary, client: FlaskClient
) -> None:
    publish(manager)
    for _ in range(MISSES_AN_HOUR):
        page(client, "/t/00000000", 404)
    answer = client.get("/t/00000001", headers=HTML)
    assert (answer.status_code, "Retry-After" in answer.headers) == (429, True)
    assert "Thử mã nhiều lần quá" in answer.text
    assert "Cà chua" in page(client)


def test_the_same_as_json_and_as_a_link_set(manager: Diary, client: FlaskClient) -> None:
    publish(manager)
    told = client.get(f"/t/{CODE}", headers={"Accept": "application/json"}).get_json()
    assert (told["facts"], told["state"], told["recall"]) == (FACTS, "published", None)
    answer = client.get(f"/01/0{GTIN}/10/{CODE}", headers={"Accept": "application/linkset+json"})
    assert answer.mimetype == "application/linkset+json"
    [linked] = json.loads(answer.data)["linkset"]
    assert linked["anchor"].endswith(f"/01/0{GTIN}/10/{CODE}")
    assert [one["hreflang"] for one in linked["https://ref.gs1.org/voc/pip"]] == [["vi"], ["en"]]
    assert client.get(f"/01/09506000134352/10/{CODE}", headers=HTML).status_code == 404


def test_case_104_a_label_says_its_number_and_how_often_it_was_scanned(
    manager: Diary, client: FlaskClient
) -> None:
    lot = publish(manager)
    run = doc("label")
    fields = {"lot": lot.doc, "kind": "serial", "sheet": "a4_65", "count": 100, "happened_on": "2026-11-06"}
    first = manager.record(run, fields, {"seed": b64_encode(SEED)})
    serial = serial_of(SEED, 42)
    said = page(client, f"/T/{CODE}/{serial}")
    assert "Tem số 42" in said
    assert "lần đầu tem này được quét" in said
    assert "đã quét 2 lần" in page(client, f"/t/{CODE}/{serial.lower()}")
    assert "đã quét 3 lần" in page(client, f"/01/0{GTIN}/10/{CODE}/21/{serial[:20]}")
    for _ in range(20):
        said = page(client, f"/t/{CODE}/{serial}")
    assert "có thể đã bị chép" in said
    for other in (serial_of(SEED, 101), serial_of(bytes(16), 42)):
        assert "Tem số" not in page(client, f"/t/{CODE}/{other}", 404)
    manager.record(run, {"voided": [[40, 45]], "void_reason": "rách"}, after=[first.id])
    page(client, f"/t/{CODE}/{serial}", 404)
    assert "Tem số 46" in page(client, f"/t/{CODE}/{serial_of(SEED, 46)}")


def test_case_097_103_a_page_says_what_the_list_allows_and_text_stays_text(
    manager: Diary, client: FlaskClient
) -> None:
    evil = "<script>alert(1)</script>"
    facts = FACTS | {
        "product": {"name_vi": evil, "name_en": evil, "pictures": [evil]},
        "farms": [{"code": evil, "phone": "0912345678"}],
        "person": "Nguyễn Thị Lụa", "steps": [STEP | {"note": "nhà ở ngã ba", "name_vi": evil}],
    }  # fmt: skip
    publish(manager, facts)
    said = page(client)
    assert "<script>" not in said
    for private in ("0912345678", "Lụa", "ngã ba"):
        assert private not in said
    assert client.get(f"/t/{CODE}/anh/0").status_code == 404
    assert client.get(f"/t/{CODE}/anh/9").status_code == 404


@pytest.mark.parametrize(
    ("waiting", "said"),
    [
        ({"state": "unknown", "product": "Thuốc lạ"}, "Chưa rõ thời gian cách ly"),
        ({"state": "not_needed", "harvested_on": "2026-11-05"}, "Nhật ký không ghi thuốc nào phải chờ"),
        (WAITING | {"state": "broken", "safe_from": "2026-11-07", "days": 14}, "Thu sớm 2 ngày"),
        (WAITING | {"safe_from": "2026-11-07"}, "Chưa rõ thời gian cách ly"),  # the sum says other
        (WAITING | {"days": None}, "Chưa rõ thời gian cách ly"),
        ({"state": "fine"}, "Chưa rõ thời gian cách ly"),
        (None, "Chưa rõ thời gian cách ly"),
        ({"state": "kept"}, "Chưa rõ thời gian cách ly"),
    ],
)  # fmt: skip
def test_the_verdict_never_guesses(manager: Diary, client: FlaskClient, waiting: Any, said: str) -> None:
    publish(manager, FACTS | {"waiting": waiting})
    assert said in page(client)


def test_an_override_and_its_reason_are_said(manager: Diary, client: FlaskClient) -> None:
    publish(manager, override={"rules": ["early_harvest"], "reason_vi": "Đã kiểm nghiệm đạt"})
    assert "lý do: Đã kiểm nghiệm đạt" in page(client)


def test_case_071_a_clock_that_no_calendar_holds_breaks_neither_the_page_nor_its_events(
    manager: Diary, client: FlaskClient
) -> None:
    uuid = "019a0000-0000-7000-8000-00000000000a"
    step = {**STEP, "recorded_at": 2**53 - 1, "entry": f"entry:{uuid}"}
    publish(manager, FACTS | {"steps": [step]})
    assert "9007199254740991 ms" in page(client)
    events = client.get(f"/t/{CODE}/epcis.json").get_json()["epcisBody"]["eventList"]
    [told] = [one for one in events if one["eventID"].endswith(uuid)]
    assert "snn:recorded_at" not in told


def test_facts_of_a_foreign_shape_break_nothing(manager: Diary, client: FlaskClient) -> None:
    odd = {name: value for name in FACTS for value in (7,)}
    publish(manager, odd | {"steps": [1, {"kind": 3, "photos": [None], "inputs": ["x"]}], "farms": {"a": 1}})
    assert "Chưa rõ thời gian cách ly" in page(client)


def test_the_typed_code_leads_to_its_page(client: FlaskClient) -> None:
    assert "Tra mã trên tem" in page(client, "/t/")
    answer = client.get("/t/?ma=7k3m%209qxa", headers=HTML)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/t/{CODE}")
    assert "Chưa đúng" in page(client, "/t/?ma=https://evil.example", 400)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_rule_noticed_needs_no_facts_in_its_few_words(language: Language) -> None:
    for code, said in rule_words(language).items():
        assert "{" not in said, code


def test_counts_are_shown_in_steps() -> None:
    assert [rounded(one) for one in (0, 9, 10, 19, 20, 49, 50, 99, 100, 250, 999, 1000, 12_345)] == [
        0, 0, 10, 10, 20, 20, 50, 50, 100, 200, 500, 1000, 10_000,
    ]  # fmt: skip


def test_a_second_lot_of_the_same_code_never_takes_the_page(manager: Diary, client: FlaskClient) -> None:
    publish(manager)
    other = FACTS | {"product": {"name_vi": "Hàng giả", "name_en": "", "pictures": []}}
    publish(manager, other)
    assert "Hàng giả" not in page(client)
