"""What the rules noticed, and which documents they must look at together: views, as those of `models.views`.

Source: DESIGN §2 "finding"; sync/rules.
"""

from sqlalchemy import BigInteger, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base
from server.models.log import SCOPE_CHARS
from server.models.views import CODE_CHARS, DOC_CHARS

KEY_CHARS = 200
FIELD_CHARS = 120
TAG_CHARS = 80


class RecordKey(Base):
    """One group in which a document matters to the rules (`sync.rules` "Keys")."""

    __tablename__ = "view_record_keys"
    __table_args__ = (Index("view_record_keys_key", "scope", "key", "doc"),)

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    doc: Mapped[str] = mapped_column(String(DOC_CHARS), primary_key=True)
    key: Mapped[str] = mapped_column(String(KEY_CHARS), primary_key=True)


class FindingView(Base):
    """One finding of a group; `place` is its position among the group's.

    Shape:  `severity`: 1 note, 2 doubt, 3 stop; `about`: the document at which it is shown; `field`: the one
            to open, "" for none; `behind`: JSON list of the documents that led to it, `about` first;
            `facts`: JSON object of what its sentence needs.
    """

    __tablename__ = "view_findings"
    __table_args__ = (Index("view_findings_about", "scope", "about", "severity"),)

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    key: Mapped[str] = mapped_column(String(KEY_CHARS), primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True)
    about: Mapped[str] = mapped_column(String(DOC_CHARS))
    rule: Mapped[str] = mapped_column(String(CODE_CHARS))
    severity: Mapped[int] = mapped_column(Integer)
    field: Mapped[str] = mapped_column(String(FIELD_CHARS))
    behind: Mapped[str] = mapped_column(Text)
    facts: Mapped[str] = mapped_column(Text)


class JudgedScope(Base):
    """By which state of the reference lists a scope was judged last, up to which number of its log."""

    __tablename__ = "view_judged"

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    lists: Mapped[str] = mapped_column(String(TAG_CHARS))
    seq: Mapped[int] = mapped_column(BigInteger)
