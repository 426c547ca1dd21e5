"""Tables in and out: a dry run that changes nothing, what is added or left out, no formula either way."""

from __future__ import annotations

import io
import json
import re
import zipfile
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook, load_workbook

from server.db import reading
from server.models.people import Farm, Membership, Organisation, Person
from server.store.tables import BadTable, plain_cell, read_table, text_of_cell, write_csv, write_xlsx
from tests.server.consoles import fake_build, other_cooperative
from tests.server.desks import Office
from tests.server.diaries import Diary, diary_of, new_uuid
from tests.server.phones import start

HEAD = [
    "Mã hộ",
    "Tên hộ",
    "Thôn",
    "Địa chỉ",
    "Họ và tên",
    "Vai trò",
    "Số điện thoại",
    "Thửa, ao, chuồng",
    "Diện tích",
    "Đơn vị",
]
FORMULAS = ("=1+1", "+84912345678", "-2", "@SUM(A1)", '=HYPERLINK("http://la.example")', "=cmd|' /C calc'!A0")


@pytest.fixture(autouse=True)
def built(app: Flask, tmp_path: Path) -> None:
    """A build of the console."""
    fake_build(app, tmp_path / "dist")


@pytest.fixture
def lua(app: Flask, client: FlaskClient) -> Diary:
    """A farmer's phone in the first cooperative."""
    start()
    return diary_of(client, "Phạm Thị Lụa", "Nhà Lụa")


def xlsx(*rows: list[Any]) -> bytes:
    """Return rows as a file of Excel, numbers as numbers."""
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def look(office: Office, data: bytes, name: str = "bảng.xlsx", status: int = 200) -> str:
    """Send a file for a dry run; return the page."""
    answer = office.fill("/htx/nhap", bang=(io.BytesIO(data), name))
    assert answer.status_code == status, answer.status_code
    return unescape(answer.get_data(as_text=True))


def take(office: Office, page: str) -> str:
    """Confirm a dry run; return the page."""
    [text] = re.findall(r'name="dong" value="(.*?)"><button', page)
    answer = office.client.post(
        "/htx/nhap/lam", data={"dong": text}, headers={"Sec-Fetch-Site": "same-origin"},
        content_type="multipart/form-data",
    )  # fmt: skip
    assert answer.status_code == 200
    return unescape(answer.get_data(as_text=True))


def counts() -> tuple[int, int, int]:
    """Return how many farms, persons and memberships there are."""
    with reading() as session:
        return tuple(session.query(kind).count() for kind in (Farm, Person, Membership))  # type: ignore[return-value]


def thirty() -> list[list[Any]]:
    """Return the lines of thirty farms, every third with a second person, every one with a plot."""
    rows: list[list[Any]] = []
    for n in range(1, 31):
        rows.append(
            [
                None,
                f"Nhà số {n}",
                "Thôn Đông",
                None,
                f"Chủ {n}",
                "chủ hộ",
                912345000 + n,
                f"Đồng {n}",
                2.5,
                "sào",
            ]
        )
        if n % 3 == 0:
            rows.append([None, f"Nhà số {n}", None, None, f"Con {n}", "Người nhà", None, None, None, None])
    return rows


def test_a_dry_run_changes_nothing_and_says_what_each_line_would_do(app: Flask, lua: Diary) -> None:
    office = Office(app)
    before = counts()
    page = look(office, xlsx(["Danh sách hộ"], HEAD, *thirty()))
    assert "Sẽ thêm 30 hộ, 40 người, 30 thửa." in page
    assert page.count('<span class="line">Thêm hộ</span>') == 30
    assert "0912345001" not in page  # as it stands in the table
    assert counts() == before


def test_thirty_farms_come_in_and_the_same_file_again_adds_nothing(app: Flask, lua: Diary) -> None:
    office = Office(app)
    before = counts()
    file = xlsx(HEAD, *thirty())
    page = take(office, look(office, file))
    assert "Đã thêm 30 hộ, 40 người." in page
    assert "Còn 30 thửa chờ bạn ký" in page
    after = counts()
    assert [now - was for now, was in zip(after, before, strict=True)] == [30, 40, 40]
    with reading() as session:
        one = session.query(Person).filter_by(name="Chủ 7").one()
        assert one.phone == "0912345007"  # a spreadsheet drops the 0 of what it takes for a number
    [ops] = re.findall(r'data-ops="(.*?)"><button', page)
    for op in json.loads(ops):
        doc = f"{op['type']}:{new_uuid()}"
        assert office.sign(op["scope"], doc, op["set"], [])["result"] == "accepted", op
    again = look(office, file)
    assert "Không có gì mới để nhập" in again
    assert 'name="dong"' not in again
    assert counts() == after


