"""The pages of buying and selling: `/htx/mua-ban`, a day's closing, one receipt, and what is set there."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from flask import Response, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from server.auth import CONSOLE_PATH
from server.config import now_ms
from server.errors import ServiceError
from server.pages.console_finding import done_said
from server.pages.console_frame import make_pages, page_language, query_text, query_uuid, show, staff_page
from server.pages.console_show import amount_text, parse_day
from server.services import console_sales, console_till
from server.services.console import Staff, check_uuid
from server.services.console_reach import NotDone
from server.services.console_sales import Wanted
from sync.civil import ms_to_date
from sync.values import Json

blueprint = make_pages("console_sales")
PLACE, BANKS = "sales", "banks"
WHERE = f"{CONSOLE_PATH}/mua-ban"
PAYS = ("cash", "transfer", "vietqr", "wallet", "credit")


@blueprint.get("/mua-ban")
def sales() -> Response:
    """Show what was bought and sold."""
    staff, wanted = staff_page(PLACE), _wanted()
    return _show(
        "sales.html", staff, page=console_sales.sales(staff, wanted), wanted=wanted, query=_query(),
        today=ms_to_date(now_ms()),
    )  # fmt: skip


@blueprint.get("/mua-ban/tep")
def sales_file() -> AnyResponse:
    """Give the sales as a table."""
    staff, ending = staff_page(PLACE), query_text("kieu", 4) or "csv"
    if ending not in console_sales.TYPES:
        raise ServiceError("not_found")
    answer = make_response(console_sales.export(staff, _wanted(), ending, page_language() == "en"))
    answer.headers["Content-Type"] = console_sales.TYPES[ending]
    answer.headers["Content-Disposition"] = f'attachment; filename="mua-ban.{ending}"'
    return answer


@blueprint.get("/mua-ban/chot")
def closing() -> Response:
    """Show a day's closing, to print."""
    staff = staff_page(PLACE)
    day = parse_day(query_text("ngay", 10)) or ms_to_date(now_ms())
    point = query_uuid("diem")
    told, left, names = console_sales.closing(staff, day, point)
    page = console_sales.sales(staff, Wanted(first=day, last=day))
    return _show(
        "sales_day.html",
        staff,
        told=told,
        left=left,
        names=names,
        closed=day,
        point=point,
        points=page.points,
    )


@blueprint.get("/mua-ban/phieu/<uuid>")
def receipt(uuid: str) -> Response:
    """Show one receipt, to print, to confirm, to correct."""
    staff = staff_page(PLACE)
    line = console_sales.sale(staff, check_uuid(uuid))
    return _show(
        "sale.html", staff, line=line, may_write=staff.may_act("write_sales"), pays=PAYS,
        today=ms_to_date(now_ms()),
    )  # fmt: skip


@blueprint.get("/mua-ban/dat")
def settings() -> Response:
    """Show points, the account, the rule about cash."""
    return _settings(staff_page(PLACE))


@blueprint.post("/mua-ban/diem")
def keep_point() -> AnyResponse:
    """Make a point, or change one."""
    given = request.form
    uuid = check_uuid(given["diem"]) if given.get("diem") else ""
    is_open = given.get("mo", "1") == "1"
    return _act(lambda staff: console_till.keep_point(staff, uuid, given.get("ten", ""), is_open=is_open))


@blueprint.post("/mua-ban/tai-khoan")
def keep_account() -> AnyResponse:
    """Keep the cooperative's account."""
    bank, number, holder = (request.form.get(name, "") for name in ("bin", "so", "chu"))
    return _act(lambda staff: console_till.keep_own_account(staff, bank, number, holder))


@blueprint.post("/mua-ban/tien-mat")
def keep_rule() -> AnyResponse:
    """Keep the rule about cash."""
    dong, text = request.form.get("dong", ""), request.form.get("loi", "")
    return _act(lambda staff: console_till.keep_rule(staff, dong, text))


@blueprint.get("/mua-ban/ngan-hang")
def banks() -> Response:
    """Show the list of banks."""
    return _banks(staff_page(BANKS))


@blueprint.post("/mua-ban/ngan-hang/giu")
def keep_bank() -> AnyResponse:
    """Add or change a bank."""
    staff, given = staff_page(BANKS), request.form
    try:
        console_till.keep_bank(
            staff, given.get("bin", ""), given.get("ten", ""), given.get("ten_day_du", ""),
            is_current=given.get("dung") == "1",
        )  # fmt: skip
    except NotDone as wrong:
        return _banks(staff, wrong)
    return redirect(f"{WHERE}/ngan-hang?xong=done_bank", 303)


def _act(work: Callable[[Staff], None]) -> AnyResponse:
    staff = staff_page(PLACE)
    try:
        work(staff)
    except NotDone as wrong:
        return _settings(staff, wrong)
    return redirect(f"{WHERE}/dat?xong=done_till", 303)


def _settings(staff: Staff, wrong: NotDone | None = None) -> Response:
    return _show("till.html", staff, wrong, page=console_till.page(staff), done=done_said())


def _banks(staff: Staff, wrong: NotDone | None = None) -> Response:
    lines = console_till.banks(staff)
    return show(
        "banks.html", staff, place=BANKS, status=422 if wrong else 200, lines=lines, done=done_said(),
        wrong=wrong,
    )  # fmt: skip


def _show(template: str, staff: Staff, wrong: NotDone | None = None, **more: object) -> Response:
    return show(
        template, staff, place=PLACE, status=422 if wrong else 200, wrong=wrong,
        amount=_amount, size=_size, **more,
    )  # fmt: skip


def _amount(value: Json) -> str:
    """Return an amount as it was said, "" for what is none."""
    said = value if isinstance(value, dict) else {}
    amount, unit = said.get("amount"), said.get("unit")
    return amount_text(amount, unit, page_language()) if isinstance(amount, str) and unit else ""


def _size(size: int, base: str) -> str:
    """Return base units as people say them: grams in kg."""
    unit, factor = {"g": ("kg", 1000), "ml": ("l", 1000)}.get(base, ("con", 1))
    whole, rest = divmod(size, factor)
    text = str(whole) if not rest else f"{whole}.{rest:03}".rstrip("0")
    return amount_text(text, unit, page_language())


def _wanted() -> Wanted:
    day = parse_day(query_text("ngay", 10))
    first, last = (parse_day(query_text(name, 10)) for name in ("tu", "den"))
    farm, point = query_uuid("ho"), query_uuid("diem")
    return Wanted(day or first, day or last, point, farm, query_text("con", 1) == "1")


def _query() -> str:
    """Return what the list was narrowed by, for the link to its table."""
    given = {name: query_text(name, 40) for name in ("tu", "den", "diem", "ho", "con", "ngay")}
    return urlencode({name: text for name, text in given.items() if text})
