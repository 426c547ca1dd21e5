"""The tree's rows: leaves in their places, and the newest checkpoint as the arbiter between processes.

A leaf is never changed. Which scopes have grown is a comparison of digests, so that a scope that a restore
set back gets a leaf too: the tree tells what the server held.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, insert, inspect, or_, select, update
from sqlalchemy.orm import Session

from server.models.log import Head, OpRow
from server.models.tree import TreeEvidence, TreeHead, TreeLeaf, TreeScope
from server.store.upserts import insert_new, upsert
from sync.tree import leaf_hash, leaf_text

ONLY = 1
PAGE = 5000


@dataclass(frozen=True)
class Leaf:
    """One leaf and its place."""

    place: int
    scope: str
    seq: int
    digest: bytes

    @property
    def text(self) -> bytes:
        """The bytes that are hashed and served."""
        return leaf_text(self.scope, self.seq, self.digest)

    @property
    def hash(self) -> bytes:
        """The leaf's hash."""
        return leaf_hash(self.text)


def size(session: Session) -> int:
    """Return how many leaves there are."""
    last = session.scalar(select(func.max(TreeLeaf.place)))
    return 0 if last is None else int(last) + 1


def head(session: Session) -> TreeHead | None:
    """Return the newest checkpoint that was signed over this database, or None."""
    return session.get(TreeHead, ONLY, populate_existing=True)


def append_grown(session: Session) -> int:
    """Append a leaf for every scope whose head is not that of its last leaf; return the number of leaves.

    Raises: IntegrityError where another process did the same at the same moment.
    """
    grown = session.execute(
        select(Head.scope, Head.seq, Head.digest)
        .outerjoin(TreeScope, TreeScope.scope == Head.scope)
        .where(Head.seq > 0, or_(TreeScope.digest.is_(None), TreeScope.digest != Head.digest))
        .order_by(Head.scope)
    ).all()
    place = size(session)
    if grown:
        append(session, [Leaf(place + i, *row) for i, row in enumerate(grown)])
    return place + len(grown)


def append(session: Session, leaves: Sequence[Leaf]) -> None:
    """Append leaves at the places that they name."""
    session.execute(
        insert(TreeLeaf),
        [{"place": one.place, "scope": one.scope, "seq": one.seq, "digest": one.digest} for one in leaves],
    )
    for one in leaves:
        upsert(session, TreeScope, {"scope": one.scope}, {"digest": one.digest}, {"digest": one.digest})


def leaves(session: Session, first: int, last: int) -> list[Leaf]:
    """Return the leaves from `first` up to, not with, `last`."""
    query = select(TreeLeaf.place, TreeLeaf.scope, TreeLeaf.seq, TreeLeaf.digest)
    rows = session.execute(
        query.where(TreeLeaf.place >= first, TreeLeaf.place < last).order_by(TreeLeaf.place)
    )
    return [Leaf(*row) for row in rows]


def all_leaves(session: Session) -> Iterator[Leaf]:
    """Give every leaf in order, some at a time."""
    first = 0
    while page := leaves(session, first, first + PAGE):
        yield from page
        first += PAGE


def replace_head(
    session: Session, before: tuple[int, bytes] | None, after: tuple[int, bytes], note: str, now: int
) -> bool:
    """Say whether the newest checkpoint was `before` until now; it is `after` from now on."""
    values = {"size": after[0], "root": after[1], "note": note, "signed_at": now}
    if before is None:
        made = insert_new(session, TreeHead).values(id=ONLY, **values).returning(TreeHead.id)
        return session.scalar(made) is not None
    same = (TreeHead.id == ONLY, TreeHead.size == before[0], TreeHead.root == before[1])
    moved = update(TreeHead).where(*same).values(**values).returning(TreeHead.id)
    return session.scalar(moved.execution_options(synchronize_session=False)) is not None


def force_head(session: Session, after: tuple[int, bytes], note: str) -> None:
    """Let the newest checkpoint be `after`, whatever it was: a person looked (`flask tree recover`)."""
    session.merge(TreeHead(id=ONLY, size=after[0], root=after[1], note=note, signed_at=0))
    session.flush()


def newest_leaf(session: Session, scope: str, upto: int, below: int) -> Leaf | None:
    """Return the newest leaf of a scope that tells of its log as it is, at or below number `upto`.

    Shape:  among the first `below` leaves; leaves of a past that a restore took back are passed over.
    """
    query = (
        select(TreeLeaf.place, TreeLeaf.scope, TreeLeaf.seq, TreeLeaf.digest)
        .join(OpRow, (OpRow.scope == TreeLeaf.scope) & (OpRow.seq == TreeLeaf.seq))
        .where(TreeLeaf.scope == scope, TreeLeaf.seq <= upto, TreeLeaf.place < below)
        .where(OpRow.digest == TreeLeaf.digest)
        .order_by(TreeLeaf.place.desc())
        .limit(1)
    )
    row = session.execute(query).first()
    return None if row is None else Leaf(*row)


def first_leaf_with(session: Session, scope: str, seq: int, below: int) -> Leaf | None:
    """Return the oldest leaf of a scope that covers number `seq` of its log as it is."""
    query = (
        select(TreeLeaf.place, TreeLeaf.scope, TreeLeaf.seq, TreeLeaf.digest)
        .join(OpRow, (OpRow.scope == TreeLeaf.scope) & (OpRow.seq == TreeLeaf.seq))
        .where(TreeLeaf.scope == scope, TreeLeaf.seq >= seq, TreeLeaf.place < below)
        .where(OpRow.digest == TreeLeaf.digest)
        .order_by(TreeLeaf.place)
        .limit(1)
    )
    row = session.execute(query).first()
    return None if row is None else Leaf(*row)


def keep_evidence(session: Session, name: str, device: str, text: str, now: int) -> None:
    """Keep what a phone sent of a fork; the same again changes nothing."""
    values = {"id": name, "device": device, "received_at": now, "text": text}
    session.execute(insert_new(session, TreeEvidence).values(**values))


def evidence_count(session: Session) -> int:
    """Return how many pieces of evidence there are."""
    return session.scalar(select(func.count()).select_from(TreeEvidence)) or 0


def has_tables(session: Session) -> bool:
    """Return whether the database was migrated far enough to hold the tree."""
    return inspect(session.connection()).has_table(TreeHead.__tablename__)