def test_a_line_that_is_wrong_is_left_out_and_says_what_to_mend(app: Flask, lua: Diary) -> None:
    office = Office(app)
    good = ["", "Nhà tốt", "", "", "Vũ Tốt", "", "", "", "", ""]
    bad: list[tuple[list[Any], str]] = [
        (["", "", "Thôn Đông", "", "Ai", "", "", "", "", ""], "Chưa có tên"),
        (["", "Nhà A", "Thôn Lạ", "", "", "", "", "", "", ""], "Không có thôn tên “Thôn Lạ”"),
        (["", "Nhà A", "", "", "Ai", "giám đốc", "", "", "", ""], "Vai trò “giám đốc” không dùng ở đây"),
        (["", "Nhà A", "", "", "Ai", "", "số lạ", "", "", ""], "Số điện thoại chưa đúng"),
        (["", "Nhà A", "", "", "", "", "0912345678", "", "", ""], "thiếu họ tên"),
        (["", "Nhà A", "", "", "", "", "", "Đồng", "hai", "sào"], "Diện tích “hai” không phải số"),
        (["", "Nhà A", "", "", "", "", "", "Đồng", "2", "công"], "Đơn vị “công” không rõ"),
    ]
    page = look(office, write_csv([HEAD, good, *(row for row, _ in bad)]), "a.csv")
    assert "Sẽ thêm 1 hộ, 1 người, 0 thửa." in page
    assert "7 dòng chưa đúng" in page
    for _, sentence in bad:
        assert sentence in page, sentence
    take(office, page)
    with reading() as session:
        assert session.query(Farm).filter_by(name="Nhà tốt").count() == 1
        assert session.query(Farm).filter_by(name="Nhà A").count() == 0


