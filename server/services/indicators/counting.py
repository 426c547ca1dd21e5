"""The seven figures of a commune: its views made current, each indicator counted by the commune's own rule.

What a look costs does not grow with the entries: folds that wait are done first, a bounded number at a time,
and what is left is told as missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading
from server.errors import ServiceError
from server.models.indicators import IndicatorDay
from server.models.log import Head
from server.models.people import Organisation, Village
from server.models.views import ViewHead
from server.services.console import Staff
from server.services.console_reach import write_rows
from server.services.indicators import (
    cashless,
    key_products,
    models,
    monitored,
    ocop_listed,
    teams,
    trained,
)
from server.services.indicators.definitions import params_in, params_of
from server.services.indicators.shape import (
    NUMBERS,
    Ask,
    Figure,
    Found,
    Line,
    Missing,
    Params,
    Part,
    figure_of,
)
from server.services.viewing import make_current
from server.store import selling, view_monitored
from server.store.upserts import upsert
from sync.civil import ms_to_date

FOLDED_MAX: Final = 200  # our choice: logs that one look folds
REMADE_AT_ONCE: Final = 200  # our choice: farms in one transaction
YEAR_FIRST: Final = 2025
Count = Callable[[Session, Ask, Params], Found]
List = Callable[[Session, Ask, Params, Part], list[Line]]
_MODULES: Final = {
    1: key_products, 2: ocop_listed, 3: models, 4: trained, 5: monitored, 6: teams, 7: cashless,
}  # fmt: skip


@dataclass(frozen=True)
class Page:
    """All figures of a year, the names of villages and organisations, and the days before."""

    ask: Ask
    figures: tuple[Figure, ...]
    villages: Mapping[str, str]
    organisations: Mapping[str, str]
    params: Mapping[int, Params]


@dataclass(frozen=True)
class Opened:
    """One figure with its records: a page of them, and whether there are more."""

    page: Page
    figure: Figure
    lines: tuple[Line, ...]
    has_more: bool
    days: tuple[IndicatorDay, ...]


def years(today: str) -> list[int]:
    """Return the years that can be looked at, the newest first."""
    return list(range(int(today[:4]), YEAR_FIRST, -1))


def page_of(staff: Staff, year: int) -> Page:
    """Return all figures of a year, up to today at most, and keep what they are today."""
    today = ms_to_date(now_ms())
    waiting = catch_up()
    with reading() as session:
        page = count(session, staff.organisation, year, today, waiting)
    if page.ask.day == today:
        keep(page)
    return page


def open_figure(staff: Staff, number: int, year: int, part: Part) -> Opened:
    """Return a figure with a page of its records. Raises: ServiceError(not_found)."""
    params_of(number)
    page = page_of(staff, year)
    with reading() as session:
        wanted = replace(part, most=part.most + 1)
        rows = _MODULES[number].lines(session, page.ask, page.params[number], wanted)
        days = session.scalars(
            select(IndicatorDay)
            .where(IndicatorDay.organisation == page.ask.commune, IndicatorDay.number == number)
            .where(IndicatorDay.day >= page.ask.first, IndicatorDay.day <= page.ask.day)
            .order_by(IndicatorDay.day)
        ).all()
    figure = page.figures[number - 1]
    return Opened(page, figure, tuple(rows[: part.most]), len(rows) > part.most, tuple(days))


def open_sums(staff: Staff, organisation: str, year: int) -> tuple[Page, list[cashless.DaySum]]:
    """Return what a cooperative's sales come to, by day and point. Raises: ServiceError(not_found)."""
    page = page_of(staff, year)
    if organisation not in page.organisations:
        raise ServiceError("not_found")
    with reading() as session:
        return page, cashless.sums(session, page.ask, page.params[7], organisation)


def open_plot(staff: Staff, farm: str, plot: str, year: int) -> tuple[Page, monitored.PlotLine]:
    """Return a plot behind figure 5. Raises: ServiceError(not_found)."""
    page = page_of(staff, year)
    with reading() as session:
        found = monitored.plot_of(session, page.ask, page.params[5], farm, plot)
    if found is None:
        raise ServiceError("not_found")
    return page, found


def count(session: Session, organisation: str, year: int, today: str, waiting: int = 0) -> Page:
    """Count all indicators of the commune of an organisation. `waiting`: logs that are not folded yet."""
    commune = selling.commune_of(session, organisation)
    names = {one.id: one.name for one in selling.members_of(session, commune)}
    ask = Ask(commune, tuple(names), year, min(today, f"{year}-12-31"))
    villages = select(Village.id, Village.name).where(Village.commune == commune).order_by(Village.name)
    params = params_in(session, commune)
    late = (Missing("missing_not_folded", waiting),)
    figures = []
    for number in NUMBERS:
        found = _MODULES[number].found(session, ask, params[number])
        found = replace(found, missing=(*found.missing, *late))
        figures.append(figure_of(number, found, params[number], year))
    named = {str(one): name for one, name in session.execute(villages)}
    return Page(ask, tuple(figures), named, names, params)


def catch_up() -> int:
    """Fold what waits, then make the plots' view of what was folded; return how many logs still wait."""
    lag = select(Head.scope).outerjoin(ViewHead, ViewHead.scope == Head.scope)
    lag = lag.where(Head.seq > func.coalesce(ViewHead.seq, 0)).order_by(Head.scope)
    with reading() as session:
        waiting = list(session.scalars(lag))
    make_current(waiting[:FOLDED_MAX])
    remake()
    return len(waiting[FOLDED_MAX:])


def remake() -> None:
    """Make the view of plots current with the folded views."""
    with reading() as session:
        farms = view_monitored.behind(session)
    for start in range(0, len(farms), REMADE_AT_ONCE):
        some = farms[start : start + REMADE_AT_ONCE]
        write_rows(partial(view_monitored.remake, scopes=some))


def keep(page: Page) -> None:
    """Keep what the figures are on this day; a later look on the same day writes over it."""

    def work(session: Session) -> None:
        session.get(Organisation, page.ask.commune, with_for_update=True)
        for one in page.figures:
            key = {"organisation": page.ask.commune, "number": one.number, "day": page.ask.day}
            said: dict[str, object] = {
                "counted": one.counted, "whole": one.whole, "dong": one.dong,
                "whole_dong": one.whole_dong, "state": one.state,
            }  # fmt: skip
            upsert(session, IndicatorDay, dict(key), said, said)

    write_rows(work)
