"""In which state a lot is, and what may follow: open → ready → published → closed, and recalled from any.

What a printed code leads to never goes dark: a lot with signed facts is at least published, and a recall
stands whatever else is said of the state, until a recall's own op takes it back.
Source: PROTOCOL §36; sync/rights.json (`guarded`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sync.lots.shape import Lot

OPEN, READY, PUBLISHED, CLOSED, RECALLED = STATES = ("open", "ready", "published", "closed", "recalled")
TREATMENTS: Final = ("fix", "change_use", "re_export", "destroy")
_MOVES: Final[Mapping[str, tuple[str, ...]]] = {
    OPEN: (READY, CLOSED, RECALLED),
    READY: (OPEN, PUBLISHED, CLOSED, RECALLED),
    PUBLISHED: (PUBLISHED, CLOSED, RECALLED),
    CLOSED: (RECALLED,),
    RECALLED: (),
}


def state_of(lot: Lot) -> str:
    """Return the state of a lot; of heads that disagree the gravest counts."""
    if lot.recall is not None or RECALLED in lot.states:
        return RECALLED
    known = [one for one in lot.states if one in STATES]
    said = max(known, key=STATES.index, default=OPEN)
    if lot.is_published:
        return CLOSED if said == CLOSED else PUBLISHED
    return READY if said == PUBLISHED else said  # published without facts is not published


def moves(state: str) -> tuple[str, ...]:
    """Return the states that may follow."""
    return _MOVES.get(state, ())


def takes_events(state: str) -> bool:
    """Say whether lots in this state are still worked with; what is recalled can only come back or go."""
    return state in (OPEN, READY, PUBLISHED)
