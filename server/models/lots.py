"""Lots as the log tells of them: views, as those of `models.views`.

Source: DESIGN §2 "lot"; PROTOCOL §36; sync/lots.
"""

from sqlalchemy import BigInteger, Boolean, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base
from server.models.log import SCOPE_CHARS
from server.models.views import CODE_CHARS, DOC_CHARS

LOT_CODE_CHARS = 8


class LotView(Base):
    """A lot, with what every document of its organisation comes to for it.

    Shape:  `code`: as its first op said it, "" for none that is well formed; two lots of one code: the one
            received first has it; `state`: one of `sync.lots.states`; `unit`: g, ml, count or ""; sizes in
            it, `remains` below zero where more went than came; `problems`: JSON list of [code, document];
            `published_at`: when the op with the facts that stand was received, None without.
    """

    __tablename__ = "view_lots"
    __table_args__ = (
        Index("view_lots_code", "code", "received_at"),
        Index("view_lots_state", "scope", "state", "happened_on", "doc"),
    )

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    doc: Mapped[str] = mapped_column(String(DOC_CHARS), primary_key=True)
    code: Mapped[str] = mapped_column(String(LOT_CODE_CHARS))
    product: Mapped[str] = mapped_column(String(36))
    happened_on: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10))
    is_deleted: Mapped[bool] = mapped_column(Boolean)
    has_conflict: Mapped[bool] = mapped_column(Boolean)
    received_at: Mapped[int] = mapped_column(BigInteger)
    changed_at: Mapped[int] = mapped_column(BigInteger)
    published_at: Mapped[int | None] = mapped_column(BigInteger)
    unit: Mapped[str] = mapped_column(String(CODE_CHARS))
    came: Mapped[int] = mapped_column(BigInteger)
    went: Mapped[int] = mapped_column(BigInteger)
    lost: Mapped[int] = mapped_column(BigInteger)
    remains: Mapped[int] = mapped_column(BigInteger)
    packs: Mapped[int] = mapped_column(BigInteger)
    labels: Mapped[int] = mapped_column(BigInteger)
    problems: Mapped[str] = mapped_column(Text)


class LotSource(Base):
    """One harvest that a lot is made of. `size`: in `unit`, None where it can't be counted."""

    __tablename__ = "view_lot_sources"
    __table_args__ = (Index("view_lot_sources_entry", "farm", "entry"),)

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    doc: Mapped[str] = mapped_column(String(DOC_CHARS), primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True)
    farm: Mapped[str] = mapped_column(String(SCOPE_CHARS))
    entry: Mapped[str] = mapped_column(String(DOC_CHARS))
    heads: Mapped[str] = mapped_column(Text)
    size: Mapped[int | None] = mapped_column(BigInteger)
    unit: Mapped[str] = mapped_column(String(CODE_CHARS))


class LotEdge(Base):
    """One lot that an event, a sale or labels name. `side`: in, out, sale or label.

    Shape:  `doc`: the event, sale or label; `corrects`: the document that it takes the place of, "" for none;
            one that names no lot but corrects has a row with the lot "".
    """

    __tablename__ = "view_lot_edges"
    __table_args__ = (
        Index("view_lot_edges_lot", "scope", "lot"),
        Index("view_lot_edges_corrects", "scope", "corrects"),
    )

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    doc: Mapped[str] = mapped_column(String(DOC_CHARS), primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True)
    side: Mapped[str] = mapped_column(String(CODE_CHARS))
    kind: Mapped[str] = mapped_column(String(CODE_CHARS))
    lot: Mapped[str] = mapped_column(String(DOC_CHARS))
    corrects: Mapped[str] = mapped_column(String(DOC_CHARS))
