"""Indicator 5: VietGAP and organic area with a diary that is kept or a sensor that measures, of all of it.

A plot counts once, however many seasons it had in the year, with its whole area. Its diary is kept when in
one of them no stretch, from the first day until today or the season's last, is longer than `days` without an
approved entry. A sensor measures when it was heard of in the last `days`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from server.models.indicators import MonitoredPlot
from server.models.people import Farm
from server.models.sensors import Sensor, SensorDay
from server.models.views import PlotView, SeasonView
from server.services.indicators.shape import Ask, Found, Line, Missing, Params, Part, Tally
from sync.civil import add_days, date_to_day, day_to_date

STANDARDS = {"certified": ("vietgap", "organic"), "conversion": ("vietgap", "organic", "conversion")}
FARM_CHARS = len("farm:")


@dataclass(frozen=True)
class SeasonLine:
    """A season of a plot and how its diary ran: civil days, `until` "" while it runs; `gap` in days."""

    name: str
    standard: str
    area_m2: int | None
    since: str
    until: str
    approved: int
    last: str
    gap: int


@dataclass(frozen=True)
class PlotLine:
    """A plot behind the figure. `sensors`: (name, the last day on which it was heard of)."""

    farm: str
    village: str
    organisation: str
    plot: str
    is_counted: bool
    seasons: tuple[SeasonLine, ...]
    sensors: tuple[tuple[str, str], ...]


def found(session: Session, ask: Ask, params: Params) -> Found:
    """Count the area, in m²."""
    plots = _plots(ask, params).subquery()
    columns = (plots.c.village, plots.c.organisation)
    area = func.coalesce(plots.c.area_m2, 0)
    query = select(
        *columns,
        func.sum(case((plots.c.is_counted == 1, area), else_=0)),
        func.sum(area),
        func.sum(case((plots.c.area_m2.is_(None), 1), else_=0)),
    ).group_by(*columns)
    rows = session.execute(query).all()
    tallies = tuple(Tally(row[0], row[1], int(row[2]), int(row[3])) for row in rows)
    return Found(tallies, (Missing("missing_area", sum(int(row[4]) for row in rows)),))


def lines(session: Session, ask: Ask, params: Params, part: Part) -> list[Line]:
    """Return the plots, the largest first; the household is named, where it lies is not."""
    plots = _plots(ask, params).subquery()
    query = select(plots, Farm.name.label("farm_name"), PlotView.name.label("plot_name")).join(
        Farm, Farm.id == plots.c.farm
    )
    query = query.outerjoin(PlotView, and_(PlotView.scope == plots.c.scope, PlotView.doc == plots.c.plot))
    if part.is_counted is not None:
        query = query.where(plots.c.is_counted == int(part.is_counted))
    if part.village:
        query = query.where(plots.c.village == part.village)
    if part.organisation:
        query = query.where(plots.c.organisation == part.organisation)
    order = (func.coalesce(plots.c.area_m2, 0).desc(), plots.c.scope, plots.c.plot)
    rows = session.execute(query.order_by(*order).offset(part.start).limit(part.most))
    return [_line(row, ask.year) for row in rows]


def plot_of(session: Session, ask: Ask, params: Params, farm: str, plot: str) -> PlotLine | None:
    """Return one plot with its seasons of the year and its sensors; None for one that is not counted of."""
    plots = _plots(ask, params).subquery()
    doc, scope = f"plot:{plot}", f"farm:{farm}"
    query = select(plots, Farm.name.label("farm_name")).join(Farm, Farm.id == plots.c.farm)
    row = session.execute(query.where(plots.c.scope == scope, plots.c.plot == doc)).first()
    if row is None:
        return None
    name = session.scalar(select(PlotView.name).where(PlotView.scope == scope, PlotView.doc == doc))
    of = MonitoredPlot
    seasons = session.execute(
        select(of, SeasonView.name)
        .outerjoin(SeasonView, and_(SeasonView.scope == of.scope, SeasonView.doc == of.season))
        .where(
            of.scope == scope,
            of.plot == doc,
            of.standard.in_(STANDARDS[str(params["standards"])]),
            of.started <= date_to_day(ask.day),
            or_(of.ended.is_(None), of.ended >= date_to_day(ask.first)),
        )
        .order_by(of.started.desc(), of.season)
    )
    heard = func.max(SensorDay.day)
    is_its = and_(SensorDay.scope == "sensor:" + Sensor.farm, SensorDay.sensor == Sensor.id)
    sensors = session.execute(
        select(Sensor.name, heard)
        .join(SensorDay, is_its)
        .where(Sensor.farm == farm, Sensor.plot == doc, Sensor.state == "active", SensorDay.day <= ask.day)
        .group_by(Sensor.id, Sensor.name)
        .order_by(Sensor.name, Sensor.id)
    )
    return PlotLine(
        row.farm_name, row.village, row.organisation, name or "", bool(row.is_counted),
        tuple(_season(one, season) for one, season in seasons),
        tuple((sensor, day) for sensor, day in sensors),
    )  # fmt: skip


def _season(row: MonitoredPlot, name: str | None) -> SeasonLine:
    return SeasonLine(
        name or "", row.standard, row.area_m2, day_to_date(row.started),
        "" if row.ended is None else day_to_date(row.ended), row.approved,
        day_to_date(row.last) if row.approved else "", row.gap,
    )  # fmt: skip


def _line(row: Any, year: int) -> Line:
    last = day_to_date(row.ended) if row.ended is not None else ""
    notes: list[tuple[str, dict[str, object]]] = [
        ("line_period" if last else "line_running", {"since": day_to_date(row.started), "until": last}),
        ("line_area", {"m2": row.area_m2}) if row.area_m2 is not None else ("line_no_area", {}),
        ("line_approved", {"n": row.approved, "day": day_to_date(row.last)})
        if row.approved
        else ("line_not_approved", {}),
    ]
    if row.has_sensor:
        notes.append(("line_sensor", {}))
    return Line(
        title=f"{row.farm_name}: {row.plot_name or '—'}",
        is_counted=bool(row.is_counted),
        village=row.village,
        organisation=row.organisation,
        link=f"/htx/chi-tieu/5/thua/{row.farm}/{row.plot.removeprefix('plot:')}?nam={year}",
        notes=tuple(notes),
    )


def _plots(ask: Ask, params: Params) -> Any:
    """Return each plot once, with `is_counted` and `has_sensor` (0 or 1)."""
    today, days = date_to_day(ask.day), int(params["days"])
    plot = MonitoredPlot
    until = case((plot.ended.is_(None), today), (plot.ended < today, plot.ended), else_=today)
    is_kept = and_(plot.approved > 0, plot.gap <= days, until - plot.last <= days)
    measures = _measures(ask, days) if params["sensors"] == "yes" else literal(False)
    counted = case((or_(is_kept, measures), 1), else_=0)
    return (
        select(
            plot.scope.label("scope"), plot.plot.label("plot"), Farm.id.label("farm"),
            func.coalesce(Farm.village, "").label("village"), Farm.organisation.label("organisation"),
            func.min(plot.started).label("started"),
            case((func.count() == func.count(plot.ended), func.max(plot.ended))).label("ended"),
            func.max(plot.area_m2).label("area_m2"), func.sum(plot.approved).label("approved"),
            func.max(plot.last).label("last"), func.max(counted).label("is_counted"),
            func.max(case((measures, 1), else_=0)).label("has_sensor"),
        )
        .join(Farm, Farm.id == func.substr(plot.scope, FARM_CHARS + 1))
        .where(
            Farm.organisation.in_(ask.organisations), plot.standard.in_(STANDARDS[str(params["standards"])]),
            plot.started <= today, or_(plot.ended.is_(None), plot.ended >= date_to_day(ask.first)),
        )
        .group_by(plot.scope, plot.plot, Farm.id, Farm.village, Farm.organisation)
    )  # fmt: skip


def _measures(ask: Ask, days: int) -> ColumnElement[bool]:
    """Return whether a sensor at the plot was heard of lately."""
    first = add_days(ask.day, -days)
    is_its = and_(SensorDay.scope == "sensor:" + Sensor.farm, SensorDay.sensor == Sensor.id)
    return exists(
        select(Sensor.id)
        .join(SensorDay, is_its)
        .where(
            Sensor.farm == func.substr(MonitoredPlot.scope, FARM_CHARS + 1),
            Sensor.plot == MonitoredPlot.plot, Sensor.state == "active",
            SensorDay.day > first, SensorDay.day <= ask.day,
        )
    )  # fmt: skip
