"""The books of the farms as the log's `book:` documents tell them: a view, made by `store.books.refold`."""

from sqlalchemy import Boolean, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base


class BookRow(Base):
    """One book of a farm: the organisation that it is kept for, and whether it is closed.

    `moved_to`: the organisation for which it was closed; `before`: the book that this one goes on from.
    """

    __tablename__ = "books"

    scope: Mapped[str] = mapped_column(String(50), primary_key=True)
    doc: Mapped[str] = mapped_column(String(80), primary_key=True)
    organisation: Mapped[str | None] = mapped_column(String(36))
    is_closed: Mapped[bool] = mapped_column(Boolean)
    moved_to: Mapped[str | None] = mapped_column(String(36))
    before: Mapped[str | None] = mapped_column(String(80))
