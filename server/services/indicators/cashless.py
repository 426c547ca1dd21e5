"""Indicator 7: paid sales at purchase points and cooperatives without cash, of all paid sales; also by value.

Counted are sales of the year that were paid, none that was taken back or corrected by another. What is still
owed counts when it is paid. A figure is told only where enough of the purchase points report.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from server.models.sales import PurchasePoint, SaleView
from server.services.indicators.shape import Ask, Found, Line, Missing, Params, Part, Tally
from sync.sales import CASHLESS

OPEN = "open"


@dataclass(frozen=True)
class DaySum:
    """What one cooperative's purchase point was paid and paid on a day. `point`: its name, "" for none."""

    day: str
    point: str
    counted: int
    whole: int
    dong: int
    whole_dong: int
    unpaid: int


def found(session: Session, ask: Ask, params: Params) -> Found:
    """Count the sales."""
    cashless, dong = _is_cashless(), func.coalesce(SaleView.total_dong, 0)
    paid = _paid(params)
    columns = (
        func.coalesce(PurchasePoint.village, ""),
        SaleView.scope,
        func.sum(case((and_(paid, cashless), 1), else_=0)),
        func.sum(case((paid, 1), else_=0)),
        func.sum(case((and_(paid, cashless), dong), else_=0)),
        func.sum(case((paid, dong), else_=0)),
        func.sum(case((paid, 0), else_=1)),
        func.sum(case((and_(paid, SaleView.total_dong.is_(None)), 1), else_=0)),
    )
    rows = session.execute(_standing(ask, *columns).group_by(columns[0], SaleView.scope)).all()
    tallies = tuple(
        Tally(row[0], row[1].removeprefix("org:"), int(row[2]), int(row[3]), int(row[4]), int(row[5]))
        for row in rows
    )
    told, points = _reporting(session, ask)
    missing = (
        Missing("missing_points", points - told, points),
        Missing("missing_unpaid", sum(int(row[6]) for row in rows)),
        Missing("missing_value", sum(int(row[7]) for row in rows)),
    )
    is_known = points > 0 and told * 100 >= points * int(params["points"])
    return Found(tallies, missing, is_known)


def lines(session: Session, ask: Ask, params: Params, part: Part) -> list[Line]:
    """Return the paid sales, the newest first; nobody is named."""
    query = _standing(ask, SaleView, PurchasePoint.name, PurchasePoint.village).where(_paid(params))
    if part.is_counted is not None:
        query = query.where(_is_cashless() if part.is_counted else ~_is_cashless())
    if part.village:
        query = query.where(PurchasePoint.village == part.village)
    if part.organisation:
        query = query.where(SaleView.scope == f"org:{part.organisation}")
    order = (SaleView.happened_on.desc(), SaleView.received_at.desc(), SaleView.doc)
    rows = session.execute(query.order_by(*order).offset(part.start).limit(part.most))
    return [
        Line(
            title=sale.receipt or sale.product,
            is_counted=sale.pay in CASHLESS,
            village=village or "",
            organisation=sale.scope.removeprefix("org:"),
            link=f"/htx/chi-tieu/7/htx/{sale.scope.removeprefix('org:')}?nam={ask.year}#n{sale.happened_on}",
            notes=(
                ("line_sale", {"day": sale.happened_on, "point": point or "—", "pay": sale.pay}),
                ("line_no_value", {})
                if sale.total_dong is None
                else ("line_value", {"dong": sale.total_dong}),
            ),
        )
        for sale, point, village in rows
    ]


def sums(session: Session, ask: Ask, params: Params, organisation: str) -> list[DaySum]:
    """Return the sums of one cooperative by day and point, the newest day first."""
    cashless, paid, dong = _is_cashless(), _paid(params), func.coalesce(SaleView.total_dong, 0)
    key = (SaleView.happened_on, func.coalesce(PurchasePoint.name, ""))
    columns = (
        func.sum(case((and_(paid, cashless), 1), else_=0)),
        func.sum(case((paid, 1), else_=0)),
        func.sum(case((and_(paid, cashless), dong), else_=0)),
        func.sum(case((paid, dong), else_=0)),
        func.sum(case((paid, 0), else_=1)),
    )
    query = _standing(ask, *key, *columns).where(SaleView.scope == f"org:{organisation}")
    rows = session.execute(query.group_by(*key).order_by(key[0].desc(), key[1]))
    return [DaySum(day, point, *(int(one) for one in rest)) for day, point, *rest in rows]


def _standing(ask: Ask, *columns: Any) -> Select[Any]:
    """Return a query for the year's sales that stand, with the purchase point of each."""
    other = aliased(SaleView)
    replaced = select(other.scope, other.corrects).where(
        other.scope.in_(ask.logs), other.corrects != "", other.is_deleted.is_(False)
    )
    is_point = and_(PurchasePoint.id == SaleView.point, SaleView.scope == "org:" + PurchasePoint.organisation)
    return (
        select(*columns)
        .select_from(SaleView)
        .outerjoin(PurchasePoint, is_point)
        .where(
            SaleView.scope.in_(ask.logs), SaleView.happened_on >= ask.first, SaleView.happened_on <= ask.day,
            SaleView.is_deleted.is_(False), tuple_(SaleView.scope, SaleView.doc).not_in(replaced),
        )
    )  # fmt: skip


def _is_cashless() -> ColumnElement[bool]:
    return SaleView.pay.in_(sorted(CASHLESS))


def _paid(params: Params) -> ColumnElement[bool]:
    """Return whether a sale was paid: as a person confirmed, or as was claimed, too."""
    states = ("confirmed", "claimed") if params["paid"] == "claimed" else ("confirmed",)
    return SaleView.paid.in_(states)


def _reporting(session: Session, ask: Ask) -> tuple[int, int]:
    points = select(func.count()).where(
        PurchasePoint.organisation.in_(ask.organisations), PurchasePoint.state == OPEN
    )
    told = points.where(PurchasePoint.id.in_(_standing(ask, SaleView.point).where(SaleView.point != "")))
    return session.scalar(told) or 0, session.scalar(points) or 0
