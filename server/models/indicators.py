"""The seven indicators: how they are counted, what they were day by day, and the reports that were issued.

Definitions and reports are rows that are never changed: a new one is added. `MonitoredPlot` is a view of the
farms' views, kept so that a look at the whole commune reads a row a plot and no entries.
Source: reference commune-plan "The seven indicators"; local §12.
"""

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base
from server.models.log import SCOPE_CHARS
from server.models.people import UUID_CHARS
from server.models.views import CODE_CHARS, DOC_CHARS

DATE_CHARS = 10
STATE_CHARS = 10
NUMBER_CHARS = 60
NAME_CHARS = 200
HASH_CHARS = 43


class IndicatorDefinition(Base):
    """How a commune counts an indicator from a moment on: the newest row of a number holds.

    Shape:  `number`: 1 to 7; `params`: JSON object, name → value, targets too; `why`: the reason, in words.
    """

    __tablename__ = "indicator_definitions"
    __table_args__ = (Index("indicator_definitions_number", "organisation", "number", "changed_at"),)

    id: Mapped[str] = mapped_column(String(UUID_CHARS), primary_key=True)
    organisation: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    number: Mapped[int] = mapped_column(Integer)
    params: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[str] = mapped_column(ForeignKey("memberships.id"))
    changed_at: Mapped[int] = mapped_column(BigInteger)


class IndicatorDay(Base):
    """What an indicator was when it was last looked at on a civil day.

    Shape:  `whole`: None where the plan counts and has no denominator; `counted`, `whole`: products, models,
            households, m² (5), villages, sales (7; `dong` and `whole_dong` beside it, else 0);
            `state`: met, short or unknown.
    """

    __tablename__ = "indicator_days"

    organisation: Mapped[str] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    day: Mapped[str] = mapped_column(String(DATE_CHARS), primary_key=True)
    counted: Mapped[int] = mapped_column(BigInteger)
    whole: Mapped[int | None] = mapped_column(BigInteger)
    dong: Mapped[int] = mapped_column(BigInteger)
    whole_dong: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(STATE_CHARS))


class Report(Base):
    """A report to the level above as it was issued, with its bytes. `number`: as the officer numbered it.

    Shape:  `said`: JSON of the figures as they were printed; `pdf_sha256`, `xlsx_sha256`: in base64.
    """

    __tablename__ = "reports"
    __table_args__ = (Index("reports_organisation", "organisation", "issued_at"),)

    id: Mapped[str] = mapped_column(String(UUID_CHARS), primary_key=True)
    organisation: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    year: Mapped[int] = mapped_column(Integer)
    number: Mapped[str] = mapped_column(String(NUMBER_CHARS))
    signer: Mapped[str] = mapped_column(String(NAME_CHARS))
    counted_on: Mapped[str] = mapped_column(String(DATE_CHARS))
    issued_by: Mapped[str] = mapped_column(ForeignKey("memberships.id"))
    issued_at: Mapped[int] = mapped_column(BigInteger)
    said: Mapped[str] = mapped_column(Text)
    pdf: Mapped[bytes] = mapped_column(LargeBinary)
    pdf_sha256: Mapped[str] = mapped_column(String(HASH_CHARS))
    xlsx: Mapped[bytes] = mapped_column(LargeBinary)
    xlsx_sha256: Mapped[str] = mapped_column(String(HASH_CHARS))


class MonitoredPlot(Base):
    """A plot in a season under a standard, and how its diary of approved entries runs.

    Shape:  days as whole days since 1970 (`sync.civil.date_to_day`); `ended`: None while it runs; `approved`:
            how many days have an approved entry; `last`: the last of them, or the first day;
            `gap`: the longest time without, from the first day to `last`, in days; `area_m2`: None if unsaid.
    """

    __tablename__ = "view_monitored_plots"
    __table_args__ = (Index("view_monitored_plots_started", "started", "scope"),)

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    season: Mapped[str] = mapped_column(String(DOC_CHARS), primary_key=True)
    plot: Mapped[str] = mapped_column(String(DOC_CHARS), primary_key=True)
    standard: Mapped[str] = mapped_column(String(CODE_CHARS))
    area_m2: Mapped[int | None] = mapped_column(BigInteger)
    started: Mapped[int] = mapped_column(Integer)
    ended: Mapped[int | None] = mapped_column(Integer)
    approved: Mapped[int] = mapped_column(Integer)
    last: Mapped[int] = mapped_column(Integer)
    gap: Mapped[int] = mapped_column(Integer)


class MonitoredHead(Base):
    """Up to which number of its folded views a farm's `MonitoredPlot` rows are made."""

    __tablename__ = "view_monitored_heads"

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
