"""What erasures named: a view of the log that whoever stores or shows a private part asks."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base
from server.models.log import SCOPE_CHARS


class ErasedDocument(Base):
    """One document whose private parts are gone for good. `erasure`: the first document that named it."""

    __tablename__ = "erased_documents"

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    doc: Mapped[str] = mapped_column(String(80), primary_key=True)
    erasure: Mapped[str] = mapped_column(String(80))
