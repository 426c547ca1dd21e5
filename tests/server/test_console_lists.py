"""The pages of lists and of the label book: a dry run, taking and dropping, who may."""

from __future__ import annotations

import io
import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from server.db import reading
from server.models.lists import ListRow, ListVersion
from server.models.people import Organisation
from server.services.lists import lists_for
from server.store.tables import read_table, write_csv
from sync.lists import is_listed
from tests.server.consoles import fake_build, other_cooperative
from tests.server.desks import Office
from tests.server.diaries import Diary, diary_of, new_uuid
from tests.server.matrix import COMMUNE
from tests.server.phones import start
from tests.server.pictures import hash_of
from tests.server.test_console_imports import FORMULAS
from tests.server.test_lists import HEAD, labels, table

ABOUT = {"loai": "pesticide", "ten": "Danh mục mẫu", "tu": "10/02/2026", "dau": "V2", "du": "1"}
WHERE = "/htx/danh-muc"


@pytest.fixture(autouse=True)
def built(app: Flask, tmp_path: Path) -> None:
    """A build of the console."""
    fake_build(app, tmp_path / "dist")


@pytest.fixture
def lua(app: Flask, client: FlaskClient) -> Diary:
    """A farmer's phone in the first cooperative."""
    start()
    return diary_of(client, "Phạm Thị Lụa", "Nhà Lụa")


def organisation(kind: str) -> str:
    """Return the id of the commune, or of the first cooperative."""
    with reading() as session:
        query = session.query(Organisation.id).filter_by(kind=kind).order_by(Organisation.created_at)
        return str(query.first()[0])


def look(office: Office, data: bytes, name: str = "danh-mục.csv", **about: str) -> str:
    """Send a file; return where its dry run is."""
    return office.done(f"{WHERE}/nhap", bang=(io.BytesIO(data), name), **(ABOUT | about))


def test_nothing_counts_before_a_dry_run_is_taken_and_then_it_does(app: Flask, lua: Diary) -> None:
    office = Office(app, "Cán bộ xã", "officer", organisation=COMMUNE)
    ours = organisation("cooperative")
    before = lists_for(ours).version
    rows = [
        ["Mẫu 5EC", "Chất A", "lúa", "rầy nâu", "một nắp", "Không dùng khi lúa trỗ"],
        ["", "B", "", "", "", ""],
    ]
    place = look(office, table(*rows, ["Mẫu 1SL", "Chất B", "bắp cải", "rệp", "20 ml/sào", "7"]))
    page = office.text(place)
    for said in (
        "Đọc 3 dòng: 2 tên, 2 cách dùng.", "2 tên mới", "1 dòng không đọc được", "Chưa có tên thuốc.",
        "Chưa có gì thay đổi", "“một nắp”", "“Không dùng khi lúa trỗ”", "Không dùng từ khi ra hoa, trổ bông",
    ):  # fmt: skip
        assert said in page, said
    assert lists_for(ours).version == before
    assert office.done(f"{place}/nhan") == place
    found = lists_for(ours)
    assert [is_listed(found, "mau 5ec", day) for day in ("2026-02-09", "2026-02-10")] == [
        "not_loaded",
        "listed",
    ]
    assert "Mẫu 1SL" in office.text(f"{WHERE}?tim=mau 1")
    named = office.text(f"{WHERE}/ten?ten=mau 5ec")
    for said in (
        "Có trong danh mục",
        "rầy nâu",
        "“Không dùng khi lúa trỗ”",
        "Chưa kiểm chứng",
        "Danh mục mẫu",
    ):
        assert said in named, said


def test_a_new_version_tells_what_changes_and_the_old_one_stays_to_be_seen(app: Flask, lua: Diary) -> None:
    office = Office(app)
    first = look(
        office, table(["A", "a", "", "", "", ""], ["B", "b", "", "", "", ""], ["C", "c", "", "", "", ""])
    )
    office.done(f"{first}/nhan")
    second = look(
        office, table(["A", "a", "", "", "", ""], ["B", "khác", "", "", "", ""], ["D", "d", "", "", "", ""]),
        tu="01/09/2026",
    )  # fmt: skip
    assert "1 tên mới, 1 tên đổi, 1 giữ nguyên, 1 không còn" in office.text(second)
    office.done(f"{second}/nhan")
    assert "10/02/2026 đến 31/08/2026" in office.text(first)
    office.done(f"{second}/bo")
    assert "Đã thôi dùng" in office.text(second)
    with reading() as session:
        assert session.query(ListVersion).count() == 2
        assert session.query(ListRow).count() == 6


