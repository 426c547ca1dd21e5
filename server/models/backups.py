"""Which backups were made and tested, and up to where a tested one covers each log."""

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base
from server.models.log import SCOPE_CHARS


class BackupRow(Base):
    """A backup, by the hash of its manifest. `tested_at`: when it was restored on trial, None for never."""

    __tablename__ = "backups"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    file: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[int] = mapped_column(BigInteger)
    tested_at: Mapped[int | None] = mapped_column(BigInteger)
    ops: Mapped[int] = mapped_column(BigInteger)


class SafePoint(Base):
    """Up to where a tested backup covers a log, photos too: what phones get as `safe`."""

    __tablename__ = "safe_points"

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