def test_a_known_farm_gets_what_is_missing(app: Flask, lua: Diary) -> None:
    lua.plot("Đồng Cửa")
    office = Office(app)
    rows = [
        ["H001", "", "", "", "Phạm Thị Lụa", "", "", "dong cua", "3", "sào"],
        ["", "nha lua", "", "", "Phạm Văn Bé", "người nhà", "", "Ao sau nhà", "300", "m²"],
    ]
    page = look(office, write_csv([HEAD, *rows]), "a.csv")
    assert "Sẽ thêm 0 hộ, 1 người, 1 thửa." in page
    for said in ("Đã có hộ", "Đã có người này trong hộ", "Đã có thửa này", "Thêm người", "Thêm thửa"):
        assert said in page, said
    page = take(office, page)
    assert '"kind":"pond","name":"Ao sau nhà","area":{"amount":"300","unit":"m2"}' in page


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "Không thấy dòng tiêu đề"),
        (write_csv([HEAD]), "chưa có dòng nào"),
        (write_csv([["a", "b"], ["1", "2"]]), "Không thấy dòng tiêu đề"),
        (b"PK\x03\x04 no archive", "Không đọc được tệp này"),
        (b"\x00\x01\x02", "Không đọc được tệp này"),
        (write_csv([HEAD, *[["", f"Nhà {n}"] for n in range(1001)]]), "Bảng quá 1.000 dòng"),
        (b"a" * 2_000_001, "Tệp quá lớn"),
        (b"a" * 3_000_000, "Tệp quá lớn"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_words(
    app: Flask, lua: Diary, data: bytes, sentence: str
) -> None:
    before = counts()
    assert sentence in look(Office(app), data, status=422)
    assert counts()[0] == before[0]


def test_case_100_a_bomb_and_entities_are_refused_before_they_unpack() -> None:
    def packed(name: str, data: bytes) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr(name, data)
        return out.getvalue()

    for data, slug in (
        (packed("xl/worksheets/sheet1.xml", b" " * 40_000_000), "large"),
        (packed("xl/workbook.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'), "unreadable"),
        (packed("../../etc/passwd", b"x"), "unreadable"),
    ):
        with pytest.raises(BadTable) as raised:
            read_table(data)
        assert raised.value.slug == slug


@pytest.mark.parametrize("text", FORMULAS)
def test_case_103_no_cell_is_a_formula_on_the_way_out_and_back(text: str) -> None:
    assert text_of_cell(plain_cell(text)) == text
    for data in (write_csv([["Tên hộ"], [text]]), write_xlsx("Bảng", [["Tên hộ"], [text]])):
        assert read_table(data) == [["Tên hộ"], [text]]
    sheet = load_workbook(io.BytesIO(write_xlsx("Bảng", [[text]]))).active
    assert (sheet["A1"].data_type, sheet["A1"].value) == ("s", f"'{text}")
    assert write_csv([[text]]).decode("utf-8-sig").lstrip('"').startswith("'")


def test_case_103_a_formula_of_a_file_is_text_here_and_in_the_next_export(app: Flask, lua: Diary) -> None:
    office = Office(app)
    rows = [["", text, "", "", f"{text} tên", "", "", "", "", ""] for text in FORMULAS]
    take(office, look(office, write_csv([HEAD, *rows]), "a.csv"))
    for bang in ("households", "people"):
        for kieu in ("csv", "xlsx"):
            data = office.fill("/htx/xuat", bang=bang, kieu=kieu).get_data()
            cells = {cell for row in read_table(data) for cell in row}
            assert set(FORMULAS) <= cells, (bang, kieu)
            if kieu == "csv":
                assert not re.search(r'(^|,|\n)"?[=+@-]', data.decode("utf-8-sig")), bang
            else:
                sheet = load_workbook(io.BytesIO(data)).active
                assert {cell.data_type for row in sheet for cell in row} <= {"s", "n", "inlineStr"}


def test_what_is_exported_comes_in_again_as_what_is_there(app: Flask, lua: Diary) -> None:
    lua.plot("Đồng Cửa", area={"amount": "2.5", "unit": "sao"})
    office = Office(app)
    take(office, look(office, xlsx(HEAD, *thirty()[:6])))
    for kieu in ("csv", "xlsx"):
        answer = office.fill("/htx/xuat", bang="households", kieu=kieu)
        assert answer.headers["Content-Disposition"] == f'attachment; filename="cac-ho.{kieu}"'
        assert answer.headers["Cache-Control"] == "no-store"
        rows = read_table(answer.get_data())
        assert (
            rows[1]
            == [
                "H001",
                "Nhà Lụa",
                "Thôn Đông",
                "",
                "Phạm Thị Lụa",
                "chủ hộ",
                "",
                "Đồng Cửa",
                "2,5",
                "sào",
            ]
            in rows
        )
        assert "Sẽ thêm 0 hộ, 0 người, 0 thửa." in look(office, answer.get_data(), f"a.{kieu}")
    example = office.fill("/htx/xuat", bang="example", kieu="xlsx").get_data()
    assert "Sẽ thêm 1 hộ, 2 người, 2 thửa." in look(office, example)


def test_case_069_a_table_reaches_and_shows_no_other_cooperative(app: Flask, lua: Diary) -> None:
    there = other_cooperative()
    diary_of(app.test_client(), "Lê Văn Kín", "Nhà Kín", organisation=there)
    office = Office(app)
    page = look(office, write_csv([HEAD, ["", "Nhà Kín", "", "", "Lê Văn Kín", "", "", "", "", ""]]), "a.csv")
    assert "Sẽ thêm 1 hộ, 1 người" in page  # nothing tells that another cooperative has them
    take(office, page)
    with reading() as session:
        own = session.query(Organisation).filter_by(name="HTX Thụy Hương").one().id
        assert sorted(one.organisation for one in session.query(Farm).filter_by(name="Nhà Kín")) == sorted(
            [own, there]
        )
    theirs = Office(app, "Phạm Thị Liên", organisation=there)
    data = theirs.fill("/htx/xuat", bang="households", kieu="csv").get_data().decode("utf-8-sig")
    assert ("Lê Văn Kín" in data, "Lụa" in data) == (True, False)


@pytest.mark.parametrize("role", ["reviewer", "auditor", "clerk"])
def test_only_who_manages_moves_tables(app: Flask, lua: Diary, role: str) -> None:
    office = Office(app, "Người khác", role)
    assert office.get("/htx/nhap").status_code == 404
    for path, data in (("/htx/xuat", {"bang": "people", "kieu": "csv"}), ("/htx/nhap/lam", {"dong": "[]"})):
        answer = office.fill(path, **data)
        assert answer.status_code == 404
        assert "Lụa" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("text", ["", "{}", "[]", "[1]", "[[1,2]]", '[["a",{}]]', "[" * 2000])
def test_a_confirmation_that_no_page_wrote_adds_nothing(app: Flask, lua: Diary, text: str) -> None:
    office = Office(app)
    before = counts()
    assert office.fill("/htx/nhap/lam", dong=text).status_code in (200, 404)
    assert counts() == before
