"""Ops of the log as the folds want them: read from their stored texts without judging them again.

What stands in the log was parsed in full when it was taken (`sync.ops.parse_op`); `flask log check` does so
again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from sqlalchemy import Result, bindparam, select
from sqlalchemy.orm import Session

from server.db import run
from server.models.log import OpRow
from server.store.bulk import among
from sync.merge import Placed
from sync.ops import Op

# Built once: making a statement anew costs as much as running it.
_OPS = select(OpRow.seq, OpRow.id, OpRow.received_at, OpRow.body, OpRow.private).where(
    OpRow.scope == bindparam("of")
)
_OF_DOCS = _OPS.where(among(OpRow.doc, "docs"), OpRow.seq <= bindparam("upto")).order_by(OpRow.doc, OpRow.seq)
_ABOVE = _OPS.where(OpRow.seq > bindparam("above")).order_by(OpRow.seq)


def ops_of(session: Session, scope: str, docs: Sequence[str], upto: int) -> Iterator[Placed]:
    """Give the ops of these documents up to a number, document by document, each in the order of numbers."""
    return _placed(run(session, _OF_DOCS, {"of": scope, "docs": docs, "upto": upto}))


def ops_above(session: Session, scope: str, above: int, most: int | None) -> Iterator[Placed]:
    """Give the ops of a scope above a number in their order, at most `most` of them."""
    query = _ABOVE if most is None else _ABOVE.limit(most)
    return _placed(run(session, query, {"of": scope, "above": above}))


def _placed(rows: Result[int, str, int, str, str | None]) -> Iterator[Placed]:
    for seq, op_id, received_at, body, private in rows:
        yield Placed(stored_op(op_id, body, private), seq, received_at)


def stored_op(op_id: str, body: str, private: str | None) -> Op:
    """Return the op of a stored body that was checked when it was taken."""
    envelope = json.loads(body)
    return Op(
        id=op_id,
        device=envelope["device"],
        n=envelope["n"],
        by=envelope["by"],
        scope=envelope["scope"],
        doc=envelope["doc"],
        after=tuple(envelope.get("after", ())),
        recorded_at=envelope["recorded_at"],
        skew=envelope.get("skew", 0),
        anchor=envelope.get("anchor"),
        fields=envelope["set"],
        private_hash=envelope.get("private"),
        private_fields=None if private is None else json.loads(private)["set"],
        body=body,
        private=private,
    )
