"""Purchase points and money: the rows behind sales, and the view of the sales themselves.

Sales are documents of the organisation's log; accounts are private rows, never in an op's public half.
Source: PROTOCOL "Sales and VietQR"; commerce §10.
"""

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base
from server.models.log import SCOPE_CHARS
from server.models.people import UUID_CHARS
from server.models.views import CODE_CHARS, DOC_CHARS

NAME_CHARS = 200
BIN_CHARS = 6
NUMBER_CHARS = 19
RECEIPT_CHARS = 15
DATE_CHARS = 10


class SaleView(Base):
    """A sale as the log tells of it.

    Shape:  `size`: in `unit` (g, ml, count), None where it can't be counted; `total_dong`: None where the
            private part is missing or erased; `corrects`: the sale that this one takes the place of, or "".
    """

    __tablename__ = "view_sales"
    __table_args__ = (
        Index("view_sales_day", "scope", "happened_on"),
        Index("view_sales_farm", "farm", "happened_on"),
    )

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    doc: Mapped[str] = mapped_column(String(DOC_CHARS), primary_key=True)
    direction: Mapped[str] = mapped_column(String(CODE_CHARS))
    farm: Mapped[str] = mapped_column(String(SCOPE_CHARS))
    lot: Mapped[str] = mapped_column(String(DOC_CHARS))
    point: Mapped[str] = mapped_column(String(UUID_CHARS))
    product: Mapped[str] = mapped_column(String(NAME_CHARS))
    size: Mapped[int | None] = mapped_column(BigInteger)
    unit: Mapped[str] = mapped_column(String(CODE_CHARS))
    total_dong: Mapped[int | None] = mapped_column(BigInteger)
    pay: Mapped[str] = mapped_column(String(CODE_CHARS))
    paid: Mapped[str] = mapped_column(String(CODE_CHARS))
    paid_on: Mapped[str] = mapped_column(String(DATE_CHARS))
    happened_on: Mapped[str] = mapped_column(String(DATE_CHARS))
    at: Mapped[str] = mapped_column(String(CODE_CHARS))
    receipt: Mapped[str] = mapped_column(String(RECEIPT_CHARS))
    corrects: Mapped[str] = mapped_column(String(DOC_CHARS))
    by: Mapped[str] = mapped_column(String(UUID_CHARS))
    received_at: Mapped[int] = mapped_column(BigInteger)
    is_deleted: Mapped[bool] = mapped_column(Boolean)
    has_conflict: Mapped[bool] = mapped_column(Boolean)


class PurchasePoint(Base):
    """A place where a cooperative buys and sells. `state`: open or closed; a closed one keeps its sales."""

    __tablename__ = "purchase_points"
    __table_args__ = (Index("purchase_points_organisation", "organisation", "state"),)

    id: Mapped[str] = mapped_column(String(UUID_CHARS), primary_key=True)
    organisation: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    name: Mapped[str] = mapped_column(String(NAME_CHARS))
    village: Mapped[str | None] = mapped_column(ForeignKey("villages.id"))
    state: Mapped[str] = mapped_column(String(10))


class BankAccount(Base):
    """An account to transfer to: a household's (`farm`) or the cooperative's own. Private (rights: accounts).

    Shape:  `state`: current, or former, whose `number` and `holder` are emptied; `text_version`: of the
            consent that was read out, "" for the cooperative's own; `entered_by`: a membership.
    """

    __tablename__ = "bank_accounts"
    __table_args__ = (Index("bank_accounts_organisation", "organisation", "farm", "state"),)

    id: Mapped[str] = mapped_column(String(UUID_CHARS), primary_key=True)
    organisation: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    farm: Mapped[str | None] = mapped_column(ForeignKey("farms.id"))
    bin: Mapped[str] = mapped_column(String(BIN_CHARS))
    number: Mapped[str] = mapped_column(String(NUMBER_CHARS))
    holder: Mapped[str] = mapped_column(String(NAME_CHARS))
    state: Mapped[str] = mapped_column(String(10))
    text_version: Mapped[str] = mapped_column(String(CODE_CHARS))
    entered_by: Mapped[str | None] = mapped_column(ForeignKey("memberships.id"))
    changed_at: Mapped[int] = mapped_column(BigInteger)


class Bank(Base):
    """A bank that differs from the seed list (`server/data/money.json`), or is none of it.

    Shape:  `mark`: how far it was verified (V, V2, R); `is_current`: may be chosen for new accounts.
    """

    __tablename__ = "banks"

    bin: Mapped[str] = mapped_column(String(BIN_CHARS), primary_key=True)
    short: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(NAME_CHARS))
    mark: Mapped[str] = mapped_column(String(5))
    is_current: Mapped[bool] = mapped_column(Boolean)


class CashRule(Base):
    """From how many đồng on an organisation is told to pay without cash; 0: it is not told."""

    __tablename__ = "cash_rules"

    organisation: Mapped[str] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    dong: Mapped[int] = mapped_column(BigInteger)
    text: Mapped[str] = mapped_column(Text)
    mark: Mapped[str] = mapped_column(String(5))
    changed_by: Mapped[str | None] = mapped_column(ForeignKey("memberships.id"))
    changed_at: Mapped[int] = mapped_column(BigInteger)
