"""The folded views: what the documents of each scope say, up to the number that `ViewHead` tells.

Everything here is made from the log and may be thrown away (`flask log rebuild`). Texts come from what
people wrote: a value of the wrong type or an impossible date counts as missing ("" or None). Typed columns
hold public values only; private ones stand in `DocumentView.private` and nowhere else.
Source: DESIGN §2, §3 "Merge", §4 "Data".
"""

from sqlalchemy import BigInteger, Boolean, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base
from server.models.log import SCOPE_CHARS

DOC_CHARS = 80
CODE_CHARS = 40


class ViewHead(Base):
    """Up to which number a scope is folded; its row is the lock of a fold."""

    __tablename__ = "view_heads"

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)


class DocumentView(Base):
    """What one document says.

    Shape:  `values`: JSON object of what shows of the public fields; `private`: the same of the private ones,
            None where none shows; `conflicts`: JSON list of field names, sorted; `tips`: JSON list of the op
            ids that a new op names in `after`, best first; `rivals`: JSON object, field in conflict → the
            values that stand, the one that shows first; `heads`: JSON list of the op ids that stand, of all
            fields, sorted; `is_missing`: a named private part is not here.
            `recorded_at`, `received_at`, `by`, `device`, `skew` (None where none was said) are the first
            op's, `changed_at` is `received_at` of the last; both in the order of numbers.
    """

    __tablename__ = "view_documents"
    __table_args__ = (Index("view_documents_type", "scope", "type"),)

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    doc: Mapped[str] = mapped_column(String(DOC_CHARS), primary_key=True)
    type: Mapped[str] = mapped_column(String(CODE_CHARS))
    values: Mapped[str] = mapped_column(Text)
    private: Mapped[str | None] = mapped_column(Text)
    conflicts: Mapped[str] = mapped_column(Text)
    tips: Mapped[str] = mapped_column(Text)
    rivals: Mapped[str] = mapped_column(Text)
    heads: Mapped[str] = mapped_column(Text)
    is_deleted: Mapped[bool] = mapped_column(Boolean)
    is_missing: Mapped[bool] = mapped_column(Boolean)
    first_seq: Mapped[int] = mapped_column(BigInteger)
    last_seq: Mapped[int] = mapped_column(BigInteger)
    recorded_at: Mapped[int] = mapped_column(BigInteger)
    received_at: Mapped[int] = mapped_column(BigInteger)
    changed_at: Mapped[int] = mapped_column(BigInteger)
    by: Mapped[str] = mapped_column(String(36))
    device: Mapped[str] = mapped_column(String(32))
    skew: Mapped[int | None] = mapped_column(BigInteger)


class EntryView(Base):
    """An entry of the diary as lists show it. `happened_on` is a civil date that exists, or "".

    Shape:  `sector` is that of the form, "" where the form is not known; `photos` counts those that stand;
            `state`: sent, asked, amended or approved; `is_answered`: the household answered what was
            asked, or spoke last where nothing is asked;
            `approvals`: how many approved it while more are needed; `reviewed_at`: when the review came that
            decides, None without; `severity`: 0 for no finding, 1 note, 2 doubt, 3 stop; `queue`: who is to
            act: "review" (the cooperative), "household", "approved" (nobody), "" for a deleted one.
    """

    __tablename__ = "view_entries"
    __table_args__ = (
        Index("view_entries_day", "happened_on", "received_at", "scope", "doc"),
        Index("view_entries_scope_day", "scope", "happened_on", "received_at", "doc"),
        Index("view_entries_season", "scope", "season", "happened_on"),
        Index("view_entries_inbox", "scope", "queue", "severity", "received_at", "doc", "state"),
        Index("view_entries_queue", "queue", "severity", "received_at", "scope", "doc"),
    )

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    doc: Mapped[str] = mapped_column(String(DOC_CHARS), primary_key=True)
    form: Mapped[str] = mapped_column(String(CODE_CHARS))
    happened_on: Mapped[str] = mapped_column(String(10))
    season: Mapped[str] = mapped_column(String(DOC_CHARS))
    sector: Mapped[str] = mapped_column(String(CODE_CHARS))
    has_conflict: Mapped[bool] = mapped_column(Boolean)
    is_deleted: Mapped[bool] = mapped_column(Boolean)
    photos: Mapped[int] = mapped_column(Integer)
    received_at: Mapped[int] = mapped_column(BigInteger)
    recorded_at: Mapped[int] = mapped_column(BigInteger)
    by: Mapped[str] = mapped_column(String(36))
    state: Mapped[str] = mapped_column(String(10))
    is_answered: Mapped[bool] = mapped_column(Boolean)
    approvals: Mapped[int] = mapped_column(Integer)
    reviewed_at: Mapped[int | None] = mapped_column(BigInteger)
    severity: Mapped[int] = mapped_column(Integer)
    queue: Mapped[str] = mapped_column(String(10))


