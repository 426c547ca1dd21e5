"""Plots under a standard and how their diary of approved entries runs: a view of a farm's views.

Made anew for a farm whose views went on, when somebody looks at the commune; so a look reads a row a plot
and season, and no entries. Days are numbers of `sync.civil.date_to_day`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from server.models.indicators import MonitoredHead, MonitoredPlot
from server.models.views import DocumentView, EntryPlot, EntryView, PlotView, SeasonView, ViewHead
from sync.civil import date_to_day
from sync.ids import is_doc

STANDARDS: Final = ("vietgap", "organic", "conversion")
APPROVED: Final = "approved"
FARM: Final = "farm:"
_ALL: Final = ""  # an entry that names no plot is about all plots of its season
Row = dict[str, Any]
Days = Mapping[tuple[str, str], Mapping[str, set[int]]]  # (scope, season) → plot → days


def behind(session: Session) -> list[str]:
    """Return the farms whose views went on, or were made anew, since this view was made of them."""
    query = (
        select(ViewHead.scope)
        .outerjoin(MonitoredHead, MonitoredHead.scope == ViewHead.scope)
        .where(
            ViewHead.scope >= FARM, ViewHead.scope < "farm;", MonitoredHead.seq.is_distinct_from(ViewHead.seq)
        )
    )
    return list(session.scalars(query.order_by(ViewHead.scope)))


def forget(session: Session, scope: str) -> None:
    """Make this view of a farm anew at the next look."""
    session.execute(delete(MonitoredHead).where(MonitoredHead.scope == scope))


def remake(session: Session, scopes: Collection[str]) -> None:
    """Make this view of some farms anew, from their views as they are."""
    heads = session.execute(select(ViewHead.scope, ViewHead.seq).where(ViewHead.scope.in_(scopes))).all()
    session.execute(delete(MonitoredPlot).where(MonitoredPlot.scope.in_(scopes)))
    session.execute(delete(MonitoredHead).where(MonitoredHead.scope.in_(scopes)))
    rows = rows_of(session, scopes)
    if rows:
        session.execute(insert(MonitoredPlot), rows)
    if heads:
        session.execute(insert(MonitoredHead), [{"scope": scope, "seq": seq} for scope, seq in heads])


def rows_of(session: Session, scopes: Collection[str]) -> list[Row]:
    """Return the rows of this view for some farms."""
    query = (
        select(SeasonView, DocumentView.values)
        .join(
            DocumentView, (DocumentView.scope == SeasonView.scope) & (DocumentView.doc == SeasonView.doc)
        )
        .where(
            SeasonView.scope.in_(scopes), SeasonView.standard.in_(STANDARDS),
            SeasonView.is_deleted.is_(False), SeasonView.started_on != "",
        )
        .order_by(SeasonView.scope, SeasonView.doc)
    )  # fmt: skip
    seasons = session.execute(query).all()
    if not seasons:
        return []
    with_season = sorted({season.scope for season, _ in seasons})
    areas = {
        (one.scope, one.doc): one.area_m2
        for one in session.scalars(
            select(PlotView).where(PlotView.scope.in_(with_season), ~PlotView.is_deleted)
        )
    }
    days = _approved(session, with_season)
    return [
        _row(season, plot, areas[season.scope, plot], days.get((season.scope, season.doc), {}))
        for season, values in seasons
        for plot in _plots(values)
        if (season.scope, plot) in areas
    ]


def stretch(started: int, ended: int | None, days: Iterable[int]) -> tuple[int, int, int]:
    """Return how many days count, the last of them, and the longest time without one before it.

    Shape:  days before the season's first or after its last do not count; without any the last is the first.
    """
    count, last, gap = 0, started, 0
    for day in sorted(set(days)):
        if day < started or (ended is not None and day > ended):
            continue
        count, last, gap = count + 1, day, max(gap, day - last)
    return count, last, gap


def _row(season: SeasonView, plot: str, area: int | None, days: Mapping[str, set[int]]) -> Row:
    started = date_to_day(season.started_on)
    ended = date_to_day(season.ended_on) if season.ended_on else None
    count, last, gap = stretch(started, ended, days.get(plot, set()) | days.get(_ALL, set()))
    return {
        "scope": season.scope, "season": season.doc, "plot": plot, "standard": season.standard,
        "area_m2": area, "started": started, "ended": ended, "approved": count, "last": last, "gap": gap,
    }  # fmt: skip


def _plots(values: str) -> list[str]:
    named = json.loads(values).get("plots")
    listed = named if isinstance(named, list) else []
    return sorted({one for one in listed if isinstance(one, str) and is_doc(one) and one.startswith("plot:")})


def _approved(session: Session, scopes: Collection[str]) -> Days:
    """Return the days with an approved entry."""
    query = (
        select(EntryView.scope, EntryView.season, EntryPlot.plot, EntryView.happened_on)
        .outerjoin(EntryPlot, (EntryPlot.scope == EntryView.scope) & (EntryPlot.doc == EntryView.doc))
        .where(
            EntryView.scope.in_(scopes), EntryView.state == APPROVED, EntryView.is_deleted.is_(False),
            EntryView.season != "", EntryView.happened_on != "",
        )
    )  # fmt: skip
    days: dict[tuple[str, str], dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    numbers: dict[str, int] = {}
    for scope, season, plot, day in session.execute(query):
        number = numbers.get(day)
        if number is None:
            number = numbers[day] = date_to_day(day)
        days[scope, season][plot or _ALL].add(number)
    return days
