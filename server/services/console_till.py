"""What a manager sets for buying and selling: points, the cooperative's account, the rule about cash; banks.

Banks are the commune's list: a cooperative sees it and does not change it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading
from server.errors import ServiceError
from server.models.sales import NAME_CHARS, Bank, BankAccount, CashRule, PurchasePoint
from server.services.accounts import keep_account
from server.services.console import Staff
from server.services.console_reach import NotDone, allow, clean, write_rows
from server.services.request_values import Refused
from server.services.setup import new_id
from server.store import till
from server.store.till import BankLine, Cash
from sync.sales import DONG_MAX

TEXT_CHARS: Final = 400
_BIN: Final = re.compile(r"[0-9]{6}")


@dataclass(frozen=True)
class TillPage:
    """What stands. `account`: the cooperative's own, None where nobody gave one or it may not be seen."""

    points: tuple[PurchasePoint, ...]
    account: BankAccount | None
    given: int
    banks: tuple[BankLine, ...]
    rule: Cash


def page(staff: Staff) -> TillPage:
    """Return what is set for the staff's organisation."""
    with reading() as session:
        accounts = till.accounts(session, staff.organisation)
        own = next((one for one in accounts if one.farm is None), None)
        return TillPage(
            points=tuple(till.points(session, staff.organisation)),
            account=own if staff.may_act("see_accounts") else None,
            given=sum(one.farm is not None for one in accounts),
            banks=tuple(till.banks(session)),
            rule=till.cash_rule(session, staff.organisation),
        )


def keep_point(staff: Staff, uuid: str, name: str, *, is_open: bool = True) -> None:
    """Make a point, or name, close or open one. Raises: ServiceError: no_right, not_found; NotDone."""
    allow(staff, "edit_points")
    named = clean(name, NAME_CHARS)
    if not named:
        raise NotDone("not_point_name")

    def work(session: Session) -> None:
        row = session.get(PurchasePoint, uuid) if uuid else None
        if uuid and (row is None or row.organisation != staff.organisation):
            raise ServiceError("not_found")
        if row is None:
            row = PurchasePoint(id=new_id(now_ms()), organisation=staff.organisation, village=None)
            session.add(row)
        row.name, row.state = named, till.OPEN if is_open else till.CLOSED

    write_rows(work)


def keep_own_account(staff: Staff, bank: str, number: str, holder: str) -> None:
    """Put the cooperative's account in the place of the one before; an empty number takes it back.

    Raises: ServiceError(no_right); NotDone names the field.
    """
    allow(staff, "edit_points")
    typed, named, now = number.strip(), clean(holder, NAME_CHARS), now_ms()

    def work(session: Session) -> None:
        if not typed:
            till.retire_accounts(session, staff.organisation, None, now)
            return
        if not named:
            raise NotDone("not_account_holder")
        row = BankAccount(
            id=new_id(now), organisation=staff.organisation, farm=None, bin=bank, number=typed, holder=named,
            state=till.CURRENT, text_version="", entered_by=staff.membership, changed_at=now,
        )  # fmt: skip
        try:
            keep_account(session, row)
        except Refused as refused:
            raise NotDone(f"not_account_{refused}") from refused

    write_rows(work)


def keep_rule(staff: Staff, dong: str, text: str) -> None:
    """Say from how many đồng on to pay without cash; 0: nobody is told. Raises: ServiceError; NotDone."""
    allow(staff, "edit_points")
    digits = re.sub(r"[., ]", "", dong)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 13 and int(digits) <= DONG_MAX):
        raise NotDone("not_cash_dong")

    def work(session: Session) -> None:
        mark = till.cash_rule(session, staff.organisation).mark
        session.merge(
            CashRule(
                organisation=staff.organisation, dong=int(digits), text=clean(text, TEXT_CHARS), mark=mark,
                changed_by=staff.membership, changed_at=now_ms(),
            )
        )  # fmt: skip

    write_rows(work)


def banks(staff: Staff) -> tuple[BankLine, ...]:
    """Return every bank that is known."""
    del staff  # whoever has the page sees them all
    with reading() as session:
        return tuple(till.banks(session))


def keep_bank(staff: Staff, number: str, short: str, name: str, *, is_current: bool) -> None:
    """Add or change a bank for the whole commune. Raises: ServiceError(no_right); NotDone."""
    allow(staff, "edit_banks")
    said = clean(short, 60)
    if _BIN.fullmatch(number.strip()) is None:
        raise NotDone("not_bank_bin")
    if not said:
        raise NotDone("not_bank_name")
    write_rows(
        lambda session: session.merge(
            Bank(
                bin=number.strip(),
                short=said,
                name=clean(name, NAME_CHARS),
                mark="R",
                is_current=is_current,
            )
        )
    )
