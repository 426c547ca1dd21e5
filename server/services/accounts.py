"""Bank accounts of households and of the cooperative: given by whose they are, or by the clerk for them.

What is no account is refused by the name of its field. The number stands in one row, and goes when the next
one comes or when it is taken back.
Source: PROTOCOL "Sales and VietQR"; sync/rights.json, bank_account.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from server.models.people import Farm
from server.models.sales import NAME_CHARS, BankAccount
from server.services.request_values import NOT_YOURS, Declined, Refused, Sent, text_of, uuid_of
from server.store import till
from server.store.devices import Writer
from sync.rights import HOUSEHOLD
from sync.vietqr import BadTransfer, check_account

FIELDS = {"bad_bin": "bin", "bad_number": "number"}


def take_account(session: Session, who: Writer, one: Sent, now: int) -> None:
    """Keep the account that a request gives; one without a number takes the account back.

    Raises: Refused names the field; Declined where it is not the sender's household.
    """
    farm = _farm(session, who, one)
    if one.values.get("number") is None:
        till.retire_accounts(session, farm.organisation, farm.id, now)
        return
    keep_account(
        session,
        BankAccount(
            id=one.id, organisation=farm.organisation, farm=farm.id, bin=text_of(one, "bin", 6),
            number=text_of(one, "number", 40), holder=text_of(one, "holder", NAME_CHARS), state=till.CURRENT,
            text_version=text_of(one, "text_version", 40), entered_by=who.membership, changed_at=now,
        ),
    )  # fmt: skip


def keep_account(session: Session, row: BankAccount) -> None:
    """Put an account in the place of the one before. Raises: Refused names the field."""
    try:
        check_account(row.bin, row.number)
    except BadTransfer as bad:
        raise Refused(FIELDS[bad.slug]) from bad
    if till.find_bank(session, row.bin) is None:
        raise Refused("bin")
    till.retire_accounts(session, row.organisation, row.farm, row.changed_at)
    session.add(row)
    session.flush()


def _farm(session: Session, who: Writer, one: Sent) -> Farm:
    """Return the household that is spoken of: one's own, or for staff one of the organisation's."""
    farm = session.get(Farm, uuid_of(one, "farm"))
    if farm is None or farm.organisation != who.organisation:
        raise Declined(NOT_YOURS)
    if who.role in HOUSEHOLD and farm.id != who.farm:
        raise Declined(NOT_YOURS)
    return farm
