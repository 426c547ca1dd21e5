"""The dossier: the standard's columns in its order, states, what it stands on, and what each file holds."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from base64 import b64encode
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from server.services.books import load_books
from sync.forms import load_forms
from tests.server.consoles import Browser, fake_build
from tests.server.diaries import Diary, Sent, diary_of, new_uuid
from tests.server.pdfs import codes_on, pages_of, text_of
from tests.server.phones import start
from tests.server.pictures import hash_of, make_jpeg

C1 = ["Ngày", "Chỉ tiêu", "Kết quả", "Nguyên nhân", "Ghi chú"]
C2 = ["Ngày mua", "Tên vật tư", "Số lượng", "Tên, địa chỉ người bán", "Hạn sử dụng"]
C2 += ["Vật tư tự sản xuất: Nguyên liệu", "Vật tư tự sản xuất: Phương pháp"]
C2 += ["Vật tư tự sản xuất: Hóa chất", "Vật tư tự sản xuất: Người xử lý"]
C3 = ["Ngày", "Phân bón: Tên", "Phân bón: Lượng", "Thuốc bảo vệ thực vật: Tên"]
C3 += ["Thuốc bảo vệ thực vật: Nồng độ", "Thuốc bảo vệ thực vật: Thời gian cách ly", "Sản lượng"]
C3 += ["Nơi và cách sơ chế", "Ngày xuất bán", "Tên, địa chỉ người mua", "Khối lượng bán"]
TABLE_D = ["Điều khoản", "Chỉ tiêu", "Yêu cầu", "Kết quả", "Nguyên nhân", "Biện pháp"]
TUS = {"Tus-Resumable": "1.0.0"}
BAD = '=HYPERLINK("http://la.example")'


class Season:
    """A household that grew tomatoes, and a reviewer who looks at it."""

    def __init__(self, app: Flask, client: FlaskClient) -> None:
        start()
        self.lua = diary_of(client, "Phạm Thị Lụa", "Nhà Lụa")
        self.plot = self.lua.plot("Nhà lưới", area={"amount": "1.5", "unit": "sao"}, code="T1")
        self.season = self.lua.season("Cà chua", self.plot, variety="Savior")
        line = "line.aaaaaaaa."
        about = {"plots": [self.plot], "season": self.season}
        spray = {f"{line}product": "Emamectin 5WG", f"{line}dose": {"amount": "10", "unit": "g/binh"}}
        spray |= {f"{line}phi_kind": "days", f"{line}phi_days": 7, "water": {"amount": "2", "unit": "binh"}}
        self.spray = self.lua.entry("CT-10", "2026-11-08", **about, **spray)
        unknown = {f"{line}product": "Thuốc lạ", f"{line}phi_kind": "unknown"}
        self.unknown = self.lua.entry("CT-10", "2026-10-01", **about, **unknown)
        feed = {f"{line}product": BAD, f"{line}total_used": {"amount": "5", "unit": "kg"}}
        self.feed = self.lua.entry("CT-08", "2026-11-01", **about, **feed)
        harvest = {"quantity": {"amount": "2", "unit": "ta"}}
        self.harvest = self.lua.entry("CT-12", "2026-11-07", **about, **harvest)
        self.sale = self.lua.entry(
            "CT-14", "2026-11-07", {"buyer": "Chợ Đông"}, season=self.season, harvests=[self.harvest.doc],
            quantity={"amount": "150", "unit": "kg"},
        )  # fmt: skip
        bought = {f"{line}product": "Emamectin 5WG", f"{line}expires_on": "2027-01-31"}
        self.bought = self.lua.entry("CT-03", "2026-09-01", {"supplier": "Đại lý Hòa"}, **bought)
        self.desk = Browser(app, "Chị Hoa")

    @property
    def path(self) -> str:
        """Return where the dossier's page is."""
        return f"/htx/ho-so/vu/{self.lua.farm}/{self.season.partition(':')[2]}"

    def approve(self, entry: Sent) -> None:
        """Let the reviewer approve an entry as it stands."""
        fields = {"of": entry.doc, "decision": "approved", "heads": [entry.id]}
        made = self.desk.diary.op(f"review:{new_uuid()}", fields, scope=self.lua.scope)
        assert self.desk.diary.send(made)[0]["result"] == "accepted"

    def file(self, kind: str, which: str = "het") -> bytes:
        """Take the dossier away."""
        answer = self.desk.get(f"{self.path}?loc={which}&tep={kind}")
        assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
        return bytes(answer.data)

    def tables(self, which: str = "het") -> dict[str, list[list[str]]]:
        """Return the rows of each sheet of the workbook."""
        book = load_workbook(io.BytesIO(self.file("xlsx", which)))
        assert all(cell.data_type == "s" for one in book for row in one for cell in row if cell.value)
        return {one.title: [[str(v or "") for v in row] for row in one.values] for one in book}


@pytest.fixture
def farm(app: Flask, client: FlaskClient, tmp_path: Path) -> Season:
    """A household that grew tomatoes."""
    fake_build(app, tmp_path / "dist")
    return Season(app, client)


