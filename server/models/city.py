"""What the city's traceability system is told of published lots: the outbox, and what it said back.

Not in the log: it says nothing of the lots that the log does not. Rows stay, as receipts.
Source: PROTOCOL §38 "Passing on"; reference traceability §7.6.
"""

from sqlalchemy import BigInteger, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base
from server.models.log import SCOPE_CHARS
from server.models.lots import LOT_CODE_CHARS
from server.models.views import DOC_CHARS

EVENT_CHARS = 200


class CityMark(Base):
    """Up to which op an organisation's log was looked at for an adapter; its row is the lock of its outbox.

    Shape:  `count`: how many deliveries were made so far, which numbers them.
    """

    __tablename__ = "city_marks"

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    adapter: Mapped[str] = mapped_column(String(20), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    count: Mapped[int] = mapped_column(Integer)
    looked_at: Mapped[int] = mapped_column(BigInteger)


class CityDelivery(Base):
    """One piece of a lot's history on its way: made once, the same bytes in every try of its own accord.

    Shape:  `number`: within (scope, adapter), the order of each lot's; `kind`: published, grown, corrected,
            recalled; `state`: waiting, delivered, refused, left; `job`: where the system says how far it is,
            "" for none; `problem`: why it waits or was refused, "" for nothing; `answer`: what the system
            wrote; `receipt`: what it, or the person who took it there, has as proof; `settled_by`: the
            membership of who handed it over or left it, "" for the program; `handed_on`: a civil date or "".
    Units:  times in ms; `tried_at` and `settled_at` None for not yet.
    """

    __tablename__ = "city_deliveries"
    __table_args__ = (
        Index("city_deliveries_lot", "scope", "adapter", "lot", "number"),
        Index("city_deliveries_due", "adapter", "state", "next_try_at"),
    )

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    adapter: Mapped[str] = mapped_column(String(20))
    number: Mapped[int] = mapped_column(Integer)
    lot: Mapped[str] = mapped_column(String(DOC_CHARS))
    code: Mapped[str] = mapped_column(String(LOT_CODE_CHARS))
    kind: Mapped[str] = mapped_column(String(20))
    body: Mapped[str] = mapped_column(Text)
    made_at: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(20))
    tries: Mapped[int] = mapped_column(Integer)
    next_try_at: Mapped[int] = mapped_column(BigInteger)
    tried_at: Mapped[int | None] = mapped_column(BigInteger)
    job: Mapped[str] = mapped_column(Text)
    problem: Mapped[str] = mapped_column(String(40))
    answer: Mapped[str] = mapped_column(Text)
    receipt: Mapped[str] = mapped_column(Text)
    settled_at: Mapped[int | None] = mapped_column(BigInteger)
    settled_by: Mapped[str] = mapped_column(String(36))
    handed_on: Mapped[str] = mapped_column(String(10))


class CityTold(Base):
    """An event that is in a delivery. `lot`: "" where the adapter tells each event once for all lots.

    Shape:  `as_error`: 0 for the event, 1 for its declaration as an error; both are told, each once.
    """

    __tablename__ = "city_told"

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    adapter: Mapped[str] = mapped_column(String(20), primary_key=True)
    lot: Mapped[str] = mapped_column(String(DOC_CHARS), primary_key=True)
    event: Mapped[str] = mapped_column(String(EVENT_CHARS), primary_key=True)
    as_error: Mapped[int] = mapped_column(Integer, primary_key=True)
    delivery: Mapped[str] = mapped_column(String(36))