class EntryPlot(Base):
    """One plot that an entry names."""

    __tablename__ = "view_entry_plots"
    __table_args__ = (Index("view_entry_plots_plot", "scope", "plot"),)

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    doc: Mapped[str] = mapped_column(String(DOC_CHARS), primary_key=True)
    plot: Mapped[str] = mapped_column(String(DOC_CHARS), primary_key=True)


class PlotView(Base):
    """A plot, pond or pen. `area_m2` is what was said in whole m², None where nothing usable was."""

    __tablename__ = "view_plots"

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    doc: Mapped[str] = mapped_column(String(DOC_CHARS), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(CODE_CHARS))
    area_m2: Mapped[int | None] = mapped_column(BigInteger)
    is_deleted: Mapped[bool] = mapped_column(Boolean)
    has_conflict: Mapped[bool] = mapped_column(Boolean)


class SeasonView(Base):
    """A season. `name` is the product as the farmer calls it, with the variety or breed behind it."""

    __tablename__ = "view_seasons"

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    doc: Mapped[str] = mapped_column(String(DOC_CHARS), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    product: Mapped[str] = mapped_column(String(CODE_CHARS))
    sector: Mapped[str] = mapped_column(String(CODE_CHARS))
    standard: Mapped[str] = mapped_column(String(CODE_CHARS))
    started_on: Mapped[str] = mapped_column(String(10))
    ended_on: Mapped[str] = mapped_column(String(10))
    is_deleted: Mapped[bool] = mapped_column(Boolean)
    has_conflict: Mapped[bool] = mapped_column(Boolean)


class PhotoView(Base):
    """A photo's or voice note's metadata. `of` is the document it belongs to, `sha256` names its bytes."""

    __tablename__ = "view_photos"
    __table_args__ = (Index("view_photos_of", "scope", "of", "doc"),)

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    doc: Mapped[str] = mapped_column(String(DOC_CHARS), primary_key=True)
    of: Mapped[str] = mapped_column(String(DOC_CHARS))
    sha256: Mapped[str] = mapped_column(String(43))
    kind: Mapped[str] = mapped_column(String(CODE_CHARS))
    type: Mapped[str] = mapped_column(String(CODE_CHARS))
    bytes: Mapped[int | None] = mapped_column(BigInteger)
    is_deleted: Mapped[bool] = mapped_column(Boolean)


class ReviewView(Base):
    """A review or a comment. `of` is the entry that it is about; `seq` its newest op's number.

    Shape:  `heads`: JSON list of the op ids that a review names, sorted; `needs`: how many different people
            must approve them; `answers`: what a comment answers in words, or "". `by`, `received_at`: the
            first op's.
    """

    __tablename__ = "view_reviews"
    __table_args__ = (Index("view_reviews_of", "scope", "of", "seq"),)

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    doc: Mapped[str] = mapped_column(String(DOC_CHARS), primary_key=True)
    of: Mapped[str] = mapped_column(String(DOC_CHARS))
    type: Mapped[str] = mapped_column(String(CODE_CHARS))
    decision: Mapped[str] = mapped_column(String(CODE_CHARS))
    heads: Mapped[str] = mapped_column(Text)
    needs: Mapped[int] = mapped_column(Integer)
    answers: Mapped[str] = mapped_column(String(DOC_CHARS))
    is_deleted: Mapped[bool] = mapped_column(Boolean)
    by: Mapped[str] = mapped_column(String(36))
    received_at: Mapped[int] = mapped_column(BigInteger)
    seq: Mapped[int] = mapped_column(BigInteger)
