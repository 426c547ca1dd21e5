"""What a phone keeps for buying and selling: the clerk's points and accounts, or a household's own sales.

Deny by default: accounts go to whoever writes sales, a household learns its own account and what was bought
of it, everybody else nothing.
Source: PROTOCOL "Sales and VietQR".
"""

from __future__ import annotations

import json

from sqlalchemy.orm import Session

from server.db import reading
from server.models.sales import BankAccount, SaleView
from server.models.views import DocumentView
from server.services.reference import Snapshot, tagged_snapshot
from server.services.viewing import make_current
from server.store import books, people, till
from server.store.devices import Writer
from sync.rights import HOUSEHOLD, may_write
from sync.values import Json

TOLD = ("price", "deductions", "weighed")


def till_of(who: Writer, scopes: dict[str, bool]) -> Snapshot:
    """Return what the device may have of points, accounts and sales."""
    org = f"org:{who.organisation}"
    if who.may_act and scopes.get(org) and may_write(who.role, "org", "sale", is_first=True):
        with reading() as session:
            return tagged_snapshot(_clerk(session, who))
    farm = f"farm:{who.farm}"
    if who.may_act and who.role in HOUSEHOLD and farm in scopes:
        with reading() as session:
            bought = sorted(
                f"org:{one}" for one in {who.organisation, *books.organisations_of(session, [farm])}
            )
        make_current(bought)
        with reading() as session:
            return tagged_snapshot(_household(session, who, bought))
    return tagged_snapshot({"for": ""})


def _clerk(session: Session, who: Writer) -> dict[str, Json]:
    rule = till.cash_rule(session, who.organisation)
    return {
        "for": "point",
        "points": [
            {"id": one.id, "name": one.name}
            for one in till.points(session, who.organisation)
            if one.state == till.OPEN
        ],
        "farms": [
            {"id": one.id, "code": one.code, "name": one.name}
            for one in people.farms_of(session, who.organisation)
        ],
        "accounts": [_account(one) for one in till.accounts(session, who.organisation)],
        "cash_rule": {"dong": rule.dong, "text": rule.text, "mark": rule.mark},
        **_shared(session),
    }


def _household(session: Session, who: Writer, bought: list[str]) -> dict[str, Json]:
    account = till.account_of(session, who.organisation, who.farm)
    rows = till.sales_of_farm(session, bought, f"farm:{who.farm}")
    names = {f"org:{one.id}": one.name for one in people.organisations(session)}
    return {
        "for": "household",
        "farm": who.farm,
        "account": None if account is None else _account(account),
        "sales": [_sale(session, row, names.get(row.scope, "")) for row in rows],
        **_shared(session),
    }


def _shared(session: Session) -> dict[str, Json]:
    found = [one for one in till.banks(session) if one.is_current]
    return {
        "banks": [{"bin": one.bin, "short": one.short, "name": one.name} for one in found],
        "consent": till.seed()["consent"],
    }


def _account(one: BankAccount) -> dict[str, Json]:
    return {"id": one.id, "farm": one.farm, "bin": one.bin, "number": one.number, "holder": one.holder}


def _sale(session: Session, row: SaleView, buyer: str) -> dict[str, Json]:
    document = session.get(DocumentView, (row.scope, row.doc))
    values = {} if document is None else json.loads(document.values)
    hidden = json.loads(document.private) if document is not None and document.private else {}
    return {
        "doc": row.doc,
        "organisation": buyer,
        "is_void": row.is_deleted,
        "values": values | {name: hidden[name] for name in (*TOLD, "total") if name in hidden},
    }
