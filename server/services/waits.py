"""How long a plot still waits, as the pages of the cooperative show it: read from the entries of every phone.

Today is the page's to compare with: nothing here knows what day it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.store import inbox
from server.store.rule_book import record_of
from sync.rules.form_rules import Produce
from sync.rules.waiting import PRODUCE, State, Waiting, ground, waiting


@dataclass(frozen=True)
class PlotWait:
    """What holds for one produce of a plot, pen or pond.

    Shape:  `state`: days, unknown or not_defined (what waits for nothing has no row); `until`: the first safe
            day by the numbers that are known, "" for none; `by`: the entry that sets it, with what was used
            there and how many days it said; `open`: entries whose wait nobody knows or no label defines.
    """

    plot: str
    produce: Produce
    state: State
    until: str
    by: str
    product: str
    days: int
    open: tuple[str, ...]


def waits_of(session: Session, scope: str, plots: Sequence[str], season: str) -> tuple[PlotWait, ...]:
    """Return what these plots wait for in a season ("" for none); the caller has made the views current."""
    groups = inbox.group_rows(session, scope, plots)
    found = []
    for plot in sorted(groups):
        records = [record_of(row) for row in groups[plot]]
        for produce in PRODUCE:
            told = waiting(ground(plot, produce, records), season)
            if told.state != "free":
                found.append(_plot_wait(plot, produce, told))
    return tuple(found)


def _plot_wait(plot: str, produce: Produce, told: Waiting) -> PlotWait:
    # What decides is told: of what nobody knows, not the longest of what is known.
    same = [one for one in told.open if one.state == told.state]
    first = told.longest if told.longest is not None and not same else (same or told.open)[0]
    return PlotWait(
        plot,
        produce,
        told.state,
        told.until,
        first.record.doc,
        first.product,
        first.days,
        tuple(dict.fromkeys(one.record.doc for one in told.open)),
    )
