"""What a clerk and a household keep of purchase points, accounts and sales, and what nobody else gets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from server.db import reading, run_write
from server.models.people import Membership, Request
from server.models.sales import BankAccount, PurchasePoint, SaleView
from server.services.rebuilding import check
from server.services.viewing import make_current
from server.store import people
from tests.server.diaries import Diary, Sent, diary_of, new_uuid
from tests.server.lots import staff
from tests.server.phones import Phone, start
from tests.server.test_requests import asked, results, send

DAY = "2026-11-28"
NUMBER = "0071001234567"
PRIVATE = {"price": {"dong": 8000, "per": "kg"}, "total": 160_000, "party": "Ông Thành", "phone": "0912"}


def sale_fields(farm: str, **more: Any) -> dict[str, Any]:
    return {
        "direction": "buy", "farm": farm, "product": "mustard_greens", "receipt": "NGF6-1",
        "amount": {"amount": "20", "unit": "kg"}, "happened_on": DAY, "pay": "vietqr", "paid": "claimed",
        **more,
    }  # fmt: skip


class Market:
    """A clerk, two households and one of another cooperative's staff."""

    def __init__(self, app: Flask) -> None:
        start()
        self.lua = diary_of(app.test_client(), "Phạm Thị Lụa", "Nhà Lụa")
        self.mo = diary_of(app.test_client(), "Đỗ Thị Mơ", "Nhà Mơ")
        self.clerk = staff(app, "Đoàn Thị Thắm", "clerk", kind="phone")

    def buy(self, diary: Diary, **more: Any) -> Sent:
        return self.clerk.record(f"sale:{new_uuid()}", sale_fields(diary.scope, **more), PRIVATE)


def till(phone: Phone, tag: str | None = None) -> Any:
    headers = phone.headers if tag is None else {**phone.headers, "If-None-Match": tag}
    return phone.client.get("/api/v1/till", headers=headers)


def account(at: int, diary: Diary, **more: Any) -> dict[str, Any]:
    said = {"bin": "970436", "number": NUMBER, "holder": "PHAM THI LUA", "text_version": "1", **more}
    return {**asked(at, "bank_account"), "values": {"farm": diary.farm, **said}}


@pytest.fixture
def market(app: Flask) -> Market:
    return Market(app)


def rows(scope: str) -> list[SaleView]:
    make_current([scope])
    with reading() as session:
        return list(session.scalars(select(SaleView).where(SaleView.scope == scope).order_by(SaleView.doc)))


def test_a_sale_its_payment_and_its_correction_as_the_log_tells_them(market: Market) -> None:
    first = market.buy(market.lua)
    market.clerk.record(first.doc, {"paid": "confirmed", "paid_on": DAY}, after=[first.id])
    second = market.buy(
        market.lua, corrects=first.doc, receipt="NGF6-2", amount={"amount": "?", "unit": "kg"}
    )
    found = {one.doc: one for one in rows(market.clerk.scope)}
    assert (found[first.doc].paid, found[first.doc].total_dong, found[first.doc].size) == (
        "confirmed",
        160_000,
        20_000,
    )
    assert (found[second.doc].corrects, found[second.doc].size, found[second.doc].unit) == (
        first.doc,
        None,
        "",
    )
    assert list(check()) == []


def test_the_clerk_gets_points_and_accounts_and_a_second_look_costs_nothing(market: Market) -> None:
    point = PurchasePoint(
        id=new_uuid(), organisation=market.clerk.scope[4:], name="Chợ Núi Đối", village=None, state="open"
    )
    run_write(lambda session: session.add(point))
    assert results(send(market.clerk.phone, account(1, market.lua))) == ["settled"]
    answer = till(market.clerk.phone)
    seen = answer.get_json()
    assert [one["name"] for one in seen["points"]] == ["Chợ Núi Đối"]
    assert [(one["farm"], one["number"]) for one in seen["accounts"]] == [(market.lua.farm, NUMBER)]
    assert {one["name"] for one in seen["farms"]} == {"Nhà Lụa", "Nhà Mơ"}
    assert (seen["cash_rule"]["dong"], seen["cash_rule"]["mark"]) == (5_000_000, "V2")
    assert till(market.clerk.phone, answer.headers["ETag"]).status_code == 304


def test_a_household_sees_its_own_sales_and_account_and_nobody_elses(market: Market) -> None:
    market.buy(market.lua)
    gone = market.buy(market.lua)
    market.clerk.record(gone.doc, {"_deleted": True}, after=[gone.id])
    market.buy(market.mo)
    send(market.lua.phone, account(1, market.lua))
    seen = till(market.lua.phone).get_json()
    assert sorted(one["is_void"] for one in seen["sales"]) == [False, True]
    assert {one["values"]["farm"] for one in seen["sales"]} == {market.lua.scope}
    standing = next(one for one in seen["sales"] if not one["is_void"])
    assert standing["values"]["total"] == 160_000
    assert not {"party", "phone"} & set(standing["values"])
    assert seen["account"]["number"] == NUMBER
    other = till(market.mo.phone).get_json()
    assert (len(other["sales"]), other["account"]) == (1, None)
    assert NUMBER not in json.dumps(other)


@pytest.mark.parametrize("role", ["helper", "reviewer", "auditor", "officer"])
def test_who_sells_nothing_gets_no_account_and_no_sale(app: Flask, market: Market, role: str) -> None:
    market.buy(market.lua)
    send(market.lua.phone, account(1, market.lua))
    more = {"until": 4_000_000_000_000} if role == "auditor" else {}
    assert till(staff(app, "Người khác", role, **more).phone).get_json() == {"for": ""}


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"bin": "123456"}, "bin"), ({"bin": "Vietco"}, "bin"), ({"number": "số 12"}, "number"),
        ({"number": "００７１"}, "number"), ({"number": "1" * 20}, "number"), ({"holder": " "}, "holder"),
        ({"text_version": ""}, "text_version"),
    ],
)  # fmt: skip
def test_what_is_no_account_is_refused_by_the_name_of_its_field(
    market: Market, said: dict[str, str], field: str
) -> None:
    answer = send(market.lua.phone, account(1, market.lua, **said)).get_json()["results"][0]
    assert (answer["result"], answer["reason"]) == ("refused", field)


def test_another_households_account_is_nobodys_to_give(market: Market) -> None:
    assert results(send(market.mo.phone, account(1, market.lua))) == ["declined"]
    with reading() as session:
        assert session.scalars(select(BankAccount)).all() == []


def test_a_new_account_empties_the_old_one_and_a_request_keeps_no_number(market: Market) -> None:
    send(market.lua.phone, account(1, market.lua))
    send(market.lua.phone, account(2, market.lua, number="99887766"))
    assert till(market.lua.phone).get_json()["account"]["number"] == "99887766"
    assert results(send(market.lua.phone, account(3, market.lua, number=None))) == ["settled"]
    assert till(market.lua.phone).get_json()["account"] is None
    with reading() as session:
        kept = [one.number + one.holder for one in session.scalars(select(BankAccount))]
        said = [one.values for one in session.scalars(select(Request).where(Request.kind == "bank_account"))]
    assert kept == ["", ""]
    assert said == [people.ERASED_VALUES] * 3


def test_who_is_erased_takes_the_account_along(market: Market) -> None:
    send(market.lua.phone, account(1, market.lua))

    def erase(session: Any) -> None:
        member = session.get(Membership, market.lua.phone.shown["by"])
        people.blank_person(session, member.organisation, member.person, 1)

    run_write(erase)
    with reading() as session:
        assert [one.number for one in session.scalars(select(BankAccount))] == [""]
