"""The demo's figures of the months before: made up, as everything of it; each grew to what it is today."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from server.db import reading, run_write
from server.models.sales import PurchasePoint
from server.services.indicators import counting
from server.services.indicators.shape import MET, SHORT, Figure
from server.services.setup import new_id
from sync.civil import add_days, ms_to_date

MONTHS: Final = 6
MONTH_DAYS: Final = 30
SILENT: Final = "Bến cá Hữu Bằng (mẫu)"


def add_silent_point(organisation: str, now: int) -> None:
    """Let a cooperative have a purchase point that tells of no sale: what it would say is not known."""
    point = PurchasePoint(id=new_id(now), organisation=organisation, name=SILENT, village=None, state="open")
    run_write(lambda session: session.add(point))


def keep_months(commune: str, now: int) -> None:
    """Keep what the figures were at the end of some months, and what they are today."""
    today = ms_to_date(now)
    waiting = counting.catch_up()
    with reading() as session:
        page = counting.count(session, commune, int(today[:4]), today, waiting)
    counting.keep(page)
    for back in range(1, MONTHS):
        day = add_days(today, -back * MONTH_DAYS)
        if day < page.ask.first:
            return
        figures = tuple(_before(one, back) for one in page.figures)
        counting.keep(replace(page, ask=replace(page.ask, day=day), figures=figures))


def _before(figure: Figure, back: int) -> Figure:
    left = MONTHS - back
    counted, dong = figure.counted * left // MONTHS, figure.dong * left // MONTHS
    return replace(figure, counted=counted, dong=dong, state=SHORT if figure.state == MET else figure.state)
