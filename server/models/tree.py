"""The tree of heads: its leaves, the newest checkpoint, what witnesses and phones said of it.

These tables are of the whole log and have no scope before their key: a leaf's place is its name.
Source: DESIGN §3 "Transparency log"; PROTOCOL §34.
"""

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base
from server.models.log import SCOPE_CHARS


class TreeLeaf(Base):
    """One leaf, at its place in the tree: the newest point of a scope when it was written."""

    __tablename__ = "tree_leaves"
    __table_args__ = (Index("tree_leaves_scope", "scope", "place"),)

    place: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS))
    seq: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[bytes] = mapped_column(LargeBinary)


class TreeScope(Base):
    """The digest of a scope's last leaf: a scope whose head has another one has grown."""

    __tablename__ = "tree_scopes"

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)


class TreeHead(Base):
    """The newest checkpoint that was signed; one row, replaced only by whoever knew the one before."""

    __tablename__ = "tree_head"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    note: Mapped[str] = mapped_column(Text)
    signed_at: Mapped[int] = mapped_column(BigInteger)


class TreeWitness(Base):
    """How far a witness followed, and what went wrong when it was asked last."""

    __tablename__ = "tree_witnesses"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    seen_at: Mapped[int | None] = mapped_column(BigInteger)
    asked_at: Mapped[int] = mapped_column(BigInteger)
    problem: Mapped[str] = mapped_column(String(80), default="")


class Witnessed(Base):
    """How far we followed another commune's log as its witness, and the checkpoint that said so."""

    __tablename__ = "witnessed"

    origin: Mapped[str] = mapped_column(Text, primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    note: Mapped[str] = mapped_column(Text)


class TreeEvidence(Base):
    """Two checkpoints of this log that do not fit together, as a phone sent them."""

    __tablename__ = "tree_evidence"

    id: Mapped[str] = mapped_column(String(43), primary_key=True)
    device: Mapped[str] = mapped_column(String(32))
    received_at: Mapped[int] = mapped_column(BigInteger)
    text: Mapped[str] = mapped_column(Text)
