"""What the commune and its cooperatives tell: bulletins, market prices, who read what, proposals.

Rows, not ops: phones get them as a read-only snapshot. Every text here is plain text, never markup.
Source: PROTOCOL "Bulletins and prices".
"""

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base
from server.models.people import UUID_CHARS

TITLE_CHARS = 120
MARKET_CHARS = 80
SOURCE_CHARS = 120
CODE_CHARS = 40
DATE_CHARS = 10
PLACE_CHARS = 100


class Bulletin(Base):
    """One bulletin. It is told from `starts_on` to `ends_on`, civil dates of Vietnam, both included.

    Shape:  `villages`, `crops`, `roles`: JSON lists of ids, product codes and groups of roles at which it is
            aimed, empty for all; `state`: draft, published or withdrawn; `is_public`: on the public page and
            in the feeds too; `question`: "<scope>/<doc>" of the question whose answer it tells, never shown.
    """

    __tablename__ = "bulletins"
    __table_args__ = (
        Index("bulletins_told", "organisation", "state", "ends_on"),
        Index("bulletins_urgent", "state", "urgent", "published_at"),
        Index("bulletins_question", "question"),
    )

    id: Mapped[str] = mapped_column(String(UUID_CHARS), primary_key=True)
    organisation: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    kind: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(TITLE_CHARS))
    text: Mapped[str] = mapped_column(Text)
    urgent: Mapped[bool] = mapped_column(Boolean)
    is_public: Mapped[bool] = mapped_column(Boolean)
    starts_on: Mapped[str] = mapped_column(String(DATE_CHARS))
    ends_on: Mapped[str] = mapped_column(String(DATE_CHARS))
    villages: Mapped[str] = mapped_column(Text)
    crops: Mapped[str] = mapped_column(Text)
    roles: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    question: Mapped[str | None] = mapped_column(String(PLACE_CHARS))
    written_by: Mapped[str] = mapped_column(ForeignKey("memberships.id"))
    changed_at: Mapped[int] = mapped_column(BigInteger)
    published_at: Mapped[int | None] = mapped_column(BigInteger)


class BulletinRead(Base):
    """That somebody opened a bulletin; `read_at` is the phone's clock."""

    __tablename__ = "bulletin_reads"

    bulletin: Mapped[str] = mapped_column(ForeignKey("bulletins.id"), primary_key=True)
    membership: Mapped[str] = mapped_column(ForeignKey("memberships.id"), primary_key=True)
    read_at: Mapped[int] = mapped_column(BigInteger)


class MarketPrice(Base):
    """What a product cost at a market on a day: from `low` to `high` whole đồng a `unit`."""

    __tablename__ = "market_prices"
    __table_args__ = (Index("market_prices_day", "organisation", "day"),)

    organisation: Mapped[str] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    product: Mapped[str] = mapped_column(String(CODE_CHARS), primary_key=True)
    market: Mapped[str] = mapped_column(String(MARKET_CHARS), primary_key=True)
    day: Mapped[str] = mapped_column(String(DATE_CHARS), primary_key=True)
    low: Mapped[int] = mapped_column(BigInteger)
    high: Mapped[int] = mapped_column(BigInteger)
    unit: Mapped[str] = mapped_column(String(CODE_CHARS))
    source: Mapped[str] = mapped_column(String(SOURCE_CHARS))
    written_by: Mapped[str | None] = mapped_column(ForeignKey("memberships.id"))
    written_at: Mapped[int] = mapped_column(BigInteger)


class NewsSource(Base):
    """When a source of weather or prices last gave something. `problem`: a word of ours, "" without one."""

    __tablename__ = "news_sources"

    name: Mapped[str] = mapped_column(String(CODE_CHARS), primary_key=True)
    tried_at: Mapped[int] = mapped_column(BigInteger)
    succeeded_at: Mapped[int | None] = mapped_column(BigInteger)
    problem: Mapped[str] = mapped_column(String(CODE_CHARS))


class Proposal(Base):
    """What somebody proposes to the commune, in words or spoken.

    Shape:  `state`: new, read, answered or done; `id`: the request's; `text` may be "" beside a `voice`.
    """

    __tablename__ = "proposals"
    __table_args__ = (
        Index("proposals_commune", "commune", "received_at"),
        Index("proposals_by", "by"),
    )

    id: Mapped[str] = mapped_column(String(UUID_CHARS), primary_key=True)
    commune: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    by: Mapped[str] = mapped_column(ForeignKey("memberships.id"))
    text: Mapped[str] = mapped_column(Text)
    voice: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    voice_type: Mapped[str] = mapped_column(String(20), default="", server_default="")
    voice_seconds: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    state: Mapped[str] = mapped_column(String(10))
    answer: Mapped[str] = mapped_column(Text)
    answered_by: Mapped[str | None] = mapped_column(ForeignKey("memberships.id"))
    answered_at: Mapped[int | None] = mapped_column(BigInteger)
    made_at: Mapped[int] = mapped_column(BigInteger)
    received_at: Mapped[int] = mapped_column(BigInteger)