def test_another_dry_run_takes_the_place_of_the_first_and_can_be_thrown_away(app: Flask, lua: Diary) -> None:
    office = Office(app)
    first = look(office, table(["A", "a", "", "", "", ""]))
    second = look(office, table(["B", "b", "", "", "", ""]))
    assert office.get(first).status_code == 404
    assert "Danh mục mẫu" in office.text(WHERE)
    office.done(f"{second}/bo")
    with reading() as session:
        assert (session.query(ListVersion).count(), session.query(ListRow).count()) == (0, 0)


@pytest.mark.parametrize(
    ("data", "about", "sentence"),
    [
        (b"", {}, "Không thấy dòng tiêu đề"),
        (write_csv([HEAD]), {}, "chưa có dòng nào"),
        (b"[1", {}, "Không đọc được tệp này"),
        (b"[" * 5000, {}, "Không đọc được tệp này"),
        (b'{"a": 1}', {}, "Không thấy dòng tiêu đề"),
        (b'[{"name": NaN}]', {}, "Không đọc được tệp này"),
        (b"PK\x03\x04 no archive", {}, "Không đọc được tệp này"),
        (b"[" + b" " * 5_000_001, {}, "Tệp quá lớn"),
        (json.dumps([{"name": "A"}] * 20_001).encode(), {}, "Quá 20.000 dòng"),
        (table(["A", "a", "", "", "", ""]), {"ten": " "}, "Chưa ghi tên danh mục"),
        (table(["A", "a", "", "", "", ""]), {"tu": ""}, "Chưa ghi ngày"),
        (table(["A", "a", "", "", "", ""]), {"tu": "30/2/2026"}, "không phải ngày"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_words_and_changes_nothing(
    app: Flask, lua: Diary, data: bytes, about: dict[str, str], sentence: str
) -> None:
    office = Office(app)
    office.refused(f"{WHERE}/nhap", sentence, bang=(io.BytesIO(data), "a"), **(ABOUT | about))
    with reading() as session:
        assert session.query(ListVersion).count() == 0


def test_case_103_a_formula_of_a_list_is_text_here_and_in_the_file_that_goes_out(
    app: Flask, lua: Diary
) -> None:
    office = Office(app)
    rows = [[f"{text} tên", text, text, text, text, text] for text in FORMULAS]
    place = look(office, table(*rows))
    page = office.get(place).get_data(as_text=True)
    assert '<a class="link" href="http://la.example' not in page
    assert unescape(page).count(FORMULAS[4]) > 0
    office.done(f"{place}/nhan")
    for kieu in ("csv", "xlsx"):
        data = office.fill(f"{place}/tep", kieu=kieu).get_data()
        assert set(FORMULAS) <= {cell for row in read_table(data) for cell in row}
        if kieu == "csv":
            assert not re.search(r'(^|,|\n)"?[=+@-]', data.decode("utf-8-sig"))
        else:
            assert {cell.data_type for row in load_workbook(io.BytesIO(data)).active for cell in row} <= {
                "s",
                "n",
                "inlineStr",
            }


def test_what_goes_out_comes_in_again_as_the_same_list(app: Flask, lua: Diary) -> None:
    office = Office(app)
    place = look(office, json.dumps(labels(3), ensure_ascii=False).encode(), "nhãn.json")
    office.done(f"{place}/nhan")
    for kieu in ("csv", "xlsx"):
        data = office.fill(f"{place}/tep", kieu=kieu).get_data()
        assert "0 tên mới, 0 tên đổi, 3 giữ nguyên, 0 không còn" in office.text(
            look(office, data, f"a.{kieu}")
        )
    example = office.fill(f"{WHERE}/mau").get_data()
    assert "Đọc 2 dòng: 1 tên, 2 cách dùng." in office.text(look(office, example, "mau.xlsx"))


def test_case_069_a_cooperative_sees_and_changes_no_other_ones_list(app: Flask, lua: Diary) -> None:
    there = other_cooperative()
    theirs = Office(app, "Phạm Thị Liên", organisation=there)
    place = look(theirs, table(["Riêng 5EC", "a", "", "", "", ""]))
    theirs.done(f"{place}/nhan")
    office = Office(app)
    assert "Riêng" not in office.text(f"{WHERE}?tim=rieng").replace("“rieng”", "")
    for path in (place, f"{place}/nhan", f"{place}/bo", f"{place}/tep"):
        answer = office.get(path) if path == place else office.fill(path, kieu="csv")
        assert answer.status_code == 404, path
    officer = Office(app, "Cán bộ xã", "officer", organisation=COMMUNE)
    common = look(officer, table(["Chung 5EC", "a", "", "", "", ""]))
    assert office.get(common).status_code == 404  # a dry run of the commune is nobody else's
    officer.done(f"{common}/nhan")
    assert "Chung 5EC" in office.text(common)
    assert office.fill(f"{common}/bo").status_code == 404
    assert is_listed(lists_for(there), "chung 5ec", "2026-06-01") == "listed"


@pytest.mark.parametrize(("role", "sees"), [("reviewer", 200), ("auditor", 200), ("clerk", 404)])
def test_who_does_not_keep_lists_only_looks(app: Flask, lua: Diary, role: str, sees: int) -> None:
    place = look(Office(app), table(["A", "a", "", "", "", ""]))
    other = Office(app, "Người khác", role)
    assert other.get(WHERE).status_code == sees
    assert other.get(f"{WHERE}/nhap").status_code == 404
    for path, data in (("/nhap", ABOUT), ("/mau", {}), (f"{place.removeprefix(WHERE)}/nhan", {})):
        assert other.fill(WHERE + path, **data).status_code == 404
    with reading() as session:
        assert [one.state for one in session.query(ListVersion)] == ["draft"]


def label_of(lua: Diary, product: str = "Sạch Cuốn 5SC") -> tuple[str, str]:
    """Record a spraying with a photo of the label; return the entry's uuid and the photo's hash."""
    lines = {
        "line.aaaaaaaa.product": product, "line.aaaaaaaa.active_ingredient": "Chất A",
        "line.aaaaaaaa.phi_kind": "days", "line.aaaaaaaa.phi_days": 7,
    }  # fmt: skip
    entry = lua.entry("CT-10", "2026-11-08", target_pest="sâu cuốn lá", **lines)
    sha256 = hash_of(product.encode())
    fields = {"of": entry.doc, "sha256": sha256, "bytes": 9, "type": "image/jpeg", "kind": "label"}
    lua.record(f"photo:{new_uuid()}", fields)
    return entry.uuid, sha256


def confirmed(entry: str, sha256: str, **more: Any) -> dict[str, Any]:
    """Return what a reviewer confirms of a label."""
    return {
        "product": "Sạch Cuốn 5SC", "active_ingredient": "Chất A", "crop": "lúa", "pest": "sâu cuốn lá",
        "dose_low": "12", "dose_high": "15", "dose_unit": "ml/binh", "dose_text": "12 - 15 ml/bình",
        "phi_kind": "days", "phi_days": 14, "phi_text": "14 ngày", "photo": sha256,
        "from_entry": f"entry:{entry}",
    } | more  # fmt: skip


def test_a_label_is_read_from_its_photo_and_reaches_the_households(app: Flask, lua: Diary) -> None:
    entry, sha256 = label_of(lua)
    office = Office(app, "Trần Thị Hoa", "reviewer")
    waiting = office.text(f"{WHERE}/nhan")
    assert f"/htx/danh-muc/nhan/{lua.farm}/{entry}" in waiting
    page = office.text(f"{WHERE}/nhan/{lua.farm}/{entry}")
    for said in ('value="Sạch Cuốn 5SC"', 'value="sâu cuốn lá"', 'value="7"', f'data-photo="{sha256}"'):
        assert said in page, said
    [scope] = set(re.findall(r'data-label[^>]*data-scope="(org:[^"]+)"', page))
    doc = f"label_use:{new_uuid()}"
    assert office.sign(scope, doc, confirmed(entry, sha256), [])["result"] == "accepted"
    after = office.text(f"{WHERE}/nhan")
    assert f"/htx/danh-muc/nhan/{lua.farm}/{entry}" not in after
    assert "14 ngày" in after
    assert "Sổ nhãn của HTX" in office.text(f"{WHERE}/ten?ten=sach cuon 5sc")
    answer = lua.phone.client.get("/api/v1/reference", headers=lua.phone.headers)
    [told] = answer.get_json()["label_uses"]
    assert (told["product"], told["crop"], told["phi_days"], told["dose"]) == (
        "Sạch Cuốn 5SC", "lúa", 14, [["12", "15", "ml/binh"]],
    )  # fmt: skip
    assert not {"photo", "from_entry", "by"} & told.keys()
    again = office.text(f"{WHERE}/nhan/sua/{doc.split(':')[1]}")
    assert 'value="14"' in again
    [tips] = set(re.findall(r'data-after="([^"]+)"', again))
    assert office.sign(scope, doc, {"_deleted": True}, tips.split())["result"] == "accepted"
    assert lists_for(scope.removeprefix("org:")).label_uses == {}


def test_a_label_says_what_of_an_animal_its_waiting_time_is_for(app: Flask, lua: Diary) -> None:
    entry, sha256 = label_of(lua)
    office = Office(app, "Trần Thị Hoa", "reviewer")
    scope, doc = f"org:{organisation('cooperative')}", f"label_use:{new_uuid()}"
    assert 'value="eggs"' in office.text(f"{WHERE}/nhan/{lua.farm}/{entry}")
    told = confirmed(entry, sha256, crop="gà", phi_days=3, produce="eggs")
    assert office.sign(scope, doc, told, [])["result"] == "accepted"
    assert "Trứng: 3 ngày" in office.text(f"{WHERE}/nhan")
    assert re.search(r'value="eggs" +selected', office.text(f"{WHERE}/nhan/sua/{doc.split(':')[1]}"))
    answer = lua.phone.client.get("/api/v1/reference", headers=lua.phone.headers)
    assert [one["produce"] for one in answer.get_json()["label_uses"]] == ["eggs"]
    [same] = lists_for(scope.removeprefix("org:")).label_uses.values()
    assert [(one.use.produce, one.use.phi_days) for one in same] == [("eggs", 3)]


def test_two_who_read_a_label_differently_leave_its_waiting_time_unknown(app: Flask, lua: Diary) -> None:
    entry, sha256 = label_of(lua)
    one, two = Office(app, "Trần Thị Hoa", "reviewer"), Office(app)
    scope, doc = f"org:{organisation('cooperative')}", f"label_use:{new_uuid()}"
    one.sign(scope, doc, confirmed(entry, sha256), [])
    [tips] = set(re.findall(r'data-after="([^"]+)"', two.text(f"{WHERE}/nhan/sua/{doc.split(':')[1]}")))
    for office, days in ((one, 14), (two, 3)):
        result = office.sign(
            scope, doc, confirmed(entry, sha256, phi_days=days, phi_text=str(days)), tips.split()
        )
        assert result["result"] == "accepted"
    [same] = lists_for(scope.removeprefix("org:")).label_uses.values()
    assert [(told.use.phi_kind, told.use.phi_days) for told in same] == [("unknown", None)]


def test_only_who_reviews_reads_labels(app: Flask, lua: Diary) -> None:
    entry, _ = label_of(lua)
    auditor = Office(app, "Người kiểm tra", "auditor")
    assert f"/nhan/{lua.farm}" not in auditor.text(f"{WHERE}/nhan")
    assert auditor.get(f"{WHERE}/nhan/{lua.farm}/{entry}").status_code == 404
    theirs = Office(app, "Phạm Thị Liên", organisation=other_cooperative())
    assert theirs.get(f"{WHERE}/nhan/{lua.farm}/{entry}").status_code == 404
