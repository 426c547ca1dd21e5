"""Reference lists: what is permitted, what is banned, what labels say; versions with the days they hold.

Ordinary rows, no ops: an officer or manager brings a table in, and a version that was ever taken stays.
Dates are civil ("2026-02-10"), "" is open. Source: DESIGN §2; PROTOCOL §Reference lists.
"""

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base
from server.models.people import UUID_CHARS

PLAIN_CHARS = 200


class ListVersion(Base):
    """One table of an organisation, as it was brought in.

    Shape:  `kind`: pesticide, veterinary, fertiliser, banned, or label (uses only, permits nothing);
            `state`: draft (a dry run), taken, or dropped (kept, no longer counted); `is_whole`: what it
            doesn't name is not permitted; `report`: JSON of what was left out and what could not be read.
    """

    __tablename__ = "list_versions"
    __table_args__ = (Index("list_versions_organisation", "organisation", "state"),)

    id: Mapped[str] = mapped_column(String(UUID_CHARS), primary_key=True)
    organisation: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    mark: Mapped[str] = mapped_column(String(2))
    valid_from: Mapped[str] = mapped_column(String(10))
    valid_to: Mapped[str] = mapped_column(String(10))
    is_whole: Mapped[bool] = mapped_column(Boolean)
    state: Mapped[str] = mapped_column(String(10))
    rows: Mapped[int] = mapped_column(Integer)
    uses: Mapped[int] = mapped_column(Integer)
    report: Mapped[str] = mapped_column(Text)
    made_by: Mapped[str | None] = mapped_column(ForeignKey("memberships.id"))
    made_at: Mapped[int] = mapped_column(BigInteger)
    settled_by: Mapped[str | None] = mapped_column(ForeignKey("memberships.id"))
    settled_at: Mapped[int | None] = mapped_column(BigInteger)


class ListRow(Base):
    """One product, or one banned ingredient, of a version; `data`: JSON, see `store.lists`."""

    __tablename__ = "list_rows"
    __table_args__ = (Index("list_rows_plain", "plain", "version"),)

    version: Mapped[str] = mapped_column(ForeignKey("list_versions.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    line: Mapped[int] = mapped_column(Integer)
    plain: Mapped[str] = mapped_column(String(PLAIN_CHARS))
    data: Mapped[str] = mapped_column(Text)


class ListText(Base):
    """What phones get of one state of the lists, packed with gzip; made when first asked for."""

    __tablename__ = "list_texts"

    tag: Mapped[str] = mapped_column(String(43), primary_key=True)
    size: Mapped[int] = mapped_column(Integer)  # bytes unpacked
    packed: Mapped[bytes] = mapped_column(LargeBinary)
