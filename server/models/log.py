"""The log: ops in their order, the head of each scope, and what is held beside it.

Every table leads its key with the scope, so that PostgreSQL can be distributed by it.
Source: DESIGN §3 "Log", §4 "Data".
"""

from sqlalchemy import BigInteger, Boolean, Index, LargeBinary, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base

SCOPE_CHARS = 50


class Meta(Base):
    """One fact about the log that is no op: `origin`, `epoch`."""

    __tablename__ = "meta"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class Epoch(Base):
    """Up to where a scope's log was kept when the server was restored: a row for every older epoch."""

    __tablename__ = "epochs"

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    epoch: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    last_kept_seq: Mapped[int] = mapped_column(BigInteger)


class Head(Base):
    """The newest point of a scope's log; its row is the lock of an append."""

    __tablename__ = "heads"

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    has_erasures: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())


class OpRow(Base):
    """One op in the log, as the exact texts that came."""

    __tablename__ = "ops"
    __table_args__ = (
        Index("ops_id", "scope", "id", unique=True),
        Index("ops_doc", "scope", "doc", "seq"),  # with seq: SQLite would read the scope to spare a sort
        Index("ops_device", "scope", "device", "n"),
    )

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    id: Mapped[str] = mapped_column(String(43))
    doc: Mapped[str] = mapped_column(String(80))
    device: Mapped[str] = mapped_column(String(32))
    n: Mapped[int] = mapped_column(BigInteger)
    received_at: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    body: Mapped[str] = mapped_column(Text)
    private: Mapped[str | None] = mapped_column(Text)
    signature: Mapped[bytes] = mapped_column(LargeBinary)


class HeldOp(Base):
    """An op that is durable and waits for a person, or that a person turned down."""

    __tablename__ = "held_ops"
    __table_args__ = (
        Index("held_ops_device", "device", "reason"),
        Index("held_ops_by", "by", "is_turned_down"),
    )

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    id: Mapped[str] = mapped_column(String(43), primary_key=True)
    device: Mapped[str] = mapped_column(String(32))
    by: Mapped[str] = mapped_column(String(36))
    n: Mapped[int] = mapped_column(BigInteger)
    doc: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(40))
    is_turned_down: Mapped[bool] = mapped_column(Boolean, default=False)
    received_at: Mapped[int] = mapped_column(BigInteger)
    body: Mapped[str] = mapped_column(Text)
    private: Mapped[str | None] = mapped_column(Text)
    signature: Mapped[bytes] = mapped_column(LargeBinary)


class NamedPhoto(Base):
    """A hash that some op of the log names in a scope: its bytes are wanted, and may be shown.

    `is_settled`: the bytes are here or erased, so that nobody looks for them again. Not of the log, and late
    at times (the bytes came before the op): whoever asks looks at the upload too.
    """

    __tablename__ = "named_photos"
    __table_args__ = (Index("named_photos_wanted", "scope", "is_settled", "seq"),)

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(43), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    is_settled: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
