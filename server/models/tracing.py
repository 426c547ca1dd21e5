"""How often trace codes were opened: coarse counters, never who or where. Source: security.md §7.6."""

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base
from server.models.lots import LOT_CODE_CHARS

SERIAL_KEY_CHARS = 20


class TraceScan(Base):
    """How often a lot's page, or a label's, was opened on a day. `serial`: its first 20 characters, or ""."""

    __tablename__ = "trace_scans"

    code: Mapped[str] = mapped_column(String(LOT_CODE_CHARS), primary_key=True)
    serial: Mapped[str] = mapped_column(String(SERIAL_KEY_CHARS), primary_key=True)
    day: Mapped[int] = mapped_column(Integer, primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
