"""The pages of buying and selling: what they list, who sees sums and accounts, what is set and refused."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from server.db import reading
from server.models.sales import Bank, BankAccount, PurchasePoint
from tests.server.desks import Office
from tests.server.diaries import new_uuid
from tests.server.test_till import DAY, NUMBER, PRIVATE, Market, account, sale_fields, send

PATH = "/htx/mua-ban"


@pytest.fixture
def market(app: Flask) -> Market:
    return Market(app)


@pytest.fixture
def office(app: Flask, market: Market) -> Office:
    assert market.clerk
    return Office(app)


def test_the_list_its_sums_and_its_receipts(market: Market, office: Office) -> None:
    first = market.buy(market.lua)
    market.buy(market.lua, corrects=first.doc, receipt="NGF6-2", paid="confirmed")
    market.buy(market.mo, receipt="NGF6-3", pay="cash", paid="confirmed", paid_on=DAY)
    seen = office.text(PATH)
    assert "320.000" in seen  # what was corrected counts once
    assert "Đã sửa bằng phiếu khác" in seen
    assert "Nhà Mơ" not in office.text(f"{PATH}?ho={market.lua.farm}").partition("<table>")[2]
    assert "NGF6-1" not in office.text(f"{PATH}?con=1").partition("<table>")[2]
    receipt = office.text(f"{PATH}/phieu/{first.uuid}")
    assert ("Nhà Lụa" in receipt, "8.000 đ/kg" in receipt) == (True, True)
    day = office.text(f"{PATH}/chot?ngay=28/11/2026")
    assert ("160.000" in day, "Chưa trả xong: 0" in day) == (True, True)


def test_a_sale_of_unexpected_shapes_is_shown_as_far_as_it_can_be_read(
    market: Market, office: Office
) -> None:
    odd = [
        {"kind": "moisture", "percent": "hai"},
        {"kind": "other", "dong": "một"},
        {"kind": "impurity", "percent": "2.5"},
    ]
    hidden = PRIVATE | {"deductions": odd, "price": {"dong": "tám", "per": "kg"}}
    sale = market.clerk.record(f"sale:{new_uuid()}", sale_fields(market.lua.scope), hidden)
    receipt = office.text(f"{PATH}/phieu/{sale.uuid}")
    assert ("hai %" in receipt, "một đ" in receipt, "2,5 %" in receipt, "tám đ/kg" in receipt) == (True,) * 4


def test_a_table_of_sales_is_the_managers_and_the_auditors(
    market: Market, office: Office, app: Flask
) -> None:
    market.buy(market.lua)
    answer = office.get(f"{PATH}/tep?kieu=xlsx")
    [sheet] = load_workbook(io.BytesIO(answer.data)).worksheets
    rows = [[str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert rows[1][2:5] == ["NGF6-1", "buy", "Nhà Lụa"]
    assert Office(app, "Chị Cân", "clerk").get(f"{PATH}/tep?kieu=csv").status_code == 404
    assert office.get(f"{PATH}/tep?kieu=pdf").status_code == 404


def test_what_a_manager_sets_and_what_is_wrong_is_said(market: Market, office: Office) -> None:
    assert office.fill(f"{PATH}/diem", ten="Chợ Núi Đối").status_code == 303
    with reading() as session:
        [point] = session.scalars(select(PurchasePoint))
    assert office.fill(f"{PATH}/diem", diem=point.id, ten="Chợ Núi", mo="0").status_code == 303
    assert "Đã đóng" in office.text(f"{PATH}/dat") or "đã đóng" in office.text(f"{PATH}/dat")
    for said, sentence in (
        ({"bin": "970436", "so": "số 12", "chu": "HTX"}, "Số tài khoản chỉ có chữ số"),
        ({"bin": "111111", "so": NUMBER, "chu": "HTX"}, "Không có ngân hàng này"),
        ({"bin": "970436", "so": NUMBER, "chu": ""}, "Ghi tên chủ tài khoản"),
    ):
        answer = office.fill(f"{PATH}/tai-khoan", **said)
        assert (answer.status_code, sentence in answer.get_data(as_text=True)) == (422, True)
    assert office.fill(f"{PATH}/tai-khoan", bin="970436", so=NUMBER, chu="HTX TT").status_code == 303
    assert office.fill(f"{PATH}/tien-mat", dong="-5", loi="").status_code == 422
    assert office.fill(f"{PATH}/tien-mat", dong="7.000.000", loi="Nhắc").status_code == 303
    assert "7.000.000" in office.text(f"{PATH}/dat")


def test_an_auditor_sees_sales_and_no_account(market: Market, office: Office, app: Flask) -> None:
    send(market.lua.phone, account(1, market.lua))
    office.fill(f"{PATH}/tai-khoan", bin="970436", so="5566778899", chu="HTX TT")
    auditor = Office(app, "Anh Kiểm", "auditor", until=4_000_000_000_000)
    seen = auditor.text(f"{PATH}/dat")
    assert ("5566778899" in seen, NUMBER in seen) == (False, False)
    assert auditor.fill(f"{PATH}/diem", ten="Chợ").status_code == 404
    assert Office(app, "Chị Duyệt", "reviewer").get(PATH).status_code == 404


def test_the_list_of_banks_is_the_communes(market: Market, office: Office, app: Flask) -> None:
    assert "Vietcombank" in office.text(f"{PATH}/ngan-hang")
    assert office.fill(f"{PATH}/ngan-hang/giu", bin="970499", ten="Mới", dung="1").status_code == 404
    chief = Office(app, "Anh Quản trị", "administrator")
    assert chief.fill(f"{PATH}/ngan-hang/giu", bin="97049", ten="Mới", dung="1").status_code == 422
    assert chief.fill(f"{PATH}/ngan-hang/giu", bin="970499", ten="Mới", dung="1").status_code == 303
    assert "Mới" in office.text(f"{PATH}/ngan-hang")
    with reading() as session:
        assert [one.mark for one in session.scalars(select(Bank))] == ["R"]
        assert list(session.scalars(select(BankAccount))) == []
