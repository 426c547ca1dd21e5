"""What the law on personal data asks of an organisation: requests with their clocks, and who saw what.

Times are whole milliseconds since 1970, UTC.
"""

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base
from server.models.people import UUID_CHARS


class DataRequest(Base):
    """What a person asked of those who keep their data, and what became of it.

    Shape:  `kind`: access, correct, withdraw, restrict or erase; `means`: how it was asked; `answer_due` and
            `done_due`: the civil
            dates of the law's clocks; `outcome`: done or refused, None while it is open.
    """

    __tablename__ = "data_requests"
    __table_args__ = (
        Index("data_requests_organisation", "organisation", "received_at"),
        Index("data_requests_person", "person"),
    )

    id: Mapped[str] = mapped_column(String(UUID_CHARS), primary_key=True)
    organisation: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    person: Mapped[str] = mapped_column(ForeignKey("persons.id"))
    kind: Mapped[str] = mapped_column(String(20))
    means: Mapped[str] = mapped_column(String(20))
    received_at: Mapped[int] = mapped_column(BigInteger)
    recorded_by: Mapped[str] = mapped_column(String(UUID_CHARS))
    answer_due: Mapped[str] = mapped_column(String(10))
    done_due: Mapped[str] = mapped_column(String(10))
    extended_at: Mapped[int | None] = mapped_column(BigInteger)
    answered_at: Mapped[int | None] = mapped_column(BigInteger)
    done_at: Mapped[int | None] = mapped_column(BigInteger)
    done_by: Mapped[str | None] = mapped_column(String(UUID_CHARS))
    outcome: Mapped[str | None] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(300))


class AuditEvent(Base):
    """One page with personal data that somebody saw, or one act on rows. Names no person but by ids.

    Shape:  `act`: `see_<page>` or the name of the act; `object`: ids that the address named, "" for none.
    """

    __tablename__ = "audit_events"
    __table_args__ = (
        Index("audit_events_at", "organisation", "at", "id"),
        Index("audit_events_age", "at"),
    )

    id: Mapped[str] = mapped_column(String(UUID_CHARS), primary_key=True)
    at: Mapped[int] = mapped_column(BigInteger)
    organisation: Mapped[str] = mapped_column(String(UUID_CHARS))
    membership: Mapped[str] = mapped_column(String(UUID_CHARS))
    act: Mapped[str] = mapped_column(String(60))
    object: Mapped[str] = mapped_column(String(200))
    request: Mapped[str] = mapped_column(String(64))
