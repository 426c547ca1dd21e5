"""Publishing a lot: what stands in the way, and the facts that a manager then signs.

Nothing is refused at the log's rim for what it says; this page offers no facts to sign while a data item is
missing, or a finding stops the lot and nobody gave a reason.
Source: PROTOCOL §36; reference faults 67, 70; Circular 02/2024, ten data items.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from server.db import reading
from server.errors import ServiceError
from server.services import console_lots
from server.services.console import Staff
from server.services.console_lots import LotLine
from server.services.console_reach import NotDone, clean
from server.services.lot_facts import LotFacts, facts_now
from server.services.lot_steps import Facts
from server.store import lots
from sync.lots import states

REASON_CHARS_MAX: Final = 500
REASON_CHARS_MIN: Final = 10  # our choice: a word is no reason that a buyer could weigh


@dataclass(frozen=True)
class Publishing:
    """A lot on its way to publication. `set`: what the op says, None while something stands in the way.

    Shape:  `tips`: what the op names; `needs_reason`: findings stop it and only a reason leads on.
    """

    line: LotLine
    scope: str
    tips: tuple[str, ...]
    found: LotFacts
    set: Facts | None
    needs_reason: bool
    reason: str


def publishing(staff: Staff, uuid: str, today: str, reason: str = "") -> Publishing:
    """Return what publishing a lot comes to today.

    Shape:  `reason`: why it is published although findings stop it; shown on the trace page as it is.
    Raises: ServiceError: not_found; no_right for whom may not publish; NotDone for a lot that is not ready,
            or a reason too short.
    """
    if not console_lots.may_publish(staff):
        raise ServiceError("no_right")
    doc = f"lot:{uuid}"
    found = facts_now(staff.organisation, doc, today)
    with reading() as session:
        row = lots.find(session, staff.org_scope, doc)
        if row is None:
            raise ServiceError("not_found")
        tips = tuple(sorted(json.loads(console_lots.document_of(session, staff.org_scope, doc).tips)))
        line = console_lots.line_of(row, console_lots.product_names(session, staff))
    if states.PUBLISHED not in states.moves(row.state):
        raise NotDone("not_ready_lot")
    said = clean(reason, REASON_CHARS_MAX)
    if said and found.stops and len(said) < REASON_CHARS_MIN:
        raise NotDone("not_reason_lot", n=REASON_CHARS_MIN)
    is_free = not found.missing and "over" not in found.problems and (said or not found.stops)
    facts = found.facts
    fields: Facts = {"state": "published"}
    if found.stops and said:
        override = {"rules": list(found.stops), "reason_vi": said}
        fields["override"] = override
        facts = facts | {"override": override}
    fields["facts"] = facts
    return Publishing(
        line, staff.org_scope, tips, found, fields if is_free else None, bool(found.stops) and not said, said
    )
