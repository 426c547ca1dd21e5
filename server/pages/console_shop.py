"""The page on which a manager keeps the cooperative's shop front: `/htx/gian-hang`."""

from __future__ import annotations

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from server.auth import CONSOLE_PATH
from server.config import now_ms
from server.pages.console_finding import done_said
from server.pages.console_frame import make_pages, show, staff_page
from server.services import console_shop
from server.services.console import Staff
from server.services.console_reach import NotDone
from sync.civil import ms_to_date

blueprint = make_pages("console_shop")
PLACE = "shop"
WHERE = f"{CONSOLE_PATH}/gian-hang"


@blueprint.get("/gian-hang")
def shop_front() -> Response:
    """Show what the front says, and whether it is open."""
    return _shown(staff_page(PLACE))


@blueprint.post("/gian-hang/sua")
def keep_shop() -> AnyResponse:
    """Keep what the front says."""
    staff = staff_page(PLACE)
    try:
        console_shop.keep_shop(staff, request.form, ms_to_date(now_ms()))
    except NotDone as wrong:
        return _shown(staff, wrong)
    return redirect(f"{WHERE}?xong=done_shop", 303)


@blueprint.post("/gian-hang/mo")
def open_shop() -> AnyResponse:
    """Open or close the front."""
    staff, is_open = staff_page(PLACE), request.form.get("mo") == "1"
    try:
        console_shop.open_shop(staff, is_open=is_open)
    except NotDone as wrong:
        return _shown(staff, wrong)
    return redirect(f"{WHERE}?xong={'done_shop_open' if is_open else 'done_shop_closed'}", 303)


def _shown(staff: Staff, wrong: NotDone | None = None) -> Response:
    page = console_shop.shop_of(staff)
    row = page.row
    given = {"about": row.about, "phone": row.phone, "zalo": row.zalo, "agreed": "1" if row.agreed_on else ""}
    if wrong and "about" in request.form:
        given = dict(request.form)
    return show(
        "shop_front.html", staff, place=PLACE, status=422 if wrong else 200, page=page, given=given,
        done=done_said(), wrong=wrong,
    )  # fmt: skip
