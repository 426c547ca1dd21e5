"""Photos and voice notes as the server has them: what came, how far, and what it turned out to be.

The bytes are in the blob store (`server/store/blobs.py`); these rows name them. They are not in the log.
"""

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base

PART, STORED, REFUSED, ERASED = "part", "stored", "refused", "erased"


class Blob(Base):
    """One upload of one scope. `state`: part → stored, or refused (its bytes are no photo), or erased."""

    __tablename__ = "blobs"
    __table_args__ = (
        Index("blobs_expiry", "state", "expires_at"),
        Index("blobs_by_device", "device", "created_at"),
    )

    scope: Mapped[str] = mapped_column(String(50), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(43), primary_key=True)
    upload: Mapped[str] = mapped_column(String(32))  # names the parts' folder, new for each beginning
    state: Mapped[str] = mapped_column(String(10))
    bytes: Mapped[int] = mapped_column(BigInteger)
    offset: Mapped[int] = mapped_column(BigInteger)
    device: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger)
    stored_at: Mapped[int | None] = mapped_column(BigInteger)
    type: Mapped[str | None] = mapped_column(String(40))
    problem: Mapped[str | None] = mapped_column(String(40))
    width: Mapped[int | None] = mapped_column(Integer)
    height: Mapped[int | None] = mapped_column(Integer)


class BlobPart(Base):
    """One piece of an unfinished upload, in the order of `start`."""

    __tablename__ = "blob_parts"
    __table_args__ = (
        ForeignKeyConstraint(["scope", "sha256"], ["blobs.scope", "blobs.sha256"], ondelete="CASCADE"),
    )

    scope: Mapped[str] = mapped_column(String(50), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(43), primary_key=True)
    start: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    bytes: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(200))
