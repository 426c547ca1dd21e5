"""Purchase points, bank accounts, banks and the rule about cash: rows, looked up by their organisation.

Banks and the rule stand in `server/data/money.json`; a row takes the place of what the file says.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from server.models.people import Membership
from server.models.sales import Bank, BankAccount, CashRule, PurchasePoint, SaleView
from sync.plain import plain

OPEN, CLOSED = "open", "closed"
CURRENT, FORMER = "current", "former"
FILE: Final = Path(__file__).parents[1] / "data" / "money.json"
SALES_SHOWN: Final = 200  # our choice: of a household, the newest first


@dataclass(frozen=True)
class BankLine:
    """A bank as it is offered. `mark`: how far its number was verified."""

    bin: str
    short: str
    name: str
    mark: str
    is_current: bool


@dataclass(frozen=True)
class Cash:
    """From how many đồng on to pay without cash, and why; 0: nobody is told."""

    dong: int
    text: str
    mark: str


@cache
def seed() -> dict[str, Any]:
    """Return what the file says: `banks`, `cash_rule`, `consent`."""
    found: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    return found


def banks(session: Session) -> list[BankLine]:
    """Return every bank that is known, by its short name."""
    lines = {
        one["bin"]: BankLine(one["bin"], one["short"], one["name"], "V2", True) for one in seed()["banks"]
    }
    for row in session.scalars(select(Bank)):
        lines[row.bin] = BankLine(row.bin, row.short, row.name, row.mark, row.is_current)
    return sorted(lines.values(), key=lambda one: (plain(one.short), one.bin))


def find_bank(session: Session, number: str) -> BankLine | None:
    """Return the bank that may be chosen by its six digits."""
    return next((one for one in banks(session) if one.bin == number and one.is_current), None)


def cash_rule(session: Session, organisation: str) -> Cash:
    """Return the rule as the organisation keeps it, or as the file says it."""
    row = session.get(CashRule, organisation)
    if row is not None:
        return Cash(row.dong, row.text, row.mark)
    said = seed()["cash_rule"]
    return Cash(said["dong"], said["text"], said["mark"])


def points(session: Session, organisation: str) -> list[PurchasePoint]:
    """Return the purchase points of an organisation, open ones first."""
    query = select(PurchasePoint).where(PurchasePoint.organisation == organisation)
    return list(
        session.scalars(query.order_by(PurchasePoint.state.desc(), PurchasePoint.name, PurchasePoint.id))
    )


def accounts(session: Session, organisation: str) -> list[BankAccount]:
    """Return the current accounts of an organisation and of its households."""
    query = select(BankAccount).where(BankAccount.organisation == organisation, BankAccount.state == CURRENT)
    return list(session.scalars(query.order_by(BankAccount.farm, BankAccount.id)))


def account_of(session: Session, organisation: str, farm: str | None) -> BankAccount | None:
    """Return the current account of a household, or (None) the organisation's own."""
    return next((one for one in accounts(session, organisation) if one.farm == farm), None)


def retire_accounts(session: Session, organisation: str, farm: str | None, now: int) -> None:
    """Take back the account that stands: what it said is gone at once."""
    whose = BankAccount.farm.is_(None) if farm is None else BankAccount.farm == farm
    session.execute(
        update(BankAccount)
        .where(BankAccount.organisation == organisation, whose, BankAccount.state == CURRENT)
        .values(state=FORMER, bin="", number="", holder="", changed_at=now)
    )


def forget_person(session: Session, person: str, name: str, now: int) -> None:
    """Take back the accounts that a person gave, or that bear the name, in their households."""
    mine = select(Membership.id).where(Membership.person == person)
    farms = select(Membership.farm).where(Membership.person == person, Membership.farm.is_not(None))
    query = select(BankAccount).where(
        BankAccount.state == CURRENT, or_(BankAccount.farm.in_(farms), BankAccount.entered_by.in_(mine))
    )
    given = set(session.scalars(mine))
    for row in session.scalars(query):
        if row.farm is not None and (row.entered_by in given or plain(row.holder) == plain(name)):
            row.state, row.bin, row.number, row.holder, row.changed_at = FORMER, "", "", "", now
    session.flush()


def sales_of_farm(session: Session, scopes: Collection[str], farm: str) -> list[SaleView]:
    """Return what these organisations bought of a household, taken back or not, the newest first."""
    query = select(SaleView).where(
        SaleView.scope.in_(scopes), SaleView.farm == farm, SaleView.direction == "buy"
    )
    query = query.order_by(SaleView.happened_on.desc(), SaleView.received_at.desc(), SaleView.doc)
    return list(session.scalars(query.limit(SALES_SHOWN)))
