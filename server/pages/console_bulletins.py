"""The pages of bulletins and market prices: `/htx/ban-tin`. Written, aimed, published, taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from server.auth import CONSOLE_PATH
from server.config import now_ms
from server.pages.console_finding import done_said
from server.pages.console_frame import make_pages, page_language, show, staff_page
from server.pages.console_show import date_text, parse_day
from server.services import console_bulletins, console_prices
from server.services.bulletins import GROUPS, KINDS
from server.services.console import Staff, check_uuid
from server.services.console_bulletins import Form
from server.services.console_prices import PriceRow
from server.services.console_reach import NotDone, allow
from server.services.prices_read import PRICE_UNITS
from server.services.sources import fetching
from sync.civil import date_to_day, ms_to_date
from sync.units import UNITS

blueprint = make_pages("console_bulletins")
PLACE: Final = "bulletins"
WHERE: Final = f"{CONSOLE_PATH}/ban-tin"
NO_DAY: Final = "?"
ICONS: Final = {
    "prices": "scale", "weather": "water", "pest": "scout", "notice": "calendar", "story": "person",
    "answer": "message",
}  # fmt: skip
CHART: Final = (240, 44)


@dataclass(frozen=True)
class Drawn:
    """A price line of the table with its history as a line: `points` of an SVG of the size `CHART`."""

    row: PriceRow
    points: str


@blueprint.get("/ban-tin")
def bulletins() -> Response:
    """Show the organisation's bulletins."""
    staff = staff_page(PLACE)
    return show(
        "bulletins.html", staff, place=PLACE, lines=console_bulletins.listed(staff), icons=ICONS,
        sources=fetching.sources(), done=done_said(),
    )  # fmt: skip


@blueprint.get("/ban-tin/viet")
def new_bulletin() -> Response:
    """Show an empty form."""
    staff = staff_page(PLACE)
    allow(staff, "write_bulletins")
    return _form(staff, "", console_bulletins.fresh_form(ms_to_date(now_ms())), None)


@blueprint.post("/ban-tin/viet")
def write_bulletin() -> AnyResponse:
    """Keep a new bulletin as a draft."""
    staff, said = staff_page(PLACE), _said()
    try:
        made = console_bulletins.keep(staff, "", said)
    except NotDone as wrong:
        return _form(staff, "", said, wrong)
    return redirect(f"{WHERE}/{made}?xong=done_bulletin", 303)


@blueprint.get("/ban-tin/<uuid>")
def bulletin(uuid: str) -> Response:
    """Show one bulletin: as phones show it, for whom, who opened it; a draft with its form."""
    return _one(staff_page(PLACE), check_uuid(uuid), None)


@blueprint.post("/ban-tin/<uuid>")
def edit_bulletin(uuid: str) -> AnyResponse:
    """Change a draft."""
    said = _said()
    return _act(uuid, "done_bulletin", lambda staff: console_bulletins.keep(staff, uuid, said), said)


@blueprint.post("/ban-tin/<uuid>/dang")
def publish_bulletin(uuid: str) -> AnyResponse:
    """Tell a bulletin from now on."""
    return _act(uuid, "done_published", lambda staff: console_bulletins.publish(staff, uuid))


@blueprint.post("/ban-tin/<uuid>/rut")
def withdraw_bulletin(uuid: str) -> AnyResponse:
    """Tell a bulletin no more."""
    return _act(uuid, "done_withdrawn", lambda staff: console_bulletins.withdraw(staff, uuid))


@blueprint.get("/ban-tin/gia")
def market_prices() -> Response:
    """Show market prices with their history."""
    return _prices(staff_page(PLACE), None)


@blueprint.post("/ban-tin/gia/ghi")
def keep_price() -> AnyResponse:
    """Keep the price of a product at a market on a day."""
    staff = staff_page(PLACE)
    names = ("product", "market", "low", "high", "unit", "source")
    said = {name: request.form.get(name, "") for name in names} | {"day": _day("day")}
    try:
        console_prices.keep(staff, said)
    except NotDone as wrong:
        return _prices(staff, wrong)
    return redirect(f"{WHERE}/gia?xong=done_price", 303)


def _act(uuid: str, done: str, work: Callable[[Staff], object], said: Form | None = None) -> AnyResponse:
    staff = staff_page(PLACE)
    check_uuid(uuid)
    try:
        work(staff)
    except NotDone as wrong:
        return _one(staff, uuid, wrong, said)
    return redirect(f"{WHERE}/{uuid}?xong={done}", 303)


def _one(staff: Staff, uuid: str, wrong: NotDone | None, said: Form | None = None) -> Response:
    found = console_bulletins.page(staff, uuid)
    return _form(staff, uuid, said or found.form, wrong, found)


def _form(
    staff: Staff, uuid: str, form: Form, wrong: NotDone | None, page: console_bulletins.Page | None = None
) -> Response:
    choices = console_bulletins.choices(staff, page_language())
    return show(
        "bulletin.html",
        staff,
        place=PLACE,
        status=200 if wrong is None else 422,
        uuid=uuid,
        page=page,
        form=form,
        days=[date_text(day) if day != NO_DAY else "" for day in (form.starts_on, form.ends_on)],
        choices=choices,
        names=dict((*choices.villages, *choices.crops)),
        kinds=KINDS,
        groups=GROUPS,
        icons=ICONS,
        chars=console_bulletins.TEXT_CHARS_MAX,
        may=staff.may_act("write_bulletins"),
        wrong=wrong,
        done=None if wrong else done_said(),
    )


def _prices(staff: Staff, wrong: NotDone | None) -> Response:
    language = page_language()
    return show(
        "market_prices.html",
        staff,
        place=PLACE,
        status=200 if wrong is None else 422,
        rows=[Drawn(one, points_of(one)) for one in console_prices.table(staff, language)],
        crops=console_bulletins.choices(staff, language).crops,
        units={code: UNITS[code].label[language] for code in PRICE_UNITS},
        chart=CHART,
        today=date_text(ms_to_date(now_ms())),
        typed=request.form,
        may=staff.may_act("write_bulletins"),
        wrong=wrong,
        done=None if wrong else done_said(),
    )


def points_of(row: PriceRow) -> str:
    """Return the middle of each day's price as points of a line, days in their true distance."""
    middles = [(date_to_day(day), low + high) for day, low, high in row.days]
    first, last = middles[0][0], middles[-1][0]
    least, most = min(value for _, value in middles), max(value for _, value in middles)
    width, height = CHART[0] - 8, CHART[1] - 12

    def at(day: int, value: int) -> str:
        x = 4 + (width if last == first else (day - first) * width // (last - first))
        y = 6 + (height // 2 if most == least else (most - value) * height // (most - least))
        return f"{x},{y}"

    return " ".join(at(*one) for one in middles)


def _day(name: str) -> str:
    typed = request.form.get(name, "").strip()
    return parse_day(typed) or (NO_DAY if typed else "")


def _said() -> Form:
    form = request.form
    return Form(
        kind=form.get("kind", ""),
        title=form.get("title", ""),
        text=form.get("text", ""),
        starts_on=_day("starts_on"),
        ends_on=_day("ends_on"),
        urgent=form.get("urgent") == "1",
        is_public=form.get("is_public") == "1",
        villages=tuple(form.getlist("villages")),
        crops=tuple(form.getlist("crops")),
        roles=tuple(form.getlist("roles")),
    )
