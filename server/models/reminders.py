"""Reminders of phones: which browser's push service is asked to wake one, and what waits to be sent.

A row is a subscription and its place in the queue at once. Not in the log: it says nothing of the diary.
Source: RFC 8030; PROTOCOL §Reminders.
"""

from sqlalchemy import BigInteger, Boolean, Index, Integer, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base


class PushSubscription(Base):
    """Where one device is reminded. The address is a secret: whoever has it can wake the phone.

    Shape:  `place`: SHA-256 of the address, the same for all persons of one phone; `days`: JSON list of civil
            dates on whose morning the phone wants to be woken; `told_at`: what the cooperative said up to
            then was looked at; `wanted_at`: since when a reminder waits, None for none; `next_try_at` and
            `tries` are of the one that waits; `is_urgent`: it is sent though one went out today; `sent_on`:
            the civil date of the last one, "" for none.
    """

    __tablename__ = "push_subscriptions"
    __table_args__ = (
        Index("push_subscriptions_place", "place"),
        Index("push_subscriptions_due", "wanted_at", "next_try_at"),
    )

    device: Mapped[str] = mapped_column(String(32), primary_key=True)
    endpoint: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(String(43))
    days: Mapped[str] = mapped_column(Text)
    told_at: Mapped[int] = mapped_column(BigInteger)
    wanted_at: Mapped[int | None] = mapped_column(BigInteger)
    next_try_at: Mapped[int] = mapped_column(BigInteger)
    tries: Mapped[int] = mapped_column(Integer)
    sent_on: Mapped[str] = mapped_column(String(10))
    is_urgent: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
