"""When an entry can have been made: after what its phone held, before the server had it.

The anchor of an op proves that it was not made before; the server's clock, that it was not made later. What a
phone's clock says stands beside it and is never changed. It proves nothing of when the work was done.
Source: DESIGN §3 "Op", `anchor`; reference faults.md 71–74; PROTOCOL §4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models.log import OpRow
from server.models.views import EntryView
from server.services import proving
from server.store import view_fold
from server.store.view_ops import stored_op
from sync import ids
from sync.civil import days_between, ms_to_date

SLACK_MS: Final = 15 * 60_000  # our choice: two clocks that are right differ by less


@dataclass(frozen=True)
class Recorded:
    """What is known of the moment of an entry's first op. Times in ms of the server's clock.

    Shape:  `not_before`: None where the anchor is missing (or of an empty log) or does not fit (`fits`: None,
            False); `said_at`: the phone's clock set right by `skew`, None where that had not been heard;
            `is_contradicted`: the phone's clock says a time before `not_before`: it was set back;
            `late_days`: how many days after the day it tells of it was recorded at the earliest;
            `open_ms`: how long the window is: wide where a phone was offline, or kept so.
    """

    not_before: int | None
    not_after: int
    fits: bool | None
    said_at: int
    skew: int | None
    is_contradicted: bool
    late_days: int
    open_ms: int | None


def recorded(session: Session, scope: str, doc: str) -> Recorded | None:
    """Return what is known of an entry's first op, None where the scope has no such entry."""
    entry = session.get(EntryView, (scope, doc))
    query = select(OpRow).where(OpRow.scope == scope, OpRow.doc == doc).order_by(OpRow.seq).limit(1)
    row = session.scalar(query)
    if entry is None or row is None:
        return None
    op = stored_op(row.id, row.body, row.private)
    not_before = _anchored(session, scope, row, op.anchor)
    said_at = op.recorded_at + op.skew
    is_late = not_before is not None and entry.happened_on != ""
    late = days_between(entry.happened_on, ms_to_date(not_before or 0)) if is_late else 0
    return Recorded(
        not_before=not_before,
        not_after=row.received_at,
        fits=not_before is not None if op.anchor and op.anchor["seq"] else None,
        said_at=said_at,
        skew=view_fold.stated_skew(op),
        is_contradicted=not_before is not None and said_at < not_before - SLACK_MS,
        late_days=max(0, late),
        open_ms=None if not_before is None else row.received_at - not_before,
    )


def _anchored(session: Session, scope: str, row: OpRow, anchor: object) -> int | None:
    """Return when the op that an anchor names was received, None where it does not fit the log."""
    if not isinstance(anchor, dict) or not 0 < anchor["seq"] < row.seq:
        return None
    found = session.get(OpRow, (scope, anchor["seq"]))
    is_ours = found is not None and ids.b64_encode(found.digest) == anchor["digest"]
    if found is None or not is_ours:
        return None
    size, held = anchor.get("size"), anchor.get("root")
    is_fork = isinstance(size, int) and isinstance(held, str) and proving.knows_root(size, held) is False
    return None if is_fork else found.received_at
