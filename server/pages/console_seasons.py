"""A season's page: where it stands, its work on one strip, its plots on a map, what is still wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Response

from server.config import now_ms
from server.pages.console_frame import make_pages, page_language, show, staff_page
from server.pages.console_inbox_views import point_of
from server.pages.console_inspections import line_of
from server.pages.console_show import amount_text, area_text, date_text
from server.pages.console_views import form_title, shower_of
from server.pages.console_words import Language, say
from server.pages.season_drawing import ROW, TOP, Bar, Days, Strip, chart, strip
from server.services import console, seasons
from server.services.console_entries import Line
from server.services.seasons import SeasonPage, Whole
from sync.civil import add_days, is_civil_date, ms_to_date
from sync.forms import load_forms
from sync.lunar import lunar_shown
from sync.units import UnitError, find_unit, to_base
from sync.values import Json

blueprint = make_pages("console_seasons")
PLACE: Final = "season"
TAKES: Final = {"CT-12": "quantity", "HC-09": "quantity", "TS-11": "quantity", "CN-12": "weight"}
SALES: Final = {"CT-14": "quantity", "TS-11": "quantity", "CN-12": "weight"}
CARE, WAITS, TAKEN, SOLD = range(4)
BAR_MIN: Final = 10.0


@dataclass(frozen=True)
class Work:
    """One row of the table of entries."""

    href: str
    icon: str
    day: str
    title: str
    summary: str
    state: str
    has_conflict: bool


@blueprint.get("/ho/<farm>/vu/<season>")
def season_page(farm: str, season: str) -> Response:
    """Show a season."""
    staff = staff_page(PLACE)
    today = ms_to_date(now_ms())
    found = seasons.season_page(staff, console.check_uuid(farm), console.check_uuid(season), today)
    language = page_language()
    grounds = {one.doc: one for one in found.plots}
    return show(
        "season.html",
        staff,
        place="farms",
        found=found,
        season=found.season,
        uuid=season,
        started=found.season.started_on,
        lunar=_lunar(found.season.started_on, language),
        plots=", ".join(_plot_name(one.name, one.area_m2, language) for one in found.plots if one.is_ours),
        wait=_wait(found, today),
        taken=_sum(found, TAKES, language),
        sold=_sum(found, SALES, language),
        points=[point_of(language, one) for one in found.findings],
        strip=_strip(found, today, language),
        row=ROW,
        top=TOP,
        chart=chart([(one.doc, one.points) for one in found.plots]),
        grounds=grounds,
        **whole_shown(language, found.whole),
        inspections=[
            (one, [line_of(one, item, today) for item in one.stand.failed]) for one in found.inspections
        ],
        works=[_work(language, found, line, state) for line, state in found.lines],
    )


def whole_shown(language: Language, whole: Whole) -> dict[str, Any]:
    """Return what a page shows of how whole a season's book is: its pieces in words, its silences."""
    return {
        "pieces": [(one, one.label[language], one.todo[language]) for one in whole.pieces],
        "is_there": sum(1 for one in whole.pieces if one.state == "present"),
        "lacking": sum(1 for one in whole.pieces if one.state == "missing"),
        "gaps": [(date_text(one.begin), date_text(one.end), one.days) for one in whole.gaps],
    }


def _plot_name(name: str, area: int | None, language: Language) -> str:
    return name if area is None else f"{name}, {area_text(area, language)}"


def _lunar(day: str, language: Language) -> str:
    return lunar_shown(day, language) if is_civil_date(day) else ""


def _wait(found: SeasonPage, today: str) -> tuple[str, str]:
    """Return (state, first safe day) over the season's plots: the gravest counts."""
    ours = [one for one in found.plots if one.is_ours]
    until = max((one.until for one in ours), default="")
    if any(one.state == "unknown" for one in ours):
        return "unknown", until
    if until > today:
        return "days", until
    return ("not_defined" if any(one.state == "not_defined" for one in ours) else "free"), ""


def _sum(found: SeasonPage, fields: Mapping[str, str], language: Language) -> tuple[str, int]:
    """Return what was taken or sold in kilograms, and how often; what is no mass is only counted."""
    grams, times = 0, 0
    for line, _ in found.lines:
        field = fields.get(line.form)
        if field is None:
            continue
        times += 1
        grams += _grams(line.values.get(field))
    return amount_text(str(grams // 1000), "kg", language), times


def _grams(value: Json) -> int:
    if not isinstance(value, dict):
        return 0
    amount, unit = value.get("amount"), value.get("unit")
    if not isinstance(amount, str) or not isinstance(unit, str):
        return 0
    try:
        return to_base(amount, unit) if find_unit(unit).base == "g" else 0
    except UnitError:
        return 0


def _strip(found: SeasonPage, today: str, language: Language) -> Strip:
    """Return the strip of the season's days: care, waits, what was taken, what was sold."""
    lines = [line for line, _ in found.lines if is_civil_date(line.happened_on)]
    days = [line.happened_on for line in lines] + [one.until for one in found.waits if one.until]
    first = found.season.started_on if is_civil_date(found.season.started_on) else min(days, default=today)
    first = min([first, *days])
    last = max([found.season.ended_on or today, *days])
    scale = Days(first, last)
    bars = [bar for line in lines for bar in _marks(found, line, scale, language)]
    for wait in found.waits:
        if not is_civil_date(wait.last_day):
            continue
        until = wait.until or add_days(wait.last_day, 1)
        width = max(BAR_MIN, scale.x(until) - scale.x(wait.last_day))
        text = str(wait.days) if wait.until else "?"
        named = f"{wait.product}: {date_text(wait.last_day)} → {date_text(wait.until) if wait.until else '?'}"
        kind = "wait" if wait.state == "days" else "unknown"
        href = _href(found, wait.record.doc)
        bars.append(Bar(kind, scale.x(wait.last_day), width, WAITS, text, named, href))
    return strip(scale, today, bars)


def _marks(found: SeasonPage, line: Line, scale: Days, language: Language) -> list[Bar]:
    """Return where an entry stands: its row, and a second one where a harvest is sold at once."""
    rows = [row for row, fields in ((TAKEN, TAKES), (SOLD, SALES)) if line.form in fields] or [CARE]
    form = load_forms().get(line.form)
    named = form_title(language, form, {"form": line.form, **line.values}, "")
    title = f"{date_text(line.happened_on)}: {named}"
    marks = []
    for row in rows:
        kind = "dot" if row == CARE else "take"
        marks.append(Bar(kind, scale.x(line.happened_on), BAR_MIN, row, "", title, _href(found, line.doc)))
    return marks


def _href(found: SeasonPage, doc: str) -> str:
    return f"/htx/dong/{found.farm.id}/{doc.partition(':')[2]}"


def _work(language: Language, found: SeasonPage, line: Line, state: str) -> Work:
    form = load_forms().get(line.form)
    shower = shower_of(language, found.names, found.farm.scope)
    return Work(
        href=_href(found, line.doc),
        icon="more" if form is None else form.tile(line.values).icon,
        day=date_text(line.happened_on) if line.happened_on else say(language, "no_day"),
        title=form_title(language, form, {"form": line.form, **line.values}, ""),
        summary=shower.summary(form, line.values),
        state=state,
        has_conflict=bool(line.conflicts),
    )