def begin(row: list[str], heads: list[str]) -> None:
    """Hold the first cells of a row to these beginnings, in this order."""
    assert all(said.startswith(head) for said, head in zip(row, heads, strict=False)), row


def upload(diary: Diary, data: bytes) -> None:
    """Send a photo as a phone does."""
    headers, named = TUS | diary.phone.headers, b64encode(hash_of(data).encode()).decode()
    place, begun = f"/api/v1/photos/farm/{diary.farm}", {"Upload-Length": str(len(data))}
    begun |= {"Upload-Metadata": f"sha256 {named}"}
    assert diary.phone.client.post(place, headers=headers | begun).status_code == 201
    answer = diary.phone.client.patch(
        f"{place}/{hash_of(data)}", data=data, content_type="application/offset+octet-stream",
        headers=headers | {"Upload-Offset": "0"},
    )  # fmt: skip
    assert answer.status_code == 204


def test_the_tables_have_the_columns_of_the_standard_in_its_order(farm: Season) -> None:
    tables = farm.tables()
    assert list(tables) == ["C.1", "C.2", "C.3", "D"]
    for name, heads in (("C.1", C1), ("C.2", C2), ("C.3", C3), ("D", TABLE_D)):
        begin(tables[name][0], heads)
        assert tables[name][0][len(heads)] == "Trạng thái", "the standard's columns first, then our own"
    days = [row[0] for row in tables["C.3"][1:]]
    assert days == ["01/10/2026", "01/11/2026", "07/11/2026", "07/11/2026", "08/11/2026"]
    spray, unknown = tables["C.3"][5], tables["C.3"][1]
    assert spray[3:6] == ["Emamectin 5WG", "10\u00a0g/bình, 2\u00a0bình nước", "7\u00a0ngày"]
    assert unknown[5] not in ("", "0"), "an unknown isolation time is said, never left blank or zero"
    assert tables["C.3"][3][6] == "200", "kilograms, as the head says"
    assert tables["C.3"][4][8:11] == ["07/11/2026", "Chợ Đông", "150\u00a0kg"]
    assert tables["C.2"][1][1:5] == ["Emamectin 5WG", "", "Đại lý Hòa", "31/01/2027"]


def test_case_103_a_cell_that_begins_like_a_formula_is_text(farm: Season) -> None:
    assert farm.tables()["C.3"][2][1] == f"'{BAD}"


def test_only_approved_lines_or_all_with_their_state(farm: Season) -> None:
    farm.approve(farm.spray)
    farm.approve(farm.feed)
    changed = {"line.aaaaaaaa.total_used": {"amount": "6", "unit": "kg"}}
    farm.lua.record(farm.feed.doc, changed, after=[farm.feed.id])
    states = {row[12]: row[11] for row in farm.tables()["C.3"][1:]}
    assert states[farm.spray.doc] == "đã duyệt"
    assert states[farm.feed.doc] == "sửa sau duyệt, chờ duyệt lại, ghi muộn 8 ngày"
    assert states[farm.harvest.doc].startswith("chờ duyệt")
    assert [row[12] for row in farm.tables("duyet")["C.3"][1:]] == [farm.spray.doc]
    assert "5 dòng chưa duyệt không in" in farm.desk.text(f"{farm.path}?loc=duyet")


def test_the_qr_on_paper_leads_to_the_original_which_tells_a_changed_book(farm: Season) -> None:
    pdf = farm.file("pdf")
    first, *rest = pages_of(pdf)
    assert first.width > first.height
    [code] = codes_on(first)
    found = urlsplit(code)
    assert found.path == farm.path
    for word in ("Lụa", "Chua", "%C3"):
        assert word not in code
    place = f"{found.path}?{found.query}"
    assert "Sổ vẫn như khi in" in farm.desk.text(place)
    said = text_of(pdf)
    assert f"trang {len(rest) + 1}/{len(rest) + 1}" in said
    assert said.index("Bảng C.1") < said.index("Bảng C.2") < said.index("Bảng C.3") < said.index("Bảng D")
    assert "Savior" in said
    assert "540 m²" in said.replace("\u00a0", " ")
    farm.lua.record(farm.harvest.doc, {"quality": "good"}, after=[farm.harvest.id])
    page_text = farm.desk.text(place)
    assert "Sổ đã thay đổi" in page_text
    assert f"/htx/dong/{farm.lua.farm}/{farm.harvest.uuid}" in page_text


def test_an_approval_changes_what_the_paper_says_and_so_its_digest(farm: Season) -> None:
    before = re.findall(r"<code>([^<]{43})</code>", farm.desk.text(farm.path))
    farm.approve(farm.spray)
    assert re.findall(r"<code>([^<]{43})</code>", farm.desk.text(farm.path)) != before


