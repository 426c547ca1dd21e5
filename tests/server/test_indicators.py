"""The seven indicators: each figure against a commune with known answers, down to its records."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from server.db import reading, run_write
from server.models.farm_models import FarmModel
from server.models.own_products import OwnProduct
from server.models.people import Organisation, Village
from server.models.sales import PurchasePoint
from server.models.selling import KeyProduct, Listing
from server.models.training import Team, TeamMember, Training
from server.services.indicators import counting
from sync.attendance import attendance_doc
from tests.server.consoles import fake_build
from tests.server.desks import Office
from tests.server.diaries import NOON, new_uuid
from tests.server.lots import House, product_of, publish, staff
from tests.server.pdfs import text_of
from tests.server.phones import start

NOW = NOON + 19 * 86_400_000  # 28 November 2026


@pytest.fixture(autouse=True)
def built(app: Flask, tmp_path: Path) -> None:
    """Give the pages a build, and stop the clock."""
    fake_build(app, tmp_path / "dist")
    app.extensions["clock"] = lambda: NOW


def add(model: Any, **values: Any) -> str:
    """Add a row and return its id."""
    uuid = new_uuid()
    run_write(lambda session: session.add(model(id=uuid, **values)))
    return uuid


class Year:
    """A commune with a year of records whose figures can be counted on the fingers."""

    def __init__(self, app: Flask) -> None:
        start()
        self.house = House(app)
        with reading() as session:
            self.commune = session.scalars(select(Organisation.id).where(Organisation.parent.is_(None))).one()
            self.villages = list(session.scalars(select(Village.id).order_by(Village.name)))
        self.clerk, self.helper = staff(app, "Chị Thắm", "clerk"), staff(app, "Chị Mai", "helper")
        self.goods()
        self.area()
        self.people()
        self.sales()
        self.officer = Office(app, "Lê Thị Hạnh", "officer", organisation=self.commune)

    def goods(self) -> None:
        """One of two key products has a lot, one of three OCOP products counts, one of three models."""
        key = {"organisation": self.commune, "changed_at": NOW, "since": "2026-01-01"}
        vegetables = add(KeyProduct, name_vi="Rau cải", **key)
        add(KeyProduct, name_vi="Gạo ruộng rươi", **key)
        add(KeyProduct, name_vi="Hoa đào", **key | {"since": "2020-01-01", "until": "2025-12-31"})
        run_write(
            lambda session: setattr(session.get(OwnProduct, self.house.product), "key_product", vegetables)
        )
        publish(self.house)
        mine = {"ocop_stars": 3, "ocop_group": 1}
        for name, signed, state in (
            ("Gạo", "2024-01-02", "live"), ("Mắm", "2022-01-02", "live"), ("Trứng", "2025-05-05", ""),
        ):  # fmt: skip
            product = product_of(self.house.organisation, name_vi=name, ocop_signed_on=signed, **mine)
            if state:
                add(
                    Listing, organisation=self.house.organisation, product=product, marketplace="voso",
                    url="https://voso.vn/x", listed_on="2026-02-02", checked_on="2026-11-01", state=state,
                    changed_at=NOW,
                )  # fmt: skip
        empty = dict.fromkeys(("name_en", "decided_by", "plots", "technique", "partners", "story"), "")
        for name, number, state in (
            ("Nhà màng", "12/QĐ", "running"),
            ("Trùn", "", "running"),
            ("Ao", "9/QĐ", "planned"),
        ):
            add(
                FarmModel, organisation=self.commune, name_vi=name, kind="high_tech", decision_no=number,
                decided_on="2026-03-03", started_on="", ended_on="", state=state, changed_at=NOW, **empty,
            )  # fmt: skip

    def area(self) -> None:
        """2.5 sào are kept without a gap, in two seasons; 1 sào is not; one plot has no area."""
        lua = self.house.lua
        kept, idle = (
            lua.plot(name, area={"amount": size, "unit": "sao"}) for name, size in (("A", "2.5"), ("B", "1"))
        )
        lua.season("Lúa", kept, started_on="2026-02-01", ended_on="2026-05-30")
        lua.season("Ngô", idle, standard="organic", started_on="2026-09-07")
        season = lua.season("Rau", kept, started_on="2026-09-07")
        for day in ("2026-10-01", "2026-10-31", "2026-11-20"):
            self.house.approve(lua.entry("CT-07", day, plots=[kept], season=season, activity="weed"))

    def people(self) -> None:
        """Two of one household come to one session; one of two villages has a team with somebody in it."""
        session = add(
            Training, organisation=self.commune, kind="digital", topic="Ghi nhật ký",
            held_by="other", team=None, village=None, place="", happened_on="2026-06-06",
            starts_at="", ends_at="", state="held", plan_count=None, note="", changed_by=None, changed_at=NOW,
        )  # fmt: skip
        said = {"training": session, "farm": self.house.lua.scope, "kind": "digital", "how": "list"}
        for member in (new_uuid(), new_uuid()):
            doc = attendance_doc(session, self.house.lua.scope, member)
            self.helper.record(doc, {**said, "membership": member, "happened_on": "2026-06-06"})
        teams = [
            add(
                Team, organisation=self.commune, village=village, name="Tổ", decision_no="5/QĐ",
                state="active", decided_on="2026-01-05", changed_at=NOW,
            )
            for village in self.villages
        ]  # fmt: skip
        member = self.helper.phone.shown["by"]
        run_write(
            lambda session: session.add(
                TeamMember(team=teams[0], membership=member, role="lead", since="2026-01-05", until="")
            )
        )

    def sales(self) -> None:
        """Of four paid sales one is without cash; one of two points tells of none."""
        points = [
            add(PurchasePoint, organisation=self.house.organisation, name=name, village=None, state="open")
            for name in ("Chợ", "Kho")
        ]
        for pay, paid, total in (
            ("cash", "confirmed", 100), ("cash", "confirmed", 100), ("cash", "confirmed", 100),
            ("vietqr", "confirmed", 200), ("vietqr", "claimed", 900), ("credit", "unpaid", 50),
        ):  # fmt: skip
            said = {
                "direction": "buy",
                "product": "rice",
                "amount": {"amount": "1", "unit": "kg"},
                "pay": pay,
            }
            said |= {"paid": paid, "happened_on": "2026-11-02", "point": points[0]}
            self.clerk.record(f"sale:{new_uuid()}", said, {"total": total})


def test_a_scripted_year_has_the_figures_that_were_worked_out_by_hand(app: Flask) -> None:
    year = Year(app)
    counting.catch_up()
    with reading() as session:
        page = counting.count(session, year.commune, 2026, "2026-11-28")
    assert [(one.counted, one.whole, one.state) for one in page.figures] == [
        (1, 2, "met"), (1, None, "short"), (1, None, "met"), (1, 2, "met"), (900, 1260, "met"),
        (1, 2, "short"), (1, 4, "unknown"),
    ]  # fmt: skip
    seven = page.figures[6]
    assert (seven.dong, seven.whole_dong) == (200, 500)
    assert {(gap.key, gap.n) for one in page.figures for gap in one.missing} == {
        ("missing_no_ware", 1), ("missing_ocop_paper", 3), ("missing_model_decision", 1),
        ("missing_denominator", 1), ("missing_area", 1), ("missing_team_members", 1), ("missing_points", 1),
        ("missing_unpaid", 2),
    }  # fmt: skip


def test_each_figure_opens_to_its_records_and_a_change_of_its_rule_is_kept_with_the_reason(
    app: Flask,
) -> None:
    year = Year(app)
    officer = year.officer
    front = officer.text("/htx/chi-tieu")
    for said in ("1 trên 2 sản phẩm", "Thiếu 2", "0,09 trên 0,12 ha", "Thiếu 1 thôn", "1 trên 2 điểm đã báo"):
        assert said in front
    for number, said in enumerate(
        ("Lô 7K3M9QXA", "giấy đến 02/01/2027", "Quyết định 12/QĐ", "Ghi nhật ký, 06/06/2026",
         "3 ngày có dòng được duyệt",
         "1 người, quyết định 5/QĐ", "02/11/2026, Chợ: VietQR"), 1,
    ):  # fmt: skip
        assert said in officer.text(f"/htx/chi-tieu/{number}?phan=1"), number
        assert said not in officer.text(f"/htx/chi-tieu/{number}?phan=0"), number
    rule = "/htx/chi-tieu/7/cach-tinh"
    targets = {"target_2026": "20", "target_2028": "50", "target_2030": "75"}
    params = {"by": "value", "paid": "confirmed", "points": "50"} | targets
    officer.refused(rule, "Ghi vì sao sửa", **params)
    officer.refused(rule, "Ghi số nguyên từ 0 đến 100", **params | {"points": "101", "why": "Sai"})
    officer.done(rule, **params, why="Theo công văn 7/KT")
    assert "Theo công văn 7/KT" in officer.text(rule)
    assert "40 %" in officer.text("/htx/chi-tieu/7")
    officer.refused(rule, "Chưa có gì khác", **params, why="Lần nữa")
    manager = Office(app, "Trần Văn Cường", "manager")
    assert manager.get("/htx/chi-tieu").status_code == 404


def test_the_records_of_area_and_of_sales_lead_to_pages_that_the_officer_may_open(app: Flask) -> None:
    year = Year(app)
    officer, manager = year.officer, Office(app, "Trần Văn Cường", "manager")
    [plot, *_] = re.findall(r'href="(/htx/chi-tieu/5/thua/[^"]+)"', officer.text("/htx/chi-tieu/5?phan=1"))
    page = officer.text(plot)
    for said in ("Nhà Lụa: A", "01/02/2026 – 30/05/2026", "từ 07/09/2026, đang làm", "mới nhất 20/11/2026"):
        assert said in page
    [sums, *_] = re.findall(
        r'href="(/htx/chi-tieu/7/htx/[^"#]+)#n2026-11-02"', officer.text("/htx/chi-tieu/7")
    )
    page = officer.text(sums)
    for said in ("Chợ", "1/4 phiếu", "200", "500", ">2</td>"):
        assert said in page
    assert "Nhà Lụa" not in page
    for path in (plot, sums):
        assert manager.get(path).status_code == 404
    for path in (f"/htx/chi-tieu/7/htx/{new_uuid()}", f"/htx/chi-tieu/5/thua/{new_uuid()}/{new_uuid()}"):
        assert officer.get(path).status_code == 404


def test_an_empty_commune_says_what_is_not_known(app: Flask) -> None:
    start()
    officer = Office(app, "Lê Thị Hạnh", "officer")
    text = officer.text("/htx/chi-tieu")
    assert "Chưa đủ số liệu" in text
    for number in range(1, 8):
        officer.text(f"/htx/chi-tieu/{number}")
        officer.text(f"/htx/chi-tieu/{number}/cach-tinh")
    officer.text("/htx/chi-tieu/cach-tinh")


def test_a_report_is_frozen_with_its_bytes_when_it_is_issued(app: Flask) -> None:
    start()
    officer = Office(app, "Lê Thị Hạnh", "officer")
    paper = {
        "nam": "2026",
        "number": "15/BC-KT",
        "to": "UBND thành phố",
        "title": "Trưởng phòng",
        "signer": "Hạnh",
    }
    officer.refused("/htx/bao-cao", "Ghi đủ số", **paper | {"signer": " "})
    officer.done("/htx/bao-cao", **paper)
    officer.refused("/htx/bao-cao", "Số này đã dùng", **paper)
    [name] = set(re.findall(r"/htx/bao-cao/[0-9a-f-]{36}", officer.text("/htx/bao-cao")))
    first = officer.get(f"{name}.pdf").data
    said = text_of(first)
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in said
    assert "15/BC-KT" in said
    assert "Chưa đủ số liệu" in said
    book = load_workbook(io.BytesIO(officer.get(f"{name}.xlsx").data))
    assert book.sheetnames == ["Chỉ tiêu", "Theo thôn", "Theo HTX", "Còn thiếu", "Cách tính"]
    officer.done(
        "/htx/chi-tieu/1/cach-tinh",
        lots_min="2",
        target_2026="40",
        target_2028="60",
        target_2030="100",
        why="Công văn 7",
    )
    assert officer.get(f"{name}.pdf").data == first
