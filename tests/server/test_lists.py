"""Reference lists: what a file says, what counts on which day, what phones get."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.config import now_ms
from server.db import reading, run_write
from server.errors import ServiceError
from server.models.people import Organisation
from server.services.list_files import read_lines
from server.services.list_rows import read_rows
from server.services.list_versions import about_of, add_version, settle
from server.services.lists import lists_for
from server.services.seed_lists import load_lists
from server.store.tables import write_csv, write_xlsx
from sync.lists import Lists, find, find_banned, is_listed, uses_of
from sync.lists_wire import lists_from_wire, lists_to_wire
from tests.server.phones import Phone, enrolled, start

SENTENCES = (
    "Tuyệt đối không dùng từ khi lúa trỗ", "Không xác định vì phun trước khi lúa trổ", "Không khuyến cáo",
    "Không xác định", "Khụng dựng khi lúa trỗ", "3 ngày", "0 ngày", "1.0 lít/ha", "", "không", "0.0", "-",
)  # fmt: skip
HEAD = ["Tên thương phẩm", "Hoạt chất", "Cây trồng", "Dịch hại", "Liều lượng", "Thời gian cách ly"]


@pytest.fixture
def commune(app: Flask) -> str:
    """The commune of a server that is set up."""
    start()
    with reading() as session:
        return session.query(Organisation).filter_by(kind="commune").one().id


def bring(
    organisation: str, data: bytes, day: str = "2026-01-01", kind: str = "pesticide", *, is_whole: bool = True
) -> None:
    """Let the rows of a file count."""
    about = about_of(kind, f"Danh mục {day}", "V2", day, is_whole=is_whole)
    found = read_rows(kind, read_lines(data))

    def work(session: Any) -> None:
        settle(session, add_version(session, organisation, about, found, now_ms(), None), now_ms(), None)

    run_write(work)


def table(*rows: list[str]) -> bytes:
    """Return a CSV file with the usual head."""
    return write_csv([HEAD, *rows])


def labels(count: int) -> list[dict[str, Any]]:
    """Return labels as a public list has them, every waiting time of `SENTENCES` on them and two numbers."""
    texts = [*SENTENCES, "7", "7 – 10"]
    return [
        {
            "trade_name": f"Mẫu {n}EC", "active_ingredient": "Hoạt chất A", "content": f"{n}.5% w/w",
            "group": "Thuốc trừ sâu", "toxicity": {"WHO": "2"}, "registrant": "Công ty Mẫu",
            "uses": [
                {"crop": "lúa", "pest": f"sâu {k}", "dose": "0.3 - 0.5 lít/ha", "phi_text": text}
                for k, text in enumerate(texts)
            ],
        }
        for n in range(count)
    ]  # fmt: skip


def test_a_label_that_says_no_number_of_days_never_becomes_one_and_keeps_its_text(commune: str) -> None:
    lines = read_lines(json.dumps(labels(30), ensure_ascii=False).encode())
    found = read_rows("label", lines)
    assert (found.bad, len(found.rows), found.uses) == ([], 30, 30 * 14)
    uses = [use for row in found.rows for use in row.data["uses"]]
    for _, _, dose_text, dose, phi_text, kind, days, _ in uses:
        assert dose_text == "0.3 - 0.5 lít/ha"
        assert dose == [["0.3", "0.5", "l/ha"]]
        is_number = phi_text in ("7", "7 – 10")
        assert (kind == "days", days is None) == (is_number, not is_number), phi_text
        assert days in (None, 7, 10)
    told = {text for (what, text) in found.unread if what.startswith("phi_")}
    assert told == set(SENTENCES)
    assert sum(len(at) for at in found.unread.values()) == 30 * len(SENTENCES)


@pytest.mark.parametrize("write", [write_csv, lambda rows: write_xlsx("Danh mục", rows)])
def test_one_list_reads_the_same_from_a_table_and_from_json(write: Any) -> None:
    items = labels(3)
    rows = [HEAD] + [
        [one["trade_name"], f"{one['active_ingredient']} {one['content']}", *list(use.values())[:4]]
        for one in items
        for use in one["uses"]
    ]
    from_json = read_rows("pesticide", read_lines(json.dumps(items).encode()))
    from_table = read_rows("pesticide", read_lines(write(rows)))
    assert [one.data["uses"] for one in from_table.rows] == [one.data["uses"] for one in from_json.rows]
    assert [one.data["active"] for one in from_table.rows] == [one.data["active"] for one in from_json.rows]


def test_a_list_of_targets_keeps_each_pest_with_its_crop() -> None:
    item = {
        "trade_name": "Mẫu 5EC",
        "targets": [{"pests": ["sâu tơ", "rệp"], "crops": ["bắp cải"]}, {"pests": ["rầy"], "crops": ["lúa"]}],
        "source_circular": "Thông tư mẫu", "valid_from": "2026-02-10", "valid_to": None,
    }  # fmt: skip
    [row] = read_rows("pesticide", read_lines(json.dumps({"items": [item]}).encode())).rows
    assert [use[:2] for use in row.data["uses"]] == [
        ["bắp cải", "sâu tơ"], ["bắp cải", "rệp"], ["lúa", "rầy"],
    ]  # fmt: skip
    assert (row.data["source"], row.data["valid_from"]) == ("Thông tư mẫu", "2026-02-10")


@pytest.mark.parametrize(
    ("cells", "key"),
    [
        ({"name": "", "crop": "lúa"}, "not_list_name"),
        ({"name": "Mẫu", "valid_from": "31/02/2026"}, "not_list_date"),
        ({"name": "Mẫu", "valid_from": "2026-02-10", "valid_to": "1/1/2026"}, "not_list_days"),
        ({"name": "M" * 201}, "not_short"),
        ({"name": "Mẫu", "crop": "l" * 501}, "not_short"),
        ({"name": "Mẫu", "crop": "gà", "phi": "7", "produce": "lông"}, "not_list_produce"),
        ({"name": "mẫu TỐT", "active": "Chất khác"}, "not_list_same"),
    ],
)
def test_a_line_that_can_not_be_read_is_left_out_and_named(cells: dict[str, str], key: str) -> None:
    good = {"name": "Mẫu tốt", "active": "Chất A", "crop": "lúa", "phi": "7"}
    found = read_rows("pesticide", read_lines(json.dumps([good, cells, good | {"crop": "ngô"}]).encode()))
    assert [(line, told) for line, told, _ in found.bad] == [(2, key)]
    assert [len(row.data["uses"]) for row in found.rows] == [2]


def test_the_list_of_the_day_counts_and_the_one_before_it_ends(commune: str) -> None:
    bring(
        commune,
        table(["Cũ 5EC", "A", "lúa", "rầy", "", "7"], ["Chung 1SL", "B", "", "", "", ""]),
        "2025-01-01",
    )
    bring(
        commune,
        table(["Mới 5EC", "A", "lúa", "rầy", "", "9"], ["Chung 1SL", "B", "", "", "", ""]),
        "2026-02-10",
    )
    found = lists_for(commune)
    days = ("2024-12-31", "2025-01-01", "2026-02-09", "2026-02-10")
    assert [is_listed(found, "cu 5ec", day) for day in days] == [
        "not_loaded", "listed", "listed", "not_listed",
    ]  # fmt: skip
    assert [is_listed(found, "MỚI 5EC", day) for day in ("2026-02-09", "2026-02-10")] == [
        "not_listed",
        "listed",
    ]
    common = find(found, "Chung 1SL", "2026-06-01")
    assert common is not None
    assert (common.valid_from, common.valid_to) == ("2025-01-01", "")  # one entry of both lists
    assert is_listed(found, "Thuốc thú y", "2026-06-01", "veterinary") == "not_loaded"


def test_meat_eggs_and_milk_are_waited_for_apart_in_a_list(commune: str) -> None:
    head = ["Tên thương phẩm", "Vật nuôi", "Thời gian ngừng thuốc", "Ngừng thuốc cho"]
    rows = [
        ["Thú Y 10%", "gà", "7", "Thịt"],
        ["Thú Y 10%", "gà", "3", "trứng"],
        ["Thú Y 10%", "bò", "không", "SỮA"],
    ]
    bring(commune, write_csv([head, *rows]), kind="veterinary")
    found = lists_from_wire(lists_to_wire(lists_for(commune)))
    assert [(one.crop, one.produce, one.phi_days) for one in uses_of(found, "thú y 10%", "2026-06-01")] == [
        ("gà", "meat", 7), ("gà", "eggs", 3), ("bò", "milk", None),
    ]  # fmt: skip


def test_a_ban_ends_where_it_says_so_and_where_the_next_list_leaves_it_out(commune: str) -> None:
    head = ["Hoạt chất", "Hiệu lực đến"]
    first = write_csv([head, ["Chất Một", ""], ["Chất Hai", "30/06/2025"], ["Chất Ba", ""]])
    bring(commune, first, "2025-01-01", "banned")
    bring(commune, write_csv([head, ["Chất Một", ""]]), "2026-02-10", "banned")
    found = lists_from_wire(lists_to_wire(lists_for(commune)))
    days = ("2024-12-31", "2025-01-01", "2025-06-30", "2025-07-01", "2026-02-09", "2026-02-10")
    told = {
        name: [day for day in days if find_banned(found, f"{name} 50%", day)]
        for name in ("Chất Một", "Chất Hai", "Chất Ba")
    }
    assert told == {"Chất Một": list(days[1:]), "Chất Hai": list(days[1:3]), "Chất Ba": list(days[1:5])}
    assert len(found.banned) == 3  # one entry of both lists


def test_the_same_list_read_anew_takes_the_place_of_the_first_reading(commune: str) -> None:
    bring(commune, table(["Sai tên 5EC", "A", "", "", "", ""]))
    before = lists_for(commune).version
    bring(commune, table(["Đúng tên 5EC", "A", "", "", "", ""]))
    found = lists_for(commune)
    assert found.version != before
    assert set(found.products) == {"dung ten 5ec"}


def test_an_older_list_that_comes_later_counts_until_the_newer_began(commune: str) -> None:
    bring(commune, table(["Mới", "A", "", "", "", ""]), "2026-02-10")
    bring(commune, table(["Cũ", "A", "", "", "", ""]), "2025-01-01")
    found = lists_for(commune)
    assert [is_listed(found, "cũ", day) for day in ("2026-02-09", "2026-02-10")] == ["listed", "not_listed"]


def test_a_table_of_labels_tells_of_uses_and_permits_nothing(commune: str) -> None:
    bring(commune, json.dumps(labels(2)).encode(), kind="label")
    found = lists_for(commune)
    assert is_listed(found, "Mẫu 1EC", "2026-06-01") == "not_loaded"
    assert len(uses_of(found, "Mẫu 1EC", "2026-06-01", "lúa")) == 14


def test_the_seed_is_31_banned_lines_with_their_mark_and_products_that_permit_nothing(commune: str) -> None:
    assert load_lists(commune, now_ms()) == 2
    assert load_lists(commune, now_ms()) == 0
    found = lists_for(commune)
    assert len(found.banned) == 31
    assert {(one.mark, one.valid_from) for one in found.banned} == {("V2", "2026-02-10")}
    for text, name in (("Captan 50%", "Captan"), ("muối thủy ngân", "Mercury (Hg)"), ("2,4,5-T", "2,4,5-T")):
        banned = find_banned(found, text, "2026-03-01")
        assert banned is not None
        assert banned.active == name
    assert find_banned(found, "Captan", "2026-02-09") is None
    told = [one for same in found.products.values() for one in same]
    assert len(told) >= 12
    assert {(one.mark, one.permits) for one in told} == {("R", False)}
    assert {use.phi_kind for one in told for use in one.uses} == {"unknown"}


def fetch(phone: Phone, **headers: str) -> Any:
    """Ask for the lists."""
    return phone.client.get("/api/v1/lists", headers=phone.headers | headers)


def test_phones_get_the_lists_packed_once_and_only_when_they_changed(
    client: FlaskClient, commune: str
) -> None:
    bring(commune, table(["Mẫu 5EC", "A", "lúa", "rầy", "0.3 lít/ha", "7"]))
    phone = enrolled(client, "Bùi Thị Mận", "Hộ bà Mận")
    first = fetch(phone, **{"Accept-Encoding": "gzip"})
    assert first.headers["Content-Encoding"] == "gzip"
    found = lists_from_wire(json.loads(gzip.decompress(first.get_data())))
    assert [is_listed(found, name, "2026-06-01") for name in ("mau 5ec", "Khác")] == ["listed", "not_listed"]
    plain = fetch(phone, **{"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert plain.get_data() == gzip.decompress(first.get_data())
    tag = first.headers["ETag"]
    assert fetch(phone, **{"If-None-Match": tag}).status_code == 304
    told = client.get("/api/v1/reference", headers=phone.headers).get_json()["lists"]
    assert told == {"version": found.version, "bytes": len(plain.get_data())}
    bring(commune, table(["Mẫu 5EC", "A", "lúa", "rầy", "0.3 lít/ha", "9"]), "2026-05-01")
    assert fetch(phone, **{"If-None-Match": tag}).status_code == 200
    assert client.get("/api/v1/lists").status_code == 401


def test_case_069_a_cooperatives_own_list_counts_for_nobody_else(client: FlaskClient, commune: str) -> None:
    bring(commune, table(["Chung", "A", "", "", "", ""]))
    phone = enrolled(client, "Bùi Thị Mận", "Hộ bà Mận")
    with reading() as session:
        own = session.query(Organisation).filter_by(name="HTX Thụy Hương").one().id
    bring(own, table(["Riêng", "B", "", "", "", ""]), is_whole=False)
    ours = lists_from_wire(json.loads(fetch(phone).get_data()))
    assert set(ours.products) == {"chung", "rieng"}
    assert set(lists_for(commune).products) == {"chung"}


def test_lists_that_were_never_loaded_are_empty_and_say_so(client: FlaskClient, commune: str) -> None:
    phone = enrolled(client, "Bùi Thị Mận", "Hộ bà Mận")
    found = lists_from_wire(json.loads(fetch(phone).get_data()))
    assert found == Lists(version=found.version)
    assert is_listed(found, "Gì cũng được", "2026-06-01") == "not_loaded"


@pytest.mark.parametrize("kind", ["", "weapons", "pesticides"])
def test_a_kind_that_no_form_offers_is_no_list(kind: str) -> None:
    with pytest.raises(ServiceError):
        about_of(kind, "Danh mục", "V2", "2026-01-01", is_whole=True)
