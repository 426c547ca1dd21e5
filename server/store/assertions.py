"""Step-up assertions beside the ops that they confirm: kept as they came, given to whoever reads the op.

Source: DESIGN §3 "Who signs"; PROTOCOL §27.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from server.models.log import OpRow
from server.models.passkeys import AssertionRow
from server.store.upserts import upsert

# Built once: every page of a pull asks this.
_OF_OPS = select(AssertionRow).where(
    AssertionRow.scope == bindparam("of"), AssertionRow.op.in_(bindparam("ops", expanding=True))
)
_ANY = select(AssertionRow.op).where(AssertionRow.scope == bindparam("of")).limit(1)
_OF_DOCS = (
    select(AssertionRow.assertion)
    .join(OpRow, (OpRow.scope == AssertionRow.scope) & (OpRow.id == AssertionRow.op))
    .where(AssertionRow.scope == bindparam("of"))
    .where(OpRow.doc.in_(bindparam("docs", expanding=True)), OpRow.seq <= bindparam("upto"))
    .order_by(OpRow.seq)
)
_IN_RUN = (
    select(AssertionRow.assertion)
    .join(OpRow, (OpRow.scope == AssertionRow.scope) & (OpRow.id == AssertionRow.op))
    .where(AssertionRow.scope == bindparam("of"))
    .where(OpRow.seq > bindparam("above"), OpRow.seq <= bindparam("upto"))
    .order_by(OpRow.seq)
)


def keep(session: Session, scope: str, op: str, credential: str, assertion: str) -> None:
    """Keep the assertion of an op; the newest one stands."""
    values: dict[str, object] = {"credential": credential, "assertion": assertion}
    upsert(session, AssertionRow, {"scope": scope, "op": op}, values, values)


def of_ops(session: Session, scope: str, ops: Sequence[str]) -> dict[str, AssertionRow]:
    """Return the assertions of those ops of a scope that have one."""
    if not ops:
        return {}
    return {row.op: row for row in session.scalars(_OF_OPS, {"of": scope, "ops": list(ops)})}


def of_docs(
    session: Session, scope: str, docs: Sequence[str], upto: int = 2**53 - 1
) -> list[dict[str, object]]:
    """Return the assertions of documents' ops, as an answer carries them: one over several ops only once."""
    if not docs or session.scalar(_ANY, {"of": scope}) is None:
        return []
    rows = session.scalars(_OF_DOCS, {"of": scope, "docs": list(docs), "upto": upto})
    return [json.loads(text) for text in dict.fromkeys(rows)]


def in_run(session: Session, scope: str, above: int, upto: int) -> list[dict[str, object]]:
    """Return the assertions of the ops of a scope above a number, up to another one."""
    if upto <= above or session.scalar(_ANY, {"of": scope}) is None:
        return []
    rows = session.scalars(_IN_RUN, {"of": scope, "above": above, "upto": upto})
    return [json.loads(text) for text in dict.fromkeys(rows)]