def test_the_zip_holds_the_photos_and_a_manifest_of_sums(farm: Season) -> None:
    picture = make_jpeg()
    missing = hash_of(b"not come yet")
    for sha256 in (hash_of(picture), missing):
        farm.lua.record(
            f"photo:{new_uuid()}",
            {"of": farm.spray.doc, "sha256": sha256, "kind": "label", "type": "image/jpeg"},
        )
    upload(farm.lua, picture)
    with zipfile.ZipFile(io.BytesIO(farm.file("zip"))) as packed:
        manifest: dict[str, Any] = json.loads(packed.read("manifest.json"))
        files = {one["file"]: one for one in manifest["files"] if one["file"]}
        assert set(packed.namelist()) == {*files, "manifest.json"}
        for name, row in files.items():
            assert hashlib.sha256(packed.read(name)).hexdigest() == row["sha256"]
    assert {"ho-so.pdf", "ho-so.xlsx"} < set(files)
    [photo] = [one for name, one in files.items() if name.startswith("anh/")]
    assert photo["photo"] == hash_of(picture)
    assert photo["of"] == f"{farm.lua.scope} {farm.spray.doc}"
    assert {"file": None, "of": photo["of"], "photo": missing} in manifest["files"]
    assert manifest["digest"] in manifest["original"]


def test_the_cooperative_s_dossier_holds_every_farm_of_the_days_and_no_other(
    app: Flask, farm: Season
) -> None:
    su = diary_of(app.test_client(), "Đặng Văn Sự", "Nhà Sự")
    su.entry("CT-12", "2026-11-05", quantity={"amount": "9", "unit": "kg"})
    su.entry("CT-12", "2026-08-05", quantity={"amount": "9", "unit": "kg"})
    page = farm.desk.text("/htx/ho-so/htx?so=vietgap&tu=01/11/2026&den=30/11/2026&loc=het")
    assert "Nhà Lụa" in page
    assert "Nhà Sự" in page
    assert "5 dòng nhật ký" in page
    answer = farm.desk.get("/htx/ho-so/htx?so=vietgap&tu=01/11/2026&den=30/11/2026&loc=het&tep=xlsx")
    book = load_workbook(io.BytesIO(answer.data))
    assert sum(one.title.endswith("C.3") for one in book) >= 2


def test_an_inspection_of_the_season_is_table_d_with_cause_action_and_deadline(farm: Season) -> None:
    doc = f"inspection:{new_uuid()}"
    said = {"of": farm.season, "checklist": "annex_d", "happened_on": "2026-11-10"}
    said |= {
        "item.training.result": "pass",
        "item.records.result": "fail",
        "item.records.due_on": "2026-12-31",
    }
    op = farm.desk.diary.op(doc, said, {"item.records.cause": "Ghi thiếu ngày"}, scope=farm.lua.scope)
    assert farm.desk.diary.send(op)[0]["result"] == "accepted"
    farm.lua.record(
        doc, {"item.records.closed_on": "2026-11-20"}, {"item.records.action": "Ghi bổ sung"}, after=[op.id]
    )
    rows = {row[0]: row for row in farm.tables()["D"][1:]}
    assert rows["3.1.1"][3] == "Đ"
    assert rows["3.1.4"][3:6] == [
        "K",
        "Ghi thiếu ngày",
        "Ghi bổ sung, xong trước 31/12/2026, đã xong 20/11/2026",
    ]
    assert rows["3.2.3.1"][3] == ""


def test_every_column_of_every_book_names_fields_that_its_form_has() -> None:
    forms = load_forms()
    assert set(load_books()) == {"vietgap", "vietgahp", "aquaculture", "organic"}
    for book in load_books().values():
        for table in book.tables:
            for column in table.columns:
                for form, pieces in column.cells.items():
                    for piece in pieces:
                        [said] = re.findall(r"\{([^}:]+)(?::kg)?\}", piece)
                        for name in said.split("|"):
                            full = name.replace("line.", "line.aaaaaaaa.")
                            assert forms[form].field(full) is not None, (book.code, table.code, form, name)


@pytest.mark.parametrize(
    ("sector", "form", "table", "code"),
    [("livestock", "CN-06", "CN-06", "vietgahp"), ("aquaculture", "TS-06", "TS-06", "aquaculture")],
)
def test_animals_and_fish_have_their_own_book(
    farm: Season, sector: str, form: str, table: str, code: str
) -> None:
    pen = farm.lua.plot("Chuồng 1", kind="pen")
    farm.season = farm.lua.season("Lợn", pen, sector=sector)
    line = {"line.aaaaaaaa.product": "Kháng sinh", "line.aaaaaaaa.withdrawal_kind": "unknown"}
    farm.lua.entry(form, "2026-11-02", plots=[pen], season=farm.season, **line)
    tables = farm.tables()
    assert list(tables) == [one.code for one in load_books()[code].tables]
    [row] = tables[table][1:]
    assert row[0] == "02/11/2026"
    assert "Kháng sinh" in row
    assert farm.file("pdf")[:5] == b"%PDF-"


def test_whoever_may_not_see_the_dossier_gets_none_of_its_files(app: Flask, farm: Season) -> None:
    clerk = Browser(app, "Anh Thủ", "clerk")
    for ending in ("", "?tep=pdf", "?tep=xlsx", "?tep=zip"):
        assert clerk.get(farm.path + ending).status_code == 404
    assert farm.desk.get(f"/htx/ho-so/vu/{farm.lua.farm}/{new_uuid()}").status_code == 404
